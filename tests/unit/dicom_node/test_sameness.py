"""Whether two received objects are one sent again is told by a digest of what they say."""

import hmac
import struct
from dataclasses import replace

import pytest

from dicom_node.pseudonymisation.facts import Facts, Pixels, read_facts
from dicom_node.pseudonymisation.syntax import EXPLICIT_LITTLE, IMPLICIT_LITTLE, Syntax
from dicom_node.sameness import SourceDigest
from storage.source_digests import are_of_the_same
from tests.builders.broken_files import EXPLICIT, Encoding

KEY = b"k" * 32
PATIENT_ID, INSTANCE_NUMBER, RETRIEVE_AE, PIXELS = 0x00100020, 0x00200013, 0x00080054, 0x7FE00010
DATA = bytes(range(64))
TRACERS, DOSE, CODES, CODE, REQUESTS, REQUEST = 0x00540016, 0x00181074, 0x00540300, 0x00080100, 0x00400275, 0x00400007
IMPLICIT = Encoding(explicit=False)


def facts(**changes: bytes) -> Facts:
    values = {PATIENT_ID: b"4711", INSTANCE_NUMBER: b"1 ", RETRIEVE_AE: b"ARCHIVE "} | {
        int(tag.removeprefix("t"), 16): value for tag, value in changes.items()
    }
    return Facts(values, {}, (Pixels(PIXELS, "OW", 16, 48, encapsulated=False),))


def test_the_digest_is_a_keyed_hash_of_each_value_behind_its_tag_and_length_and_of_the_pixels() -> None:
    def piece(tag: int, value: bytes) -> bytes:
        return struct.pack(">IQ", tag, len(value)) + value

    whole = piece(PATIENT_ID, b"4711") + piece(INSTANCE_NUMBER, b"1") + struct.pack(">IQ", PIXELS, 32) + b"pixels"
    plain, _, nested = SourceDigest(KEY)(facts(), DATA, lambda _: b"pixels").partition(".")
    assert plain == hmac.new(KEY, whole, "sha256").hexdigest()
    assert nested == hmac.new(KEY, b"nested", "sha256").hexdigest()[:32]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(facts(t00200013=b"2 "), id="a value that differs"),
        pytest.param(facts(t00080060=b"CT"), id="an element more"),
        pytest.param(facts(t00100020=b"471", t00100021=b"1"), id="the same bytes shared out otherwise"),
        pytest.param(facts(t00100020=b"4711" * 100), id="a value too long to be remembered"),
        pytest.param(replace(facts(), pixels=(Pixels(PIXELS, "OW", 17, 49, encapsulated=False),)), id="other pixels"),
    ],
)
def test_another_object_has_another_digest_and_leaves_no_trace_in_the_next(other: Facts) -> None:
    digest = SourceDigest(KEY)
    first = digest(facts(), DATA)
    between = digest(other, DATA)
    assert between != first
    assert between == SourceDigest(KEY)(other, DATA)
    assert digest(facts(), DATA) == first


def test_padding_and_what_the_archive_says_of_itself_do_not_count() -> None:
    digest = SourceDigest(KEY)
    alike = (facts(t00200013=b"1"), facts(t00080054=b"OTHER"), facts(t00080060=b""), facts(t00080061=b"  "))
    assert {digest(each, DATA) for each in (facts(), *alike)} == {SourceDigest(KEY)(facts(), DATA)}


def test_another_key_gives_another_digest() -> None:
    assert SourceDigest(KEY)(facts(), DATA) != SourceDigest(b"l" * 32)(facts(), DATA)


# sequences


def tracer(
    encoding: Encoding = EXPLICIT, *, is_open: bool = False, vr: str = "SQ", dose: bytes = b"3.7E8 ", more: bytes = b""
) -> bytes:
    """A sequence with a value and a sequence in its item."""
    inner = IMPLICIT if vr == "UN" else encoding
    item, sequence = (inner.open_item, inner.open_sequence) if is_open else (inner.item, inner.sequence)
    codes = sequence(CODES, item(inner.element(CODE, "SH", b"C-111A1 ")), vr)
    outer = encoding.open_sequence if is_open else encoding.sequence
    return outer(TRACERS, item(inner.element(DOSE, "DS", dose) + more + codes), vr)


def digest_of(data: bytes, syntax: Syntax = EXPLICIT_LITTLE) -> str:
    return SourceDigest(KEY)(read_facts(data, 0, syntax), data)


@pytest.mark.parametrize(
    ("data", "syntax"),
    [
        pytest.param(tracer(is_open=True), EXPLICIT_LITTLE, id="lengths undefined"),
        pytest.param(tracer(IMPLICIT), IMPLICIT_LITTLE, id="implicit VR"),
        pytest.param(tracer(IMPLICIT, is_open=True), IMPLICIT_LITTLE, id="implicit VR, lengths undefined"),
        pytest.param(tracer(vr="UN"), EXPLICIT_LITTLE, id="a VR that the sender does not know"),
        pytest.param(tracer(vr="UN", is_open=True), EXPLICIT_LITTLE, id="the same, lengths undefined"),
        pytest.param(tracer(dose=b"3.7E8\0"), EXPLICIT_LITTLE, id="other padding"),
        pytest.param(tracer(more=EXPLICIT.element(0x00211001, "LO", b"x ")), EXPLICIT_LITTLE, id="a private value"),
        pytest.param(
            tracer(more=EXPLICIT.open_sequence(0x00211002, EXPLICIT.item())), EXPLICIT_LITTLE, id="a private sequence"
        ),
        pytest.param(tracer(more=EXPLICIT.element(0x00080054, "AE", b"PACS")), EXPLICIT_LITTLE, id="where it lay"),
        pytest.param(tracer(more=EXPLICIT.element(0x00181075, "DS")), EXPLICIT_LITTLE, id="no value"),
        pytest.param(
            EXPLICIT.sequence(REQUESTS, EXPLICIT.item(EXPLICIT.element(REQUEST, "LO", b"PET "))) + tracer(),
            EXPLICIT_LITTLE,
            id="what the archive knows of the order",
        ),
        pytest.param(EXPLICIT.sequence(0x00081140, b"") + tracer(), EXPLICIT_LITTLE, id="a sequence without items"),
        pytest.param(
            EXPLICIT.sequence(0x00081140, EXPLICIT.item() * 2) + tracer(), EXPLICIT_LITTLE, id="items without content"
        ),
    ],
)
def test_what_a_sequence_says_counts_and_not_how_it_is_written(data: bytes, syntax: Syntax) -> None:
    assert digest_of(data, syntax) == digest_of(tracer())


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(tracer(dose=b"3.8E8 "), id="another value"),
        pytest.param(tracer(more=EXPLICIT.element(0x00181075, "DS", b"6586")), id="a value more"),
        pytest.param(tracer().replace(b"C-111A1", b"C-B1031"), id="another value two levels down"),
        pytest.param(EXPLICIT.sequence(TRACERS, tracer()[12:] * 2), id="an item more"),
        pytest.param(EXPLICIT.sequence(CODES, tracer()[12:]), id="another sequence of the same items"),
        pytest.param(b"", id="no sequence"),
        pytest.param(EXPLICIT.sequence(TRACERS, b"no items"), id="what cannot be read"),
        pytest.param(
            EXPLICIT.sequence(TRACERS, EXPLICIT.element(0xFFFEE000, "", b"", 64)), id="an item that is cut off"
        ),
    ],
)
def test_another_content_of_a_sequence_is_another_object(other: bytes) -> None:
    assert not are_of_the_same(digest_of(other), digest_of(tracer()))


def test_zeros_at_the_end_of_a_nested_binary_value_count() -> None:
    one, other = (tracer(more=EXPLICIT.element(0x00209057, "UL", value)) for value in (b"\1\0\0\0", b"\1\x20\0\0"))
    assert digest_of(one) != digest_of(other)


def test_a_sequence_that_is_the_same_as_before_is_not_mistaken_for_another() -> None:
    digest = SourceDigest(KEY)
    told = [digest(read_facts(data, 0, EXPLICIT_LITTLE), data) for data in (tracer(), tracer(dose=b"1 "), tracer())]
    assert told == [digest_of(tracer()), digest_of(tracer(dose=b"1 ")), digest_of(tracer())]


def test_sequences_within_sequences_without_end_are_taken_as_they_are() -> None:
    deep = b""
    for _ in range(2000):
        deep = IMPLICIT.sequence(CODES, IMPLICIT.item(deep))
    assert digest_of(deep, IMPLICIT_LITTLE) != digest_of(b"", IMPLICIT_LITTLE)
