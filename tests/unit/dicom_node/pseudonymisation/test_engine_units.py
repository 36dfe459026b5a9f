"""The small parts that the engine is made of, each by itself; expected bytes are those of PS3.5."""

import struct
import zlib
from collections.abc import Mapping
from io import BytesIO

import pydicom
import pytest
from pydicom.uid import (
    JPEG2000,
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RLELossless,
)

from dicom_node.contexts import TRANSFER_SYNTAXES
from dicom_node.errors import UnprocessableError
from dicom_node.pseudonymisation import syntax as syntaxes
from dicom_node.pseudonymisation.ages import birth_date_of, capped
from dicom_node.pseudonymisation.burned_in import check_image
from dicom_node.pseudonymisation.charset import Charset
from dicom_node.pseudonymisation.codec import Codec, StructureError
from dicom_node.pseudonymisation.creators import Creators
from dicom_node.pseudonymisation.dummies import CODE, dummy_sequence
from dicom_node.pseudonymisation.facts import LONGEST_IDENTIFYING, Facts, Pixels, read_facts
from dicom_node.pseudonymisation.identifying import NOTHING_IDENTIFYING
from dicom_node.pseudonymisation.level import Level
from dicom_node.pseudonymisation.marks import CodesMark, Mark
from dicom_node.pseudonymisation.names import names_in
from dicom_node.pseudonymisation.part10 import new_frame, read_frame
from dicom_node.pseudonymisation.profile import DEFAULT, BirthDate
from dicom_node.pseudonymisation.rules import compile_rules
from dicom_node.pseudonymisation.stream_comments import MOST_BYTES, comments_in
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
from dicom_node.pseudonymisation.text import TextCleaner
from dicom_node.pseudonymisation.treatment import Treatment
from dicom_node.pseudonymisation.values import is_well_formed, padded
from dicom_node.pseudonymisation.vocabulary import Vocabulary
from dicom_node.status import Reason
from dicom_node.uids import UidMap
from tests.builders.broken_files import EXPLICIT, PIXEL_DATA, UNDEFINED, Encoding

ENCODINGS = {
    EXPLICIT_LITTLE: Encoding(),
    IMPLICIT_LITTLE: Encoding(explicit=False),
    EXPLICIT_BIG: Encoding(little=False),
}
NAME, NUMBER, ISSUER, CHARSET, COMMENTS = 0x00100010, 0x00100020, 0x00100021, 0x00080005, 0x00204000


# codec


@pytest.mark.parametrize("syntax", ENCODINGS, ids=str)
@pytest.mark.parametrize(("tag", "vr"), [(NAME, "PN"), (0x00081140, "SQ"), (0x00280010, "US"), (0x00420011, "OB")])
def test_a_header_is_written_as_it_is_read_and_as_the_standard_has_it(syntax: Syntax, tag: int, vr: str) -> None:
    codec, raw = Codec(syntax), ENCODINGS[syntax].element(tag, vr, b"12345678")
    assert codec.header(tag, vr, 8) + b"12345678" == raw
    assert codec.read(raw, 0) == (tag, vr, len(raw) - 8, 8)


@pytest.mark.parametrize("syntax", ENCODINGS, ids=str)
def test_items_and_delimiters_have_no_vr_in_any_encoding(syntax: Syntax) -> None:
    codec, item = Codec(syntax), ENCODINGS[syntax].item(b"ab")
    assert codec.read(item, 0) == (0xFFFEE000, "", 8, 2)
    assert codec.header(0xFFFEE000, "", 2) + b"ab" == item


@pytest.mark.parametrize("length", [0x4144, 0x5344, 0x4F4C, 0x00014E50, 0x4D54])
def test_the_length_of_an_item_is_not_taken_for_a_vr(length: int) -> None:
    """PS3.5 7.5: items have a length of four bytes, whatever letters they make ("DA", "DS", "LO", "PN", "TM")."""
    raw = struct.pack("<HHI", 0xFFFE, 0xE000, length)
    assert Codec(EXPLICIT_LITTLE).read(raw + bytes(8), 0) == (0xFFFEE000, "", 8, length)


def test_without_vr_the_dictionary_says_it() -> None:
    codec, plain = Codec(IMPLICIT_LITTLE), ENCODINGS[IMPLICIT_LITTLE]
    vrs = [codec.read(plain.element(tag, "", b""), 0)[1] for tag in (NAME, 0x00090010, 0x00091001, PIXEL_DATA)]
    assert vrs == ["PN", "LO", "", "OW"]


@pytest.mark.parametrize("vr", [b"XX", b"  ", b"\0\0", b"pn"])
def test_an_unknown_vr_is_no_header(vr: bytes) -> None:
    with pytest.raises(StructureError):
        Codec(EXPLICIT_LITTLE).read(b"\x10\0\x10\0" + vr + b"\0\0", 0)


def test_a_header_that_is_cut_off_is_told_apart() -> None:
    with pytest.raises(struct.error):
        Codec(EXPLICIT_LITTLE).read(b"\x10\0\x10\0PN", 0)


@pytest.mark.parametrize("vr", ["SQ", "UN", ""])
def test_the_end_of_undefined_lengths_is_found_through_every_nesting(vr: str) -> None:
    plain = EXPLICIT if vr != "UN" else ENCODINGS[IMPLICIT_LITTLE]
    inner = plain.open_sequence(0x00081140, plain.open_item() + plain.item(plain.element(NAME, "PN", b"ab")))
    value = plain.open_item(inner) + plain.item(inner) + plain.element(0xFFFEE0DD, "")
    assert Codec(EXPLICIT_LITTLE).end_of_items(value + b"more", (0x00081140, vr, 0), len(value) + 4) == len(value)


@pytest.mark.parametrize("vr", ["LO", "PN", "OB", "OW", "UT"])
def test_only_sequences_and_pixels_may_have_an_undefined_length(vr: str) -> None:
    with pytest.raises(StructureError):
        Codec(EXPLICIT_LITTLE).end_of_items(EXPLICIT.element(0xFFFEE0DD, ""), (COMMENTS, vr, 0), 8)
    pixels = EXPLICIT.item() + EXPLICIT.item(b"abcd") + EXPLICIT.element(0xFFFEE0DD, "")
    assert Codec(EXPLICIT_LITTLE).end_of_items(pixels, (PIXEL_DATA, "OB", 0), len(pixels)) == len(pixels)


@pytest.mark.parametrize(
    "value", [b"", EXPLICIT.item(), EXPLICIT.element(NAME, "PN", b"ab"), EXPLICIT.item(b"ab")[:-1]]
)
def test_a_sequence_without_end_or_items_is_none(value: bytes) -> None:
    with pytest.raises(StructureError):
        Codec(EXPLICIT_LITTLE).end_of_items(value, (0x00081140, "SQ", 0), len(value))


# level


def treatment(charset: bytes = b"") -> Treatment:
    return Treatment(
        rules=compile_rules(DEFAULT, CTImageStorage),
        map_uid=UidMap(b"k" * 32),
        days=-1,
        charset=Charset(charset),
        identifying=NOTHING_IDENTIFYING,
        clean=TextCleaner(Vocabulary.default()),
    )


def level(source: bytes, marks: Mapping[int, Mark] | None = None) -> Level:
    return Level(memoryview(source), (), 0, marks or {}, treatment=treatment())


def content(of: Level) -> bytes:
    assert of.size == sum(map(len, of.parts))
    return b"".join(of.parts)


CODEC = Codec(EXPLICIT_LITTLE)


def test_a_level_keeps_what_nothing_is_said_of() -> None:
    written = level(b"abcdef")
    written.finish(6, CODEC)
    assert content(written) == b"abcdef"
    assert len(written.parts) == 1


def test_a_level_leaves_out_and_replaces() -> None:
    written = level(b"abcdefgh")
    written.drop(1, 3)
    written.replace(4, 5, b"<", (b"new", memoryview(b">")), 4)
    written.finish(8, CODEC)
    assert content(written) == b"ad<new>fgh"


def test_a_place_that_was_kept_free_is_filled_once() -> None:
    written = level(b"abcdef")
    place = written.reserve(0, 2)
    unused = written.reserve(2, 4)
    written.fill(place)
    written.fill(place)
    written.finish(6, CODEC)
    assert unused[1:] == (2, 4)
    assert content(written) == b"abef"


def test_pixels_are_a_part_of_their_own() -> None:
    written = level(b"headPIXELStail")
    written.set_pixels_apart(4, 10)
    written.finish(14, CODEC)
    (pixels,) = written.pixels
    assert bytes(written.parts[pixels]) == b"PIXELS"
    assert content(written) == b"headPIXELStail"


def test_marks_stand_in_the_order_of_their_tags_and_none_is_forgotten() -> None:
    marks = {tag: Mark(tag, "LO", b"me") for tag in (NUMBER, NAME, 0x00280303)}
    source = EXPLICIT.element(0x00080060, "CS", b"CT") + EXPLICIT.element(0x00200013, "IS", b"1 ")
    written = level(source, marks)
    written.put_marks_before(0x00080060, 0, CODEC)
    written.put_marks_before(0x00200013, 10, CODEC)
    written.finish(len(source), CODEC)
    tags = [element.tag for element in pydicom.dcmread(BytesIO(content(written)), force=True)]
    assert tags == [0x00080060, NAME, NUMBER, 0x00200013, 0x00280303]


def test_a_mark_of_codes_is_a_sequence_that_pydicom_reads() -> None:
    mark = CodesMark(0x00120064, "SQ", b"", (("113100", "Basic Application Confidentiality Profile"),))
    for syntax, encoding in ENCODINGS.items():
        raw = encoding.element(mark.tag, "SQ", mark.encode(Codec(syntax)))
        read = pydicom.filereader.read_dataset(BytesIO(raw), not encoding.explicit, encoding.little)
        (item,) = read.DeidentificationMethodCodeSequence
        assert (item.CodeValue, item.CodingSchemeDesignator) == ("113100", "DCM")


# creators


def test_a_creator_reserves_the_block_of_its_number_and_no_other() -> None:
    creators = Creators()
    creators.note(0x00090010, b"ACME 1.1 \0", (0, 0, 0))
    creators.note(0x000900FE, b"OTHER", (1, 0, 0))
    found = [creators.of(tag) for tag in (0x00091001, 0x000910FF, 0x0009FE00, 0x00091101, 0x00191001, 0x00090001)]
    assert [creator and creator.name for creator in found] == ["ACME 1.1", "ACME 1.1", "OTHER", None, None, None]


@pytest.mark.parametrize(("element", "is_one"), [(0x0F, False), (0x10, True), (0xFF, True), (0x100, False), (0, False)])
def test_creators_stand_from_0010_to_00ff(element: int, is_one: bool) -> None:
    assert Creators.is_creator(0x00090000 | element) is is_one


# part10


def test_the_frame_that_is_written_is_what_pydicom_expects_and_holds_nothing_else() -> None:
    frame = new_frame(sop_class_uid=CTImageStorage, sop_instance_uid="2.25.1", transfer_syntax_uid=JPEG2000)
    meta = pydicom.dcmread(BytesIO(frame)).file_meta
    assert frame[:132] == bytes(128) + b"DICM"
    assert meta.FileMetaInformationGroupLength == len(frame) - 144
    assert (meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID) == (CTImageStorage, "2.25.1")
    assert {element.tag.element for element in meta} == {0x00, 0x01, 0x02, 0x03, 0x10, 0x12, 0x13}
    assert read_frame(frame + b"data set") == type(read_frame(frame))(JPEG2000, len(frame))


@pytest.mark.parametrize("file", [b"", bytes(132), bytes(128) + b"DICN", bytes(128) + b"DICM\2\0\0\0UL"])
def test_what_has_no_frame_is_no_dicom_file(file: bytes) -> None:
    with pytest.raises(StructureError):
        read_frame(file)


# facts


def facts_of(*raw: bytes, syntax: Syntax = EXPLICIT_LITTLE) -> Facts:
    data = b"".join(raw)
    return read_facts(data, 0, syntax)


def test_facts_are_the_plain_values_of_the_top_level() -> None:
    facts = facts_of(
        EXPLICIT.element(CHARSET, "CS", b"ISO_IR 100"),
        EXPLICIT.element(0x00080008, "CS", b"A\\ \\B "),
        EXPLICIT.sequence(0x00081140, EXPLICIT.item(EXPLICIT.element(NUMBER, "LO", b"no"))),
        EXPLICIT.element(0x00090010, "LO", b"ACME"),
        EXPLICIT.element(NUMBER, "LO", b"12 \0"),
        EXPLICIT.element(0x00280010, "US", b"\1\2"),
        EXPLICIT.element(PIXEL_DATA, "OW", b"abcd"),
    )
    assert set(facts.values) == {CHARSET, 0x00080008, NUMBER, 0x00280010}
    assert (facts.text(NUMBER), facts.text(NAME), facts.parts(0x00080008)) == ("12", "", ("A", "B"))
    assert (facts.number(0x00280010, "little"), facts.number(0x00280010, "big")) == (0x0201, 0x0102)
    assert facts.number(NUMBER, "little") == int.from_bytes(b"12 \0", "little")
    assert facts.number(CHARSET, "little") is None
    (pixels,) = facts.pixels
    assert (pixels.tag, pixels.stop - pixels.start, pixels.encapsulated) == (PIXEL_DATA, 4, False)


@pytest.mark.parametrize("vr", ["SQ", "UN"])
@pytest.mark.parametrize("is_open", [True, False])
def test_the_sequences_that_say_whose_object_it_is_are_read_in_every_form(vr: str, is_open: bool) -> None:
    inner = EXPLICIT if vr == "SQ" else ENCODINGS[IMPLICIT_LITTLE]
    content = inner.element(NUMBER, "LO", b"77") + inner.element(ISSUER, "LO", b"ELSEWHERE ")
    item = inner.open_item(content) if is_open else inner.item(content)
    sequence = EXPLICIT.open_sequence if is_open else EXPLICIT.sequence
    facts = facts_of(sequence(0x00101002, item + item, vr), EXPLICIT.element(0x00280010, "US", b"\1\0"))
    found = [(one.text(NUMBER), one.text(ISSUER)) for one in facts.nested[0x00101002]]
    assert found == [("77", "ELSEWHERE")] * 2
    assert facts.number(0x00280010, "little") == 1


def test_a_name_that_is_too_long_to_be_searched_for_is_refused() -> None:
    longest = facts_of(EXPLICIT.element(NAME, "PN", b"a" * LONGEST_IDENTIFYING))
    assert longest.identifying == ((NAME, b"a" * LONGEST_IDENTIFYING),)
    with pytest.raises(UnprocessableError) as caught:
        assert facts_of(EXPLICIT.element(NAME, "PN", b"a" * (LONGEST_IDENTIFYING + 2))).identifying
    assert caught.value.reason is Reason.UNREADABLE


def test_facts_of_bytes_that_are_no_data_set_are_refused() -> None:
    for raw in (b"abc", EXPLICIT.element(NAME, "PN")[:7], EXPLICIT.element(NAME, "XX"), b"\x08\0\x05\0CS\4"):
        with pytest.raises(StructureError):
            facts_of(raw)


# names


def named(value: bytes, codec: Codec = CODEC, charset: bytes = b"") -> list[tuple[int, str]]:
    return names_in(value, (0, len(value)), codec, Charset(charset))


def test_names_and_numbers_are_found_at_every_depth_and_nothing_else() -> None:
    name, number = EXPLICIT.element(NAME, "PN", b"UNTEL "), EXPLICIT.element(NUMBER, "LO", b"4711")
    inner = EXPLICIT.item(EXPLICIT.element(0x00080060, "CS", b"CT") + number)
    deep = EXPLICIT.open_sequence(0x00081140, EXPLICIT.open_item(EXPLICIT.sequence(0x00081120, inner)))
    assert named(EXPLICIT.item(deep + name) + EXPLICIT.open_item(name)) == [
        (NUMBER, "4711"),
        (NAME, "UNTEL"),
        (NAME, "UNTEL"),
    ]


def test_names_are_found_in_items_of_unknown_vr_and_without_vr() -> None:
    plain = ENCODINGS[IMPLICIT_LITTLE]
    item = plain.item(plain.element(NAME, "PN", b"UNTEL "))
    assert named(EXPLICIT.item(EXPLICIT.element(0x00091001, "UN", item))) == [(NAME, "UNTEL")]
    assert named(EXPLICIT.item(EXPLICIT.open_sequence(0x00091001, item, "UN"))) == [(NAME, "UNTEL")]
    assert named(plain.item(plain.element(0x00091001, "", item)), Codec(IMPLICIT_LITTLE)) == [(NAME, "UNTEL")]


def test_a_private_name_is_a_name() -> None:
    assert named(EXPLICIT.item(EXPLICIT.element(0x00091001, "PN", b"UNTEL "))) == [(0x00091001, "UNTEL")]


def test_a_name_is_read_in_the_character_set_of_its_item() -> None:
    item = EXPLICIT.element(CHARSET, "CS", b"ISO_IR 144") + EXPLICIT.element(NAME, "PN", "Жук ".encode("iso8859-5"))
    assert (NAME, "Жук") in named(EXPLICIT.item(item), charset=b"ISO_IR 100")


@pytest.mark.parametrize("value", [b"no items", b"\xfe\xff\0\xe0", EXPLICIT.item(b"abcdef"), bytes(100)])
def test_bytes_that_are_no_items_are_refused_for_nobody_knows_whom_they_name(value: bytes) -> None:
    with pytest.raises(StructureError):
        named(value)


# stream_comments


def pixels_to(stop: int, *, encapsulated: bool = False, tag: int = PIXEL_DATA) -> Pixels:
    """Pixels that begin with the source."""
    return Pixels(tag=tag, vr="OB" if encapsulated else "OW", start=0, stop=stop, encapsulated=encapsulated)


def fragments(*streams: bytes) -> tuple[bytes, Pixels]:
    data = EXPLICIT.item() + b"".join(map(EXPLICIT.item, streams)) + EXPLICIT.element(0xFFFEE0DD, "")
    return data, pixels_to(len(data), encapsulated=True)


def segment(marker: int, value: bytes) -> bytes:
    return struct.pack(">HH", marker, len(value) + 2) + value


def test_comments_and_application_segments_of_every_jpeg_stream_are_found() -> None:
    jpeg = b"\xff\xd8" + segment(0xFFE1, b"Exif UNTEL") + segment(0xFFDB, b"table") + segment(0xFFFE, b"by UNTEL!")
    jpeg2000 = b"\xff\x4f" + segment(0xFF51, b"size") + segment(0xFF64, b"\0\1Kakadu")
    data, pixels = fragments(jpeg + segment(0xFFDA, b"scan") + b"UNTEL in pixels", jpeg2000 + b"\xff\x90" + b"data")
    found = comments_in(data, pixels)
    assert [piece in found for piece in (b"Exif UNTEL", b"by UNTEL!", b"Kakadu")] == [True] * 3
    assert b"UNTEL in pixels" not in found


@pytest.mark.parametrize(
    "stream",
    [b"", b"\xff", b"\xff\xd8", b"\xff\xd8\xff", b"\xff\xd8\xff\xfe\0\0ab", b"\xff\xd8\xff\xfe\xff\xffab", b"RLE" * 9],
)
def test_streams_that_are_cut_off_or_of_another_kind_do_no_harm(stream: bytes) -> None:
    data, pixels = fragments(stream)
    assert len(comments_in(data, pixels)) <= 3 * len(stream) + 3
    for end in range(len(data)):
        comments_in(data[:end], pixels_to(end, encapsulated=True))


def test_the_offset_table_and_what_follows_a_stream_are_looked_at() -> None:
    """They are no pixels either."""
    data = EXPLICIT.item(b"table UNTEL!") + EXPLICIT.item(b"\xff\xd8\xff\xd9after UNTEL") + EXPLICIT.item(b"RLE UNTEL")
    found = comments_in(data, pixels_to(len(data), encapsulated=True))
    assert [piece in found for piece in (b"table UNTEL!", b"after UNTEL", b"RLE UNTEL")] == [True] * 3


def test_more_comments_than_anybody_would_write_are_refused() -> None:
    stream = b"\xff\xd8" + segment(0xFFFE, b"a" * 60_000) * 3
    data, pixels = fragments(*[stream] * (MOST_BYTES // 180_000 + 1))
    with pytest.raises(UnprocessableError):
        comments_in(data, pixels)


# burned_in

PLAIN_IMAGE: dict[int, bytes] = {
    0x00080016: CTImageStorage.encode("ascii"),
    0x00080008: b"ORIGINAL\\PRIMARY\\AXIAL ",
    0x00080060: b"CT",
    0x0008103E: b"THORAX IV ",
    0x00280002: b"\1\0",
    0x00280004: b"MONOCHROME2 ",
    0x00280010: b"\4\0",
    0x00280011: b"\4\0",
    0x00280100: b"\x10\0",
}
"""A small CT of 4 by 4 pixels of 16 bits."""


def check(changes: Mapping[int, bytes | None], size: int = 32, syntax_uid: str = ExplicitVRLittleEndian) -> None:
    values = {tag: value for tag, value in (PLAIN_IMAGE | dict(changes)).items() if value is not None}
    encapsulated = is_encapsulated(syntax_uid)
    data = EXPLICIT.item() if encapsulated else bytes(size)
    facts = Facts(values, {}, (pixels_to(len(data), encapsulated=encapsulated),))
    check_image(facts, EXPLICIT_LITTLE, syntax_uid, data)


TEXT_RISKS: dict[str, tuple[dict[int, bytes | None], dict[int, bytes | None]]] = {
    "BurnedInAnnotation": ({0x00280301: b"YES "}, {0x00280301: b"NO"}),
    "BurnedInAnnotation of another word": ({0x00280301: b"MAYBE "}, {0x00280301: b""}),
    "a screen save": ({0x00080008: b"DERIVED\\SECONDARY\\SCREEN SAVE "}, {0x00080008: b"DERIVED\\SECONDARY\\MPR"}),
    "a dose screen": ({0x00080008: b"DERIVED\\SECONDARY\\DOSE_INFO"}, {0x00080008: b"DERIVED\\SECONDARY\\OTHER "}),
    "a patient protocol of Siemens": (
        {0x00080008: b"ORIGINAL\\SECONDARY\\AXIAL\\CT_SOM5 PROT "},
        {0x00080008: b"ORIGINAL\\PRIMARY\\AXIAL\\CT_SOM5 SPI"},
    ),
    "a converted image": ({0x00080064: b"WSD "}, {0x00080064: b""}),
    "a colour image": ({0x00280004: b"RGB "}, {0x00280004: b"MONOCHROME1 "}),
    "a YBR image": ({0x00280004: b"YBR_FULL_422"}, {0x00280004: b"PALETTE COLOR "}),
    "a secondary image of eight bits": (
        {0x00080008: b"DERIVED\\SECONDARY ", 0x00280100: b"\x08\0"},
        {0x00080008: b"DERIVED\\SECONDARY ", 0x00280100: b"\x10\0"},
    ),
    "a secondary capture": ({0x00080060: b"SC"}, {0x00080060: b"MR"}),
    "an ultrasound image": ({0x00080060: b"US"}, {0x00080060: b"PT"}),
    "a document": ({0x00080060: b"DOC "}, {0x00080060: None}),
    "a patient protocol by its description": ({0x0008103E: b"Patient Protocol"}, {0x0008103E: b"Patient position"}),
    "a dose report by its description": ({0x0008103E: b"Dose Report "}, {0x0008103E: b"Low Dose "}),
    "a French dose report": ({0x0008103E: b"Rapport de dose "}, {0x0008103E: b"Rapport "}),
    "an overlay in the pixels": (
        {0x60000102: b"\x0c\0"},
        {0x60000102: b"\x0c\0", 0x60003000: bytes(2)},
    ),
    "a later overlay in the pixels": ({0x601E0102: b"\x0c\0"}, {0x601E0102: b"\0\0"}),
}


@pytest.mark.parametrize("risk", TEXT_RISKS)
def test_an_image_that_is_likely_to_carry_text_is_refused_and_its_like_is_not(risk: str) -> None:
    carries, does_not = TEXT_RISKS[risk]
    size = 16 if carries.get(0x00280100) == b"\x08\0" else 32
    with pytest.raises(UnprocessableError) as caught:
        check(carries, size)
    assert caught.value.reason is Reason.BURNED_IN_ANNOTATION
    check(does_not)


@pytest.mark.parametrize(
    ("changes", "size"),
    [
        pytest.param({}, 32, id="sixteen pixels of two bytes"),
        pytest.param({0x00280008: b"3 "}, 96, id="three frames"),
        pytest.param({0x00280008: b"0 "}, 32, id="no frames is one"),
        pytest.param({0x00280002: None}, 32, id="samples are one when nothing is said"),
        pytest.param({0x00280100: b"\x01\0"}, 2, id="one bit a pixel"),
        pytest.param({0x00280100: b"\x0c\0"}, 24, id="twelve bits a pixel"),
        pytest.param({0x00280100: b"\x08\0", 0x00280010: b"\3\0", 0x00280011: b"\3\0"}, 10, id="padded to even"),
        pytest.param({0x00280100: b"\x08\0", 0x00280010: b"\3\0", 0x00280011: b"\3\0"}, 9, id="not padded"),
    ],
)
def test_native_pixels_have_the_length_that_the_header_asks_for(changes: dict[int, bytes | None], size: int) -> None:
    """PS3.5 8.1.1."""
    check(changes, size)
    for other in (0, size - 2, size + 2):
        with pytest.raises(UnprocessableError) as caught:
            check(changes, other)
        assert caught.value.reason is Reason.PIXELS_DO_NOT_FIT


@pytest.mark.parametrize(
    "changes",
    [
        {0x00280010: None},
        {0x00280011: b""},
        {0x00280100: b"\1"},
        {0x00280008: b"many"},
        {0x00280008: b"-1"},
        {0x00280008: b"9" * 5000},
    ],
    ids=["no rows", "empty columns", "a cut number", "no number of frames", "negative frames", "thousands of digits"],
)
def test_pixels_of_unknown_size_are_refused(changes: dict[int, bytes | None]) -> None:
    with pytest.raises(UnprocessableError) as caught:
        check(changes)
    assert caught.value.reason is Reason.PIXELS_DO_NOT_FIT


def test_compressed_pixels_are_fragments_and_native_ones_are_not() -> None:
    check({}, syntax_uid=RLELossless)
    for encapsulated, syntax_uid, data in (
        (True, ExplicitVRLittleEndian, bytes(32)),
        (False, RLELossless, bytes(32)),
        (True, RLELossless, b"\xfe\xff\xdd\xe0" + bytes(4)),
    ):
        facts = Facts(PLAIN_IMAGE, {}, (pixels_to(len(data), encapsulated=encapsulated),))
        with pytest.raises(UnprocessableError) as caught:
            check_image(facts, EXPLICIT_LITTLE, syntax_uid, data)
        assert caught.value.reason is Reason.PIXELS_DO_NOT_FIT


@pytest.mark.parametrize("count", [0, 2])
def test_an_image_has_pixels_once(count: int) -> None:
    facts = Facts(PLAIN_IMAGE, {}, (pixels_to(32),) * count)
    with pytest.raises(UnprocessableError) as caught:
        check_image(facts, EXPLICIT_LITTLE, ExplicitVRLittleEndian, bytes(32))
    assert caught.value.reason is Reason.NOT_AN_IMAGE


def test_sizes_are_read_in_the_byte_order_of_the_object() -> None:
    values = (
        PLAIN_IMAGE | dict.fromkeys((0x00280010, 0x00280011), b"\0\4") | {0x00280002: b"\0\1", 0x00280100: b"\0\x10"}
    )
    facts = Facts(values, {}, (pixels_to(32),))
    check_image(facts, EXPLICIT_BIG, ExplicitVRBigEndian, bytes(32))


@pytest.mark.parametrize(("tag", "size"), [(0x7FE00008, 64), (0x7FE00009, 128)])
def test_float_pixels_have_their_own_width(tag: int, size: int) -> None:
    facts = Facts(PLAIN_IMAGE, {}, (pixels_to(size, tag=tag),))
    check_image(facts, EXPLICIT_LITTLE, ExplicitVRLittleEndian, bytes(size))


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


def test_a_value_that_is_too_long_for_the_header_of_its_vr_is_written_as_unknown() -> None:
    """PS3.5 6.2.2, note: UN has a length of four bytes."""
    assert CODEC.header(COMMENTS, "LT", 0xFFFF) == EXPLICIT.element(COMMENTS, "LT", b"", 0xFFFF)
    assert CODEC.header(COMMENTS, "LT", 0x10000) == EXPLICIT.element(COMMENTS, "UN", b"", 0x10000)
    assert CODEC.header(COMMENTS, "UT", UNDEFINED) == EXPLICIT.element(COMMENTS, "UT", b"", UNDEFINED)
