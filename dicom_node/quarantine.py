"""Quarantine: objects that could not be handled, encrypted, with the reason in clear and nothing else.

A file: magic, length of the label (4 bytes, big endian), the label as JSON, then the object in sealed chunks
that are bound to the label.
"""

import hmac
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path

from dicom_node.durable import make_folder, remove_drafts, write_new
from dicom_node.status import Reason
from storage.keys import KeyRing
from storage.ledger_records import QuarantinedObject
from storage.sealing import seal_chunks, unseal_chunks

MAGIC = b"OSTEON-QUARANTINE-1\n"
SUFFIX = ".sealed"
_LENGTH_BYTES = 4
_ID_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What may be known of a quarantined object without opening it."""

    quarantine_id: str
    association_id: str
    reason: Reason
    detail: str
    sop_class_uid: str
    size: int
    key_id: str
    received_at: datetime

    def for_ledger(self) -> QuarantinedObject:
        return QuarantinedObject(
            quarantine_id=self.quarantine_id,
            association_id=self.association_id,
            reason=self.reason.value,
            sop_class_uid=self.sop_class_uid,
            size=self.size,
            received_at=self.received_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """How an object came: what the label takes over. None of it is taken from the object."""

    association_id: str
    sop_class_uid: str
    received_at: datetime


class Quarantine:
    """A folder of sealed objects. Safe for several writers."""

    def __init__(self, folder: Path, keys: KeyRing) -> None:
        self._folder = folder
        self._keys = keys
        self._seal_key = keys.derive("quarantine-seal")
        self._name_key = keys.derive("quarantine-name")
        make_folder(folder)

    def remove_drafts(self) -> None:
        """Remove what a crash left half-written. For when nobody writes: another process may be at work."""
        remove_drafts(self._folder)

    def put(self, content: bytes, came: Circumstances, reason: Reason, detail: str = "") -> Label:
        """Seal `content`; durable on return. When the same object is here for the same reason, its label is returned.

        Raises OSError when it cannot be kept.
        """
        name = hmac.digest(self._name_key, reason.value.encode() + b"\0" + content, "sha256")[:_ID_BYTES].hex()
        label = Label(
            quarantine_id=name,
            association_id=came.association_id,
            reason=reason,
            detail=detail,
            sop_class_uid=came.sop_class_uid,
            size=len(content),
            key_id=self._keys.key_id,
            received_at=came.received_at,
        )
        head = _label_to_json(label)
        sealed = seal_chunks(self._seal_key, content, head)
        path = self._folder / (name + SUFFIX)
        try:
            write_new(path, chain((MAGIC, len(head).to_bytes(_LENGTH_BYTES, "big"), head), sealed))
        except FileExistsError:
            return _label_of(path)
        return label

    def labels(self) -> Iterator[Label]:
        """What is in quarantine, by id."""
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            yield _label_of(path)

    def open(self, quarantine_id: str) -> bytes:
        """The object, in clear, in memory, also when the key was rotated since.

        Raises FileNotFoundError, UnsealError, and UnknownKeyError when the key file lacks the key it was sealed with.
        """
        content = (self._folder / (quarantine_id + SUFFIX)).read_bytes()
        start = len(MAGIC) + _LENGTH_BYTES
        end = start + int.from_bytes(content[len(MAGIC) : start], "big")
        label = content[start:end]
        key = self._keys.derive_as(_label_from_json(label).key_id, "quarantine-seal")
        return unseal_chunks(key, content[end:], label)


def _label_of(path: Path) -> Label:
    with path.open("rb") as file:
        file.read(len(MAGIC))
        return _label_from_json(file.read(int.from_bytes(file.read(_LENGTH_BYTES), "big")))


def _label_to_json(label: Label) -> bytes:
    return json.dumps({**asdict(label), "reason": label.reason.value}, default=str).encode("ascii")


def _label_from_json(text: bytes) -> Label:
    content = json.loads(text)
    content["reason"] = Reason(content["reason"])
    content["received_at"] = datetime.fromisoformat(content["received_at"])
    return Label(**content)
