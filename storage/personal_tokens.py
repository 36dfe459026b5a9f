"""Tokens that people make for their own scripts: some of their roles, for some time, kept as digests."""

import hashlib
import re
import secrets
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from sqlalchemy import Engine, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from annotation.audit import Action, Kind
from annotation.roles import Role, named
from annotation.text import is_text
from storage import account_rows
from storage.account_errors import NameTakenError, NoSuchPersonalTokenError, UnacceptableAccountError
from storage.account_tables import NAME_LENGTH, AccountRow, PersonalTokenRow
from storage.audit_behalf import NOBODY, Behalf
from storage.database import writing
from storage.labels import wait_for_turn

PREFIX = "osp_"
TOKEN = re.compile(r"osp_[A-Za-z0-9_-]{43}")
MOST_DAYS = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalTokenRecord:
    """What is known of one. `roles` are those it was given; it never opens more than its owner may."""

    id: str
    account_id: str
    name: str
    roles: frozenset[Role]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenOwner:
    """Who asks with a token, and what they may do with it."""

    token_id: str
    account_id: str
    label: str
    roles: frozenset[Role]


def _utc_now() -> datetime:
    return datetime.now(UTC)


class PersonalTokens:
    """Share one between threads: it holds no connection between calls."""

    def __init__(self, engine: Engine, now: Callable[[], datetime] = _utc_now, *, behalf: Behalf = NOBODY) -> None:
        """`behalf`: who makes and revokes tokens with it."""
        self._engine = engine
        self._now = now
        self._behalf = behalf

    def acting(self, behalf: Behalf) -> Self:
        """The same, for somebody."""
        return type(self)(self._engine, self._now, behalf=behalf)

    def create(
        self, account_id: str, *, name: str, roles: Collection[Role], days: int
    ) -> tuple[PersonalTokenRecord, str]:
        """The record, and the token for the only time.

        Raises UnacceptableAccountError for roles that the owner does not have, NameTakenError.
        """
        if not is_text(name, NAME_LENGTH):
            raise UnacceptableAccountError(f"a token's name has 1 to {NAME_LENGTH} characters")
        if not roles:
            raise UnacceptableAccountError("a token needs at least one role")
        if not 1 <= days <= MOST_DAYS:
            raise UnacceptableAccountError(f"a token opens for 1 to {MOST_DAYS} days")
        token = PREFIX + secrets.token_urlsafe(32)
        now = self._now()
        record = PersonalTokenRecord(
            id=str(uuid.uuid4()),
            account_id=account_id,
            name=name.strip(),
            roles=frozenset(roles),
            created_at=now,
            expires_at=now + timedelta(days=days),
            revoked_at=None,
        )
        self._keep(record, token)
        return record, token

    def check(self, token: str) -> TokenOwner | None:
        """Who asks; None when it is unknown, revoked or expired, or its owner's account is disabled."""
        if not TOKEN.fullmatch(token):
            return None
        wanted = (
            select(
                PersonalTokenRow.id,
                PersonalTokenRow.account_id,
                PersonalTokenRow.roles.label("given"),
                AccountRow.roles.label("held"),
                AccountRow.label,
            )
            .join(AccountRow, AccountRow.id == PersonalTokenRow.account_id)
            .where(
                PersonalTokenRow.digest == _digest(token),
                PersonalTokenRow.revoked_at.is_(None),
                PersonalTokenRow.expires_at > self._now(),
                AccountRow.disabled_at.is_(None),
            )
        )
        with self._engine.connect() as connection:
            found = connection.execute(wanted).one_or_none()
        if found is None:
            return None
        return TokenOwner(
            token_id=found.id, account_id=found.account_id, label=found.label, roles=found.given & found.held
        )

    def of(self, account_id: str) -> list[PersonalTokenRecord]:
        """Those that are not revoked, oldest first."""
        wanted = (
            _records()
            .where(PersonalTokenRow.account_id == account_id, PersonalTokenRow.revoked_at.is_(None))
            .order_by(PersonalTokenRow.created_at, PersonalTokenRow.id)
        )
        with self._engine.connect() as connection:
            return [_record(row) for row in connection.execute(wanted)]

    def revoke(self, account_id: str, token_id: str) -> None:
        """Close the API to it, from the next request on. Raises NoSuchPersonalTokenError, for another's too."""
        own = (
            PersonalTokenRow.id == token_id,
            PersonalTokenRow.account_id == account_id,
            PersonalTokenRow.revoked_at.is_(None),
        )
        now = self._now()
        with writing(self._engine).begin() as connection:
            if connection.execute(update(PersonalTokenRow).where(*own).values(revoked_at=now)).rowcount != 1:
                raise NoSuchPersonalTokenError
            self._behalf.note(connection, Action.REVOKED, Kind.TOKEN, token_id, now)

    def _keep(self, record: PersonalTokenRecord, token: str) -> None:
        try:
            with writing(self._engine).begin() as connection:
                wait_for_turn(connection)
                held = account_rows.read(connection, record.account_id).roles
                if not record.roles <= held:
                    raise UnacceptableAccountError(f"you can give a token these roles: {', '.join(named(held))}")
                connection.execute(
                    insert(PersonalTokenRow).values(
                        id=record.id,
                        account_id=record.account_id,
                        name=record.name,
                        digest=_digest(token),
                        roles=record.roles,
                        created_at=record.created_at,
                        expires_at=record.expires_at,
                    )
                )
                self._behalf.note(connection, Action.CREATED, Kind.TOKEN, record.id, record.created_at)
        except IntegrityError:
            raise NameTakenError("you have an open token of this name already") from None


def _records() -> Any:
    return select(
        PersonalTokenRow.id,
        PersonalTokenRow.account_id,
        PersonalTokenRow.name,
        PersonalTokenRow.roles,
        PersonalTokenRow.created_at,
        PersonalTokenRow.expires_at,
        PersonalTokenRow.revoked_at,
    )


def _record(row: Row[Any]) -> PersonalTokenRecord:
    return PersonalTokenRecord(
        id=row.id,
        account_id=row.account_id,
        name=row.name,
        roles=row.roles,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
