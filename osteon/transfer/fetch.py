"""Fetch one file: resume what is there, verify while it streams, show it only when it is whole.

A file under its own name is complete and verified. `.part` is the beginning of one, kept for the next
attempt or the next run.
"""

import hashlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from http import HTTPStatus
from pathlib import Path

import httpx

from osteon.transfer.client import Client
from osteon.transfer.errors import AnswerError, NetworkError
from osteon.transfer.wanted import WantedFile

CHUNK_BYTES = 1 << 18

Advance = Callable[[int], None]
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


class Fetched(Enum):
    """How a file came to be there."""

    ALREADY_THERE = "already there"
    RESUMED = "resumed"
    NEW = "fetched"
    REPLACED = "replaced"


class ChecksumError(AnswerError):
    """The bytes are not those that the server announced."""


@dataclass(slots=True)
class _Part:
    """The beginning of a file on disk, and its running SHA-256."""

    path: Path
    advance: Advance
    size: int = 0
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def load(self) -> None:
        """Take up what an earlier run left."""
        if self.path.exists():
            with self.path.open("rb") as stream:
                while chunk := stream.read(CHUNK_BYTES):
                    self._count(chunk)

    def clear(self) -> None:
        self.path.unlink(missing_ok=True)
        self.advance(-self.size)
        self.size, self.digest = 0, hashlib.sha256()

    def append(self, response: httpx.Response, limit: int, check: Callable[[], None]) -> None:
        with self.path.open("ab") as stream:
            for chunk in response.iter_raw():
                check()
                if self.size + len(chunk) > limit:
                    raise AnswerError("the file is longer than announced")
                stream.write(chunk)
                self._count(chunk)

    def _count(self, chunk: bytes) -> None:
        self.digest.update(chunk)
        self.size += len(chunk)
        self.advance(len(chunk))


def fetch(client: Client, file: WantedFile, folder: Path, advance: Advance) -> Fetched:
    """Bring one file into `folder`. `advance` is told of every byte that is there (or no longer is)."""
    path = folder / file.path
    was_there = path.exists()
    if was_there and _matches(path, file):
        advance(file.size)
        return Fetched.ALREADY_THERE
    path.unlink(missing_ok=True)  # damaged: its name promises a whole file
    path.parent.mkdir(parents=True, exist_ok=True)
    part = _Part(path.with_name(f"{path.name}.part"), advance)
    part.load()
    if part.size > file.size:
        part.clear()
    resumed = part.size > 0
    _complete(client, file, part)
    _publish(part.path, path)
    if was_there:
        return Fetched.REPLACED
    return Fetched.RESUMED if resumed else Fetched.NEW


def _complete(client: Client, file: WantedFile, part: _Part) -> None:
    """Fetch what is missing; a wrong sum is tried once more from the start, the beginning may be at fault."""
    begun_by_another_run = part.size > 0
    _fetch_rest(client, file, part)
    if part.digest.hexdigest() == file.sha256:
        return
    part.clear()
    if begun_by_another_run:
        _fetch_rest(client, file, part)
        if part.digest.hexdigest() == file.sha256:
            return
        part.clear()
    raise ChecksumError("the bytes do not match the server's SHA-256")


def _fetch_rest(client: Client, file: WantedFile, part: _Part) -> None:
    """Ask again as long as attempts are left; an attempt that came further than any before does not count."""
    pauses = client.patience.pauses()
    furthest = part.size
    while part.size < file.size or not part.path.exists():
        client.patience.check()
        try:
            _ask_once(client, file, part)
        except NetworkError as error:
            if part.size > furthest:
                furthest = part.size
                pauses = client.patience.pauses()
            pause = next(pauses, None)
            if pause is None:
                raise NetworkError(f"{error}, after {client.patience.attempts} attempts") from error
            client.patience.wait(pause)


def _ask_once(client: Client, file: WantedFile, part: _Part) -> None:
    headers = {}
    if part.size:
        headers = {"Range": f"bytes={part.size}-", "If-Range": f'"{file.sha256}"'}
    with client.stream(file.address, headers) as response:
        if response.status_code == HTTPStatus.PARTIAL_CONTENT:
            _check_range(response, file, part)
        elif part.size:  # the whole file again, or the range was refused
            part.clear()
        if response.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            return
        part.append(response, file.size, client.patience.check)
    if part.size < file.size:
        raise NetworkError("the connection ended before the file did")


def _check_range(response: httpx.Response, file: WantedFile, part: _Part) -> None:
    given = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
    if given is None or (int(given[1]), int(given[3])) != (part.size, file.size):
        raise AnswerError("the server sent another part of the file than was asked for")


def _matches(path: Path, file: WantedFile) -> bool:
    if path.stat().st_size != file.size:
        return False
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == file.sha256


def _publish(part: Path, path: Path) -> None:
    """Make it durable, then visible."""
    with part.open("rb+") as stream:
        os.fsync(stream.fileno())
    part.replace(path)
