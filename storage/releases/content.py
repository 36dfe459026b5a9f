"""The bytes of the files of a release, wherever they are kept."""

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

from storage.errors import ImageMissingError
from storage.releases.made import MadeFiles
from storage.releases.records import FileRecord


class Readable(Protocol):
    """The image store."""

    def read(self, orthanc_id: str) -> Iterator[bytes]:
        """Raises ImageMissingError, ImageStoreUnavailableError."""


@runtime_checkable
class ReadableWhole(Protocol):
    """One that gives small files at once, faster than piece by piece."""

    def whole(self, orthanc_id: str) -> bytes:
        """Raises ImageMissingError, ImageStoreUnavailableError."""


class ReleaseContent:
    """Share one between threads."""

    def __init__(self, images: Readable, made: MadeFiles) -> None:
        self._images = images
        self._made = made

    def read(self, number: int, file: FileRecord, start: int = 0) -> Iterator[bytes]:
        """From a byte on; only files that were made are read from elsewhere than their beginning.

        Raises ImageMissingError, also for a file that was made and is gone, and ImageStoreUnavailableError.
        """
        if file.orthanc_id is not None:
            return self._images.read(file.orthanc_id)
        try:
            return self._made.read(number, file.sha256, start)
        except FileNotFoundError:
            raise ImageMissingError("a file that was made for the release is missing") from None

    def whole(self, number: int, file: FileRecord) -> bytes:
        """A file that is small. Raises what `read` raises."""
        if file.orthanc_id is not None and isinstance(self._images, ReadableWhole):
            return self._images.whole(file.orthanc_id)
        return b"".join(self.read(number, file))
