"""The files to pseudonymise: every file of a folder, at any depth, known by a token instead of by its name."""

import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_TOKEN_BYTES = 16


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
    """The files of a folder in the order of their names, or the one file. Raises InputError."""
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
    if source.is_file():
        yield source
        return
    yield from (path for path in source.rglob("*") if path.is_file())


def _input(number: int, path: Path, source: Path, key: bytes) -> Input:
    found = path.stat()
    relative = path.relative_to(source) if source.is_dir() else Path(path.name)
    said = f"{relative}\0{found.st_size}\0{found.st_mtime_ns}"
    token = hmac.digest(key, said.encode("utf-8", "surrogateescape"), "sha256")[:_TOKEN_BYTES].hex()
    return Input(number=number, path=path, size=found.st_size, token=token)
