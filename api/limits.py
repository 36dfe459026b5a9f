"""What a request's body may be: JSON no larger than any form of ours, one DICOM object that is imported; uploads of
objects see to themselves."""

from dataclasses import dataclass
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem

MAX_BODY_BYTES = 1024 * 1024
JSON = "application/json"
UPLOADS = "/dicom-web/studies"
DICOM = "application/dicom"
IMPORTS = "/api/v1/imports"
MAX_IMPORT_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Body:
    media_type: str
    most_bytes: int


_FORM = _Body(JSON, MAX_BODY_BYTES)
_OBJECT = _Body(DICOM, MAX_IMPORT_BYTES)


class BodyLimits:
    """Refuses a body by its headers where they tell, and while it is read where they do not."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or (scope["method"] == "POST" and scope["path"].startswith(UPLOADS)):
            await self._app(scope, receive, send)
            return
        body = _OBJECT if scope["path"] == IMPORTS else _FORM
        refused = _refused(Headers(scope=scope), body)
        if refused is not None:
            await problem(refused)(scope, receive, send)
            return
        await self._app(scope, _counted(receive, body.most_bytes), send)


def _refused(headers: Headers, body: _Body) -> HTTPStatus | None:
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length) > body.most_bytes:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    has_body = length not in ("", "0") or "transfer-encoding" in headers
    if has_body and headers.get("content-type", "").partition(";")[0].strip().lower() != body.media_type:
        return HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    return None


def _counted(receive: Receive, most_bytes: int) -> Receive:
    read = 0

    async def receive_some() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > most_bytes:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return message

    return receive_some
