"""Accounts as the rest of the program sees them, and how they are read from their table."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from annotation.roles import Role
from storage.account_errors import NoSuchAccountError
from storage.account_tables import AccountRow

FIRST_REVISION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRecord:
    """One person's account. `label` is the name that is recorded; `has_password`: they sign in here."""

    id: str
    user_name: str
    label: str
    roles: frozenset[Role]
    revision: int
    created_at: datetime
    disabled_at: datetime | None
    has_password: bool


def records() -> Select[str, str, str, frozenset[Role], int, datetime, datetime | None, bool]:
    """The columns of a record."""
    return select(
        AccountRow.id,
        AccountRow.user_name,
        AccountRow.label,
        AccountRow.roles,
        AccountRow.revision,
        AccountRow.created_at,
        AccountRow.disabled_at,
        AccountRow.password_hash.is_not(None).label("has_password"),
    )


def record(row: Row[*tuple[Any, ...]]) -> AccountRecord:
    return AccountRecord(
        id=row.id,
        user_name=row.user_name,
        label=row.label,
        roles=row.roles,
        revision=row.revision,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        has_password=bool(row.has_password),
    )


def read(connection: Connection, account_id: str) -> AccountRecord:
    """Raises NoSuchAccountError."""
    found = connection.execute(records().where(AccountRow.id == account_id)).one_or_none()
    if found is None:
        raise NoSuchAccountError
    return record(found)


def others_who_administer(connection: Connection, account_id: str) -> int:
    """How many others can make accounts."""
    enabled = select(AccountRow.roles).where(AccountRow.id != account_id, AccountRow.disabled_at.is_(None))
    return sum(Role.ADMINISTRATOR in roles for roles in connection.execute(enabled).scalars())


def count(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(AccountRow)).scalar_one()
