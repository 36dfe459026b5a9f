"""Options of commands that ask the API: which server, who asks, and how the answer is told."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from osteon.api_requests import ApiRequests, RequestFailedError
from osteon.transfer.errors import UsageError

DEFAULT_URL = "http://127.0.0.1:8000"

Requests = TypeVar("Requests", bound=ApiRequests)


def asking(kind: Callable[[str, str], Requests]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The command gets `requests`, made of server and token, and `as_json`."""

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        @click.option("--url", default=DEFAULT_URL, show_default=True, help="The Osteon server.")
        @click.option(
            "--token", envvar="OSTEON_TOKEN", help="Also read from OSTEON_TOKEN, where no process list shows it."
        )
        @click.option("--token-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Instead.")
        @click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
        @wraps(function)
        def run(*args: Any, url: str, token: str | None, token_file: Path | None, **kwargs: Any) -> None:
            with _opened(kind, url, token, token_file) as requests:
                function(*args, requests=requests, **kwargs)

        return run

    return decorate


@contextmanager
def _opened(
    kind: Callable[[str, str], Requests], url: str, token: str | None, token_file: Path | None
) -> Iterator[Requests]:
    try:
        with kind(url, given_token(token, token_file)) as requests:
            yield requests
    except UsageError as error:
        raise click.UsageError(str(error)) from None
    except RequestFailedError as error:
        raise click.ClickException(str(error)) from None


def given_token(token: str | None, token_file: Path | None) -> str:
    """The token of whoever asks; a file goes before what else is given. Raises ClickException for none."""
    if token_file is not None:
        token = token_file.read_text(errors="replace").strip()
    if not token:
        raise click.ClickException("no token: set OSTEON_TOKEN, or use --token-file")
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise click.ClickException("the token has characters that no token has")
    return token
