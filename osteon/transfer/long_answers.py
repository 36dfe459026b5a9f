"""Long answers, read from the socket straight to where they are wanted.

Of images in bundles httpx hands out 64 kB at a time, each copied three times on the way: with it a pull took half as
much processor time again. For all other requests that does not matter, and they stay with it.
"""

import http.client
import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cached_property
from typing import Any, Protocol

import httpx

from osteon.transfer.errors import AnswerError, NetworkError

LONGEST_REFUSAL = 1 << 16
"""Bytes of an answer that says why not."""


class LongAnswer(Protocol):
    """The body of an answer."""

    def readinto(self, room: memoryview) -> int:
        """Fill `room`; how many bytes came. Fewer: there are no more. Raises NetworkError."""


class Questions:
    """One server. Each question has a connection of its own. Safe to share between threads."""

    def __init__(self, base: httpx.URL, headers: Mapping[str, str], *, connect_seconds: float, seconds: float) -> None:
        """`seconds`: how long a read may wait. No proxy of the environment is asked; SSL_CERT_FILE counts."""
        self._base = base
        self._headers = {"Content-Type": "application/json", **headers}
        self._connect_seconds, self._seconds = connect_seconds, seconds

    @cached_property
    def _tls(self) -> ssl.SSLContext | None:
        return httpx.create_ssl_context() if self._base.scheme == "https" else None

    @contextmanager
    def post(self, path: str, body: dict[str, Any]) -> Iterator[tuple[httpx.Response, LongAnswer]]:
        """The answer's beginning, with the whole body if it is a refusal, and the rest.

        Raises NetworkError, and AnswerError for a success that has no such body.
        """
        with closing(self._connection()) as connection:
            try:
                connection.connect()
                connection.sock.settimeout(self._seconds)
                connection.request("POST", self._base.join(path).raw_path.decode(), json.dumps(body), self._headers)
                answer = connection.getresponse()
                is_wanted = answer.status == http.client.OK
                refusal = b"" if is_wanted else answer.read(LONGEST_REFUSAL)
            except (OSError, http.client.HTTPException) as error:
                raise NetworkError(type(error).__name__) from error
            beginning = httpx.Response(answer.status, content=refusal)
            if beginning.is_success and not is_wanted:
                raise AnswerError(f"the server answered {answer.status}")
            yield beginning, _Body(answer)

    def _connection(self) -> http.client.HTTPConnection:
        """To the host as httpx names it: it and http.client do not encode international names alike."""
        host = self._base.raw_host.decode("ascii")
        if self._tls is None:
            port = self._base.port or http.client.HTTP_PORT
            return http.client.HTTPConnection(host, port, timeout=self._connect_seconds)
        port = self._base.port or http.client.HTTPS_PORT
        return http.client.HTTPSConnection(host, port, timeout=self._connect_seconds, context=self._tls)


class _Body:
    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self._answer = answer

    def readinto(self, room: memoryview) -> int:
        try:
            return self._answer.readinto(room)
        except http.client.IncompleteRead as error:
            return len(error.partial)
        except (OSError, http.client.HTTPException) as error:
            raise NetworkError(type(error).__name__) from error
