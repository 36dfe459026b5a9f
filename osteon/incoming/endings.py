"""Where the files of a watched folder end: moved or removed once they are acknowledged, set aside with the reason.

Each step is one rename, and a file that is not the one that was sent is put back: whatever moment a crash comes at, a
file is sent again rather than lost.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from enum import Enum
from itertools import count
from pathlib import Path

from osteon.incoming.waiting import Look

_REMOVING = ".osteon-removing."


class WatchedFolderError(Exception):
    """The folders cannot be used as asked; the message says why."""


class WhenSent(Enum):
    """What becomes of a file once it is acknowledged."""

    MOVE = "move"
    REMOVE = "remove"
    KEEP = "keep"


class Endings:
    """The endings of one watched folder."""

    def __init__(self, folder: Path, *, when_sent: WhenSent, done: Path, failed: Path) -> None:
        """Make the folders. Raises WatchedFolderError."""
        self._folder = folder
        self._when_sent = when_sent
        self._done = done
        self._failed = failed
        for one in (done, failed) if when_sent is WhenSent.MOVE else (failed,):
            try:
                one.mkdir(mode=0o700, parents=True, exist_ok=True)
                if one.stat().st_dev != folder.stat().st_dev:
                    raise WatchedFolderError(f"{one} is on another file system than {folder}: moving is not one step")
            except OSError as error:
                raise WatchedFolderError(f"{one} cannot be used: {os.strerror(error.errno or 0)}") from None

    def put_back(self) -> None:
        """Take up what an earlier run was about to remove: it is sent again."""
        for path in tuple(self._folder.rglob(f"{_REMOVING}*")):
            os.rename(path, _free(path.with_name(path.name.removeprefix(_REMOVING))))  # noqa: PTH104

    def acknowledged(self, path: Path, look: Look) -> None:
        """The peer has the object that the file held when it looked like this. Raises OSError."""
        if self._when_sent is WhenSent.MOVE:
            _moved(path, self._done / path.relative_to(self._folder), look)
        elif self._when_sent is WhenSent.REMOVE:
            aside = _moved(path, path.with_name(_REMOVING + path.name), look)
            if aside is not None:
                aside.unlink()

    def set_aside(self, path: Path, look: Look, reason: str) -> bool:
        """Trying again is of no use; False when the file has changed meanwhile. Raises OSError."""
        target = _moved(path, self._failed / path.relative_to(self._folder), look)
        if target is None:
            return False
        note = target.with_name(f"{target.name}.reason.txt")
        note.write_text(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {reason}\n", encoding="utf-8")
        return True


def _moved(path: Path, target: Path, look: Look) -> Path | None:
    """Where the file is now; None when it was gone, or another one had come in its place, which stays there."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = _free(target)
    with suppress(FileNotFoundError):
        path.rename(target)
        if Look.at(target) == look:
            return target
        target.rename(_free(path))
    return None


def _free(path: Path) -> Path:
    """A name that nothing has yet."""
    return next(one for one in _names(path) if not os.path.lexists(one))


def _names(path: Path) -> Iterator[Path]:
    yield path
    yield from (path.with_name(f"{path.name}~{number}") for number in count(1))
