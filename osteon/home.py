"""The home folder, which holds all state: made, checked and locked before anything is started in it."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

_STEP_SECONDS = 0.05


class HomeError(Exception):
    """The home folder cannot be used; the message names it and says why."""


def prepare_home(home: Path) -> None:
    """Make the folder, and from now on every file of this process, for its owner only. Raises HomeError."""
    os.umask(0o077)
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = home / f".probe-{os.getpid()}"
        probe.touch(mode=0o600)
        probe.unlink()
    except OSError as error:
        raise HomeError(f"cannot write in {home} (OSTEON_HOME): {os.strerror(error.errno or 0)}") from None


@contextmanager
def locked_home(home: Path, name: str, patience_seconds: float = 0.0) -> Iterator[None]:
    """Hold the folder for one process of a kind. Raises HomeError when another one holds it.

    `patience_seconds`: how long the processes of one that was just killed have to be gone.
    """
    deadline = time.monotonic() + patience_seconds
    with (home / f"{name}.lock").open("a") as lock:
        while not _is_held(lock):
            if time.monotonic() >= deadline:
                raise HomeError(f"another `osteon {name}` is running in {home}")
            time.sleep(_STEP_SECONDS)
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def _is_held(lock: TextIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def holder_of_home(home: Path, name: str) -> int:
    """The id of the process of a kind that holds the folder. Raises HomeError when none does."""
    nobody = HomeError(f"no `osteon {name}` is running in {home}")
    try:
        with (home / f"{name}.lock").open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(lock.read())
    except (OSError, ValueError):
        raise nobody from None
    raise nobody
