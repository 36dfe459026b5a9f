"""Room on the disk of the outbox: what must be left to take more, and when senders are to be slowed down."""

import errno
import logging
import os
import time
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger("osteon.outbox")

RESERVE_BYTES = 1 << 30
"""Of the disk, left free for databases and Orthanc. With less than twice as much, senders are slowed down."""

SLOWED_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Room:
    """What the disk has left, and what must be left to take more; in bytes."""

    free: int
    needed: int


class DiskRoom:
    """Share one between threads: they may only warn twice."""

    def __init__(self, folder: Path, reserve_bytes: int, segment_bytes: int) -> None:
        self._folder = folder
        self._reserve_bytes = reserve_bytes
        self._segment_bytes = segment_bytes
        self._is_low = False

    def room(self, size: int = 0) -> Room:
        """Whether there is room for a segment, or for a record that is larger. Raises OSError."""
        found = os.statvfs(self._folder)
        return Room(found.f_bavail * found.f_frsize, self._reserve_bytes + max(size, self._segment_bytes))

    def has_plenty(self, size: int) -> bool:
        """Whether so many bytes more would not slow anybody down. Raises OSError."""
        return self.room().free >= 2 * (self._reserve_bytes + size)

    def check(self, size: int) -> None:
        """Whether the disk takes so many bytes more. Raises OSError when it does not."""
        room = self.room(size)
        is_low = room.free < 2 * room.needed
        if is_low and not self._is_low:
            log.warning("the disk is getting full: %d MB are free", room.free >> 20)
        self._is_low = is_low
        if room.free < room.needed:
            raise OSError(errno.ENOSPC, "the disk is nearly full")

    def slow_down(self) -> None:
        """Hold up who sends when the last check found little room."""
        if self._is_low:
            time.sleep(SLOWED_SECONDS)
