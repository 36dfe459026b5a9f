"""Files that are made for releases: kept under their SHA-256, whole or not at all, written once.

A file is written to a part, synced, and then gets its name. What a crash leaves behind is a part, or a whole file that
no release lists: both are removed when the release is finished. `OSTEON_HOME/releases/<number>/<two digits>/<sha256>`.
"""

import errno
import fcntl
import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import BinaryIO

from storage.releases.errors import NoRoomError
from storage.upserts import in_pieces

CHUNK_BYTES = 1 << 18
PARTS = "parts"
LOCK = "lock"
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One whole file."""

    size: int
    sha256: str


class Draft:
    """A file while it is written; it is hashed on the way."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self._size = 0

    def write(self, piece: bytes) -> int:
        """Raises OSError."""
        self._file.write(piece)
        self._digest.update(piece)
        self._size += len(piece)
        return len(piece)

    @property
    def made(self) -> Made:
        return Made(size=self._size, sha256=self._digest.hexdigest())


class MadeFiles:
    """Share one between threads."""

    def __init__(self, folder: Path) -> None:
        """`folder`: made when it is first written to. What is not whole yet is this one's own, and no other's."""
        self._folder = folder
        self._own = secrets.token_hex(8)

    @contextmanager
    def drafting(self, number: int) -> Iterator[Draft]:
        """Write one file; it is kept when the block ends well. Raises NoRoomError."""
        with room():
            part = self.parts(number) / f"{secrets.token_hex(8)}.part"
            try:
                with part.open("xb") as file:
                    draft = Draft(file)
                    yield draft
                    file.flush()
                    os.fsync(file.fileno())
                self._name(number, part, draft.made.sha256)
            finally:
                part.unlink(missing_ok=True)

    def write(self, number: int, content: bytes) -> Made:
        """Raises NoRoomError."""
        with self.drafting(number) as draft:
            draft.write(content)
        return draft.made

    def keep(self, number: int, file: Path) -> Made:
        """Take over a whole file that somebody wrote into `parts`. Raises NoRoomError."""
        with room(), file.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
            size = os.fstat(opened.fileno()).st_size
            os.fsync(opened.fileno())
            self._name(number, file, digest)
        file.unlink(missing_ok=True)
        return Made(size=size, sha256=digest)

    def read(self, number: int, sha256: str, start: int = 0) -> Iterator[bytes]:
        """From a byte on; whether it is there is known at once. Raises FileNotFoundError."""
        file = self.path(number, sha256).open("rb", buffering=0)
        file.seek(start)
        return _chunks(file)

    def path(self, number: int, sha256: str) -> Path:
        return self._folder / str(number) / sha256[:2] / sha256

    def parts(self, number: int) -> Path:
        """A folder for what is not whole yet, on the same disk."""
        folder = self._own_parts(number)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    def remove_parts(self, number: int) -> None:
        """Those of this one; others may be at work."""
        shutil.rmtree(self._own_parts(number), ignore_errors=True)

    def remove_parts_of_all(self, number: int) -> None:
        shutil.rmtree(self._own_parts(number).parent, ignore_errors=True)

    def remove_all(self, number: int) -> None:
        shutil.rmtree(self._folder / str(number), ignore_errors=True)

    @contextmanager
    def alone(self, number: int) -> Iterator[None]:
        """One at a time, of all processes that see the folder; waits for its turn. For a release that is ready."""
        folder = self._folder / str(number)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (folder / LOCK).open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def sweep(self, number: int, listed: Callable[[Collection[str]], Collection[str]]) -> None:
        """Remove whole files that the release does not list, and parts. `listed`: those of these that it does."""
        self.remove_parts_of_all(number)
        for some in in_pieces([file.name for file in (self._folder / str(number)).glob("??/*")]):
            for digest in set(some).difference(listed(some)):
                self.path(number, digest).unlink(missing_ok=True)

    def _own_parts(self, number: int) -> Path:
        return self._folder / str(number) / PARTS / self._own

    def _name(self, number: int, part: Path, sha256: str) -> None:
        """What is there already is the same file: it is not written a second time."""
        target = self.path(number, sha256)
        if target.exists():
            return
        if not target.parent.is_dir():
            target.parent.mkdir(mode=0o700, exist_ok=True)
            _sync(target.parent.parent)
        part.rename(target)
        _sync(target.parent)


@contextmanager
def room() -> Iterator[None]:
    """A full disk is said so. Raises NoRoomError, and other OSErrors as they are."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise NoRoomError from error
        raise


def _chunks(file: FileIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(CHUNK_BYTES):
            yield piece


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
