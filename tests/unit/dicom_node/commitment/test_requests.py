"""Reading what a peer asks for: written by pydicom in every legal way, and torn in many illegal ones."""

import struct
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from dicom_node.commitment.failures import ActionError
from dicom_node.commitment.requests import LARGEST_BYTES, MOST_REFERENCES, Reference, Request, read_information
from tests.builders.commitment import NEVER_SENT_UID, SENT_UID, TRANSACTION_UID, encoded, information, request
from tests.builders.peer import CT, EXPLICIT, IMPLICIT, MR

BOTH = (Reference(CT, SENT_UID), Reference(MR, NEVER_SENT_UID))
ASKED = ((CT, SENT_UID), (MR, NEVER_SENT_UID))


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT])
@pytest.mark.parametrize("undefined", [False, True], ids=["lengths given", "lengths undefined"])
def test_transaction_and_references_are_read(syntax: str, undefined: bool) -> None:
    asked = information(*ASKED)
    asked["ReferencedSOPSequence"].is_undefined_length = undefined
    for item in asked.ReferencedSOPSequence:
        item.is_undefined_length_sequence_item = undefined
    assert read_information(encoded(asked, syntax), syntax) == (TRANSACTION_UID, BOTH)


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT])
@pytest.mark.parametrize("undefined", [False, True], ids=["lengths given", "lengths undefined"])
def test_what_else_is_in_it_is_passed_over(syntax: str, undefined: bool) -> None:
    step = Dataset()
    step.ReferencedSOPClassUID, step.ReferencedSOPInstanceUID = "1.2.840.10008.3.1.2.3.3", "1.2.3.4"
    asked = information(*ASKED, ReferencedPerformedProcedureStepSequence=[step], StorageMediaFileSetID="SET")
    asked["ReferencedPerformedProcedureStepSequence"].is_undefined_length = undefined
    asked.ReferencedSOPSequence[0].StorageMediaFileSetUID = "1.2.3.5"
    asked.ReferencedSOPSequence[0].ReferencedSOPSequence = [step]
    asked.ReferencedSOPSequence[0]["ReferencedSOPSequence"].is_undefined_length = undefined
    assert read_information(encoded(asked, syntax), syntax) == (TRANSACTION_UID, BOTH)


def test_an_object_named_twice_is_asked_for_once() -> None:
    asked = encoded(information((CT, SENT_UID), (MR, NEVER_SENT_UID), (CT, SENT_UID)))
    assert read_information(asked, EXPLICIT)[1] == BOTH


def references(count: int) -> bytes:
    """An item a reference, in implicit VR, quicker than by pydicom."""
    items = b"".join(
        struct.pack("<HHI", 0xFFFE, 0xE000, 16 + 26 + 12)
        + struct.pack("<HHI", 8, 0x1150, 26)
        + CT.encode().ljust(26, b"\0")
        + struct.pack("<HHI", 8, 0x1155, 12)
        + f"1.2.{number}".encode().ljust(12, b"\0")
        for number in range(count)
    )
    head = struct.pack("<HHI", 8, 0x1195, 4) + b"1.2\0"
    return head + struct.pack("<HHI", 8, 0x1199, len(items)) + items


def test_as_many_references_as_allowed_are_read_and_one_more_is_too_many() -> None:
    assert len(read_information(references(MOST_REFERENCES), IMPLICIT)[1]) == MOST_REFERENCES
    with pytest.raises(ActionError) as error:
        read_information(references(MOST_REFERENCES + 1), IMPLICIT)
    assert error.value.status == 0x0213


def test_what_is_too_long_is_not_read_at_all() -> None:
    with pytest.raises(ActionError) as error:
        read_information(bytes(LARGEST_BYTES + 1), EXPLICIT)
    assert error.value.status == 0x0213


def test_sequences_nested_without_end_are_refused() -> None:
    deep = struct.pack("<HHI", 8, 0x1199, 0xFFFFFFFF) + struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    with pytest.raises(ActionError):
        read_information(deep * 50_000, IMPLICIT)


WELL = encoded(information(*ASKED))


def changed(at: int, put: bytes) -> bytes:
    return WELL[:at] + put + WELL[at + len(put) :]


TORN = st.binary(max_size=200) | st.builds(changed, st.integers(0, len(WELL)), st.binary(max_size=8))


@given(TORN, st.sampled_from([EXPLICIT, IMPLICIT]))
@example(WELL[:-1], EXPLICIT)
def test_any_bytes_are_read_or_refused(content: bytes, syntax: str) -> None:
    try:
        transaction_uid, found = read_information(content, syntax)
    except ActionError:
        return
    assert transaction_uid
    assert found


def test_a_request_survives_being_written_down() -> None:
    whole = request(SENT_UID, NEVER_SENT_UID, is_duplicate=True, received_at=datetime.now(UTC))
    assert Request.from_json(whole.to_json()) == whole


def test_a_request_does_not_show_what_it_asks_for() -> None:
    shown = repr(request(SENT_UID))
    assert SENT_UID not in shown
    assert TRANSACTION_UID not in shown
