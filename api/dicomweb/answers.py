"""The image store's answers as ours: its successes without what names it, its failures as our own errors."""

import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from http import HTTPStatus
from typing import Protocol

from api.dicomweb.addresses import JsonAddresses, own_address
from api.dicomweb.archive import SourceAnswer
from api.dicomweb.parts import PartAddresses
from api.errors import NotAcceptableError, NotGivenError, RangeNotSatisfiableError
from api.multipart import read_content_type
from storage.errors import (
    ImageStoreFailedError,
    ImageStoreSilentError,
    ImageStoreUnavailableError,
    NotInCatalogueError,
)

DICOM_JSON, JSON, RELATED = "application/dicom+json", "application/json", "multipart/related"

# What a request says that the image store is told. Everything else is ours: who is asking, cookies, proxies.
ASKED = ("accept", "range", "if-range", "if-none-match", "if-modified-since")
# What it answers that the client is told: nothing that is about a connection, or that names it.
TOLD = ("content-type", "content-range", "accept-ranges", "etag", "last-modified")
_ANSWERS = frozenset({HTTPStatus.OK, HTTPStatus.NO_CONTENT, HTTPStatus.PARTIAL_CONTENT, HTTPStatus.NOT_MODIFIED})
_WITHOUT_BODY = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})
# Pages and documents of an image store are never an image of its; nor is what may hold a script.
_GIVEN = re.compile(r"image/(?!svg)[\w.+-]+|video/[\w.+-]+|application/(dicom|octet-stream|pdf)")
_OF_PARTS = re.compile(rf"({_GIVEN.pattern})(;.*)?")
_SIZE = re.compile(r"bytes \*/(\d{1,18})")


class Rewriting(Protocol):
    """Passes a body on, changed."""

    def feed(self, piece: bytes) -> bytes: ...

    def end(self) -> bytes:
        """What was held back. Raises ImageStoreFailedError when the body is not whole."""
        ...


def asked_of_source(sent: Mapping[str, str]) -> dict[str, str]:
    """The headers of our own request. Never compressed: that takes longer than the network, and hides addresses."""
    return {name: sent[name] for name in ASKED if name in sent} | {"accept-encoding": "identity"}


def check(answer: SourceAnswer) -> None:
    """Raises what there is to say about a failure; the image store's own words are never repeated."""
    if answer.status in _ANSWERS:
        if answer.headers.get("content-encoding", "identity") != "identity":
            raise ImageStoreFailedError("the image store compresses")
        return
    raise _failure(answer)


def _failure(answer: SourceAnswer) -> Exception:
    size = _SIZE.fullmatch(answer.headers.get("content-range", ""))
    if answer.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and size is not None:
        return RangeNotSatisfiableError(int(size[1]))
    known: Mapping[int, Exception] = {
        HTTPStatus.BAD_REQUEST: NotGivenError(),
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE: NotGivenError(),
        HTTPStatus.NOT_FOUND: NotInCatalogueError("there is no such object"),
        HTTPStatus.NOT_ACCEPTABLE: NotAcceptableError("the image store has no type that you accept"),
        HTTPStatus.UNAUTHORIZED: ImageStoreUnavailableError("the image store refuses our credentials"),
        HTTPStatus.FORBIDDEN: ImageStoreUnavailableError("the image store refuses our credentials"),
        HTTPStatus.TOO_MANY_REQUESTS: ImageStoreUnavailableError("the image store has too much to do"),
        HTTPStatus.SERVICE_UNAVAILABLE: ImageStoreUnavailableError("the image store has too much to do"),
        HTTPStatus.REQUEST_TIMEOUT: ImageStoreSilentError("the image store takes too long"),
        HTTPStatus.GATEWAY_TIMEOUT: ImageStoreSilentError("the image store takes too long"),
    }
    return known.get(answer.status, ImageStoreFailedError("the image store failed"))


def rewriting(answer: SourceAnswer, root: bytes, *, is_json: bool) -> Rewriting | None:
    """How the body is to be changed; None when it is passed on as it is.

    Raises ImageStoreFailedError for a body of a kind that is never given.
    """
    if answer.status in _WITHOUT_BODY:
        return None
    kind = read_content_type(answer.headers.get("content-type"))
    if is_json and kind.media_type in {DICOM_JSON, JSON} and answer.status == HTTPStatus.OK:
        return JsonAddresses(root)
    if not is_json and kind.media_type == RELATED and kind.boundary and answer.status == HTTPStatus.OK:
        if kind.type is None or _OF_PARTS.fullmatch(kind.type):
            return PartAddresses(kind.boundary, root)
    elif not is_json and _GIVEN.fullmatch(kind.media_type or ""):
        return None
    raise ImageStoreFailedError("the image store answered with something else")


def told_of(answer: SourceAnswer, root: bytes, *, is_changed: bool) -> dict[str, str]:
    """The headers for the client."""
    names = TOLD if is_changed else (*TOLD, "content-length")
    told = {name: answer.headers[name] for name in names if name in answer.headers}
    location = own_address(answer.headers.get("content-location", "").encode("latin-1", "replace"), root)
    return told if location is None else told | {"content-location": location.decode("latin-1")}


async def changed(pieces: AsyncIterator[bytes], change: Rewriting | None) -> AsyncGenerator[bytes, None]:
    """The body for the client."""
    async for piece in pieces:
        out = piece if change is None else change.feed(piece)
        if out:
            yield out
    if change is not None and (rest := change.end()):
        yield rest
