"""The tokens that open the API: made once, kept as digests, revoked but never deleted."""

import hashlib
import hmac
import re
import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, Row, Select, select, update
from sqlalchemy.exc import IntegrityError

from annotation.audit import Action, Kind, Note, Source
from annotation.text import is_text
from storage.audit import append
from storage.database import writing
from storage.token_tables import LABEL_LENGTH, TokenRow

PREFIX = "ost_"
RANDOM_BYTES = 32
TOKEN = re.compile(r"ost_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRecord:
    """What is known of a token; the token itself is not. `id` can be shown and logged."""

    id: str
    label: str
    created_at: datetime
    revoked_at: datetime | None


class Tokens:
    """Share one between threads: it holds no connection between calls."""

    def __init__(self, engine: Engine, *, by: str | None = None, via: str | None = None) -> None:
        """`by`, `via`: who makes and revokes tokens with it, and by which command, for the audit log."""
        self._engine = engine
        self._by, self._source = by, Source(via=via)

    def create(self, label: str) -> str:
        """Make a token and return it, for the only time. `label` says whose it is (1 to 100 characters).

        Readings are signed with the label: raises ValueError when another open token has it.
        """
        if not is_text(label, LABEL_LENGTH):
            raise ValueError(f"a token's label has 1 to {LABEL_LENGTH} characters, none of them a control character")
        token = PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
        row = TokenRow(id=str(uuid.uuid4()), label=label.strip(), digest=_digest(token), created_at=datetime.now(UTC))
        with _labels_held_apart(), writing(self._engine).begin() as connection:
            connection.execute(
                TokenRow.__table__.insert(),  # type: ignore[attr-defined]
                {"id": row.id, "label": row.label, "digest": row.digest, "created_at": row.created_at},
            )
            self._note(connection, Action.CREATED, row.id, row.created_at)
        return token

    def check(self, token: str) -> TokenRecord | None:
        """Whose token this is; None when it is unknown or revoked.

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
        return _record(found)

    def any(self) -> bool:
        """Whether someone can sign in."""
        with self._engine.connect() as connection:
            usable = select(TokenRow.id).where(TokenRow.revoked_at.is_(None)).limit(1)
            return connection.execute(usable).first() is not None

    def all(self) -> list[TokenRecord]:
        """Every token ever made, oldest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(_records().order_by(TokenRow.created_at, TokenRow.id)).all()
        return [_record(row) for row in rows]

    def revoke(self, token_id: str) -> bool:
        """Close the door to one token, from its next request on. False when there is no such open token."""
        now = datetime.now(UTC)
        with writing(self._engine).begin() as connection:
            revoked = connection.execute(
                update(TokenRow).where(TokenRow.id == token_id, TokenRow.revoked_at.is_(None)).values(revoked_at=now)
            )
            if revoked.rowcount == 1:
                self._note(connection, Action.REVOKED, token_id, now)
        return revoked.rowcount == 1

    def _note(self, connection: Connection, action: Action, token_id: str, at: datetime) -> None:
        note = Note(action=action, kind=Kind.TOKEN, object_id=token_id)
        append(connection, note, by=self._by, at=at, source=self._source)


@contextmanager
def _labels_held_apart() -> Iterator[None]:
    """The label is all that can clash: id and digest are random."""
    try:
        yield
    except IntegrityError:
        raise ValueError("an open token has this label already: revoke that one, or choose another label") from None


def _records() -> Select[str, str, datetime, datetime | None]:
    return select(TokenRow.id, TokenRow.label, TokenRow.created_at, TokenRow.revoked_at)


def _record(row: Row[str, str, datetime, datetime | None]) -> TokenRecord:
    return TokenRecord(id=row.id, label=row.label, created_at=row.created_at, revoked_at=row.revoked_at)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
