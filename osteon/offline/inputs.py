"""The files to pseudonymise: every file of a folder, at any depth, known by a token instead of by its name."""

import hmac
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_TOKEN_BYTES = 16
_HEAD_BYTES = 8192


class InputError(Exception):
    """There is nothing to read; the message says what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One file. Its path may hold a patient's name: it goes into no report."""

    number: int
    path: Path = field(repr=False)
    size: int
    token: str
    """The same for the same file as long as it is not changed; tells nothing without the key."""


def find_inputs(source: Path, key: bytes) -> tuple[Input, ...]:
    """The files of a folder in the order of their names, or the one file; what cannot be read is among them.

    Raises InputError when there is no such folder.
    """
    if not source.exists():
        raise InputError("the input does not exist")
    try:
        return tuple(_input(number, path, source, key) for number, path in enumerate(sorted(_files(source)), start=1))
    except OSError as error:
        raise InputError(f"the input cannot be read ({error.strerror})") from None


def groups_of(inputs: Sequence[Input], size: int) -> Iterator[tuple[Input, ...]]:
    """Runs of files that lie in one folder, of `size` at most: what is together is probably one series."""
    group: list[Input] = []
    for one in inputs:
        if group and (len(group) >= size or one.path.parent != group[0].path.parent):
            yield tuple(group)
            group = []
        group.append(one)
    if group:
        yield tuple(group)


def _files(source: Path) -> Iterator[Path]:
    """Everything that is no folder, and the folders that cannot be looked into: they must not pass unnoticed."""
    if not source.is_dir():
        yield source
        return
    closed: list[Path] = []
    for folder, folders, files in os.walk(source, onerror=lambda error: closed.append(Path(error.filename))):
        here = Path(folder)
        yield from (here / name for name in files)
        yield from (here / name for name in folders if (here / name).is_symlink())
    yield from closed


def _input(number: int, path: Path, source: Path, key: bytes) -> Input:
    found = path.lstat()
    relative = path.relative_to(source) if source.is_dir() else Path(path.name)
    said = f"{source.resolve()}\0{relative}\0{found.st_size}\0{found.st_mtime_ns}\0"
    content = said.encode("utf-8", "surrogateescape") + _head(path)
    token = hmac.digest(key, content, "sha256")[:_TOKEN_BYTES].hex()
    return Input(number=number, path=path, size=found.st_size, token=token)


def _head(path: Path) -> bytes:
    """The beginning of a regular file: two media may hold files of the same name, size and time."""
    try:
        if not path.is_file():
            return b""
        with path.open("rb") as file:
            return file.read(_HEAD_BYTES)
    except OSError:
        return b""
