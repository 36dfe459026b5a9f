"""How many associations are open, of the door and of each peer, over all worker processes.

A table in memory that the processes share: a column for each worker, a place for each peer. Each writes its own column
only, so nothing is locked, and what a worker that ended had open is known. Two workers that take the last seat at the
same moment both get it; two peers whose names meet in one place count together, which makes them neither wait for long.
"""

import mmap
import threading
import zlib
from collections.abc import Hashable
from typing import Final

DOOR: Final = ""
"""The key of the door itself."""

_PLACES = 1 << 14
_NUMBER_BYTES = 4


class Seats:
    """Made before the workers are."""

    def __init__(self, workers: int = 1) -> None:
        self._workers = workers
        self._table = memoryview(mmap.mmap(-1, workers * _PLACES * _NUMBER_BYTES)).cast("i")

    def of_worker(self, number: int) -> "WorkerSeats":
        return WorkerSeats(self._table, number, self._workers)

    def forget(self, number: int) -> None:
        """A worker has ended, and with it its associations."""
        for place in range(number * _PLACES, (number + 1) * _PLACES):
            self._table[place] = 0


class WorkerSeats:
    """As one worker sees and takes them. Safe between threads."""

    def __init__(self, table: "memoryview[int]", number: int, workers: int) -> None:
        self._table = table
        self._first = number * _PLACES
        self._workers = workers
        self._lock = threading.Lock()

    def taken(self, key: Hashable = DOOR) -> int:
        """Over all workers."""
        place = _place(key)
        return sum(self._table[place + number * _PLACES] for number in range(self._workers))

    def own(self, key: Hashable = DOOR) -> int:
        """Of this worker."""
        return self._table[self._first + _place(key)]

    def take(self, key: Hashable = DOOR) -> None:
        self._add(key, 1)

    def give_back(self, key: Hashable = DOOR) -> None:
        self._add(key, -1)

    def _add(self, key: Hashable, number: int) -> None:
        with self._lock:
            self._table[self._first + _place(key)] += number


def _place(key: Hashable) -> int:
    return 0 if key == DOOR else 1 + zlib.crc32(str(key).encode("utf-8", "replace")) % (_PLACES - 1)
