"""How many refused requests are noted: some of each caller, and not so many that the log is filled by one who tries."""

import threading
import time
from collections import Counter
from collections.abc import Callable

OF_ONE, OF_ALL, SECONDS = 10, 100, 60.0


class RefusalLimit:
    """Share one between threads: so many of one address and of all together in each stretch of time."""

    def __init__(
        self,
        *,
        of_one: int = OF_ONE,
        of_all: int = OF_ALL,
        seconds: float = SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._of_one, self._of_all, self._seconds, self._clock = of_one, of_all, seconds, clock
        self._lock = threading.Lock()
        self._noted: Counter[str | None] = Counter()
        self._since = clock()

    def allows(self, address: str | None) -> bool:
        """Whether one more is noted; it is counted if so."""
        with self._lock:
            if self._clock() - self._since >= self._seconds:
                self._noted, self._since = Counter(), self._clock()
            if self._noted[address] >= self._of_one or self._noted.total() >= self._of_all:
                return False
            self._noted[address] += 1
            return True
