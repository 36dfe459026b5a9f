"""Sending a stream whose source has to be let go, also when the client goes away halfway."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Protocol, runtime_checkable

from fastapi.responses import StreamingResponse
from starlette.types import Send


@runtime_checkable
class Closable(Protocol):
    """What generators and HTTP streams have in common."""

    def close(self) -> None: ...


def begun(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same pieces, the first one already fetched.

    A source that fails at once then fails before the answer has begun, while a status can still say so.
    """
    return chain([next(pieces, b"")], pieces)


class ClosingStream(StreamingResponse):
    """Streams `pieces`, and closes `source` whatever happens."""

    def __init__(
        self,
        pieces: Iterator[bytes],
        *,
        source: object,
        status_code: int,
        headers: Mapping[str, str],
        media_type: str,
    ) -> None:
        super().__init__(pieces, status_code=status_code, headers=headers, media_type=media_type)
        self._source = source

    async def stream_response(self, send: Send) -> None:
        try:
            await super().stream_response(send)
        finally:
            if isinstance(self._source, Closable):
                self._source.close()
