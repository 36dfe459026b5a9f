"""Server-sent events (WHATWG HTML, 9.2): changes as they are made, to a bounded number of clients at a time."""

import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import anyio
from anyio import to_thread
from fastapi.responses import StreamingResponse
from starlette.types import Send

from annotation.changes import Seen
from api.errors import TooManyStreamsError
from api.schemas.audit import ChangeOut

EVENT_STREAM = "text/event-stream"
RETRY_MS = 2000
"""After so long a client comes back by itself, when its stream has ended."""

Look = Callable[[int], Seen]


@dataclass(slots=True, kw_only=True)
class EventStreams:
    """Those that are open. `longest_seconds`: then a client comes again, and is asked again who it is."""

    most: int = 64
    look_every_seconds: float = 1.0
    heartbeat_seconds: float = 15.0
    longest_seconds: float = 300.0
    opened: int = field(default=0, init=False)
    is_ended: bool = field(default=False, init=False)

    def take_place(self) -> "Place":
        """Raises TooManyStreamsError; called by the event loop's thread only, as is its counterpart."""
        if self.opened >= self.most or self.is_ended:
            raise TooManyStreamsError("too many event streams at a time; poll /api/v1/changes instead")
        self.opened += 1
        return Place(self)

    def end(self) -> None:
        """Have every stream end within `look_every_seconds`, and take no new one; from any thread."""
        self.is_ended = True


class Place:
    """Of one stream; it can be given back more than once."""

    def __init__(self, streams: EventStreams) -> None:
        self.streams = streams
        self._is_taken = True

    def give_back(self) -> None:
        self.streams.opened -= self._is_taken
        self._is_taken = False


class EventStream(StreamingResponse):
    """One stream, whose place is given back whatever happens."""

    def __init__(self, begin: Callable[[], int], look: Look, place: Place) -> None:
        """`begin`: the number to go on from. Both functions block, and are called in threads."""
        headers = {"X-Accel-Buffering": "no"}  # a proxy in front is not to hold events back
        super().__init__(_events(begin, look, place), headers=headers, media_type=EVENT_STREAM)
        self._place = place

    async def stream_response(self, send: Send) -> None:
        try:
            await super().stream_response(send)
        finally:
            self._place.give_back()


async def _events(begin: Callable[[], int], look: Look, place: Place) -> AsyncIterator[bytes]:
    streams = place.streams
    after = await to_thread.run_sync(begin)
    began = spoke = time.monotonic()
    yield f"retry: {RETRY_MS}\n\n".encode()
    while not streams.is_ended and time.monotonic() - began < streams.longest_seconds:
        seen = await to_thread.run_sync(look, after)
        after = seen.after
        if seen.changes:
            spoke = time.monotonic()
            yield b"".join(_event(ChangeOut.of(change)) for change in seen.changes)
            continue
        if time.monotonic() - spoke >= streams.heartbeat_seconds:
            spoke = time.monotonic()
            yield b": nothing new\n\n"
        await anyio.sleep(streams.look_every_seconds)
    place.give_back()


def _event(change: ChangeOut) -> bytes:
    return f"id: {change.number}\nevent: change\ndata: {change.model_dump_json()}\n\n".encode()
