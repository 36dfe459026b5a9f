"""When to try again what did not work: later and later, each thing by itself."""

import time
from collections.abc import Hashable
from dataclasses import dataclass

FIRST_SECONDS = 5.0
LONGEST_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class _Delay:
    until: float
    seconds: float


class Delays:
    """Kept in memory: after a restart everything is tried at once."""

    def __init__(self) -> None:
        self._delays: dict[Hashable, _Delay] = {}

    def is_due(self, thing: Hashable) -> bool:
        delay = self._delays.get(thing)
        return delay is None or time.monotonic() >= delay.until

    def delay(self, thing: Hashable) -> float:
        """Put something off, twice as long as the last time; returns for how many seconds."""
        before = self._delays.get(thing)
        seconds = FIRST_SECONDS if before is None else min(2 * before.seconds, LONGEST_SECONDS)
        self._delays[thing] = _Delay(time.monotonic() + seconds, seconds)
        return seconds

    def forget(self, thing: Hashable) -> None:
        self._delays.pop(thing, None)
