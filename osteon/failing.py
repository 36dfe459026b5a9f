"""Commands that cannot do their work say so in one line, and leave with an exit code that is not 0."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click
from sqlalchemy.exc import SQLAlchemyError

from osteon.home import HomeError
from osteon.orthanc_access import CredentialsError
from osteon.settings import SettingsError
from storage.errors import StorageError

P = ParamSpec("P")
R = TypeVar("R")

EXPECTED: tuple[type[Exception], ...] = (SettingsError, HomeError, CredentialsError, StorageError)


def failing_clearly(*more: type[Exception]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Turn the errors that a user can do something about, and those in `more`, into one line and exit code 1."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return function(*args, **kwargs)
            except (*EXPECTED, *more) as error:
                raise click.ClickException(str(error)) from None
            except SQLAlchemyError as error:  # its own text names host, user and statement
                raise click.ClickException(f"a database does not answer ({type(error).__name__})") from None

        return run

    return decorate
