"""Reads the files of a release in their order, several at once, and checks each against its SHA-256.

What is small is read whole before its turn comes, so much as fits into a fixed number of bytes; what is large is
streamed in its turn.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from storage.errors import ImageStoreFailedError
from storage.releases.records import FileRecord

SMALL_BYTES = 8 << 20
AHEAD_BYTES = 32 << 20
AHEAD_FILES = 32
WORKERS = 6

Read = Callable[[FileRecord], Iterator[bytes]]
ReadWhole = Callable[[FileRecord], bytes]


class AlteredFileError(ImageStoreFailedError):
    """A file is not what the release says of it. Raised where no status can say so any more: the stream breaks off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InTurn:
    """One file; `whole` is None for one that is read from `pieces`, once, now."""

    file: FileRecord
    whole: bytes | None
    pieces: Iterator[bytes]


def in_turn(files: Iterable[FileRecord], read: Read, read_whole: ReadWhole | None = None) -> Generator[InTurn]:
    """Close it, or end it, to stop reading. `read_whole`: reads small files, where that is faster.

    Raises what `read` raises, and AlteredFileError.
    """
    waiting: deque[tuple[FileRecord, Future[bytes] | None]] = deque()
    ahead = 0
    rest = iter(files)
    pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="archive")
    try:
        while True:
            while len(waiting) < AHEAD_FILES and ahead < AHEAD_BYTES:
                file = next(rest, None)
                if file is None:
                    break
                is_small = file.size <= SMALL_BYTES
                waiting.append((file, pool.submit(_whole, file, read, read_whole) if is_small else None))
                ahead += file.size if is_small else 0
            if not waiting:
                return
            file, future = waiting.popleft()
            if future is None:
                yield InTurn(file=file, whole=None, pieces=checked(file, read(file)))
            else:
                yield InTurn(file=file, whole=future.result(), pieces=iter(()))
                ahead -= file.size
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def checked(file: FileRecord, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same pieces; raises AlteredFileError, before more is given than the file has, or at its end."""
    digest, size = hashlib.sha256(), 0
    for piece in pieces:
        size += len(piece)
        if size > file.size:
            break
        digest.update(piece)
        yield piece
    if size != file.size or digest.hexdigest() != file.sha256:
        raise AlteredFileError("a file of the release is not what it was")


def _whole(file: FileRecord, read: Read, read_whole: ReadWhole | None) -> bytes:
    if read_whole is None:
        return b"".join(checked(file, read(file)))
    content = read_whole(file)
    return b"".join(checked(file, iter((content,))))
