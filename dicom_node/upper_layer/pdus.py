"""The small PDUs that an acceptor writes (PS3.8 9.3), and the values in them."""

import struct
from collections.abc import Iterator
from enum import IntEnum
from itertools import islice

SHORTEST_PDU = 8
"""Bytes of a P-DATA-TF's variable field that carry a fragment at all."""

PDV_HEADER = struct.Struct(">IBB")
"""Item length, presentation context id, message control header (PS3.8 9.3.5.1, Annex E)."""

_AT_A_TIME = 256
_CONTROL_BYTES = 2
"""Of a PDV's length: context id and control header."""


class Kind(IntEnum):
    """PDU type."""

    ASSOCIATE_RQ = 0x01
    ASSOCIATE_AC = 0x02
    ASSOCIATE_RJ = 0x03
    P_DATA = 0x04
    RELEASE_RQ = 0x05
    RELEASE_RP = 0x06
    ABORT = 0x07


class Control(IntEnum):
    """Bits of the message control header (PS3.8 Annex E.2)."""

    COMMAND = 0b01
    LAST = 0b10


class AbortReason(IntEnum):
    """Why the provider aborts (PS3.8 Table 9-26)."""

    NOT_SPECIFIED = 0
    UNRECOGNISED_PDU = 1
    UNEXPECTED_PDU = 2
    INVALID_PARAMETER_VALUE = 6


class ProtocolError(Exception):
    """The peer breaks the rules."""

    def __init__(self, reason: AbortReason) -> None:
        super().__init__(reason.name)
        self.reason = reason


class Rejection(tuple[int, int, int]):
    """Result, source and reason of an A-ASSOCIATE-RJ (PS3.8 Table 9-21)."""

    __slots__ = ()


APPLICATION_CONTEXT = Rejection((1, 1, 2))
CALLING_AE_TITLE = Rejection((1, 1, 3))
CALLED_AE_TITLE = Rejection((1, 1, 7))
PROTOCOL_VERSION = Rejection((1, 2, 2))
LOCAL_LIMIT = Rejection((2, 3, 2))


def rejected(why: Rejection) -> bytes:
    """A-ASSOCIATE-RJ."""
    return struct.pack(">BxIxBBB", Kind.ASSOCIATE_RJ, 4, *why)


def released() -> bytes:
    """A-RELEASE-RP."""
    return struct.pack(">BxI4x", Kind.RELEASE_RP, 4)


def aborted(reason: AbortReason) -> bytes:
    """A-ABORT by the service provider."""
    return struct.pack(">BxIxxBB", Kind.ABORT, 4, 2, reason)


def command_message(context_id: int, command: bytes, most: int) -> bytes:
    """P-DATA-TF PDUs that carry one command set; `most`: the peer's maximum length, 0 without limit."""
    return b"".join(_fragments(context_id, command, most, Control.COMMAND))


def data_message(context_id: int, data_set: bytes, most: int) -> Iterator[bytes]:
    """The same for a data set, some PDUs at a time: a peer that takes tiny ones gets very many."""
    fragments = _fragments(context_id, data_set, most, 0)
    return iter(lambda: b"".join(islice(fragments, _AT_A_TIME)), b"")


def _fragments(context_id: int, content: bytes, most: int, control: int) -> Iterator[bytes]:
    room = (most or len(content) + PDV_HEADER.size) - PDV_HEADER.size
    room -= room % 2  # a fragment has an even number of bytes (PS3.8 E.1)
    for at in range(0, len(content), room):
        is_last = at + room >= len(content)
        yield _p_data(context_id, content[at : at + room], control | (Control.LAST if is_last else 0))


def _p_data(context_id: int, piece: bytes, control: int) -> bytes:
    item = PDV_HEADER.pack(len(piece) + _CONTROL_BYTES, context_id, control) + piece
    return struct.pack(">BxI", Kind.P_DATA, len(item)) + item
