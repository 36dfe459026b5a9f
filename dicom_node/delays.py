"""When to try again what did not work: later and later, each thing by itself."""

import time
from dataclasses import dataclass
from pathlib import Path

FIRST_SECONDS = 5.0
LONGEST_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class _Delay:
    until: float
    seconds: float


class Delays:
    """Kept in memory: after a restart everything is tried at once."""

    def __init__(self) -> None:
        self._delays: dict[Path, _Delay] = {}

    def is_due(self, path: Path) -> bool:
        delay = self._delays.get(path)
        return delay is None or time.monotonic() >= delay.until

    def delay(self, path: Path) -> float:
        """Put something off, twice as long as the last time; returns for how many seconds."""
        before = self._delays.get(path)
        seconds = FIRST_SECONDS if before is None else min(2 * before.seconds, LONGEST_SECONDS)
        self._delays[path] = _Delay(time.monotonic() + seconds, seconds)
        return seconds

    def forget(self, path: Path) -> None:
        self._delays.pop(path, None)
