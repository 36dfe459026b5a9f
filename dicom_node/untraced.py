"""How many objects an open association has brought of which nothing else is kept.

These are duplicates, what was refused, and what lay in quarantine already.

A file an association, with a slot a kind that is written over in place before the object is answered. The kernel has it
then, so that it outlives the process, however that ends. The disk is not waited for: a power cut may take the latest.
"""

import json
import os
from dataclasses import asdict, replace
from pathlib import Path

from dicom_node.tally import AGAIN, Count, Told
from storage.ledger_unfinished import Untraced

SLOT_BYTES = 256
"""A page of memory holds whole slots: none is ever half-written."""

MOST_KINDS = 1000
"""A hostile peer may name a new study with every object."""


def untraced(count: Count, told: Told) -> Untraced | None:
    """One object of that kind; None when something is kept that it can be counted by."""
    if count is Count.STORED or (count is Count.QUARANTINED and not told.is_again):
        return None
    return Untraced(
        outcome=AGAIN if count is Count.QUARANTINED else count.value,
        reason=told.reason,
        study_instance_uid=told.study_instance_uid,
        count=1,
    )


class UntracedCounts:
    """Of one association, which is served by one thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._slots: dict[Untraced, tuple[int, int]] = {}
        """Where the slot of a kind is, and what was counted so far."""

    def add(self, kind: Untraced) -> None:
        """One more of this kind (see `untraced`). Raises OSError."""
        if kind not in self._slots and len(self._slots) >= MOST_KINDS:
            kind = replace(kind, study_instance_uid=None)
        place, count = self._slots.get(kind, (len(self._slots), 0))
        content = json.dumps(asdict(replace(kind, count=count + 1))).encode("ascii").ljust(SLOT_BYTES - 1) + b"\n"
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.pwrite(descriptor, content, place * SLOT_BYTES)
        finally:
            os.close(descriptor)
        self._slots[kind] = place, count + 1


def read_counts(path: Path) -> tuple[Untraced, ...]:
    """What an earlier process counted; nothing of slots that did not reach the disk before the power was gone."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return ()
    slots = (content[start : start + SLOT_BYTES] for start in range(0, len(content), SLOT_BYTES))
    return tuple(one for slot in slots if (one := _read(slot)) is not None)


def _read(slot: bytes) -> Untraced | None:
    try:
        return Untraced(**json.loads(slot))
    except (ValueError, TypeError):
        return None
