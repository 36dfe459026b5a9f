"""Whole files to and from Orthanc, over connections that stay open.

For those who move very many small files one after the other: what a client for all purposes does for each request costs
more time than Orthanc takes for the file.
"""

import base64
import http.client
import select
import socket
import threading
import weakref
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Protocol
from urllib.parse import urlsplit

from storage.errors import ImageMissingError, ImageStoreUnavailableError

MOST_IDLE = 10
CONNECT_SECONDS = 5.0
_UNAVAILABLE = "Orthanc does not answer"

Connection = http.client.HTTPConnection


class SizedStream(Protocol):
    """A file too large for memory: of known size, read piece by piece."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[bytes | memoryview]: ...


File = bytes | memoryview | SizedStream


@dataclass(frozen=True, slots=True)
class Seconds:
    """How long Orthanc may take: until there is a connection, and without a word on it."""

    connect: float
    silence: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What Orthanc said."""

    status: int
    content: bytes = field(repr=False)


class OrthancConnections:
    """Share one between threads: each request has a connection to itself, which the next one takes over.

    Proxies of the environment are none of its business: no proxy may see images or password.
    """

    def __init__(self, url: str, user: str, password: str, timeout: float) -> None:
        """`timeout`: seconds without an answer after which it counts as unavailable."""
        self._url = urlsplit(url)
        # Without a word on compression, Orthanc gives the file as it is.
        self._headers = {"Authorization": f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"}
        self._seconds = Seconds(CONNECT_SECONDS, timeout)
        self._lock = threading.Lock()
        self._idle: list[Connection] = []
        weakref.finalize(self, _close, self._idle)  # of one that is forgotten, as of any pool of connections

    def whole(self, orthanc_id: str) -> bytes:
        """The file of one instance. Raises ImageMissingError or ImageStoreUnavailableError."""
        answer = self._exchange("GET", f"instances/{orthanc_id}/file")
        if answer.status == HTTPStatus.NOT_FOUND:
            raise ImageMissingError("Orthanc has no such object")
        if answer.status != HTTPStatus.OK:
            raise ImageStoreUnavailableError(f"Orthanc answered {answer.status}")
        return answer.content

    def upload(self, file: File, seconds: Seconds | None = None) -> Answer:
        """Bring one file; whatever Orthanc says of it is the caller's to judge. Raises ImageStoreUnavailableError.

        An upload that Orthanc has answered is never made again. One that is cut off may have reached it all the same.
        """
        return self._exchange("POST", "instances", file, seconds)

    def close(self) -> None:
        """Connections that nobody uses at this moment."""
        with self._lock:
            _close(self._idle)

    def _exchange(self, method: str, path: str, file: File | None = None, seconds: Seconds | None = None) -> Answer:
        seconds = seconds or self._seconds
        used = self._used()
        if used is not None:
            try:
                return self._ask(used, method, path, file, seconds)
            except (ConnectionError, http.client.HTTPException):  # it was closed at this very moment: once more
                used.close()
            except OSError:
                used.close()
                raise ImageStoreUnavailableError(_UNAVAILABLE) from None
        fresh = self._connection(seconds)
        try:
            return self._ask(fresh, method, path, file, seconds)
        except (OSError, http.client.HTTPException):
            fresh.close()
            raise ImageStoreUnavailableError(_UNAVAILABLE) from None

    def _ask(self, connection: Connection, method: str, path: str, file: File | None, seconds: Seconds) -> Answer:
        if connection.sock is None:
            connection.connect()
        connection.sock.settimeout(seconds.silence)
        body, headers = _body(file)
        connection.request(method, f"{self._url.path.rstrip('/')}/{path}", body, {**self._headers, **headers})
        with connection.getresponse() as response:
            answer = Answer(response.status, response.read())
        self._give_back(connection)
        return answer

    def _used(self) -> Connection | None:
        """One that is still open: Orthanc closes those that nothing came on for a while."""
        while True:
            with self._lock:
                if not self._idle:
                    return None
                connection = self._idle.pop()
            if connection.sock is not None and not _has_something_to_say(connection.sock):
                return connection
            connection.close()

    def _give_back(self, connection: Connection) -> None:
        with self._lock:
            if len(self._idle) < MOST_IDLE:
                self._idle.append(connection)
                return
        connection.close()

    def _connection(self, seconds: Seconds) -> Connection:
        kind = http.client.HTTPSConnection if self._url.scheme == "https" else http.client.HTTPConnection
        return kind(self._url.hostname or "", self._url.port, timeout=seconds.connect)


def _close(connections: list[Connection]) -> None:
    while connections:
        connections.pop().close()


def _body(file: File | None) -> tuple[Iterable[bytes | memoryview] | bytes | memoryview | None, Mapping[str, str]]:
    if file is None or isinstance(file, bytes | memoryview):
        return file, {}
    return iter(file), {"Content-Length": str(len(file))}


def _has_something_to_say(connection: socket.socket) -> bool:
    """Whether an idle connection can be read: then what is to be read is its end."""
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(0))
