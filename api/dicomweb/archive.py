"""What is behind DICOMweb: an image store that answers in streams, and how many of them there may be at a time."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

import anyio

from api.errors import TooManyStreamsError

WAIT_SECONDS = 10.0
"""How long a request waits for its turn."""


class SourceAnswer(Protocol):
    """An answer of the image store that has begun."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]:
        """By name in small letters."""
        ...

    def pieces(self) -> AsyncIterator[bytes]:
        """The body as it comes. Raises ImageStoreSilentError or ImageStoreFailedError."""
        ...

    async def aclose(self) -> None:
        """End it, whether all of it was read or not."""
        ...


class DicomWebSource(Protocol):
    """A DICOMweb server; `storage.orthanc_dicomweb` satisfies it without being imported here."""

    async def open(
        self, path: Sequence[str], query: Sequence[tuple[str, str]], headers: Mapping[str, str]
    ) -> SourceAnswer:
        """GET a resource below its root.

        Raises ImageStoreUnavailableError, ImageStoreSilentError or ImageStoreFailedError.
        """
        ...


class Archive:
    """Shared by all requests."""

    def __init__(self, source: DicomWebSource, streams_at_a_time: int, wait_seconds: float = WAIT_SECONDS) -> None:
        self._source = source
        self._places = anyio.Semaphore(streams_at_a_time)
        self._wait_seconds = wait_seconds

    @asynccontextmanager
    async def place(self) -> AsyncIterator[DicomWebSource]:
        """The image store, for as long as one stream lasts. Raises TooManyStreamsError after a while."""
        try:
            with anyio.fail_after(self._wait_seconds):
                await self._places.acquire()
        except TimeoutError:
            raise TooManyStreamsError("too many downloads at a time") from None
        try:
            yield self._source
        finally:
            self._places.release()
