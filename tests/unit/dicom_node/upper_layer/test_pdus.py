"""The PDUs that an acceptor writes, byte for byte as PS3.8 9.3 has them."""

import struct

import pytest
from pynetdicom.pdu import A_ABORT_RQ, A_ASSOCIATE_RJ, A_RELEASE_RP, P_DATA_TF

from dicom_node.upper_layer import pdus
from dicom_node.upper_layer.pdus import (
    AbortReason,
    Rejection,
    aborted,
    command_message,
    data_message,
    rejected,
    released,
)


def test_a_rejection_is_ten_bytes() -> None:
    """PS3.8 Table 9-21."""
    assert rejected(pdus.CALLED_AE_TITLE) == bytes((3, 0, 0, 0, 0, 4, 0, 1, 1, 7))


@pytest.mark.parametrize(
    ("why", "source", "meaning"),
    [
        (pdus.APPLICATION_CONTEXT, "DUL service-user", "Application context name not supported"),
        (pdus.CALLING_AE_TITLE, "DUL service-user", "Calling AE title not recognised"),
        (pdus.CALLED_AE_TITLE, "DUL service-user", "Called AE title not recognised"),
        (pdus.PROTOCOL_VERSION, "DUL service-provider (ACSE related)", "Protocol version not supported"),
        (pdus.LOCAL_LIMIT, "DUL service-provider (presentation related)", "Local limit exceeded"),
    ],
)
def test_a_rejection_means_what_it_is_called(why: Rejection, source: str, meaning: str) -> None:
    decoded = A_ASSOCIATE_RJ()
    decoded.decode(rejected(why))
    assert (decoded.source_str, decoded.reason_str) == (source, meaning)
    is_passing = why == pdus.LOCAL_LIMIT
    assert decoded.result_str == ("Rejected (Transient)" if is_passing else "Rejected (Permanent)")


@pytest.mark.parametrize(
    ("reason", "meaning"),
    [
        (AbortReason.NOT_SPECIFIED, "No reason given"),
        (AbortReason.UNRECOGNISED_PDU, "Unrecognised PDU"),
        (AbortReason.UNEXPECTED_PDU, "Unexpected PDU"),
        (AbortReason.INVALID_PARAMETER_VALUE, "Invalid PDU parameter value"),
    ],
)
def test_an_abort_is_the_providers_and_gives_its_reason(reason: AbortReason, meaning: str) -> None:
    """PS3.8 Table 9-26."""
    decoded = A_ABORT_RQ()
    decoded.decode(aborted(reason))
    assert len(aborted(reason)) == 10
    assert (decoded.source, decoded.reason_str) == (2, meaning)


def test_a_release_is_answered_with_four_zeros() -> None:
    """PS3.8 Table 9-25."""
    assert released() == bytes((6, 0, 0, 0, 0, 4, 0, 0, 0, 0))
    A_RELEASE_RP().decode(released())


def pdus_in(stream: bytes) -> list[bytes]:
    found = []
    while stream:
        kind, length = struct.unpack_from(">BxI", stream)
        assert kind == 4
        found.append(stream[: 6 + length])
        stream = stream[6 + length :]
    return found


@pytest.mark.parametrize("most", [0, 8, 10, 50, 105, 106, 107, 4096, 0xFFFF_FFFF])
def test_a_command_is_cut_to_the_peers_maximum_and_only_its_last_piece_says_so(most: int) -> None:
    command = bytes(range(100))
    pieces, controls = b"", []
    for one in pdus_in(command_message(5, command, most)):
        assert most == 0 or len(one) - 6 <= most
        decoded = P_DATA_TF()
        decoded.decode(one)
        (item,) = decoded.presentation_data_value_items
        assert item.presentation_context_id == 5
        value = item.presentation_data_value
        assert value is not None
        controls.append(value[0])
        pieces += value[1:]
    assert pieces == command
    assert controls == [1] * (len(controls) - 1) + [3]
    assert len(controls) == (1 if most == 0 or most >= 106 else -(-100 // ((most - 6) // 2 * 2)))


@pytest.mark.parametrize("most", [0, 8, 106, 4096])
@pytest.mark.parametrize("size", [2, 100, 10_000])
def test_a_data_set_is_cut_likewise_and_comes_in_handy_portions(most: int, size: int) -> None:
    data_set = bytes(number % 251 for number in range(size))
    portions = list(data_message(5, data_set, most))
    pieces = pdus_in(b"".join(portions))
    assert b"".join(one[12:] for one in pieces) == data_set
    assert [one[11] for one in pieces] == [0] * (len(pieces) - 1) + [2]
    assert most == 0 or max(len(one) - 6 for one in pieces) <= most
    assert max(map(len, portions)) <= max(256 * (most + 6), size + 12)


@pytest.mark.parametrize("most", [9, 11, 13, 105])
def test_every_piece_is_of_even_length(most: int) -> None:
    """PS3.8 E.1: each fragment shall consist of an even number of bytes."""
    assert [len(one) for one in pdus_in(command_message(1, bytes(100), most)) if len(one) % 2] == []
