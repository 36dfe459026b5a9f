"""What each association has brought, written down when it is over, however it ends.

A connection may close while an object is still being handled, and its end may be told more than once (closed, then
aborted). The summary is written when nothing is under way, and again when more becomes known; the ledger keeps the
last.
"""

import threading
import uuid
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum

from dicom_node.upper_layer.service import Ending
from storage.ledger_records import AssociationSummary, ReasonCount, StudyCount

REMEMBERED = 1000
"""Ended associations whose late news are still understood."""

MOST_STUDIES = 1000
"""Of one association that are counted each; a hostile peer may name a new one with every object."""


class Count(Enum):
    """What became of one object."""

    STORED = "stored"
    DUPLICATE = "duplicates"
    QUARANTINED = "quarantined"
    REFUSED = "refused"


AGAIN = "quarantined_again"
"""Stands beside the counts, by reason: the same object already lay in quarantine for it."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of one object beside its count: the reason, if it was not taken, and its pseudonymised study."""

    reason: str = ""
    study_instance_uid: str | None = None
    is_again: bool = False


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
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    studies: dict[str, Counter[str]] = field(default_factory=dict)

    def count(self, count: Count, told: Told) -> None:
        self.counts[count] += 1
        if count in {Count.QUARANTINED, Count.REFUSED}:
            self.reasons[AGAIN if told.is_again else count.value, told.reason] += 1
        study = told.study_instance_uid
        if study is not None and (study in self.studies or len(self.studies) < MOST_STUDIES):
            counts = self.studies.setdefault(study, Counter())
            counts.update([count.value, AGAIN] if told.is_again else [count.value])

    @property
    def for_log(self) -> dict[str, str]:
        """What a line of the log about it carries beside its message."""
        return {"association": self.association_id, "calling_ae": self.calling_ae_title}

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
            stored=self.counts[Count.STORED],
            duplicates=self.counts[Count.DUPLICATE],
            quarantined=self.counts[Count.QUARANTINED],
            refused=self.counts[Count.REFUSED],
            reasons=tuple(
                ReasonCount(outcome=outcome, reason=reason, count=number)
                for (outcome, reason), number in sorted(self.reasons.items())
            ),
            studies=tuple(
                StudyCount(study_instance_uid=study, **{name: counts[name] for name in (*_COUNTED, AGAIN)})
                for study, counts in sorted(self.studies.items())
            ),
        )


class Tallies:
    """All associations, by a key of the caller's. Safe between threads."""

    def __init__(
        self,
        write: Callable[[AssociationSummary], None],
        begun: Callable[[Tally], None] = lambda _: None,
        answering: Callable[[Tally, Count, Told], None] = lambda *_: None,
    ) -> None:
        """`write` takes the summary of an association that is over; `begun` is told when its first object has come.

        `answering`: told what becomes of an object that was not stored, before its sender is.
        """
        self._write = write
        self._begun = begun
        self._answering = answering
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
            is_first = tally.received == 1
        if is_first:
            self._begun(tally)
        return tally

    def answering(self, tally: Tally, count: Count, told: Told) -> None:
        """An object that was not stored is going to be answered; it is counted behind the answer."""
        self._answering(tally, count, told)

    def counted(self, tally: Tally, count: Count, told: Told | None = None) -> None:
        """What became of the object that came."""
        with self._lock:
            tally.count(count, told or Told())
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


_COUNTED = tuple(count.value for count in Count)


def _rank(ending: Ending) -> int:
    return list(Ending).index(ending)
