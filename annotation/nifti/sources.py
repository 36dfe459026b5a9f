"""Where the bytes of an image come from: a file, or memory."""

import os
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

Source = Path | bytes


def opened(source: Source) -> BinaryIO:
    """For reading from the start; to be closed."""
    return BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def size_of(source: Source) -> int:
    return len(source) if isinstance(source, bytes) else source.stat().st_size


def part_of(source: Source, offset: int, count: int) -> bytes:
    """`count` bytes from `offset`; fewer where it ends before."""
    if isinstance(source, bytes):
        return source[offset : offset + count]
    descriptor = os.open(source, os.O_RDONLY)
    try:
        return os.pread(descriptor, count, offset)
    finally:
        os.close(descriptor)
