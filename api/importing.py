"""Objects that are imported: read whole, since they are measured whole; a bounded number at a time."""

from collections.abc import AsyncIterator, Callable
from typing import TypeVar

import anyio
from anyio import CapacityLimiter, to_thread
from starlette.requests import ClientDisconnect

from annotation.importing.foreign_object import START_BYTES, check_start
from annotation.importing.ports import Registry
from api.errors import MalformedUploadError, TooManyUploadsError
from api.uploads import IDLE_SECONDS

AT_A_TIME = 2

Result = TypeVar("Result")


class Importing:
    """Shared by all requests."""

    def __init__(self, registry: Registry, most: int = AT_A_TIME) -> None:
        self.registry = registry
        self._limiter = CapacityLimiter(most)

    async def in_thread(self, work: Callable[[], Result]) -> Result:
        """Raises TooManyUploadsError at once when all places are taken."""
        if self._limiter.available_tokens < 1:
            raise TooManyUploadsError("too many imports at a time")
        return await to_thread.run_sync(work, limiter=self._limiter)


async def read_whole(body: AsyncIterator[bytes], idle_seconds: float = IDLE_SECONDS) -> bytes:
    """The body, of which the beginning is looked at before the rest has come.

    Raises UnreadableObjectError, and MalformedUploadError for a client that falls silent or goes away.
    """
    pieces = bytearray()
    try:
        while (piece := await _next(body, idle_seconds)) is not None:
            if len(pieces) < START_BYTES:
                check_start(bytes(pieces[:START_BYTES]) + piece[: START_BYTES - len(pieces)])
            pieces += piece
    except ClientDisconnect:
        raise MalformedUploadError("the body is not whole") from None
    return bytes(pieces)


async def _next(body: AsyncIterator[bytes], idle_seconds: float) -> bytes | None:
    try:
        with anyio.fail_after(idle_seconds):
            return await anext(body, None)
    except TimeoutError:
        raise MalformedUploadError(f"nothing came for {idle_seconds:.0f} s") from None
