"""The tables of a release by its number: pulled into a folder for the time of one report, every file verified."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from osteon.release import Release

TABLES_ALONE = ("kind=table",)


@contextmanager
def pulled(number: int, *, url: str, token: str) -> Iterator[Path]:
    """Raises TransferError, IncompleteReleaseError."""
    with tempfile.TemporaryDirectory(prefix="osteon-endpoints-") as folder:
        yield Release.pull(number, Path(folder) / "release", url=url, token=token, only=TABLES_ALONE).folder
