"""Who was not let in: counted by caller, reason and hour, so that no peer can fill the disk by trying again."""

import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType

from dicom_node.upper_layer.pdus import (
    APPLICATION_CONTEXT,
    CALLED_AE_TITLE,
    CALLING_AE_TITLE,
    LOCAL_LIMIT,
    PROTOCOL_VERSION,
    Rejection,
)
from storage.ledger_records import RejectedAssociations

MOST_CALLERS = 100
"""That are told apart in one hour; whoever comes later is counted among the others."""

THREAD = "rejections"
"""The name of the one thread there is while something waits to be written."""

EVERY_SECONDS = 60.0
"""At most so often is written what was counted."""

OTHERS = ""
_LONGEST_TITLE, _LONGEST_ADDRESS = 16, 64

WORDS: Mapping[Rejection, str] = MappingProxyType(
    {
        APPLICATION_CONTEXT: "application_context",
        CALLING_AE_TITLE: "calling_ae_title",
        CALLED_AE_TITLE: "called_ae_title",
        PROTOCOL_VERSION: "protocol_version",
        LOCAL_LIMIT: "too_many_associations",
    }
)

Key = tuple[datetime, str, str, str]


class Rejections:
    """Of one process. Safe between threads."""

    def __init__(
        self,
        write: Callable[[RejectedAssociations], object],
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`write`: takes what one caller's count has come to; a later one takes the place of an earlier one."""
        self._write = write
        self._now = now
        self._clock = clock
        self._counted_by = str(uuid.uuid4())
        self._counts: Counter[Key] = Counter()
        self._written: dict[Key, int] = {}
        self._due = clock()
        self._timer: threading.Timer | None = None
        self._lock = threading.Lock()

    def note(self, calling_ae_title: str, peer_address: str, reason: Rejection | str) -> None:
        """An association was rejected."""
        word = reason if isinstance(reason, str) else WORDS.get(reason, "rejected")
        hour = self._now().replace(minute=0, second=0, microsecond=0)
        key = (hour, calling_ae_title[:_LONGEST_TITLE], peer_address[:_LONGEST_ADDRESS], word)
        with self._lock:
            known = sum(one[0] == hour for one in self._counts)
            if key not in self._counts and known >= MOST_CALLERS:
                key = (hour, OTHERS, OTHERS, word)
            self._counts[key] += 1
            is_due = self._clock() >= self._due
            if not is_due and self._timer is None:
                self._timer = threading.Timer(self._due - self._clock(), self.flush)
                self._timer.daemon, self._timer.name = True, THREAD
                self._timer.start()
        if is_due:
            self.flush()

    def flush(self) -> None:
        """Write what was counted since the last time."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            self._due = self._clock() + EVERY_SECONDS
            changed = {key: count for key, count in self._counts.items() if self._written.get(key) != count}
            self._written |= changed
            self._forget(self._now())
        for (hour, title, address, word), count in changed.items():
            self._write(
                RejectedAssociations(
                    hour=hour,
                    calling_ae_title=title,
                    peer_address=address,
                    reason=word,
                    counted_by=self._counted_by,
                    count=count,
                )
            )

    def _forget(self, now: datetime) -> None:
        """What belongs to an hour that is over."""
        hour = now.replace(minute=0, second=0, microsecond=0)
        for key in [key for key in self._counts if key[0] != hour]:
            del self._counts[key]
            self._written.pop(key, None)
