"""Requests to the API on behalf of one person at the terminal, and its problems in words for them."""

from collections.abc import Iterator
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

import httpx

from osteon.transfer.address import checked_url

CONNECT_SECONDS = 10.0
READ_SECONDS = 600.0
"""Erasing a patient writes the tables of a release again."""

PAGE_SIZE = 500
Json = dict[str, Any]


class RequestFailedError(Exception):
    """What was asked for was not done; the message is for the person at the terminal."""


class ApiRequests:
    """One server, one token."""

    def __init__(self, url: str, token: str) -> None:
        """Raises UsageError."""
        base = checked_url(url)
        self._server = f"{base.host}:{base.port}" if base.port else base.host
        self._http = httpx.Client(
            base_url=base.join(f"{base.path.rstrip('/')}/api/v1/"),
            headers={"Authorization": f"Bearer {token}"},
            timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
            transport=httpx.HTTPTransport(),  # no proxy of the environment gets the token
            follow_redirects=False,
        )

    def ask(self, method: str, path: str, body: Json | None = None, query: Json | None = None) -> Json:
        """Raises RequestFailedError."""
        try:
            answer = self._http.request(method, path, json=body, params=query)
        except httpx.HTTPError as error:
            raise RequestFailedError(f"cannot reach {self._server}: {type(error).__name__}") from error
        try:
            content = answer.json()
        except ValueError as error:
            raise RequestFailedError(f"{self._server} did not answer in JSON: is this Osteon's address?") from error
        if not isinstance(content, dict):
            raise RequestFailedError(f"{self._server} did not answer as Osteon does")
        if not answer.is_success:
            raise RequestFailedError(_problem(answer.status_code, content))
        return content

    def pages(self, method: str, path: str, body: Json | None = None, *, size: int = PAGE_SIZE) -> Iterator[Json]:
        """Every item of a list. Raises RequestFailedError."""
        cursor: str | None = None
        while True:
            query: Json = {"limit": size} | ({} if cursor is None else {"cursor": cursor})
            page = self.ask(method, path, body, query)
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()


def _problem(status: int, content: Json) -> str:
    """The problem's own words; then which parts of the request it is about, and what is allowed there."""
    if status == HTTPStatus.UNAUTHORIZED:
        return "the server does not accept the token"
    said = str(content.get("detail") or content.get("title") or status)
    places = [
        f"  {str(each.get('pointer') or each.get('parameter')).removeprefix('#/')}: {each.get('detail')}"
        + (f": {', '.join(map(str, each['allowed']))}" if each.get("allowed") else "")
        for each in content.get("errors") or ()
    ]
    return "\n".join([said, *places])
