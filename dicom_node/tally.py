"""What each association has brought, written down when it is over, however it ends.

A connection may close while an object is still being handled, and its end may be told more than once (closed, then
aborted). The summary is written when nothing is under way, and again when more becomes known; the ledger keeps the
last.
"""

import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum

from dicom_node.upper_layer.association import Ending
from storage.ledger_records import AssociationSummary

REMEMBERED = 1000
"""Ended associations whose late news are still understood."""


class Count(Enum):
    """What became of one object."""

    STORED = "stored"
    DUPLICATE = "duplicates"
    QUARANTINED = "quarantined"
    REFUSED = "refused"


@dataclass(slots=True)
class Tally:
    """One association."""

    calling_ae_title: str
    peer_address: str
    association_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    opened_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    closed_at: datetime | None = None
    ending: Ending | None = None
    received: int = 0
    counts: dict[Count, int] = field(default_factory=lambda: dict.fromkeys(Count, 0))

    @property
    def is_over(self) -> bool:
        return self.ending is not None and sum(self.counts.values()) == self.received

    def summary(self) -> AssociationSummary:
        """Only of one that is over."""
        return AssociationSummary(
            association_id=self.association_id,
            calling_ae_title=self.calling_ae_title,
            peer_address=self.peer_address,
            opened_at=self.opened_at,
            closed_at=self.closed_at or datetime.now(UTC),
            outcome=(self.ending or Ending.LOST).value,
            received=self.received,
            **{count.value: number for count, number in self.counts.items()},
        )


class Tallies:
    """All associations, by a key of the caller's. Safe between threads."""

    def __init__(self, write: Callable[[AssociationSummary], None]) -> None:
        """`write` takes the summary of an association that is over."""
        self._write = write
        self._tallies: OrderedDict[int, Tally] = OrderedDict()
        self._lock = threading.Lock()

    def opened(self, key: int, tally: Tally) -> None:
        with self._lock:
            self._tallies.pop(key, None)
            self._tallies[key] = tally
            over = [one for one, known in self._tallies.items() if known.is_over]
            for ended in over[: max(0, len(over) - REMEMBERED)]:
                del self._tallies[ended]

    def received(self, key: int) -> Tally:
        """An object came. Raises KeyError for an association that was never opened."""
        with self._lock:
            tally = self._tallies[key]
            tally.received += 1
            return tally

    def counted(self, tally: Tally, count: Count) -> None:
        """What became of the object that came."""
        with self._lock:
            tally.counts[count] += 1
        self._write_if_over(tally)

    def ended(self, key: int, ending: Ending) -> None:
        with self._lock:
            tally = self._tallies.get(key)
            if tally is None or (tally.ending is not None and _rank(ending) <= _rank(tally.ending)):
                return
            tally.ending = ending
            tally.closed_at = tally.closed_at or datetime.now(UTC)
        self._write_if_over(tally)

    def _write_if_over(self, tally: Tally) -> None:
        if tally.is_over:
            self._write(tally.summary())


def _rank(ending: Ending) -> int:
    return list(Ending).index(ending)
