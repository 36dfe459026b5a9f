"""A small file system in memory that can be filled and made larger while it is used; needs root."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.builders.programs import missing


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """A mounted tmpfs."""

    folder: Path

    def resize(self, size: int) -> None:
        """`size` in bytes."""
        _run("mount", "-o", f"remount,size={size}", str(self.folder))


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[SmallDisk]:
    """Mount `size` bytes on `folder`, which is made; the test is skipped where that is not allowed."""
    folder.mkdir(mode=0o700)
    try:
        _run("mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "osteon-test", str(folder))
    except (OSError, subprocess.CalledProcessError):
        missing("a file system of a test's own cannot be mounted here (that needs root)")
    try:
        yield SmallDisk(folder)
    finally:
        _run("umount", "-l", str(folder))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
