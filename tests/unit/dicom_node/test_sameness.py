"""Whether two received objects are one sent again is told by a digest of what they say."""

import hmac
import struct
from dataclasses import replace

import pytest

from dicom_node.pseudonymisation.facts import Facts, Pixels
from dicom_node.sameness import SourceDigest

KEY = b"k" * 32
PATIENT_ID, INSTANCE_NUMBER, RETRIEVE_AE, PIXELS = 0x00100020, 0x00200013, 0x00080054, 0x7FE00010
DATA = bytes(range(64))


def facts(**changes: bytes) -> Facts:
    values = {PATIENT_ID: b"4711", INSTANCE_NUMBER: b"1 ", RETRIEVE_AE: b"ARCHIVE "} | {
        int(tag.removeprefix("t"), 16): value for tag, value in changes.items()
    }
    return Facts(values, {}, (Pixels(PIXELS, "OW", 16, 48, encapsulated=False),))


def test_the_digest_is_a_keyed_hash_of_each_value_behind_its_tag_and_length_and_of_the_pixels() -> None:
    def piece(tag: int, value: bytes) -> bytes:
        return struct.pack(">IQ", tag, len(value)) + value

    whole = piece(PATIENT_ID, b"4711") + piece(INSTANCE_NUMBER, b"1") + struct.pack(">IQ", PIXELS, 32) + b"pixels"
    assert SourceDigest(KEY)(facts(), DATA, lambda _: b"pixels") == hmac.new(KEY, whole, "sha256").hexdigest()


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
