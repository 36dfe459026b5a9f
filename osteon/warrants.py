"""Who acts and why: the options of every act that goes on record."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from osteon.operators import account_name
from storage.vault_audit import Warrant


def with_warrant(function: Callable[..., None]) -> Callable[..., None]:
    """The options that every act needs, given to `function` as `warrant`."""

    @click.option("--reason", required=True, metavar="TEXT", help="Why; kept in the audit log.")
    @click.option("--by", metavar="NAME", help="Who asks, beside the account's name, which is kept anyway.")
    @wraps(function)
    def run(*args: Any, reason: str, by: str | None, **kwargs: Any) -> None:
        account = account_name()
        try:
            warrant = Warrant(f"{by} ({account})" if by else account, reason)
        except ValueError as error:
            raise click.UsageError(str(error)) from None
        function(*args, warrant=warrant, **kwargs)

    return run
