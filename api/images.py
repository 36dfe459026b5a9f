"""Where the API gets images from; `storage.orthanc` satisfies it without being imported here."""

from collections.abc import Iterator
from typing import Protocol

from storage.errors import ImageMissingError, ImageStoreUnavailableError

__all__ = ["ImageMissingError", "ImageSource", "ImageStoreUnavailableError"]


class ImageSource(Protocol):
    """A store of Part 10 files."""

    def read(self, orthanc_id: str) -> Iterator[bytes]:
        """The bytes of one file, in pieces.

        Raises ImageMissingError or ImageStoreUnavailableError, at the latest when the first piece is asked
        for. An iterator that has `close` is closed when nobody wants the rest.
        """
        ...

    def ready(self) -> bool:
        """Whether files can be read now."""
        ...
