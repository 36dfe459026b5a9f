"""A release as a tar archive (POSIX.1-2001), streamed: nothing is compressed, nothing is held."""

import tarfile
from collections.abc import Iterable, Iterator
from datetime import datetime

from storage.releases.reading_ahead import InTurn

MODE = 0o644


def tar(files: Iterable[InTurn], folder: str, at: datetime) -> Iterator[bytes]:
    """`folder`: what everything lies in; `at`: the time of every file."""
    written = 0
    for each in files:
        head = tarfile.TarInfo(f"{folder}/{each.file.path}")
        head.size, head.mode, head.mtime = each.file.size, MODE, int(at.timestamp())
        begin = head.tobuf(tarfile.PAX_FORMAT, errors="strict")
        padding = bytes(-each.file.size % tarfile.BLOCKSIZE)
        if each.whole is not None:
            yield b"".join((begin, each.whole, padding))
        else:
            yield begin
            yield from each.pieces
            yield padding
        written += len(begin) + each.file.size + len(padding)
    end = 2 * tarfile.BLOCKSIZE
    yield bytes(end + -(written + end) % tarfile.RECORDSIZE)
