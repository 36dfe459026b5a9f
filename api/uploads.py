"""A body that comes over the network, read by blocking code in a thread of its own; a bounded number at a time."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import TypeVar

import anyio
from anyio import CapacityLimiter, from_thread, to_thread

from api.errors import MalformedUploadError, TooManyUploadsError
from api.intake import Intake

IDLE_SECONDS = 60.0
"""How long a client may be silent."""

Result = TypeVar("Result")


class Uploads:
    """Shared by all requests."""

    def __init__(self, intake: Intake, most: int) -> None:
        self.intake = intake
        self._limiter = CapacityLimiter(most)

    async def read_in_thread(
        self, body: AsyncIterator[bytes], read: Callable[[Iterator[bytes]], Result], idle_seconds: float = IDLE_SECONDS
    ) -> Result:
        """What `read` makes of the body's pieces. Raises TooManyUploadsError at once when all places are taken."""
        if self._limiter.available_tokens < 1:
            raise TooManyUploadsError("too many uploads at a time")
        return await to_thread.run_sync(read, _blocking(body, idle_seconds), limiter=self._limiter)


def _blocking(body: AsyncIterator[bytes], idle_seconds: float) -> Iterator[bytes]:
    while (piece := from_thread.run(_next, body, idle_seconds)) is not None:
        yield piece


async def _next(body: AsyncIterator[bytes], idle_seconds: float) -> bytes | None:
    try:
        with anyio.fail_after(idle_seconds):
            return await anext(body, None)
    except TimeoutError:
        raise MalformedUploadError(f"nothing came for {idle_seconds:.0f} s") from None
