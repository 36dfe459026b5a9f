"""DIMSE command sets (PS3.7 6.3, Annex E): group 0000, implicit VR little endian, read and written as bytes."""

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

NO_DATA_SET, _WITH_DATA_SET = 0x0101, 0x0001
RESPONSE = 0x8000
_ELEMENT = struct.Struct("<HHI")
_AFFECTED_SOP_CLASS, _REQUESTED_SOP_CLASS = 0x0002, 0x0003
_COMMAND_FIELD, _MESSAGE_ID, _RESPONDED_ID, _DATA_SET_TYPE = 0x0100, 0x0110, 0x0120, 0x0800
_STATUS, _ERROR_COMMENT = 0x0900, 0x0902
_EVENT_TYPE, _WITH_DATA_SET = 0x1002, 0x0001
_AFFECTED_SOP_INSTANCE, _REQUESTED_SOP_INSTANCE, _ACTION_TYPE = 0x1000, 0x1001, 0x1008
_PRIORITY, _MEDIUM = 0x0700, 0
_LONGEST_COMMENT = 64


class CommandError(Exception):
    """The bytes are no command set."""


class Field(IntEnum):
    """Command Field (0000,0100) of the requests that an acceptor of ours may get."""

    C_STORE = 0x0001
    C_ECHO = 0x0030
    C_CANCEL = 0x0FFF
    N_EVENT_REPORT = 0x0100
    N_ACTION = 0x0130


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A request; or a response, to a request of ours."""

    field: int
    message_id: int
    has_data_set: bool
    sop_class_uid: str
    """Affected or Requested SOP Class UID."""
    sop_instance_uid: str
    """Affected or Requested SOP Instance UID; empty where there is none."""
    action_type: int | None = None
    responded_id: int | None = None
    """Message ID Being Responded To; of a response only, as is `status`."""
    status: int | None = None


def read_command(content: bytes) -> Command:
    """The request in a command set. Raises CommandError."""
    values = _values(content)
    try:
        return Command(
            field=_number(values[_COMMAND_FIELD]),
            message_id=_number(values.get(_MESSAGE_ID, b"\0\0")),
            has_data_set=_number(values[_DATA_SET_TYPE]) != NO_DATA_SET,
            sop_class_uid=_uid(values.get(_AFFECTED_SOP_CLASS) or values.get(_REQUESTED_SOP_CLASS, b"")),
            sop_instance_uid=_uid(values.get(_AFFECTED_SOP_INSTANCE) or values.get(_REQUESTED_SOP_INSTANCE, b"")),
            action_type=_optional(values, _ACTION_TYPE),
            responded_id=_optional(values, _RESPONDED_ID),
            status=_optional(values, _STATUS),
        )
    except (KeyError, struct.error):
        raise CommandError("a command set without what every one has") from None


def response(command: Command, status: int, comment: str = "") -> bytes:
    """The command set that answers a request. `comment`: Error Comment (0000,0902), ASCII."""
    return _written(
        (
            (_AFFECTED_SOP_CLASS, _text(command.sop_class_uid, b"\0")),
            (_COMMAND_FIELD, _short(command.field | RESPONSE)),
            (_RESPONDED_ID, _short(command.message_id)),
            (_DATA_SET_TYPE, _short(NO_DATA_SET)),
            (_STATUS, _short(status)),
            (_ERROR_COMMENT, _text(comment[:_LONGEST_COMMENT], b" ")),
            (_AFFECTED_SOP_INSTANCE, _text(command.sop_instance_uid, b"\0")),
            *(((_ACTION_TYPE, _short(command.action_type)),) if command.action_type is not None else ()),
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What a request was answered with."""

    field: int
    message_id: int
    """Of the request."""
    has_data_set: bool
    status: int
    comment: str


def store_request(message_id: int, sop_class_uid: str, sop_instance_uid: str) -> bytes:
    """The command set of a C-STORE (PS3.7 9.3.1.1), whose data set follows."""
    return _written(
        (
            (_AFFECTED_SOP_CLASS, _text(sop_class_uid, b"\0")),
            (_COMMAND_FIELD, _short(Field.C_STORE)),
            (_MESSAGE_ID, _short(message_id)),
            (_PRIORITY, _short(_MEDIUM)),
            (_DATA_SET_TYPE, _short(_WITH_DATA_SET)),
            (_AFFECTED_SOP_INSTANCE, _text(sop_instance_uid, b"\0")),
        )
    )


def event_report(sop_class_uid: str, sop_instance_uid: str, event_type: int, message_id: int) -> bytes:
    """The command set of an N-EVENT-REPORT-RQ with a data set (PS3.7 10.3.1.1)."""
    return _written(
        (
            (_AFFECTED_SOP_CLASS, _text(sop_class_uid, b"\0")),
            (_COMMAND_FIELD, _short(Field.N_EVENT_REPORT)),
            (_MESSAGE_ID, _short(message_id)),
            (_DATA_SET_TYPE, _short(_WITH_DATA_SET)),
            (_AFFECTED_SOP_INSTANCE, _text(sop_instance_uid, b"\0")),
            (_EVENT_TYPE, _short(event_type)),
        )
    )


def read_response(content: bytes) -> Response:
    """The response in a command set. Raises CommandError."""
    values = _values(content)
    try:
        return Response(
            field=_number(values[_COMMAND_FIELD]),
            message_id=_number(values[_RESPONDED_ID]),
            has_data_set=_number(values[_DATA_SET_TYPE]) != NO_DATA_SET,
            status=_number(values[_STATUS]),
            comment=values.get(_ERROR_COMMENT, b"").decode("ascii", "replace").strip(" \0"),
        )
    except (KeyError, struct.error):
        raise CommandError("a command set without what every response has") from None


def _values(content: bytes) -> dict[int, bytes]:
    values: dict[int, bytes] = {}
    position = 0
    while position < len(content):
        try:
            group, element, length = _ELEMENT.unpack_from(content, position)
        except struct.error:
            raise CommandError("a command element is cut off") from None
        position += _ELEMENT.size
        if group or position + length > len(content):
            raise CommandError("a command set with other elements, or cut off")
        values[element] = content[position : position + length]
        position += length
    return values


def _written(elements: Iterable[tuple[int, bytes]]) -> bytes:
    body = b"".join(_ELEMENT.pack(0, element, len(value)) + value for element, value in elements if value)
    return _ELEMENT.pack(0, 0, 4) + struct.pack("<I", len(body)) + body


def _number(value: bytes) -> int:
    number: int = struct.unpack("<H", value)[0]
    return number


def _optional(values: Mapping[int, bytes], element: int) -> int | None:
    return _number(values[element]) if element in values else None


def _short(number: int) -> bytes:
    return struct.pack("<H", number)


def _uid(value: bytes) -> str:
    return value.decode("ascii", "replace").strip(" \0")


def _text(text: str, padding: bytes) -> bytes:
    encoded = text.encode("ascii", "replace")
    return encoded + padding * (len(encoded) % 2)
