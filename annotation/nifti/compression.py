"""Gzip that depends on nothing but the content: no name and no time in its header.

isal compresses a CT ten times as fast as zlib at the same level, in blocks that do not depend on the number of threads.
Where it is not installed (a small client), zlib writes the same content in other bytes.
"""

import gzip
import importlib
import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

LEVEL = 1
BLOCK_BYTES = 1 << 20


@contextmanager
def compressed(path: Path, threads: int) -> Iterator[BinaryIO]:
    """For writing."""
    if importlib.util.find_spec("isal") is None:
        with path.open("wb") as raw, gzip.GzipFile("", "wb", LEVEL, raw, mtime=0) as file:
            yield cast(BinaryIO, file)
        return
    isal = importlib.import_module("isal.igzip_threaded")
    with isal.open(path, "wb", compresslevel=LEVEL, threads=threads, block_size=BLOCK_BYTES) as file:
        yield file
