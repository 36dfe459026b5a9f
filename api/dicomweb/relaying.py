"""From a request to a stream: opened while the client is there, ended when the client goes, or does not read."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from http import HTTPStatus
from typing import TypeVar

import anyio
from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from api.errors import ApiError
from storage.errors import StorageError

STALLED_SECONDS = 60.0
"""How long a client may take for one piece."""

Opened = TypeVar("Opened")


class ClientStalledError(Exception):
    """The client has not read for so long that its place is given to another."""


class HeldStream(StreamingResponse):
    """Streams `pieces`, and gives back what `held` holds whatever happens."""

    def __init__(
        self,
        pieces: AsyncIterator[bytes],
        held: AsyncExitStack,
        *,
        status_code: int = HTTPStatus.OK,
        headers: Mapping[str, str],
        stalled_seconds: float = STALLED_SECONDS,
    ) -> None:
        super().__init__(pieces, status_code=status_code, headers=headers)
        self._held = held
        self._stalled_seconds = stalled_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_in_time(message: Message) -> None:
            try:
                with anyio.fail_after(self._stalled_seconds):
                    await send(message)
            except TimeoutError:
                raise ClientStalledError("the client does not read") from None

        try:
            await super().__call__(scope, receive, send_in_time)
        finally:
            await give_back(self._held)


async def give_back(held: AsyncExitStack) -> None:
    """Also when this task was cancelled."""
    with anyio.CancelScope(shield=True):
        await held.aclose()


async def while_connected(request: Request, make: Callable[[AsyncExitStack], Awaitable[Response]]) -> Response:
    """The answer that `make` makes, unless the client goes away first.

    `make` puts what it opens on the stack; it is given back when there is no answer.
    """
    held = AsyncExitStack()
    made: list[Response] = []
    failed: list[Exception] = []

    async def end_with_client() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        group.start_soon(end_with_client)
        try:
            made.append(await make(held))
        except (ApiError, StorageError) as error:  # a group would wrap it
            failed.append(error)
        finally:
            if not made:
                await give_back(held)
        group.cancel_scope.cancel()
    if made:
        return made[0]
    if failed:
        raise failed[0]
    return Response(status_code=HTTPStatus.BAD_REQUEST)  # nobody reads it
