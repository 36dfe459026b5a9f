"""A NIfTI file from its planes, several at a time; it appears under its name when it is whole."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from annotation.nifti.compression import compressed

MOST_THREADS = 8

PlaneAt = Callable[[int], NDArray[Any]]
"""The values of plane number n, in the order of the file."""


def threads_here() -> int:
    """One for each core that this process may use, within reason."""
    return min(len(os.sched_getaffinity(0)), MOST_THREADS)


def write_planes(destination: Path, header: bytes, plane: PlaneAt, count: int) -> None:
    """`destination`: .nii or .nii.gz. The same planes give the same bytes, whatever the number of threads.

    Raises what `plane` raises, and OSError; then nothing is left behind.
    """
    with _part_of(destination) as part:
        if destination.suffix == ".gz":
            _write_compressed(part, header, plane, count)
        else:
            _write_plain(part, header, plane, count)


@contextmanager
def _part_of(destination: Path) -> Iterator[Path]:
    part = destination.with_name(f"part-{destination.name}")
    try:
        yield part
        part.replace(destination)
    finally:
        part.unlink(missing_ok=True)


def _write_plain(part: Path, header: bytes, plane: PlaneAt, count: int) -> None:
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)

    def write(number: int) -> None:
        values = plane(number)
        _write_all(descriptor, values.data.cast("B"), len(header) + number * values.nbytes)

    try:
        _write_all(descriptor, memoryview(header), 0)
        with ThreadPoolExecutor(max_workers=threads_here(), thread_name_prefix="nifti") as pool:
            for _ in pool.map(write, range(count)):
                pass
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, content: memoryview, offset: int) -> None:
    while content:
        written = os.pwrite(descriptor, content, offset)
        content, offset = content[written:], offset + written


def _write_compressed(part: Path, header: bytes, plane: PlaneAt, count: int) -> None:
    """Planes are made in order while others are compressed."""
    with compressed(part, threads_here()) as file:
        file.write(header)
        for number in range(count):
            file.write(plane(number).data.cast("B"))
