"""Who was not let in and why, in the log: the first time at once, what comes again as a count, never as a flood."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

log = logging.getLogger("osteon.access")

EVERY_SECONDS = 60.0
REMEMBERED = 100
"""Kinds of refusal that are told apart at a time, and so the most first lines within `EVERY_SECONDS`."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Address, calling AE title (empty when it was not said yet) and reason."""

    address: str
    ae_title: str
    reason: str

    def __str__(self) -> str:
        # what a peer calls itself is its own choice: no line break or control character of it reaches the log
        caller = f"{self.ae_title!a} at {self.address}" if self.ae_title else self.address
        return f"refused {caller}: {self.reason}"


@dataclass(slots=True)
class _Repeated:
    since: float
    count: int = 0


class Refusals:
    """Written as they come. Safe between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, write: Callable[[str], None] = log.warning) -> None:
        self._clock = clock
        self._write = write
        self._repeated: dict[Refusal, _Repeated] = {}
        self._others = _Repeated(clock())
        self._next = clock() + EVERY_SECONDS
        self._lock = threading.Lock()

    def note(self, refusal: Refusal) -> None:
        with self._lock:
            self._tell_due()
            known = self._repeated.get(refusal)
            if known is not None:
                known.count += 1
            elif len(self._repeated) < REMEMBERED:
                self._repeated[refusal] = _Repeated(self._clock())
                self._write(str(refusal))
            else:
                self._others.count += 1

    def tell_due(self) -> None:
        """Write what has been counted for long enough. Cheap; to be called now and then."""
        with self._lock:
            self._tell_due()

    def tell_all(self) -> None:
        """Write what has been counted, in the end."""
        with self._lock:
            self._tell(every_seconds=0)

    def _tell_due(self) -> None:
        if self._clock() >= self._next:
            self._tell(EVERY_SECONDS)

    def _tell(self, every_seconds: float) -> None:
        now = self._clock()
        self._next = now + EVERY_SECONDS
        for refusal, repeated in list(self._repeated.items()):
            due = repeated.since + every_seconds
            if now < due:
                self._next = min(self._next, due)
                continue
            if repeated.count:
                self._write(f"{refusal}: {repeated.count} more times within {now - repeated.since:.0f} s")
                self._repeated[refusal] = _Repeated(now)
            else:
                del self._repeated[refusal]
        if self._others.count:
            self._write(f"refused others: {self._others.count} times within {now - self._others.since:.0f} s")
        self._others = _Repeated(now)
