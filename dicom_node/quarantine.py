"""Quarantine: objects that could not be handled, encrypted, with the reason in clear and nothing else.

A file: magic, length of the label (4 bytes, big endian), the label as JSON, then the object in sealed chunks
that are bound to the label.
"""

import hmac
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import chain, count
from pathlib import Path

from dicom_node.durable import make_folder, remove_drafts, sync_folder, write_new
from dicom_node.fates import decide, has_fate
from dicom_node.pieces import Pieces, pieces_of
from dicom_node.spool import Spool
from dicom_node.status import Reason
from storage.keys import KeyRing
from storage.ledger_records import QuarantinedObject
from storage.quarantine_records import Decision
from storage.sealing import seal_pieces, unseal_chunks

MAGIC = b"OSTEON-QUARANTINE-1\n"
SUFFIX = ".sealed"
DAMAGED = ".damaged"
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
    calling_ae_title: str = ""
    study_instance_uid: str | None = None
    sop_instance_uid: str | None = None
    source_digest: str = ""
    is_pseudonymised: bool | None = None
    """Whether it was set aside after it had been pseudonymised; None: sealed by a version that did not note it."""

    def is_of(self, came: "Circumstances") -> bool:
        """Whether it was made for this arrival, not for an earlier one of the same object."""
        return (self.association_id, self.received_at) == (came.association_id, came.received_at)

    def for_ledger(self) -> QuarantinedObject:
        return QuarantinedObject(
            quarantine_id=self.quarantine_id,
            association_id=self.association_id,
            reason=self.reason.value,
            sop_class_uid=self.sop_class_uid,
            size=self.size,
            received_at=self.received_at,
            study_instance_uid=self.study_instance_uid,
            sop_instance_uid=self.sop_instance_uid,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """How an object came: what the label takes over. Of the object's own, only pseudonymised UIDs and a keyed digest.

    What is not known when it is set aside can be left out.
    """

    association_id: str
    sop_class_uid: str
    received_at: datetime
    calling_ae_title: str = ""
    study_instance_uid: str | None = None
    sop_instance_uid: str | None = None
    source_digest: str = ""
    is_pseudonymised: bool | None = None


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

    def put(self, content: bytes | Pieces, came: Circumstances, reason: Reason, detail: str = "") -> Label:
        """Seal `content`, which is read twice; durable on return.

        When the same object is here for the same reason, its label is returned.

        Raises OSError when it cannot be kept.
        """
        name = self._free_name(content, reason)
        label = Label(
            quarantine_id=name,
            reason=reason,
            detail=detail,
            size=len(content),
            key_id=self._keys.key_id,
            **asdict(came),
        )
        path = self._folder / (name + SUFFIX)
        try:
            self._seal(path, label, content)
        except FileExistsError:
            with suppress(ValueError, KeyError, TypeError):
                return _label_of(path)
            path.rename(path.with_suffix(DAMAGED))  # what is damaged must not stand in the way of what is whole
            self._seal(path, label, content)
        return label

    def set_aside(self, size: int) -> Spool:
        """Where content that is to be put here later can wait, encrypted. Raises OSError."""
        return Spool(self._folder, size)

    def labels(self) -> Iterator[Label]:
        """What is in quarantine, by id."""
        return labels_in(self._folder)

    def label(self, quarantine_id: str) -> Label:
        """What may be known of one. Raises OSError, and ValueError, KeyError or TypeError when it is damaged."""
        return _label_of(self._folder / (quarantine_id + SUFFIX))

    def ids(self) -> Iterator[str]:
        """What is in quarantine, in no order."""
        return (path.name.removesuffix(SUFFIX) for path in self._folder.glob(f"*{SUFFIX}"))

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

    def remove(self, decision: Decision) -> None:
        """Let an object go whose fate is decided; durable on return. Raises OSError."""
        decide(self._folder, decision)
        (self._folder / (decision.quarantine_id + SUFFIX)).unlink(missing_ok=True)
        sync_folder(self._folder)

    def _seal(self, path: Path, label: Label, content: bytes | Pieces) -> None:
        head = _label_to_json(label)
        sealed = seal_pieces(self._seal_key, pieces_of(content), head)
        write_new(path, chain((MAGIC, len(head).to_bytes(_LENGTH_BYTES, "big"), head), sealed))

    def _free_name(self, content: bytes | Pieces, reason: Reason) -> str:
        """Equal for equal objects, unless the fate of the one before is decided: what comes then is another one."""
        for times in count():
            known = f"{reason.value}\0".encode() + (f"{times}\0".encode() if times else b"")
            named = hmac.new(self._name_key, known, "sha256")
            for piece in pieces_of(content):
                named.update(piece)
            name = named.digest()[:_ID_BYTES].hex()
            if not has_fate(self._folder, name):
                return name
        raise AssertionError


def labels_in(folder: Path) -> Iterator[Label]:
    """What is in the quarantine in `folder`, by id; needs no key. What is damaged, or going, is passed over."""
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        if not has_fate(folder, path.name.removesuffix(SUFFIX)):
            with suppress(ValueError, KeyError, TypeError, FileNotFoundError):
                yield _label_of(path)


def damaged_in(folder: Path) -> Iterator[str]:
    """Names of sealed files whose label cannot be read."""
    yield from (path.name for path in sorted(folder.glob(f"*{DAMAGED}")))
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            _label_of(path)
        except (ValueError, KeyError, TypeError):
            yield path.name
        except FileNotFoundError:
            continue


def is_quarantine_id(text: str) -> bool:
    """Whether it can be one: no path is ever built of anything else."""
    return re.fullmatch(f"[0-9a-f]{{{2 * _ID_BYTES}}}", text) is not None


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
