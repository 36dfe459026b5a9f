"""Attempts to sign in, counted by account and by address, so that passwords cannot be tried one after another."""

import hashlib
import math
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, delete, insert, select

from storage.account_errors import TooManyAttemptsError
from storage.account_tables import AttemptRow
from storage.database import writing
from storage.labels import wait_for_turn

WINDOW = timedelta(minutes=15)
OF_ACCOUNT = 5
OF_ADDRESS = 50
"""Many people may sit behind one address of a hospital."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt under way; until it has succeeded it counts as one that failed."""

    account_key: str
    address_id: str


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Attempts:
    """Share one between threads and processes: the count is in the database."""

    def __init__(self, engine: Engine, now: Callable[[], datetime] = _utc_now) -> None:
        self._engine = engine
        self._now = now

    def begin(self, user_name: str, address: str) -> Attempt:
        """Count it before the password is looked at, so that many at once do not slip through.

        Raises TooManyAttemptsError, for names that nobody has as well.
        """
        now = self._now()
        account_key, address_key = _key("account", user_name.strip().lower()), _key("address", address)
        attempt = Attempt(account_key=account_key, address_id=str(uuid.uuid4()))
        with writing(self._engine).begin() as connection:
            wait_for_turn(connection)
            connection.execute(delete(AttemptRow).where(AttemptRow.at <= now - WINDOW))
            _check(connection, account_key, OF_ACCOUNT, now)
            _check(connection, address_key, OF_ADDRESS, now)
            connection.execute(
                insert(AttemptRow),
                [
                    {"id": str(uuid.uuid4()), "key": account_key, "at": now},
                    {"id": attempt.address_id, "key": address_key, "at": now},
                ],
            )
        return attempt

    def succeeded(self, attempt: Attempt) -> None:
        """The account's count begins anew; the address keeps those that failed."""
        with writing(self._engine).begin() as connection:
            connection.execute(delete(AttemptRow).where(AttemptRow.key == attempt.account_key))
            connection.execute(delete(AttemptRow).where(AttemptRow.id == attempt.address_id))


def _check(connection: Connection, key: str, most: int, now: datetime) -> None:
    wanted = select(AttemptRow.at).where(AttemptRow.key == key).order_by(AttemptRow.at.desc()).limit(most)
    times = connection.execute(wanted).scalars().all()
    if len(times) == most:
        raise TooManyAttemptsError(max(1, math.ceil((times[-1] + WINDOW - now).total_seconds())))


def _key(kind: str, text: str) -> str:
    """A digest: someone may have typed a password where the name belongs."""
    return hashlib.sha256(f"{kind}\0{text}".encode("utf-8", "replace")).hexdigest()
