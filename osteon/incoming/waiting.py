"""Which files in a watched folder are whole: those that somebody may still be writing are left alone.

A file is whole when its size and times have not changed for a while; at once when it was renamed or finished after its
last write (its status changed later than its content) and nobody has it open for writing. The folder itself is looked
at each time: nothing depends on every event being told.
"""

import errno
import fcntl
import logging
import os
import stat
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger("osteon.watch")

UNFINISHED = (".part", ".partial", ".filepart", ".crdownload", ".tmp")
"""Endings of names that copying programs give to what they have not finished."""

STALLED_SECONDS = 60.0
"""How long a file that stays open for writing may stay unchanged before it is taken for whole all the same."""


@dataclass(frozen=True, slots=True)
class Look:
    """What tells one state of a file from another."""

    inode: int
    size: int
    changed_ns: int

    @classmethod
    def at(cls, path: Path) -> "Look":
        """Raises OSError."""
        return cls.of(path.lstat())

    @classmethod
    def of(cls, status: os.stat_result) -> "Look":
        return cls(status.st_ino, status.st_size, status.st_mtime_ns)


class Waiting:
    """Remembers since when each file is as it is."""

    def __init__(
        self,
        folder: Path,
        *,
        settle_seconds: float,
        left_alone: Collection[Path] = (),
        is_local: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`is_local`: times and locks of the file system can be relied upon. `left_alone`: folders within."""
        self._folder = folder
        self._settle = settle_seconds
        self._left_alone = frozenset(left_alone)
        self._is_local = is_local
        self._clock = clock
        self._has_warned = False
        self._seen: dict[Path, tuple[Look, float]] = {}

    def whole(self) -> dict[Path, Look]:
        """Look at all files; those that are whole, in name order."""
        now, found, seen = self._clock(), {}, {}
        for path, status in self._files():
            look = Look.of(status)
            known, since = self._seen.get(path, (look, now))
            seen[path] = (look, since if known == look else now)
            if self._is_whole(path, status, now - seen[path][1]):
                found[path] = look
        self._seen = seen
        return dict(sorted(found.items()))

    @property
    def count(self) -> int:
        """How many files there were at the last look, whole or not."""
        return len(self._seen)

    def _warn(self, error: OSError) -> None:
        """Once; the folder's name may be a patient's."""
        if not self._has_warned:
            log.warning("a folder cannot be read: %s", os.strerror(error.errno or 0))
        self._has_warned = True

    def _is_whole(self, path: Path, status: os.stat_result, unchanged: float) -> bool:
        if not self._is_local:
            return unchanged >= self._settle
        if unchanged < self._settle and status.st_ctime_ns <= status.st_mtime_ns:
            return False
        return not _is_open_for_writing(path) or unchanged >= max(STALLED_SECONDS, self._settle)

    def _files(self) -> Iterator[tuple[Path, os.stat_result]]:
        for name, folders, files in os.walk(self._folder, onerror=self._warn):
            inner = Path(name)
            folders[:] = [one for one in folders if not one.startswith(".") and inner / one not in self._left_alone]
            for file in files:
                if file.startswith(".") or file.lower().endswith(UNFINISHED):
                    continue
                try:
                    status = (inner / file).lstat()
                except OSError:  # gone again
                    continue
                if stat.S_ISREG(status.st_mode):
                    yield inner / file, status


def _is_open_for_writing(path: Path) -> bool:
    """Whether a process on this machine has it open for writing; False also where that cannot be known.

    A read lease is granted only when nobody has (fcntl(2), F_SETLEASE).
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    finally:
        os.close(descriptor)
    return False
