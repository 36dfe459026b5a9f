"""Orthanc's DICOMweb plugin, streamed: one connection per request, and nothing of it but what is under its root."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from types import MappingProxyType
from urllib.parse import quote

import httpx

from storage.errors import ImageStoreError, ImageStoreFailedError, ImageStoreSilentError, ImageStoreUnavailableError
from storage.orthanc_connections import CONNECT_SECONDS

Query = Sequence[tuple[str, str]]

_PLAIN = re.compile(r"[A-Za-z0-9._~*?,/:=^@-]")
_ANY_TEXT, _ANY_CHARACTER = "*", "?"

# Orthanc lets go of idle connections at any moment; and a kept one would have to be closed when the server stops.
_NO_IDLE_CONNECTIONS = httpx.Limits(max_keepalive_connections=0)


class OrthancAnswer:
    """An answer that has begun. Whoever opened it closes it."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response

    @property
    def status(self) -> int:
        return self._response.status_code

    @property
    def headers(self) -> Mapping[str, str]:
        """By name in small letters."""
        return MappingProxyType(dict(self._response.headers))

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body as it comes. Raises ImageStoreSilentError or ImageStoreFailedError."""
        try:
            async for piece in self._response.aiter_raw():
                yield piece
        except httpx.TransportError as error:
            raise _failure(error) from None

    async def aclose(self) -> None:
        """End it, whether all of it was read or not."""
        await self._response.aclose()


class OrthancDicomWeb:
    """Belongs to one event loop, once it was used. Holds no connection between requests."""

    def __init__(self, url: str, root: str, user: str, password: str, timeout: float = 30.0) -> None:
        """`root`: path of the plugin. `timeout`: seconds without a byte of an answer after which it is given up."""
        self._root = url.rstrip("/") + "/" + root.strip("/")
        # No proxy of the environment may see images or password.
        self._client = httpx.AsyncClient(
            auth=httpx.BasicAuth(user, password),
            verify=url.startswith("https:"),  # reading every certificate of the machine takes 20 ms
            timeout=httpx.Timeout(timeout, connect=CONNECT_SECONDS),
            limits=_NO_IDLE_CONNECTIONS,
            trust_env=False,
            follow_redirects=False,
        )

    async def open(self, path: Sequence[str], query: Query, headers: Mapping[str, str]) -> OrthancAnswer:
        """GET `root/a/b/c`. `query`: names as they are. `headers`: exactly these, besides what a request must have.

        Raises ImageStoreUnavailableError, ImageStoreSilentError or ImageStoreFailedError.
        """
        segments = [quote(segment, safe=",") for segment in path]
        if any(not segment.strip(".") for segment in segments):
            raise ValueError("a path must not lead out of the root")
        request = httpx.Request(
            "GET",
            "/".join([self._root, *segments]) + _query(query),
            headers={**headers, "Connection": "close"},
            extensions={"timeout": self._client.timeout.as_dict()},
        )
        try:
            return OrthancAnswer(await self._client.send(request, stream=True))
        except httpx.TransportError as error:
            raise _failure(error) from None


def _query(query: Query) -> str:
    """Orthanc 1.10 takes a percent sign for itself: what cannot be written plainly is matched by a wildcard."""
    return "?" + "&".join(f"{name}={_plain(value)}" for name, value in query) if query else ""


def _plain(value: str) -> str:
    """A backslash separates values (PS3.5 6.4), as the comma does here."""
    return "".join(
        one if _PLAIN.fullmatch(one) else _ANY_CHARACTER if one.isascii() else _ANY_TEXT
        for one in value.replace("\\", ",")
    )


def _failure(error: httpx.TransportError) -> ImageStoreError:
    """Without the error's own text, which names addresses."""
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return ImageStoreUnavailableError("Orthanc does not answer")
    if isinstance(error, httpx.TimeoutException):
        return ImageStoreSilentError("Orthanc takes too long")
    return ImageStoreFailedError("Orthanc broke off")
