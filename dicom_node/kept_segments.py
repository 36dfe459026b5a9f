"""The segments of one outbox: which is written into, how many objects of each still wait, and when one may go."""

import errno
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from dicom_node.disk_room import DiskRoom
from dicom_node.segments import DAMAGED, Place, Record, Segment, room_for
from dicom_node.spares import Spares

BUSY_SECONDS = 2.0
"""After an object: more are likely to come."""


@dataclass(slots=True)
class _Kept:
    """What is known of a segment."""

    left: int
    """Objects of it that wait."""
    done_at: float | None = None
    """When the last of them had done."""
    is_damaged: bool = False
    delivered: set[int] = field(default_factory=set)
    """Where the objects of it begin that Orthanc has taken."""


class KeptSegments:
    """Safe between threads."""

    def __init__(
        self,
        folder: Path,
        disk: DiskRoom,
        *,
        segment_bytes: int,
        spare_segments: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`spare_segments`: how many are kept ready ahead (`spares`); 0: each is made when it is needed."""
        self._folder = folder
        self._disk = disk
        self._segment_bytes = segment_bytes
        self._clock = clock
        self._lock = threading.Lock()
        self._segments: dict[str, _Kept] = {}
        self._current: Segment | None = None
        self._last_at = -float("inf")
        self.spares = Spares(folder, spare_segments, segment_bytes, disk.has_plenty, self._is_busy)

    def write(self, label: bytes, parts: Sequence[bytes | memoryview]) -> Record:
        """Write a record, in a new segment when the current one is full; durable on return. Raises OSError."""
        segment, offset = self._room(label, sum(map(len, parts)))
        try:
            return segment.write(offset, label, parts)
        except OSError:
            with self._lock:
                self._one_less(segment.path.name)
                if segment.has_failed and self._current is segment:
                    segment.close()
                    self._current = None
            raise

    def adopt(self, name: str, left: int, *, is_damaged: bool = False) -> None:
        """A segment that was made elsewhere, or by an earlier process, and how many objects of it wait."""
        with self._lock:
            done_at = None if left else self._clock()
            self._segments[name] = _Kept(left, done_at, is_damaged)

    def one_less(self, name: str, *, is_damaged: bool = False) -> None:
        """An object of a segment waits no longer."""
        with self._lock:
            self._segments[name].is_damaged |= is_damaged
            self._one_less(name)

    def deliver(self, place: Place) -> None:
        """An object waits no longer because Orthanc has taken it."""
        with self._lock:
            self._segments[place.segment].delivered.add(place.offset)
            self._one_less(place.segment)

    def keeps_delivered(self) -> bool:
        """Whether there is any object that Orthanc has taken."""
        with self._lock:
            return any(kept.delivered for kept in self._segments.values())

    def delivered(self) -> dict[str, list[int]]:
        """Where the objects begin that Orthanc has taken, by segment."""
        with self._lock:
            return {name: sorted(kept.delivered) for name, kept in self._segments.items() if kept.delivered}

    def bring_again(self, place: Place) -> None:
        """An object that Orthanc had taken waits again."""
        with self._lock:
            kept = self._segments[place.segment]
            kept.delivered.discard(place.offset)
            kept.left += 1
            kept.done_at = None

    def restart_grace(self) -> None:
        """The time that is waited before a segment goes begins anew."""
        with self._lock:
            for kept in self._segments.values():
                if kept.left == 0:
                    kept.done_at = self._clock()

    def tidy(self, grace_seconds: float) -> None:
        """Remove the segments whose objects have all done their duty for so long."""
        now = self._clock()
        with self._lock:
            over = [
                name
                for name, kept in self._segments.items()
                if kept.left == 0 and kept.done_at is not None and now - kept.done_at >= grace_seconds
            ]
            for name in over:
                self._retire(name)

    def close(self) -> None:
        """End writing, and the thread that makes segments ready."""
        self.spares.stop()
        with self._lock:
            self._close_current()

    def _room(self, label: bytes, size: int) -> tuple[Segment, int]:
        """Where a record goes. Raises OSError when the disk is full."""
        self._last_at = self._clock()
        with self._lock:
            offset = None if self._current is None else self._current.reserve(label, size)
            if self._current is None or offset is None:
                self._current = self._new(label, size)
                offset = self._current.reserve(label, size)
            if offset is None:
                raise OSError(errno.EFBIG, "a record larger than its segment")
            self._segments[self._current.path.name].left += 1
            return self._current, offset

    def _new(self, label: bytes, size: int) -> Segment:
        """In place of the current one, with the lock held. Raises OSError, and then that one stays."""
        self._disk.check(size)
        needed = room_for(label, size)
        segment = self.spares.take(needed) or Segment.create(self._folder, max(self._segment_bytes, needed))
        self._close_current()
        self._segments[segment.path.name] = _Kept(left=0)
        return segment

    def _is_busy(self) -> bool:
        return self._clock() - self._last_at < BUSY_SECONDS

    def _one_less(self, name: str) -> None:
        """With the lock held."""
        kept = self._segments[name]
        kept.left -= 1
        if kept.left == 0:
            kept.done_at = self._clock()

    def _retire(self, name: str) -> None:
        kept = self._segments.pop(name)
        if self._current is not None and self._current.path.name == name:
            self._close_current()
        path = self._folder / name
        with suppress(OSError):
            if kept.is_damaged:
                path.rename(path.with_suffix(DAMAGED))
            elif not self.spares.give(path):
                path.unlink(missing_ok=True)

    def _close_current(self) -> None:
        if self._current is not None:
            self._current.close()
            self._current = None
