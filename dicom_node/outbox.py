"""The outbox: pseudonymised objects, durable, until Orthanc and the ledger have them for certain.

Objects lie in segments (`segments`). Which of them wait is known in memory, and found again after a restart by reading
the segments. A segment is removed some time after its last object went to Orthanc: Orthanc syncs its index only now and
then, so that what it answered for can be gone after a power cut. After a restart all that is still here goes again,
which Orthanc and the ledger bear.
"""

import errno
import hashlib
import logging
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from dicom_node.durable import make_folder
from dicom_node.entry import Entry, checksum_of
from dicom_node.errors import TryAgainError
from dicom_node.large_segment import LargeSegment, remove_unfinished
from dicom_node.pieces import Pieces, pieces_of
from dicom_node.segments import (
    DAMAGED,
    SEGMENT_BYTES,
    SUFFIX,
    Content,
    Place,
    Record,
    Segment,
    mark_done,
    read_content,
    records_in,
    room_for,
)
from dicom_node.spares import Spares

log = logging.getLogger("osteon.outbox")

GRACE_SECONDS = 300.0
"""After a segment's last object went to Orthanc: the kernel writes what nobody synced within a minute."""

RESERVE_BYTES = 1 << 30
"""Of the disk, left free for databases and Orthanc. With less than twice as much, senders are slowed down."""

SLOWED_SECONDS = 0.1
BUSY_SECONDS = 2.0
"""After an object: more are likely to come."""

IN_MEMORY_BYTES = 1 << 25
"""A larger object is not read into memory, but piece by piece."""

Part = bytes | memoryview


class OutboxConflictError(Exception):
    """An object of the same SOPInstanceUID with other content is waiting already."""


class DamagedEntryError(Exception):
    """What is in the outbox is not what was written there."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One object in the outbox."""

    place: Place
    entry: Entry
    content: bytes | Pieces = field(repr=False)
    """The file; a large one is read each time it is gone through."""
    known_sha256: str | None = None
    """Of a large file, which was read to the end already."""

    @property
    def sha256(self) -> str:
        """Of the file, in hex."""
        return self.known_sha256 or _sha256(pieces_of(self.content))

    @property
    def file(self) -> bytes:
        """In memory."""
        return self.content if isinstance(self.content, bytes) else b"".join(self.content)


@dataclass(frozen=True, slots=True)
class Depth:
    """What waits."""

    objects: int
    size: int
    """In bytes."""
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Room:
    """What the disk has left, and what must be left to take more; in bytes."""

    free: int
    needed: int


@dataclass(slots=True)
class _Kept:
    """What is known of a segment."""

    left: int
    """Objects of it that wait."""
    done_at: float | None = None
    """When the last of them had done."""
    is_damaged: bool = False


class Outbox:
    """A folder of segments. Share one between threads; one process a folder."""

    def __init__(
        self,
        folder: Path,
        *,
        segment_bytes: int = SEGMENT_BYTES,
        reserve_bytes: int = RESERVE_BYTES,
        grace_seconds: float = GRACE_SECONDS,
        spare_segments: int = 0,
        in_memory_bytes: int = IN_MEMORY_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Finds what an earlier process left. Raises OSError.

        `spare_segments`: how many are kept ready ahead (`spares`); 0: each is made when it is needed.
        """
        self._folder = folder
        self._segment_bytes = segment_bytes
        self._reserve_bytes = reserve_bytes
        self._grace_seconds = grace_seconds
        self._in_memory_bytes = in_memory_bytes
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: OrderedDict[Place, tuple[Record, Entry]] = OrderedDict()
        self._places: dict[str, Place | threading.Event] = {}
        """By SOPInstanceUID; of one that is just being written, an event that it is set when it is."""
        self._segments: dict[str, _Kept] = {}
        self._current: Segment | None = None
        self._is_low = False
        self._last_at = -float("inf")
        self._spares = Spares(folder, spare_segments, segment_bytes, self._has_room, self._is_busy)
        make_folder(folder)
        remove_unfinished(folder)
        self._recover()

    def start(self) -> None:
        """Have segments made ready ahead, in a thread of its own."""
        self._spares.start()

    def stop(self) -> None:
        """As `close`."""
        self.close()

    def make_ready(self) -> bool:
        """One step of what that thread does. Whether there is more to do. Raises OSError."""
        return self._spares.make_ready()

    def put(self, entry: Entry, parts: Sequence[Part]) -> bool:
        """Keep an object, given as the parts of its file; on return it is on stable storage.

        False when the same object is waiting already.
        Raises OutboxConflictError, and TryAgainError when there is no room.
        """
        return self._put(entry, lambda: self._write(entry, parts))

    def check_room(self, size: int) -> None:
        """Whether the disk takes so many bytes more. Raises TryAgainError when it does not."""
        try:
            with self._lock:
                self._check_disk(size)
        except OSError as error:
            raise _no_room(error) from None

    def begin_large(self, header_size: int, pixel_size: int) -> LargeSegment:
        """Room for one large object whose pixels come before all of it is known: see `put_large`.

        Raises TryAgainError when there is none.
        """
        self.check_room(header_size + pixel_size)
        try:
            return LargeSegment(self._folder, header_size, pixel_size)
        except OSError as error:
            raise _no_room(error) from None

    def put_large(self, entry: Entry, segment: LargeSegment, header: bytes, trailer: bytes) -> bool:
        """As `put`, of an object whose pixels are in `segment`; what is not kept is the caller's to discard.

        `header`, `trailer`: its file before and behind the pixels.
        """
        return self._put(entry, lambda: self._adopt(segment.finish(entry.to_json(), header, trailer)))

    def _put(self, entry: Entry, write: Callable[[], Record]) -> bool:
        while (written := self._begin(entry)) is None:
            if not self._meet(entry):
                return False
        record = None
        try:
            if self._is_low:
                time.sleep(SLOWED_SECONDS)
            record = write()
        except OSError as error:
            raise _no_room(error) from None
        finally:
            with self._lock:
                self._note(entry, record)
            written.set()
        return True

    def waiting(self) -> Iterator[Place]:
        """The objects that wait, oldest first."""
        with self._lock:
            return iter(list(self._waiting))

    def entry(self, place: Place) -> Entry:
        """What is known of one. Raises FileNotFoundError when it waits no longer."""
        return self._found(place)[1]

    def open(self, place: Place) -> Waiting:
        """Read one. Raises FileNotFoundError and DamagedEntryError."""
        record, entry = self._found(place)
        if record.content_size > self._in_memory_bytes:
            return self._open_large(record, entry)
        file = read_content(self._folder, record)
        if checksum_of((file,)) != entry.checksum:
            raise DamagedEntryError(place.name)
        return Waiting(place, entry, file)

    def _open_large(self, record: Record, entry: Entry) -> Waiting:
        """Read through once, to know that it is whole before anybody gets any of it."""
        file = Content(self._folder, record)
        sha256 = hashlib.sha256()
        if checksum_of(_noted(file, sha256.update)) != entry.checksum:
            raise DamagedEntryError(record.place.name)
        return Waiting(record.place, entry, file, sha256.hexdigest())

    def remove(self, place: Place) -> None:
        """Forget an object that Orthanc and the ledger have."""
        mark_done(self._folder, place)
        self._forget(place, is_damaged=False)

    def put_aside(self, place: Place) -> None:
        """Do not try a damaged object again; its segment is kept."""
        self._forget(place, is_damaged=True)

    def depth(self) -> int:
        """How many objects wait."""
        with self._lock:
            return len(self._waiting)

    def studies(self) -> frozenset[str]:
        """The studies of the objects that wait."""
        with self._lock:
            waiting = list(self._waiting.values())
        return frozenset(entry.study_instance_uid for _, entry in waiting)

    def undone(self) -> list[Entry]:
        """The objects that wait, without those that an earlier process had seen through and that only go again."""
        with self._lock:
            return [entry for record, entry in self._waiting.values() if not record.is_done]

    def depth_in_full(self) -> Depth:
        """How many objects wait, how large they are together, and since when the first of them."""
        with self._lock:
            entries = [entry for _, entry in self._waiting.values()]
        return Depth(len(entries), sum(entry.size for entry in entries), entries[0].received_at if entries else None)

    def room(self, size: int = 0) -> Room:
        """Whether there is room for a segment, or for a record that is larger. Raises OSError."""
        found = os.statvfs(self._folder)
        return Room(found.f_bavail * found.f_frsize, self._reserve_bytes + max(size, self._segment_bytes))

    def tidy(self) -> None:
        """Remove the segments whose objects have all done their duty for long enough."""
        now = self._clock()
        with self._lock:
            over = [
                name
                for name, kept in self._segments.items()
                if kept.left == 0 and kept.done_at is not None and now - kept.done_at >= self._grace_seconds
            ]
            for name in over:
                self._retire(name)

    def close(self) -> None:
        """End writing, and the thread; what waits is found again."""
        self._spares.stop()
        with self._lock:
            if self._current is not None:
                self._current.close()
                self._current = None

    def _found(self, place: Place) -> tuple[Record, Entry]:
        with self._lock:
            found = self._waiting.get(place)
        if found is None:
            raise FileNotFoundError(errno.ENOENT, "it waits no longer")
        return found

    def _begin(self, entry: Entry) -> threading.Event | None:
        """An object is going to be written, or not: it is here."""
        with self._lock:
            if entry.sop_instance_uid in self._places:
                return None
            written = self._places[entry.sop_instance_uid] = threading.Event()
            return written

    def _meet(self, entry: Entry) -> bool:
        """The same object is here, or is just being written. Whether to try again.

        Raises OutboxConflictError when it is another one.
        """
        with self._lock:
            known = self._places.get(entry.sop_instance_uid)
            found = self._waiting.get(known) if isinstance(known, Place) else None
        if isinstance(known, threading.Event):
            known.wait()
            return True
        if found is None:
            return True
        record, waiting = found
        if not self._is_whole(record, waiting):  # the sender offers it again: what is damaged is healed
            self.put_aside(record.place)
            return True
        if waiting.source_digest != entry.source_digest:
            raise OutboxConflictError
        return False

    def _is_whole(self, record: Record, entry: Entry) -> bool:
        try:
            return checksum_of(Content(self._folder, record)) == entry.checksum
        except OSError:
            return False

    def _adopt(self, record: Record) -> Record:
        """A segment that was made elsewhere, with its one record."""
        with self._lock:
            self._segments[record.place.segment] = _Kept(left=1)
        return record

    def _write(self, entry: Entry, parts: Sequence[Part]) -> Record:
        label = entry.to_json()
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

    def _room(self, label: bytes, size: int) -> tuple[Segment, int]:
        """Room for a record, in a new segment when the current one is full. Raises OSError when the disk is."""
        self._last_at = self._clock()
        with self._lock:
            offset = None if self._current is None else self._current.reserve(label, size)
            if self._current is None or offset is None:
                self._check_disk(size)
                needed = room_for(label, size)
                segment = self._spares.take(needed) or Segment.create(self._folder, max(self._segment_bytes, needed))
                if self._current is not None:
                    self._current.close()
                self._current = segment
                self._segments[segment.path.name] = _Kept(left=0)
                offset = segment.reserve(label, size)
            if offset is None:
                raise OSError(errno.EFBIG, "a record larger than its segment")
            self._segments[self._current.path.name].left += 1
            return self._current, offset

    def _is_busy(self) -> bool:
        return self._clock() - self._last_at < BUSY_SECONDS

    def _has_room(self, size: int) -> bool:
        return self.room().free >= 2 * (self._reserve_bytes + size)

    def _check_disk(self, size: int) -> None:
        room = self.room(size)
        is_low = room.free < 2 * room.needed
        if is_low and not self._is_low:
            log.warning("the disk is getting full: %d MB are free", room.free >> 20)
        self._is_low = is_low
        if room.free < room.needed:
            raise OSError(errno.ENOSPC, "the disk is nearly full")

    def _note(self, entry: Entry, record: Record | None) -> None:
        """An object is written, or could not be: with the lock held."""
        if record is None:
            self._places.pop(entry.sop_instance_uid, None)
            return
        self._places[entry.sop_instance_uid] = record.place
        self._waiting[record.place] = record, entry

    def _forget(self, place: Place, *, is_damaged: bool) -> None:
        with self._lock:
            found = self._waiting.pop(place, None)
            if found is None:
                return
            uid = found[1].sop_instance_uid
            if self._places.get(uid) == place:
                del self._places[uid]
            self._segments[place.segment].is_damaged |= is_damaged
            self._one_less(place.segment)

    def _one_less(self, name: str) -> None:
        """One object of a segment waits no longer: with the lock held."""
        kept = self._segments[name]
        kept.left -= 1
        if kept.left == 0:
            kept.done_at = self._clock()

    def _retire(self, name: str) -> None:
        kept = self._segments.pop(name)
        if self._current is not None and self._current.path.name == name:
            self._current.close()
            self._current = None
        path = self._folder / name
        with suppress(OSError):
            if kept.is_damaged:
                path.rename(path.with_suffix(DAMAGED))
            elif not self._spares.give(path):
                path.unlink(missing_ok=True)

    def _recover(self) -> None:
        """Find what an earlier process left, whether it went to Orthanc or not."""
        for path in sorted(self._folder.glob(f"*{SUFFIX}"), key=lambda found: found.stat().st_mtime_ns):
            kept = self._segments[path.name] = _Kept(left=0)
            for record in records_in(path):
                entry = self._entry(record)
                if entry is None:
                    kept.is_damaged = True
                    log.error("outbox: record %s is damaged; its segment is kept", record.place.name)
                    continue
                kept.left += 1
                self._places[entry.sop_instance_uid] = record.place
                self._waiting[record.place] = record, entry
            if kept.left == 0:
                kept.done_at = self._clock()

    def _entry(self, record: Record) -> Entry | None:
        try:
            entry = Entry.from_json(record.label)
        except (ValueError, KeyError, TypeError):
            return None
        return entry if self._is_whole(record, entry) else None


def _no_room(error: OSError) -> TryAgainError:
    return TryAgainError(f"outbox: {errno.errorcode.get(error.errno or 0, 'OSError')}")


def _sha256(pieces: Iterable[Part]) -> str:
    sha256 = hashlib.sha256()
    for piece in pieces:
        sha256.update(piece)
    return sha256.hexdigest()


def _noted(pieces: Iterable[Part], note: Callable[[Part], None]) -> Iterator[Part]:
    """The pieces, each told on its way."""
    for piece in pieces:
        note(piece)
        yield piece


def waiting_in(folder: Path) -> int:
    """How many objects wait in an outbox that another process may be using. Raises OSError."""
    return sum(not record.is_done for path in folder.glob(f"*{SUFFIX}") for record in _records(path))


def _records(path: Path) -> Iterator[Record]:
    try:
        yield from records_in(path)
    except FileNotFoundError:  # its objects have all gone, just now
        return
