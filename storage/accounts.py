"""The accounts of the people who sign in: made, changed and disabled, but never deleted."""

import re
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from sqlalchemy import Connection, Engine, delete, insert, select, update

from annotation.audit import Action, Kind
from annotation.roles import Role
from annotation.text import is_text
from storage import account_rows
from storage.account_errors import (
    LastAdministratorError,
    NameTakenError,
    NoSuchAccountError,
    PasswordElsewhereError,
    StaleAccountError,
    UnacceptableAccountError,
)
from storage.account_rows import FIRST_REVISION, AccountRecord
from storage.account_tables import NAME_LENGTH, AccountRow, SessionRow
from storage.audit_behalf import NOBODY, Behalf
from storage.database import writing
from storage.labels import is_label_of_account, is_label_of_open_token, wait_for_turn
from storage.passwords import Passwords, check_rules

USER_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,99}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChange:
    """What is to be changed; None leaves it as it is."""

    roles: Collection[Role] | None = None
    disabled: bool | None = None
    password: str | None = None


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Accounts:
    """Share one between threads: it holds no connection between calls."""

    def __init__(
        self,
        engine: Engine,
        passwords: Passwords,
        now: Callable[[], datetime] = _utc_now,
        *,
        behalf: Behalf = NOBODY,
    ) -> None:
        """`behalf`: who makes and changes accounts with it."""
        self._engine = engine
        self._passwords = passwords
        self._now = now
        self._behalf = behalf

    def acting(self, behalf: Behalf) -> Self:
        """The same, for somebody."""
        return type(self)(self._engine, self._passwords, self._now, behalf=behalf)

    def add(self, *, user_name: str, label: str, roles: Collection[Role], password: str) -> AccountRecord:
        """An account that signs in with a password. Raises UnacceptableAccountError, NameTakenError."""
        name = _checked_names(user_name, label)
        _check_roles(roles)
        check_rules(password, name)
        hashed = self._passwords.hash(password)
        with self._changing() as connection:
            return self._insert(connection, user_name=name, label=label, roles=roles, password_hash=hashed)

    def add_first(self, *, user_name: str, label: str, password: str) -> AccountRecord | None:
        """The first administrator; None when there is an account already, whatever became of it."""
        with self._engine.connect() as connection:
            if account_rows.count(connection):
                return None
        hashed = self._passwords.hash(password)
        with self._changing() as connection:
            if account_rows.count(connection):
                return None
            return self._insert(
                connection, user_name=user_name, label=label, roles={Role.ADMINISTRATOR}, password_hash=hashed
            )

    def from_provider(
        self, *, issuer: str, subject: str, user_name: str, label: str, roles: Collection[Role]
    ) -> AccountRecord:
        """The account of someone whom the identity provider vouches for: made at first, its roles renewed each time.

        An account that has a password is never taken over, whatever its name: raises NameTakenError.
        """
        _check_roles(roles)
        with self._changing() as connection:
            known = connection.execute(
                account_rows.records().where(AccountRow.issuer == issuer, AccountRow.subject == subject)
            ).one_or_none()
            if known is None:
                name = _checked_names(user_name, label)
                return self._insert(
                    connection, user_name=name, label=label, roles=roles, issuer=issuer, subject=subject
                )
            before = account_rows.record(known)
            return before if before.roles == frozenset(roles) else self._renew(connection, before, {"roles": roles})

    def change(self, account_id: str, change: AccountChange, *, expected_revision: int | None = None) -> AccountRecord:
        """Change it from its next request on. Whose roles, password or access change is signed out everywhere.

        Raises NoSuchAccountError, StaleAccountError, UnacceptableAccountError, LastAdministratorError,
        PasswordElsewhereError.
        """
        if change.roles is not None:
            _check_roles(change.roles)
        hashed = self._new_hash(account_id, change.password)
        with self._changing() as connection:
            before = account_rows.read(connection, account_id)
            if expected_revision is not None and expected_revision != before.revision:
                raise StaleAccountError(before.revision)
            roles = before.roles if change.roles is None else frozenset(change.roles)
            disabled = (before.disabled_at is not None) if change.disabled is None else change.disabled
            if _administers(before) and (disabled or Role.ADMINISTRATOR not in roles):
                _leave_an_administrator(connection, account_id)
            disabled_at = (before.disabled_at or self._now()) if disabled else None
            values = {"roles": roles, "disabled_at": disabled_at} | (
                {} if hashed is None else {"password_hash": hashed}
            )
            closed = disabled and before.disabled_at is None
            return self._renew(connection, before, values, action=Action.REVOKED if closed else Action.CHANGED)

    def set_own_password(self, account_id: str, password: str, *, session_id: str | None) -> None:
        """Change it and sign out everywhere else. Raises UnacceptableAccountError, PasswordElsewhereError."""
        hashed = self._new_hash(account_id, password)
        with self._changing() as connection:
            before = account_rows.read(connection, account_id)
            self._renew(connection, before, {"password_hash": hashed}, keep_session=session_id)

    def sign_in(self, user_name: str, password: str) -> AccountRecord | None:
        """Whose account this is; None when the name, the password or the account is not good.

        Which of them it is can be told neither from the answer nor from how long it takes.
        """
        with self._engine.connect() as connection:
            found = connection.execute(
                account_rows.records()
                .add_columns(AccountRow.password_hash)
                .where(AccountRow.user_name == user_name.strip().lower())
            ).one_or_none()
        kept: str | None = None if found is None or found.disabled_at is not None else found.password_hash
        if not self._passwords.matches(kept, password) or found is None or kept is None:
            return None
        self._rehash(found.id, kept, password)
        return account_rows.record(found)

    def get(self, account_id: str) -> AccountRecord:
        """Raises NoSuchAccountError."""
        with self._engine.connect() as connection:
            return account_rows.read(connection, account_id)

    def named(self, user_name: str) -> AccountRecord:
        """Raises NoSuchAccountError."""
        wanted = account_rows.records().where(AccountRow.user_name == user_name.strip().lower())
        with self._engine.connect() as connection:
            found = connection.execute(wanted).one_or_none()
        if found is None:
            raise NoSuchAccountError
        return account_rows.record(found)

    def all(self, *, after: str = "", limit: int | None = None) -> list[AccountRecord]:
        """By user name, from the first behind `after`."""
        wanted = account_rows.records().where(AccountRow.user_name > after).order_by(AccountRow.user_name)
        with self._engine.connect() as connection:
            return [account_rows.record(row) for row in connection.execute(wanted.limit(limit))]

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        with writing(self._engine).begin() as connection:
            wait_for_turn(connection)
            yield connection

    def _insert(self, connection: Connection, **values: object) -> AccountRecord:
        _check_free(connection, str(values["user_name"]), str(values["label"]).strip())
        account_id = str(uuid.uuid4())
        fixed = {"id": account_id, "revision": FIRST_REVISION, "created_at": self._now()}
        cleaned = {"label": str(values["label"]).strip(), "roles": frozenset(values["roles"])}  # type: ignore[call-overload]
        connection.execute(insert(AccountRow).values(values | fixed | cleaned))
        self._behalf.note(connection, Action.CREATED, Kind.ACCOUNT, account_id, self._now())
        return account_rows.read(connection, account_id)

    def _renew(
        self,
        connection: Connection,
        before: AccountRecord,
        values: Mapping[str, object],
        *,
        keep_session: str | None = None,
        action: Action = Action.CHANGED,
    ) -> AccountRecord:
        connection.execute(
            update(AccountRow).where(AccountRow.id == before.id).values({**values, "revision": before.revision + 1})
        )
        open_sessions = delete(SessionRow).where(SessionRow.account_id == before.id)
        connection.execute(
            open_sessions if keep_session is None else open_sessions.where(SessionRow.id != keep_session)
        )
        self._behalf.note(connection, action, Kind.ACCOUNT, before.id, self._now())
        return account_rows.read(connection, before.id)

    def _new_hash(self, account_id: str, password: str | None) -> str | None:
        """Made outside a transaction: it takes its time."""
        if password is None:
            return None
        account = self.get(account_id)
        if not account.has_password:
            raise PasswordElsewhereError
        check_rules(password, account.user_name)
        return self._passwords.hash(password)

    def _rehash(self, account_id: str, kept: str, password: str) -> None:
        if self._passwords.is_dated(kept):
            hashed = self._passwords.hash(password)
            with writing(self._engine).begin() as connection:
                unchanged = (AccountRow.id == account_id, AccountRow.password_hash == kept)
                connection.execute(update(AccountRow).where(*unchanged).values(password_hash=hashed))


def _checked_names(user_name: str, label: str) -> str:
    name = user_name.strip().lower()
    if not USER_NAME.fullmatch(name):
        raise UnacceptableAccountError("a user name has 1 to 100 letters a to z, digits, and . _ @ + - inside")
    if not is_text(label, NAME_LENGTH):
        raise UnacceptableAccountError(f"a label has 1 to {NAME_LENGTH} characters, none of them a control character")
    return name


def _check_roles(roles: Collection[Role]) -> None:
    if not roles:
        raise UnacceptableAccountError("an account needs at least one role; disable it to close it")


def _check_free(connection: Connection, user_name: str, label: str) -> None:
    if connection.execute(select(AccountRow.id).where(AccountRow.user_name == user_name)).first() is not None:
        raise NameTakenError("an account has this user name already")
    if is_label_of_account(connection, label):
        raise NameTakenError("an account has this label already")
    if is_label_of_open_token(connection, label):
        raise NameTakenError("an open token has this label: revoke it, or choose another label")


def _administers(account: AccountRecord) -> bool:
    return account.disabled_at is None and Role.ADMINISTRATOR in account.roles


def _leave_an_administrator(connection: Connection, account_id: str) -> None:
    if account_rows.others_who_administer(connection, account_id) == 0:
        raise LastAdministratorError
