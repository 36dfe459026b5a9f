"""A file that is to be fetched, whatever it belongs to."""

from pathlib import PurePosixPath
from typing import Protocol


class WantedFile(Protocol):
    """Its names were checked: they are safe in a path."""

    @property
    def name(self) -> str:
        """How a report names it."""

    @property
    def path(self) -> PurePosixPath:
        """Below the folder of the pull."""

    @property
    def size(self) -> int:
        """In bytes."""

    @property
    def sha256(self) -> str:
        """In hex."""

    @property
    def address(self) -> str:
        """Below the root of the API."""

    @property
    def listed_at(self) -> str:
        """What the API answers when it runs, and only this file cannot be had."""
