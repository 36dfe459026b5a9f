"""How fast one may be: a token bucket, which says how long to wait before going on."""

import threading
import time
from collections.abc import Callable

BURST_SECONDS = 1.0
"""What was not used before may be made up for, up to so much, and one unit at least."""


class Bucket:
    """So many units per second, whoever takes them. Safe between threads."""

    def __init__(self, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._burst_seconds = max(BURST_SECONDS, 1 / per_second)
        self._clock = clock
        self._paid_until = clock()
        self._lock = threading.Lock()

    def take(self, units: float) -> float:
        """Take what has come already; returns for how many seconds nothing more may be taken."""
        with self._lock:
            now = self._clock()
            self._paid_until = max(self._paid_until, now) + units / self._per_second
            return max(0.0, self._paid_until - now - self._burst_seconds)
