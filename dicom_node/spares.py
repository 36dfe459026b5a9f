"""Segments made ready ahead: their blocks are written once already, so that a record's sync has no metadata to sync.

A file whose space was only set aside (fallocate) has its block map changed by the first write to each block, and every
sync then waits for the file system's journal, which waits for whatever else is written on that disk. Segments that
were used are used again under a new name: records that are left in them belong to the old name, and are none.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from dicom_node.segments import Segment

log = logging.getLogger("osteon.outbox")

READY = 2
"""Segments kept ready by a node; a study of 250 CT images fits into two."""

USED_PER_READY = 4
"""So many used ones wait to be used again: 512 MB."""

RETRY_SECONDS = 5.0


class Spares:
    """Ready segments of one folder. Safe between threads; nothing waits for it."""

    def __init__(
        self,
        folder: Path,
        wanted: int,
        segment_bytes: int,
        has_room: Callable[[int], bool],
        is_busy: Callable[[], bool],
    ) -> None:
        """`wanted`: how many are to be ready. `has_room`: whether the disk takes so many bytes more.

        `is_busy`: whether objects are coming; then nothing is written ahead, which would hold up their syncs.
        """
        self._is_busy = is_busy
        self._folder = folder
        self._wanted = wanted
        self._segment_bytes = segment_bytes
        self._has_room = has_room
        self._ready: deque[Segment] = deque()
        self._used: deque[Path] = deque()
        self._lock = threading.Lock()
        self._news = threading.Event()
        self._is_stopping = False
        self._thread = threading.Thread(target=self._run, name="spares", daemon=True)

    def start(self) -> None:
        """Keep segments ready from now on, in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Make no more; those that are ready stay on disk, empty, and are found at the next start."""
        self._is_stopping = True
        self._news.set()
        if self._thread.is_alive():
            self._thread.join()
        with self._lock:
            while self._ready:
                self._ready.pop().close()

    def take(self, size: int) -> Segment | None:
        """A segment that holds `size` bytes, durable in name; None when there is none at the moment."""
        if size > self._segment_bytes:
            return None
        with self._lock:
            segment = self._ready.popleft() if self._ready else None
        self._news.set()
        return segment

    def give(self, path: Path) -> bool:
        """Take over a segment that has done its duty, if it is wanted; else it is the caller's to remove."""
        with suppress(OSError):
            if path.stat().st_size == self._segment_bytes:
                with self._lock:
                    if len(self._used) < USED_PER_READY * self._wanted:
                        self._used.append(path)
                        self._news.set()
                        return True
        return False

    def make_ready(self) -> bool:
        """One step: make one segment ready, of a used one if there is any. Whether there is more to do."""
        with self._lock:
            if len(self._ready) >= self._wanted:
                return False
            used = self._used.popleft() if self._used else None
        if used is None and not self._has_room(self._segment_bytes):
            return False
        if used is None:
            segment = Segment.create(self._folder, self._segment_bytes, is_written=True)
        else:
            segment = Segment.used_again(used, self._folder)
        with self._lock:
            self._ready.append(segment)
        return True

    def _run(self) -> None:
        while not self._is_stopping:
            self._news.clear()
            try:
                while not self._is_stopping and (self._used or not self._is_busy()) and self.make_ready():
                    pass
            except OSError as error:  # the outbox makes its own, and says what is wrong when it cannot
                log.warning("no segment can be made ready: %s", type(error).__name__)
                self._news.wait(RETRY_SECONDS)
            self._news.wait(None if len(self._ready) >= self._wanted else RETRY_SECONDS)
