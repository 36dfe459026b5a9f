"""Browsers that are signed in: known by the digest of a secret, ended by idleness, by age, or on request."""

import hashlib
import hmac
import re
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Self

from sqlalchemy import Connection, Engine, delete, insert, or_, select, update

from annotation.audit import Action, Kind
from annotation.roles import Role, named
from storage import account_rows
from storage.account_tables import AccountRow, SessionRow
from storage.audit_behalf import NOBODY, Behalf
from storage.database import writing

PREFIX = "oss_"
SECRET = re.compile(r"oss_[A-Za-z0-9_-]{43}")
IDLE = timedelta(minutes=60)
ABSOLUTE = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)
"""That somebody is there is not written down more often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    """An open session and whose it is. `id` can be shown and logged."""

    id: str
    account_id: str
    label: str
    roles: frozenset[Role]
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    """A session as it begins; the secret is handed over this once."""

    secret: str
    expires_at: datetime


def request_token(secret: str) -> str:
    """What a page of ours sends along with each change: derived from the secret, which pages cannot read."""
    return hmac.new(secret.encode(), b"request token", hashlib.sha256).hexdigest()


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Sessions:
    """Share one between threads: it holds no connection between calls."""

    def __init__(
        self,
        engine: Engine,
        now: Callable[[], datetime] = _utc_now,
        *,
        idle: timedelta = IDLE,
        absolute: timedelta = ABSOLUTE,
        behalf: Behalf = NOBODY,
    ) -> None:
        """`behalf`: where people sign in and out from."""
        self._engine = engine
        self._now = now
        self._idle = idle
        self._absolute = absolute
        self._behalf = behalf

    def acting(self, behalf: Behalf) -> Self:
        """The same, from somewhere."""
        return type(self)(self._engine, self._now, idle=self._idle, absolute=self._absolute, behalf=behalf)

    def begin(self, account_id: str) -> NewSession:
        """Sign an account in; sessions that are over are cleared away."""
        now = self._now()
        new = NewSession(secret=PREFIX + secrets.token_urlsafe(32), expires_at=now + self._absolute)
        over = or_(SessionRow.expires_at <= now, SessionRow.seen_at <= now - self._idle)
        with writing(self._engine).begin() as connection:
            connection.execute(delete(SessionRow).where(over))
            connection.execute(
                insert(SessionRow).values(
                    id=str(uuid.uuid4()),
                    account_id=account_id,
                    digest=_digest(new.secret),
                    created_at=now,
                    seen_at=now,
                    expires_at=new.expires_at,
                )
            )
            self._note(connection, Action.SIGNED_IN, account_id, now)
        return new

    def check(self, secret: str) -> SessionRecord | None:
        """Whose session this is; None when it is unknown or over, or the account is disabled."""
        if not SECRET.fullmatch(secret):
            return None
        now = self._now()
        wanted = (
            select(
                SessionRow.id,
                SessionRow.account_id,
                SessionRow.seen_at,
                SessionRow.expires_at,
                AccountRow.label,
                AccountRow.roles,
            )
            .join(AccountRow, AccountRow.id == SessionRow.account_id)
            .where(
                SessionRow.digest == _digest(secret),
                SessionRow.expires_at > now,
                SessionRow.seen_at > now - self._idle,
                AccountRow.disabled_at.is_(None),
            )
        )
        with self._engine.connect() as connection:
            found = connection.execute(wanted).one_or_none()
        if found is None:
            return None
        if found.seen_at <= now - SEEN_EVERY:
            self._see(found.id, now)
        return SessionRecord(
            id=found.id,
            account_id=found.account_id,
            label=found.label,
            roles=found.roles,
            expires_at=found.expires_at,
        )

    def end(self, session_id: str) -> None:
        """Sign out; harmless when it is over."""
        with writing(self._engine).begin() as connection:
            ended = delete(SessionRow).where(SessionRow.id == session_id).returning(SessionRow.account_id)
            account_id = connection.execute(ended).scalar_one_or_none()
            if account_id is not None:
                self._note(connection, Action.SIGNED_OUT, account_id, self._now())

    def _note(self, connection: Connection, action: Action, account_id: str, at: datetime) -> None:
        """It is the account itself that does it."""
        account = account_rows.read(connection, account_id)
        source = replace(self._behalf.source, roles=tuple(named(account.roles)))
        behalf = replace(self._behalf, by=account.label, source=source)
        behalf.note(connection, action, Kind.ACCOUNT, account_id, at)

    def _see(self, session_id: str, now: datetime) -> None:
        with writing(self._engine).begin() as connection:
            connection.execute(update(SessionRow).where(SessionRow.id == session_id).values(seen_at=now))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
