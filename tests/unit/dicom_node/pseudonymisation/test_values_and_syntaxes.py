"""Values, ages, character sets, syntaxes and dummies, each by itself."""

import zlib
from io import BytesIO

import pydicom
import pytest
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
)

from dicom_node.contexts import TRANSFER_SYNTAXES
from dicom_node.pseudonymisation import syntax as syntaxes
from dicom_node.pseudonymisation.ages import birth_date_of, capped
from dicom_node.pseudonymisation.charset import Charset
from dicom_node.pseudonymisation.codec import Codec
from dicom_node.pseudonymisation.dummies import CODE, dummy_sequence
from dicom_node.pseudonymisation.profile import BirthDate
from dicom_node.pseudonymisation.syntax import (
    EXPLICIT_BIG,
    EXPLICIT_LITTLE,
    IMPLICIT_LITTLE,
    InflateError,
    Syntax,
    deflate,
    inflate,
    is_deflated,
    is_encapsulated,
    syntax_of,
)
from dicom_node.pseudonymisation.values import is_well_formed, padded
from tests.builders.broken_files import PIXEL_DATA, Encoding

ENCODINGS = {
    EXPLICIT_LITTLE: Encoding(),
    IMPLICIT_LITTLE: Encoding(explicit=False),
    EXPLICIT_BIG: Encoding(little=False),
}
COMMENTS = 0x00204000


# values

WELL_FORMED: dict[str, tuple[tuple[bytes, ...], tuple[bytes, ...]]] = {
    "AS": ((b"045Y", b"001D", b""), (b"45Y", b"045X", b"UNTEL")),
    "CS": ((b"ORIGINAL\\PRIMARY ", b"HFS", b""), ("É".encode(), b"A\nB ")),
    "DA": ((b"20040229", b"2004.02.29", b""), (b"UNTEL   ", b"200402", b"20040229x")),
    "DS": ((b"1.5\\-2e3 ", b"+.5 ", b""), (b"1,5 ", b"UNTEL ", b"1 2 x")),
    "DT": ((b"20040229101112.123456+0100", b"2004", b""), (b"UNTEL ", b"2004-02-29")),
    "IS": ((b"-12\\+3", b"0 ", b""), (b"1.5 ", b"UNTEL ")),
    "TM": ((b"101112.5", b"10", b""), (b"UNTEL ", b"10h11 ")),
    "UI": ((b"1.2.840\0", b"1.2\\1.3\0", b""), (b"UNTEL\0", b"1-2\0")),
    "UR": ((b"https://a.b/c ", b""), ("é".encode(), b"\n ")),
    "AE": ((b"PACS", b""), ("É".encode(), b"\t ")),
}


@pytest.mark.parametrize("vr", WELL_FORMED)
def test_a_value_is_well_formed_when_its_vr_allows_it(vr: str) -> None:
    allowed, others = WELL_FORMED[vr]
    assert [value for value in allowed if not is_well_formed(0x00090001, vr, value)] == []
    assert [value for value in others if is_well_formed(0x00090001, vr, value)] == []


def test_binary_values_have_the_width_of_their_vr_and_the_number_of_the_attribute() -> None:
    rows, ratio = 0x00280010, 0x00280034
    assert is_well_formed(rows, "US", b"\1\0")
    assert not is_well_formed(rows, "US", b"\1")
    assert not is_well_formed(rows, "US", b"\1\0\2\0")
    assert not is_well_formed(0x00189305, "FD", bytes(7))
    assert is_well_formed(0x00280010, "US", b"")
    assert is_well_formed(ratio, "US", bytes(4))
    assert is_well_formed(PIXEL_DATA, "OW", bytes(31))


@pytest.mark.parametrize("vr", ["LO", "LT", "PN", "SH", "ST", "UC", "UT", "XX", ""])
def test_texts_and_unknown_vrs_are_never_well_formed(vr: str) -> None:
    assert not is_well_formed(COMMENTS, vr, b"THORAX")


def test_values_are_padded_with_what_their_vr_asks_for() -> None:
    assert [padded(b"1.2", vr) for vr in ("UI", "OB", "UN", "LO")] == [b"1.2\0", b"1.2\0", b"1.2\0", b"1.2 "]
    assert padded(b"ab", "LO") == b"ab"


# ages


@pytest.mark.parametrize(
    ("age", "told"),
    [
        (b"089Y", b"089Y"),
        (b"090Y", b"090Y"),
        (b"091Y", b"090Y"),
        (b"999Y", b"090Y"),
        (b"999D", b"999D"),
        (b"120M", b"120M"),
        (b"", b""),
        (b"  ", b""),
        (b"91Y ", None),
        (b"UNTEL ", None),
        (b"091Z", None),
    ],
)
def test_ages_above_89_years_are_told_as_90(age: bytes, told: bytes | None) -> None:
    assert capped(age) == told


@pytest.mark.parametrize(
    ("date", "how", "told"),
    [
        (b"19431107", BirthDate.YEAR, b"19430101"),
        (b"19431107", BirthDate.MONTH, b"19431101"),
        (b"19431107", BirthDate.REMOVE, b""),
        (b"1943", BirthDate.YEAR, b""),
        (b"UNTELABC", BirthDate.MONTH, b""),
        (b"", BirthDate.YEAR, b""),
    ],
)
def test_a_birth_date_is_told_as_coarsely_as_asked(date: bytes, how: BirthDate, told: bytes) -> None:
    assert birth_date_of(date, how) == told


# charset


@pytest.mark.parametrize(
    ("term", "text", "codec"),
    [
        (b"", "Thorax", "ascii"),
        (b"ISO_IR 100", "Épaule", "latin-1"),
        (b"ISO_IR 144 ", "Голова", "iso8859-5"),
        (b"ISO_IR 192", "頭 Épaule", "utf-8"),
        (b"GB18030 ", "头部", "gb18030"),
        (b"\\ISO 2022 IR 87", "山田", "iso2022_jp"),
    ],
)
def test_texts_are_read_and_written_in_their_character_set(term: bytes, text: str, codec: str) -> None:
    charset = Charset(term)
    assert charset.decode(text.encode(codec) + b" ") == text
    encoded = charset.encode(text, "LO")
    assert encoded is not None
    assert len(encoded) % 2 == 0
    assert charset.decode(encoded) == text


def test_what_a_character_set_cannot_say_is_none() -> None:
    assert Charset(b"ISO_IR 100").encode("頭", "LO") is None
    assert Charset(b"ISO_IR 192").decode(b"\xff\xfe") is None
    assert Charset(b"ISO_IR 192").read(b"\xe9paule ") == "épaule"


@pytest.mark.parametrize("term", [b"UNTEL ", b"\\UNTEL", b"\xff\xfe", b"ISO_IR 100\\UNTEL", b"\\" * 40])
def test_an_unknown_character_set_is_ascii_and_is_not_talked_of(term: bytes, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    charset = Charset(term)
    assert charset.decode(b"THORAX") == "THORAX"
    assert charset.encode("THORAX", "LO") == b"THORAX"
    assert "UNTEL" not in caplog.text


# syntax


def test_every_transfer_syntax_that_is_accepted_has_an_encoding_and_no_other() -> None:
    """PS3.5 A: all but two are explicit VR little endian."""
    others = {ImplicitVRLittleEndian: IMPLICIT_LITTLE, ExplicitVRBigEndian: EXPLICIT_BIG}
    assert all(syntax_of(uid) == others.get(uid, EXPLICIT_LITTLE) for uid in TRANSFER_SYNTAXES)
    assert [syntax_of(uid) for uid in ("", "1.2.3", "1.2.840.10008.1.2.4.100")] == [None] * 3
    assert {uid for uid in TRANSFER_SYNTAXES if is_deflated(uid)} == {DeflatedExplicitVRLittleEndian}
    assert [uid for uid in TRANSFER_SYNTAXES if is_encapsulated(uid) != uid.is_encapsulated] == []


def test_what_is_deflated_inflates_to_the_same_and_has_an_even_length() -> None:
    for data in (b"", b"a", bytes(1000), bytes(range(256)) * 7):
        deflated = deflate(data)
        assert len(deflated) % 2 == 0
        assert inflate(deflated) == data == zlib.decompress(deflated.rstrip(b"\0") + bytes(2), -15)


@pytest.mark.parametrize("broken", [b"", b"\xff" * 20, deflate(bytes(1000))[:-4], zlib.compress(b"with a header")])
def test_what_does_not_inflate_is_told(broken: bytes) -> None:
    with pytest.raises(InflateError):
        inflate(broken)


def test_what_inflates_beyond_the_limit_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syntaxes, "LARGEST_INFLATED", 1000)
    assert inflate(deflate(bytes(999))) == bytes(999)
    with pytest.raises(InflateError):
        inflate(deflate(bytes(1001)))


# dummies


@pytest.mark.parametrize("syntax", ENCODINGS, ids=str)
def test_a_dummy_sequence_has_one_item_which_is_a_code_where_codes_belong(syntax: Syntax) -> None:
    encoding, header = ENCODINGS[syntax], Codec(syntax).header
    for tag in (0x00081032, 0x00081140):
        raw = encoding.element(tag, "SQ", dummy_sequence(tag, header))
        (item,) = pydicom.filereader.read_dataset(BytesIO(raw), not encoding.explicit, encoding.little)[tag].value
        assert [element.value for element in item] == (list(CODE) if tag == 0x00081032 else [])
