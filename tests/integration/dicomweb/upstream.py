"""Stands in for the image store: answers as a test wants, and tells what it was asked."""

import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import anyio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

Answer = Callable[[Request], Response]
HTML = "<html><body>Orthanc at secret-host says: DUPONT</body></html>"


@dataclass
class Upstream:
    """`answer` makes the answers. `asked` holds the requests that came."""

    answer: Answer = lambda _: Response(HTML, media_type="text/html")
    asked: list[Request] = field(default_factory=list)
    under_way: int = 0
    most_under_way: int = 0
    sent: int = 0
    _ended: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    @property
    def app(self) -> Starlette:
        async def answer(request: Request) -> Response:
            self.asked.append(request)
            return self.answer(request)

        return Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])

    async def endless(self, piece: bytes, pieces: int | None = None) -> AsyncIterator[bytes]:
        """Piece after piece; is_ended tells when nobody reads any more."""
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            while pieces is None or self.sent < pieces:
                yield piece
                self.sent += 1
                await anyio.sleep(0)
        finally:
            self.under_way -= 1
            self._ended.release()

    def is_ended(self) -> bool:
        """Waits until one more such stream has ended."""
        return self._ended.acquire(timeout=10)
