"""The first administrator: made when there is no account yet, the password printed once and kept nowhere."""

from collections.abc import Callable, Iterator

from sqlalchemy import Engine

from osteon.operators import behalf_of_account
from osteon.settings import Settings
from storage import passwords
from storage.accounts import Accounts
from storage.passwords import Passwords

USER_NAME = "admin"
LABEL = "first administrator"


def make_first_administrator(settings: Settings, engine: Engine, tell: Callable[[str], object]) -> None:
    """Tell name and password as soon as they are good: nobody could tell them later."""
    if not settings.first_admin:
        return
    password = passwords.generate()
    accounts = Accounts(engine, Passwords(), behalf=behalf_of_account("osteon api"))
    if accounts.add_first(user_name=USER_NAME, label=LABEL, password=password) is not None:
        for line in _lines(password):
            tell(line)


def _lines(password: str) -> Iterator[str]:
    yield "First administrator, shown this once: write it down, then change it"
    yield f"  user name {USER_NAME}"
    yield f"  password  {password}"
