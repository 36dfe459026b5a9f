"""The home folder, which holds all state: made, checked and locked before anything is started in it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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
def locked_home(home: Path, name: str) -> Iterator[None]:
    """Hold the folder for one process of a kind. Raises HomeError when another one holds it."""
    with (home / f"{name}.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise HomeError(f"another `osteon {name}` is running in {home}") from None
        yield
