"""Command sets: read as PS3.7 Annex E has them and pynetdicom writes them, written so that pydicom reads them."""

import struct
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset
from pydicom.uid import UID
from pynetdicom.dimse_messages import (
    C_ECHO_RQ,
    C_STORE_RQ,
    N_ACTION_RQ,
    N_EVENT_REPORT_RQ,
    N_EVENT_REPORT_RSP,
    DIMSEMessage,
)
from pynetdicom.dimse_primitives import C_ECHO, C_STORE, N_ACTION, N_EVENT_REPORT
from pynetdicom.dsutils import encode

from dicom_node.upper_layer.commands import Command, CommandError, Field, event_report, read_command, response
from tests.builders.peer import (
    CT,
    STORAGE_COMMITMENT,
    VERIFICATION,
    command_set,
    echo_rq,
    elements_of,
    store_rq,
    ui,
    us,
)

COMMITMENT_INSTANCE = "1.2.840.10008.1.20.1.1"


def by_pynetdicom(message: DIMSEMessage, primitive: C_STORE | C_ECHO | N_ACTION | N_EVENT_REPORT) -> bytes:
    message.primitive_to_message(primitive)
    encoded = encode(message.command_set, is_implicit_vr=True, is_little_endian=True)
    assert encoded is not None
    return encoded


def c_store() -> bytes:
    primitive = C_STORE()
    primitive.MessageID, primitive.Priority = 258, 1
    primitive.AffectedSOPClassUID, primitive.AffectedSOPInstanceUID = UID(CT), UID("1.2.3.45")
    primitive.MoveOriginatorApplicationEntityTitle, primitive.MoveOriginatorMessageID = "MOVER", 7
    primitive.DataSet = BytesIO(b"\0\0")
    return by_pynetdicom(C_STORE_RQ(), primitive)


def c_echo() -> bytes:
    primitive = C_ECHO()
    primitive.MessageID, primitive.AffectedSOPClassUID = 65_535, UID(VERIFICATION)
    return by_pynetdicom(C_ECHO_RQ(), primitive)


def n_action() -> bytes:
    primitive = N_ACTION()
    primitive.MessageID, primitive.ActionTypeID = 3, 1
    primitive.RequestedSOPClassUID = UID(STORAGE_COMMITMENT)
    primitive.RequestedSOPInstanceUID = UID(COMMITMENT_INSTANCE)
    primitive.ActionInformation = BytesIO(b"\0\0")
    return by_pynetdicom(N_ACTION_RQ(), primitive)


def test_a_c_store_request_of_pynetdicom_is_read() -> None:
    assert read_command(c_store()) == Command(
        field=Field.C_STORE, message_id=258, has_data_set=True, sop_class_uid=CT, sop_instance_uid="1.2.3.45"
    )


def test_a_c_echo_request_of_pynetdicom_is_read() -> None:
    assert read_command(c_echo()) == Command(
        field=Field.C_ECHO, message_id=65_535, has_data_set=False, sop_class_uid=VERIFICATION, sop_instance_uid=""
    )


def test_an_n_action_request_of_pynetdicom_is_read() -> None:
    assert read_command(n_action()) == Command(
        field=Field.N_ACTION,
        message_id=3,
        has_data_set=True,
        sop_class_uid=STORAGE_COMMITMENT,
        sop_instance_uid=COMMITMENT_INSTANCE,
        action_type=1,
    )


@pytest.mark.parametrize(("kind", "has_data_set"), [(0x0101, False), (0x0000, True), (0x0001, True), (0x0102, True)])
def test_only_0101_means_that_no_data_set_follows(kind: int, has_data_set: bool) -> None:
    """PS3.7 E.1: Command Data Set Type (0000,0800)."""
    assert read_command(command_set({0x0100: us(1), 0x0110: us(1), 0x0800: us(kind)})).has_data_set is has_data_set


@pytest.mark.parametrize("padding", [b"", b"\0", b" ", b"\0\0\0"])
def test_a_uid_is_read_whatever_it_is_padded_with(padding: bytes) -> None:
    command = command_set({0x0100: us(1), 0x0110: us(1), 0x0800: us(0), 0x1000: b"1.2.3" + padding})
    assert read_command(command).sop_instance_uid == "1.2.3"


def test_a_group_length_that_lies_or_lacks_does_no_harm() -> None:
    honest = echo_rq(5)
    assert read_command(honest[:8] + b"\xff\xff\xff\xff" + honest[12:]) == read_command(honest)
    assert read_command(honest[12:]) == read_command(honest)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(command_set({}), id="no element"),
        pytest.param(command_set({0x0110: us(1), 0x0800: us(0x0101)}), id="no command field"),
        pytest.param(command_set({0x0100: us(1), 0x0110: us(1)}), id="no data set type"),
        pytest.param(command_set({0x0100: b"\1", 0x0110: us(1), 0x0800: us(0)}), id="a command field of one byte"),
        pytest.param(command_set({0x0100: b"\1\0\0\0", 0x0110: us(1), 0x0800: us(0)}), id="one of four bytes"),
        pytest.param(command_set({0x0100: us(1), 0x0110: b"", 0x0800: us(0)}), id="an empty message id"),
        pytest.param(echo_rq()[:-1], id="cut off in a value"),
        pytest.param(echo_rq()[:-5], id="cut off in an element's head"),
        pytest.param(echo_rq() + struct.pack("<HHI", 8, 0x18, 0), id="an element of another group"),
        pytest.param(echo_rq() + struct.pack("<HHI", 0, 0x5110, 0xFFFF_FFFF), id="an element of undefined length"),
    ],
)
def test_what_is_no_command_set_is_refused(content: bytes) -> None:
    with pytest.raises(CommandError):
        read_command(content)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(
    st.binary(max_size=200)
    | st.tuples(st.integers(0, 200), st.binary(max_size=12)).map(
        lambda change: store_rq("1.2.3")[: change[0]] + change[1] + store_rq("1.2.3")[change[0] + len(change[1]) :]
    )
)
def test_any_bytes_are_read_or_refused_and_what_is_read_can_be_answered(content: bytes) -> None:
    try:
        command = read_command(content)
    except CommandError:
        return
    elements_of(response(command, 0x0000))


def as_read_by_pydicom(content: bytes) -> Dataset:
    return read_dataset(BytesIO(content), is_implicit_VR=True, is_little_endian=True)


def test_an_answer_names_request_object_and_status() -> None:
    content = response(read_command(store_rq("1.2.3.45", 777)), 0xC100, "missing_patient_id")
    answer = as_read_by_pydicom(content)
    assert (answer.CommandField, answer.MessageIDBeingRespondedTo, answer.Status) == (0x8001, 777, 0xC100)
    assert (answer.AffectedSOPClassUID, answer.AffectedSOPInstanceUID) == (CT, "1.2.3.45")
    assert (answer.CommandDataSetType, answer.ErrorComment) == (0x0101, "missing_patient_id")
    assert answer.CommandGroupLength == len(content) - 12


def test_success_comes_without_comment() -> None:
    answer = as_read_by_pydicom(response(read_command(store_rq("1.2.3")), 0))
    assert answer.Status == 0
    assert "ErrorComment" not in answer


def test_an_echo_is_answered_without_an_instance() -> None:
    answer = as_read_by_pydicom(response(read_command(c_echo()), 0))
    assert answer.CommandField == 0x8030
    assert answer.AffectedSOPClassUID == VERIFICATION
    assert "AffectedSOPInstanceUID" not in answer


def test_an_answer_to_n_action_names_what_was_requested_as_affected() -> None:
    """PS3.7 10.3.5.2."""
    answer = as_read_by_pydicom(response(read_command(n_action()), 0))
    assert (answer.CommandField, answer.ActionTypeID) == (0x8130, 1)
    assert (answer.AffectedSOPClassUID, answer.AffectedSOPInstanceUID) == (STORAGE_COMMITMENT, COMMITMENT_INSTANCE)
    assert "RequestedSOPClassUID" not in answer


def test_an_event_report_is_what_pynetdicom_writes() -> None:
    """PS3.7 10.3.1.1."""
    primitive = N_EVENT_REPORT()
    primitive.MessageID, primitive.EventTypeID = 7, 2
    primitive.AffectedSOPClassUID = UID(STORAGE_COMMITMENT)
    primitive.AffectedSOPInstanceUID = UID(COMMITMENT_INSTANCE)
    primitive.EventInformation = BytesIO(b"\0\0")
    written = event_report(STORAGE_COMMITMENT, COMMITMENT_INSTANCE, 2, 7)
    assert written == by_pynetdicom(N_EVENT_REPORT_RQ(), primitive)


def test_the_answer_to_an_event_report_is_read() -> None:
    primitive = N_EVENT_REPORT()
    primitive.MessageIDBeingRespondedTo, primitive.Status = 7, 0x0110
    answer = read_command(by_pynetdicom(N_EVENT_REPORT_RSP(), primitive))
    assert (answer.field, answer.responded_id, answer.status) == (0x8100, 7, 0x0110)
    assert not answer.has_data_set


def test_a_long_comment_is_cut_to_what_the_value_representation_holds() -> None:
    """LO: 64 characters (PS3.5 Table 6.2-1)."""
    answer = elements_of(response(read_command(store_rq("1.2.3")), 0xA700, "no room " * 40))
    assert len(answer[0x0902]) == 64


def test_characters_that_the_default_repertoire_lacks_are_replaced() -> None:
    answer = elements_of(response(read_command(store_rq("1.2.3")), 0xC000, "échecs"))
    assert answer[0x0902] == b"?checs"


def test_hostile_identifiers_are_given_back_harmlessly() -> None:
    command = command_set({0x0002: b"\xff\xfe", 0x0100: us(1), 0x0110: us(1), 0x0800: us(0), 0x1000: ui("../../etc/x")})
    answer = elements_of(response(read_command(command), 0xC100))
    assert answer[0x0002].isascii()
    assert answer[0x1000].rstrip(b"\0") == b"../../etc/x"
