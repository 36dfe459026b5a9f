"""When to try again what did not work: later and later, each thing by itself."""

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass

FIRST_SECONDS = 5.0
LONGEST_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class _Delay:
    until: float
    seconds: float


class Delays:
    """Kept in memory: after a restart everything is tried at once."""

    def __init__(
        self,
        first_seconds: float = FIRST_SECONDS,
        longest_seconds: float = LONGEST_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._first_seconds = first_seconds
        self._longest_seconds = longest_seconds
        self._clock = clock
        self._delays: dict[Hashable, _Delay] = {}

    def is_due(self, thing: Hashable) -> bool:
        delay = self._delays.get(thing)
        return delay is None or self._clock() >= delay.until

    def delay(self, thing: Hashable) -> float:
        """Put something off, twice as long as the last time; returns for how many seconds."""
        before = self._delays.get(thing)
        seconds = self._first_seconds if before is None else min(2 * before.seconds, self._longest_seconds)
        self._delays[thing] = _Delay(self._clock() + seconds, seconds)
        return seconds

    def forget(self, thing: Hashable) -> None:
        self._delays.pop(thing, None)
