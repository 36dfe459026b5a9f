"""The tokens that open the API: made once, kept as digests, revoked but never deleted."""

import hashlib
import hmac
import re
import secrets
import uuid
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Engine, Row, Select, and_, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from annotation.audit import Action, Kind
from annotation.roles import Role
from annotation.text import is_text
from storage.audit_behalf import NOBODY, Behalf
from storage.database import writing
from storage.labels import is_label_of_account, wait_for_turn
from storage.token_tables import LABEL_LENGTH, TokenRow

PREFIX = "ost_"
RANDOM_BYTES = 32
TOKEN = re.compile(r"ost_[A-Za-z0-9_-]{43}")
DEFAULT_ROLES = frozenset({Role.RADIOLOGIST, Role.RESEARCHER})
MOST_DAYS = 3660


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRecord:
    """What is known of a token; the token itself is not. `id` can be shown and logged."""

    id: str
    label: str
    roles: frozenset[Role]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Tokens:
    """Share one between threads: it holds no connection between calls."""

    def __init__(self, engine: Engine, now: Callable[[], datetime] = _utc_now, *, behalf: Behalf = NOBODY) -> None:
        """`behalf`: who makes and revokes tokens with it."""
        self._engine = engine
        self._now = now
        self._behalf = behalf

    def create(self, label: str, *, roles: Collection[Role] = DEFAULT_ROLES, days: int | None = None) -> str:
        """Make a token and return it, for the only time. `label` says whose it is (1 to 100 characters).

        `days`: how long it opens; None: until it is revoked. Readings are signed with the label: raises
        ValueError when another open token has it, when no role is given, or for a number of days out of range.
        """
        if not roles:
            raise ValueError("a token needs at least one role")
        if days is not None and not 1 <= days <= MOST_DAYS:
            raise ValueError(f"a token opens for 1 to {MOST_DAYS} days")
        if not is_text(label, LABEL_LENGTH):
            raise ValueError(f"a token's label has 1 to {LABEL_LENGTH} characters, none of them a control character")
        token, token_id = PREFIX + secrets.token_urlsafe(RANDOM_BYTES), str(uuid.uuid4())
        now = self._now()
        with _labels_held_apart(), writing(self._engine).begin() as connection:
            wait_for_turn(connection)
            if is_label_of_account(connection, label.strip()):
                raise ValueError("an account has this label: choose another one")
            connection.execute(
                insert(TokenRow).values(
                    id=token_id,
                    label=label.strip(),
                    digest=_digest(token),
                    roles=frozenset(roles),
                    created_at=now,
                    expires_at=None if days is None else now + timedelta(days=days),
                )
            )
            self._behalf.note(connection, Action.CREATED, Kind.TOKEN, token_id, now)
        return token

    def check(self, token: str) -> TokenRecord | None:
        """Whose token this is; None when it is unknown, revoked or expired.

        Looked up by digest: how long that takes tells nothing about the token.
        """
        if not TOKEN.fullmatch(token):
            return None
        digest = _digest(token)
        with self._engine.connect() as connection:
            found = connection.execute(
                _records().add_columns(TokenRow.digest).where(TokenRow.digest == digest)
            ).one_or_none()
        if found is None or found.revoked_at is not None or not hmac.compare_digest(found.digest, digest):
            return None
        if found.expires_at is not None and found.expires_at <= self._now():
            return None
        return _record(found)

    def any(self) -> bool:
        """Whether someone can sign in."""
        with self._engine.connect() as connection:
            usable = select(TokenRow.id).where(_is_open(self._now())).limit(1)
            return connection.execute(usable).first() is not None

    def all(self) -> list[TokenRecord]:
        """Every token ever made, oldest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(_records().order_by(TokenRow.created_at, TokenRow.id)).all()
        return [_record(row) for row in rows]

    def revoke(self, token_id: str) -> bool:
        """Close the door to one token, from its next request on. False when there is no such open token."""
        now = self._now()
        with writing(self._engine).begin() as connection:
            revoked = connection.execute(
                update(TokenRow).where(TokenRow.id == token_id, TokenRow.revoked_at.is_(None)).values(revoked_at=now)
            )
            if revoked.rowcount == 1:
                self._behalf.note(connection, Action.REVOKED, Kind.TOKEN, token_id, now)
        return revoked.rowcount == 1


@contextmanager
def _labels_held_apart() -> Iterator[None]:
    """The label is all that can clash: id and digest are random."""
    try:
        yield
    except IntegrityError:
        raise ValueError("an open token has this label already: revoke that one, or choose another label") from None


def _is_open(now: datetime) -> ColumnElement[bool]:
    return and_(TokenRow.revoked_at.is_(None), or_(TokenRow.expires_at.is_(None), TokenRow.expires_at > now))


def _records() -> Select[str, str, frozenset[Role], datetime, datetime | None, datetime | None]:
    return select(
        TokenRow.id, TokenRow.label, TokenRow.roles, TokenRow.created_at, TokenRow.expires_at, TokenRow.revoked_at
    )


def _record(row: Row[str, str, frozenset[Role], datetime, datetime | None, datetime | None]) -> TokenRecord:
    return TokenRecord(
        id=row.id,
        label=row.label,
        roles=row.roles,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
