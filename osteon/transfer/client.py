"""The HTTP API as a client sees it: signed in, with retries, page by page."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

import httpx

from osteon.transfer.address import checked_url
from osteon.transfer.errors import AnswerError, NetworkError, NotAllowedError, SignInError, UnknownTargetError
from osteon.transfer.long_answers import LongAnswer, Questions
from osteon.transfer.patience import Patience

PAGE_SIZE = 500
CONNECT_SECONDS = 10.0
READ_SECONDS = 60.0
TRANSIENT = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
"""Answers that may be others a moment later."""

LONGEST_DETAIL = 200

Json = dict[str, Any]


class Client:
    """One server, one token. Safe to share between threads."""

    def __init__(self, url: str, token: str, *, patience: Patience, connections: int) -> None:
        base = checked_url(url)
        self.patience = patience
        self._server = base.netloc.decode("ascii")
        root = base.join(f"{base.path.rstrip('/')}/api/v1/")
        headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
        self._long = Questions(root, headers, connect_seconds=CONNECT_SECONDS, seconds=READ_SECONDS)
        self._http = httpx.Client(
            base_url=root,
            headers=headers,
            timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
            # A transport of our own: no proxy of the environment gets the token, SSL_CERT_FILE still counts.
            transport=httpx.HTTPTransport(
                limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
            ),
            follow_redirects=False,  # the token goes nowhere else
        )

    def items(self, path: str, **parameters: str) -> Iterator[Json]:
        """All items of a list, following its cursor."""
        cursor: str | None = None
        followed: set[str] = set()
        while True:
            query: dict[str, str | int] = {"limit": PAGE_SIZE, **parameters}
            page = self._get(path, query if cursor is None else {**query, "cursor": cursor})
            items = page.get("items")
            if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
                raise AnswerError(f"the answer to {path} is not a list")
            yield from items
            following = page.get("next_cursor")
            if following is None:
                return
            if not isinstance(following, str) or following in followed:
                raise AnswerError(f"the list {path} does not end")
            followed.add(following)
            cursor = following

    def one(self, path: str) -> Json:
        """One JSON object."""
        return self._get(path, {})

    def answers(self, path: str) -> bool:
        """Whether one request, not repeated, gets an answer that is of use."""
        try:
            self._get_once(path, {})
        except (NetworkError, AnswerError):
            return False
        return True

    @contextmanager
    def stream(self, path: str, headers: dict[str, str]) -> Iterator[httpx.Response]:
        """One request, not repeated. Raises NetworkError for what may pass, other errors for what will not."""
        try:
            with self._http.stream("GET", path, headers=headers) as response:
                if not ("Range" in headers and response.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE):
                    self._check(response)
                yield response
        except httpx.HTTPError as error:
            raise NetworkError(f"{self._server}: {type(error).__name__}") from error

    @contextmanager
    def stream_posted(self, path: str, body: Json) -> Iterator[LongAnswer]:
        """As `stream`, for a question too long for an address and an answer that is read fast."""
        with self._long.post(path, body) as (beginning, answer):
            self._check(beginning)
            yield answer

    def _get(self, path: str, query: dict[str, str | int]) -> Json:
        failure: NetworkError | None = None
        for pause in (*self.patience.pauses(), None):
            try:
                return self._get_once(path, query)
            except NetworkError as error:
                failure = error
            if pause is not None:
                self.patience.wait(pause)
        raise NetworkError(f"{failure}, after {self.patience.attempts} attempts") from failure

    def _get_once(self, path: str, query: dict[str, str | int]) -> Json:
        try:
            response = self._http.get(path, params=query)
        except httpx.HTTPError as error:
            raise NetworkError(f"cannot reach {self._server}: {type(error).__name__}") from error
        self._check(response)
        try:
            answer = response.json()
        except (ValueError, RecursionError) as error:
            raise AnswerError(f"{self._server} did not answer in JSON: is this Osteon's address?") from error
        if not isinstance(answer, dict):
            raise AnswerError(f"the answer to {path} is not an object")
        return answer

    def _check(self, response: httpx.Response) -> None:
        status = response.status_code
        if status == HTTPStatus.UNAUTHORIZED:
            raise SignInError(f"{self._server} does not accept the token")
        if status == HTTPStatus.FORBIDDEN:
            raise NotAllowedError(f"{self._server} does not allow it{_why(response)}")
        if status == HTTPStatus.GONE:
            raise UnknownTargetError(f"{self._server} no longer has it{_why(response)}")
        if status == HTTPStatus.NOT_FOUND:
            raise UnknownTargetError(f"{self._server} knows no such release, patient, study or file")
        if status in TRANSIENT:
            raise NetworkError(f"{self._server} answered {status}")
        if not response.is_success:
            raise AnswerError(f"{self._server} answered {status}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()


def _why(response: httpx.Response) -> str:
    """The server's own words (RFC 9457), where it has some that can be shown in a line."""
    try:
        detail = json.loads(response.read())["detail"]
    except (httpx.HTTPError, ValueError, LookupError, TypeError, RecursionError):
        return ""
    is_fit = isinstance(detail, str) and detail.isprintable() and len(detail) <= LONGEST_DETAIL
    return f": {detail}" if is_fit else ""
