"""Segment files: records appended to space that was set aside beforehand, so that one sync makes one durable.

A file a record costs two syncs, of its content and of its folder. A segment's name and length are durable before the
first record is written into it; from then on a record costs one, and records that several threads write at the same
time share it. A record begins on a 4096-byte boundary with a head that carries a digest of its label; the label says
how its content can be verified. What is torn by a crash is no record, and was never acknowledged.
"""

import errno
import hashlib
import os
import secrets
import struct
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from dicom_node.durable import sync_folder

SUFFIX = ".segment"
DAMAGED = ".damaged"
SEGMENT_BYTES = 1 << 26
BLOCK = 4096
MAGIC = b"OSTEON-R"
PIECE_BYTES = 1 << 20
"""Of content that is read piece by piece."""

_HEAD = struct.Struct(">8scxxxIQ32s")
HEAD_BYTES = _HEAD.size
_WAITING, _DONE = b"W", b"D"
_STATE_AT = len(MAGIC)
_ZEROS = 1 << 20
_MOST_PIECES = 512
"""Of one write (IOV_MAX is 1024 on Linux)."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record is."""

    segment: str
    offset: int

    @property
    def name(self) -> str:
        """For logs."""
        return f"{self.segment}@{self.offset}"


@dataclass(frozen=True, slots=True)
class Record:
    """One record, its content not read."""

    place: Place
    label: bytes = field(repr=False)
    content_at: int
    content_size: int
    is_done: bool

    @property
    def end(self) -> int:
        return aligned(self.content_at + self.content_size)


class Segment:
    """A segment that is being written. Safe between threads."""

    def __init__(self, path: Path, descriptor: int, size: int) -> None:
        self.path = path
        self._descriptor = descriptor
        self._size = size
        self._tail = 0
        self._lock = threading.Condition()
        self._written = self._synced = 0
        self._is_syncing = False
        self._writers = 0
        self._is_closing = False
        self.has_failed = False

    @classmethod
    def create(cls, folder: Path, size: int, *, is_written: bool = False) -> "Segment":
        """Make a segment of `size` bytes, durable on return. Raises OSError, and then there is none.

        `is_written`: write every block once, which takes a while and makes later syncs quicker.
        """
        path = folder / f"{secrets.token_hex(8)}{SUFFIX}"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, size)
            for offset in range(0, size if is_written else 0, _ZEROS):
                os.pwrite(descriptor, bytes(min(_ZEROS, size - offset)), offset)
            os.fsync(descriptor)
            sync_folder(folder)
        except OSError:
            os.close(descriptor)
            path.unlink(missing_ok=True)
            raise
        return cls(path, descriptor, size)

    @classmethod
    def used_again(cls, path: Path, folder: Path) -> "Segment":
        """A segment whose records have done their duty, under a new name that is durable on return. Raises OSError."""
        new = folder / f"{secrets.token_hex(8)}{SUFFIX}"
        path.rename(new)
        descriptor = os.open(new, os.O_RDWR)
        try:
            sync_folder(folder)
            return cls(new, descriptor, os.fstat(descriptor).st_size)
        except OSError:
            os.close(descriptor)
            raise

    def reserve(self, label: bytes, content_size: int) -> int | None:
        """Room for a record; None when there is too little left."""
        needed = room_for(label, content_size)
        with self._lock:
            if self._tail + needed > self._size:
                return None
            offset = self._tail
            self._tail += needed
            self._writers += 1
            return offset

    def write(self, offset: int, label: bytes, content: Sequence[bytes | memoryview]) -> Record:
        """Write a record where room was reserved; durable on return. Raises OSError."""
        size = sum(map(len, content))
        head = head_of(self.path.name, label, size)
        try:
            write_all(self._descriptor, [head, label, *content], offset)
            self._sync()
        except BaseException:
            with suppress(OSError):  # it was not acknowledged: nobody shall find it
                os.pwrite(self._descriptor, bytes(_HEAD.size), offset)
            raise
        finally:
            self._leave()
        place = Place(self.path.name, offset)
        return Record(place, label, offset + len(head) + len(label), size, is_done=False)

    def close(self) -> None:
        """No more records; those for which room was reserved are still written."""
        with self._lock:
            self._is_closing = True
            self._close_if_left()

    def _leave(self) -> None:
        with self._lock:
            self._writers -= 1
            self._close_if_left()

    def _close_if_left(self) -> None:
        if self._is_closing and self._writers == 0:
            with suppress(OSError):
                os.close(self._descriptor)
            self._writers = -1

    def _sync(self) -> None:
        """One sync for all that was written when it began; who comes while one is under way waits for the next.

        After a failed sync the kernel may call unwritten pages clean: the segment is not to be trusted any more.
        """
        with self._lock:
            self._written += 1
            ticket = self._written
            while self._synced < ticket:
                if self.has_failed:
                    raise OSError(errno.EIO, "a sync has failed")
                if self._is_syncing:
                    self._lock.wait()
                else:
                    self._sync_now()

    def _sync_now(self) -> None:
        """With the lock held, which is given up meanwhile."""
        self._is_syncing, covered, is_synced = True, self._written, False
        self._lock.release()
        try:
            os.fdatasync(self._descriptor)
            is_synced = True
        finally:
            self._lock.acquire()
            self._is_syncing = False
            self.has_failed |= not is_synced
            self._synced = max(self._synced, covered) if is_synced else self._synced
            self._lock.notify_all()


def room_for(label: bytes, content_size: int) -> int:
    """How many bytes of a segment a record takes."""
    return aligned(_HEAD.size + len(label) + content_size)


def records_in(path: Path) -> Iterator[Record]:
    """The records of a segment, in their order; torn ones are passed over. Raises OSError."""
    with path.open("rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        offset = 0
        while offset + _HEAD.size <= size:
            record = _record_at(file.fileno(), path.name, offset, size)
            if record is not None:
                yield record
                offset = record.end
                continue
            offset = _next_data(file.fileno(), offset + BLOCK, size)


def read_content(folder: Path, record: Record) -> bytes:
    """A record's content. Raises OSError."""
    with (folder / record.place.segment).open("rb") as file:
        file.seek(record.content_at)
        return file.read(record.content_size)


@dataclass(frozen=True, slots=True)
class Content:
    """A record's content, read piece by piece, as often as it is wanted (`Pieces`)."""

    folder: Path
    record: Record

    def __len__(self) -> int:
        return self.record.content_size

    def __iter__(self) -> Iterator[bytes]:
        """Raises OSError."""
        with (self.folder / self.record.place.segment).open("rb", buffering=0) as file:
            yield from pieces_at(file.fileno(), self.record.content_at, self.record.content_size)


def pieces_at(descriptor: int, offset: int, size: int) -> Iterator[bytes]:
    """So many bytes of a file, or fewer when it ends before. Raises OSError."""
    end = offset + size
    while offset < end and (piece := os.pread(descriptor, min(PIECE_BYTES, end - offset), offset)):
        yield piece
        offset += len(piece)


def head_of(name: str, label: bytes, content_size: int) -> bytes:
    """How a record in the segment of that name begins: all that is before its label."""
    return _HEAD.pack(MAGIC, _WAITING, len(label), content_size, _digest(name, label))


def records_at(path: Path, offsets: Iterable[int]) -> Iterator[Record]:
    """Those of a segment's records that begin there. Raises OSError."""
    with path.open("rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        for offset in offsets:
            record = _record_at(file.fileno(), path.name, offset, size)
            if record is not None:
                yield record


def mark_done(folder: Path, place: Place) -> None:
    """Note that a record has done its duty: for whoever looks from outside; after a crash it may be forgotten."""
    _mark(folder, place, _DONE)


def mark_waiting(folder: Path, place: Place) -> None:
    """Note that a record has not done its duty after all."""
    _mark(folder, place, _WAITING)


def _mark(folder: Path, place: Place, state: bytes) -> None:
    with suppress(OSError):
        descriptor = os.open(folder / place.segment, os.O_WRONLY)
        try:
            os.pwrite(descriptor, state, place.offset + _STATE_AT)
        finally:
            os.close(descriptor)


def _record_at(descriptor: int, name: str, offset: int, size: int) -> Record | None:
    head = os.pread(descriptor, _HEAD.size, offset)
    magic, state, label_size, content_size, digest = _HEAD.unpack(head)
    if magic != MAGIC or offset + _HEAD.size + label_size + content_size > size:
        return None
    label = os.pread(descriptor, label_size, offset + _HEAD.size)
    if _digest(name, label) != digest:
        return None
    content_at = offset + _HEAD.size + label_size
    return Record(Place(name, offset), label, content_at, content_size, is_done=state == _DONE)


def _digest(name: str, label: bytes) -> bytes:
    """With the segment's name, which is random: what a sender puts into its pixels must not pass for a record."""
    stem = name.partition(".")[0]  # a damaged segment is renamed
    return hashlib.sha256(stem.encode("ascii", "replace") + b"\0" + label).digest()


def _next_data(descriptor: int, offset: int, size: int) -> int:
    """The next block that was ever written."""
    try:
        found = os.lseek(descriptor, offset, os.SEEK_DATA)
    except OSError:  # nothing more
        return size
    return found - found % BLOCK


def write_all(descriptor: int, pieces: list[bytes | memoryview], offset: int) -> None:
    """Write the pieces one after the other. Raises OSError."""
    if len(pieces) > _MOST_PIECES:
        pieces = [b"".join(pieces)]
    total, written = sum(map(len, pieces)), 0
    while written < total:
        count = os.pwritev(descriptor, pieces, offset + written)
        written += count
        if written < total:
            pieces = _after(pieces, count)


def _after(pieces: list[bytes | memoryview], count: int) -> list[bytes | memoryview]:
    left: list[bytes | memoryview] = []
    for piece in pieces:
        if count >= len(piece):
            count -= len(piece)
            continue
        left.append(memoryview(piece)[count:])
        count = 0
    return left


def aligned(size: int) -> int:
    """Up to the next boundary on which a record may begin."""
    return -(-size // BLOCK) * BLOCK
