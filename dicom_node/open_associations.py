"""Notes of the associations that are open and have brought something, so that their end is missed when it never comes.

A note is written before an association's first object is answered and removed when its summary is in the journal. What
a process finds at its start it has left when it ended: that association is over, and nobody summed it up. Each worker
has a folder of its own, so that nobody takes an association of a living worker for one of these.

Beside a note lie counts of what the association brought and left nothing of (`untraced`).
"""

import json
import logging
import threading
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from dicom_node.durable import make_folder, remove, remove_drafts, write_new
from dicom_node.untraced import UntracedCounts, read_counts
from storage.ledger_unfinished import Untraced

log = logging.getLogger("osteon.journal")

SUFFIX, DAMAGED = ".json", ".damaged"
COUNTS = ".counts"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAssociation:
    """What is known of an association while it is open."""

    association_id: str
    calling_ae_title: str
    peer_address: str
    opened_at: datetime


class OpenAssociations:
    """A folder of notes. Safe between threads; one process a folder."""

    def __init__(self, folder: Path) -> None:
        """Finds what an earlier process left. Raises OSError."""
        self._folder = folder
        make_folder(folder)
        remove_drafts(folder)
        self._lock = threading.Lock()
        self._left = [one for path in sorted(folder.glob(f"*{SUFFIX}")) if (one := _read(path)) is not None]
        self._counts: dict[str, UntracedCounts] = {}
        for path in folder.glob(f"*{COUNTS}"):
            if not path.with_suffix(SUFFIX).exists():
                remove(path)

    @property
    def left(self) -> tuple[OpenAssociation, ...]:
        """Those of an earlier process that are not forgotten yet."""
        with self._lock:
            return tuple(self._left)

    def note(self, one: OpenAssociation) -> None:
        """Durable on return. Raises OSError."""
        write_new(self._path(one.association_id), (json.dumps(asdict(one), default=str).encode("utf-8"),))

    def count(self, association_id: str, kind: Untraced) -> None:
        """It has brought one more object of which nothing else is kept. Raises OSError."""
        with self._lock:
            counts = self._counts.setdefault(association_id, UntracedCounts(self._counts_of(association_id)))
        counts.add(kind)

    def counted(self, association_id: str) -> tuple[Untraced, ...]:
        """Of an association of an earlier process. Raises OSError."""
        return read_counts(self._counts_of(association_id))

    def forget(self, association_id: str) -> None:
        """It is summed up. Raises OSError."""
        remove(self._path(association_id))
        remove(self._counts_of(association_id))
        with self._lock:
            self._counts.pop(association_id, None)
            self._left = [one for one in self._left if one.association_id != association_id]

    def _path(self, association_id: str) -> Path:
        return self._folder / f"{association_id}{SUFFIX}"

    def _counts_of(self, association_id: str) -> Path:
        return self._folder / f"{association_id}{COUNTS}"


def _read(path: Path) -> OpenAssociation | None:
    try:
        content = json.loads(path.read_bytes())
        return OpenAssociation(**content | {"opened_at": datetime.fromisoformat(content["opened_at"])})
    except (ValueError, KeyError, TypeError):
        path.rename(path.with_suffix(DAMAGED))
        log.error("note %s of an open association is damaged and was put aside", path.name)  # noqa: TRY400
        return None
