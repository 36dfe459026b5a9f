"""What is done about an error that nobody expected: the client learns nothing of it, the log little.

Left alone, the server would log the exception's text, which may quote what was sent or stored.
"""

import logging
from http import HTTPStatus
from traceback import extract_tb
from types import TracebackType

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import new_instance, problem

log = logging.getLogger(__name__)


class AnswerBrokenOffError(Exception):
    """Half an answer was sent; the server must close the connection so that the client notices."""


class LastResort:
    """The boundary of the application: answers 500, or breaks the answer off when it has begun."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def send_watched(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, send_watched)
        except Exception as error:  # noqa: BLE001  the boundary
            # Starlette wraps what a stream raises once its answer has begun.
            cause = error.__cause__ if isinstance(error, RuntimeError) and error.__cause__ else error
            instance, place = new_instance(), _place(cause.__traceback__)
            log.error("%s: %s at %s", instance, type(cause).__name__, place)  # noqa: TRY400  no texts
            if begun:
                raise AnswerBrokenOffError("the answer could not be completed") from None
            answer = problem(HTTPStatus.INTERNAL_SERVER_ERROR, "an unexpected error", instance=instance)
            await answer(scope, receive, send)


def _place(traceback: TracebackType | None) -> str:
    """The innermost file and line, without the values that were there."""
    frames = extract_tb(traceback)
    return f"{frames[-1].name}:{frames[-1].lineno}" if frames else "an unknown place"
