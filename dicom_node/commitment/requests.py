"""A request for storage commitment: read from the N-ACTION's Action Information (PS3.4 J.3.2.1.1)."""

import json
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydicom.uid import ImplicitVRLittleEndian

from dicom_node.commitment.failures import ActionError, ActionStatus
from dicom_node.pseudonymisation.codec import ITEM, ITEM_END, SEQUENCE_END, UNDEFINED, Codec, StructureError
from dicom_node.pseudonymisation.syntax import EXPLICIT_LITTLE, IMPLICIT_LITTLE
from dicom_node.uids import LONGEST_UID, is_uid

MOST_REFERENCES = 20_000
LARGEST_BYTES = 1 << 23
"""Of the Action Information: 20,000 references take up to 4 MB."""

TRANSACTION_UID, REFERENCED_SOP_SEQUENCE = 0x00081195, 0x00081199
REFERENCED_SOP_CLASS, REFERENCED_SOP_INSTANCE = 0x00081150, 0x00081155
_CODECS = (Codec(EXPLICIT_LITTLE), Codec(IMPLICIT_LITTLE))
_REPEATABLE = re.compile(rf"[!-\[\]-~]{{1,{LONGEST_UID}}}")
"""What can be said back to the peer: some send objects whose UIDs are none."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One object, by the sender's own identifiers."""

    sop_class_uid: str = field(repr=False)
    sop_instance_uid: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a peer asks for."""

    calling_ae_title: str
    peer_address: str
    transaction_uid: str = field(repr=False)
    references: tuple[Reference, ...] = field(repr=False)
    received_at: datetime
    is_duplicate: bool = False
    """Whether its transaction UID is that of another request of this peer's, not answered yet."""

    def to_json(self) -> bytes:
        content = {
            "calling_ae_title": self.calling_ae_title,
            "peer_address": self.peer_address,
            "transaction_uid": self.transaction_uid,
            "references": [[one.sop_class_uid, one.sop_instance_uid] for one in self.references],
            "received_at": self.received_at.isoformat(),
            "is_duplicate": self.is_duplicate,
        }
        return json.dumps(content).encode("ascii")

    @classmethod
    def from_json(cls, text: bytes) -> "Request":
        """Raises ValueError, KeyError or TypeError when `text` was not made by `to_json`."""
        content: dict[str, Any] = json.loads(text)
        content["references"] = tuple(Reference(*pair) for pair in content["references"])
        content["received_at"] = datetime.fromisoformat(content["received_at"])
        return cls(**content)


def read_information(data_set: bytes, transfer_syntax: str) -> tuple[str, tuple[Reference, ...]]:
    """Transaction UID and references, each once. Raises ActionError: the bytes are hostile."""
    if len(data_set) > LARGEST_BYTES:
        raise ActionError(ActionStatus.RESOURCE_LIMITATION, f"the information is longer than {LARGEST_BYTES} bytes")
    codec = _CODECS[transfer_syntax == ImplicitVRLittleEndian]
    try:
        return _information(codec, data_set)
    except (StructureError, struct.error):
        raise ActionError(ActionStatus.INVALID_ARGUMENT_VALUE, "the information is no data set") from None


def _information(codec: Codec, data: bytes) -> tuple[str, tuple[Reference, ...]]:
    transaction_uid = ""
    references: dict[Reference, None] = {}
    for tag, start, stop in _elements(codec, data, 0, len(data)):
        if tag == TRANSACTION_UID:
            transaction_uid = _text(data, start, stop)
        elif tag == REFERENCED_SOP_SEQUENCE:
            for item_start, item_stop in _items(codec, data, start, stop):
                references[_reference(codec, data, item_start, item_stop)] = None
                if len(references) > MOST_REFERENCES:
                    raise ActionError(ActionStatus.RESOURCE_LIMITATION, f"more than {MOST_REFERENCES} references")
    if not is_uid(transaction_uid):
        raise ActionError(ActionStatus.INVALID_ARGUMENT_VALUE, "Transaction UID (0008,1195) is missing or no UID")
    if not references:
        raise ActionError(ActionStatus.INVALID_ARGUMENT_VALUE, "Referenced SOP Sequence (0008,1199) has no items")
    return transaction_uid, tuple(references)


def _reference(codec: Codec, data: bytes, start: int, stop: int) -> Reference:
    values = {tag: _text(data, at, end) for tag, at, end in _elements(codec, data, start, stop)}
    sop_class_uid, sop_instance_uid = values.get(REFERENCED_SOP_CLASS, ""), values.get(REFERENCED_SOP_INSTANCE, "")
    if not is_uid(sop_class_uid) or _REPEATABLE.fullmatch(sop_instance_uid) is None:
        raise ActionError(ActionStatus.INVALID_ARGUMENT_VALUE, "a reference without SOP Class or Instance UID")
    return Reference(sop_class_uid, sop_instance_uid)


def _elements(codec: Codec, data: bytes, position: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Tag, start and end of the values; what is nested in them is passed over."""
    while position < end:
        tag, vr, value, length = codec.read(data, position)
        if tag == ITEM_END:
            return
        stop = codec.end_of_items(data, (tag, vr, value), end) if length == UNDEFINED else value + length
        if stop > end:
            raise StructureError("a value is cut off")
        yield tag, value, stop
        position = stop


def _items(codec: Codec, data: bytes, position: int, end: int) -> Iterator[tuple[int, int]]:
    """Start and end of the items of a sequence."""
    while position < end:
        tag, _, value, length = codec.read(data, position)
        if tag == SEQUENCE_END:
            return
        if tag != ITEM:
            raise StructureError("a sequence without items")
        stop = codec.end_of_item(data, value, end, 0) if length == UNDEFINED else value + length
        if stop > end:
            raise StructureError("an item is cut off")
        yield value, stop
        position = stop


def _text(data: bytes, start: int, stop: int) -> str:
    return data[start : min(stop, start + 2 * LONGEST_UID)].decode("ascii", "replace").strip(" \0")
