"""Who may have a release, until when; taken back at any time."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Self

from sqlalchemy import Connection, Engine, insert, or_, select, union, update

from annotation.audit import Action, Kind
from storage.account_tables import AccountRow
from storage.audit_behalf import NOBODY, Behalf
from storage.database import writing
from storage.protocol_tables import AssignmentRow
from storage.reading_tables import ReadingRow
from storage.releases.errors import (
    AccessRefusedError,
    GrantExpiredError,
    GrantRevokedError,
    NoSuchGranteeError,
    NoSuchGrantError,
    NotGrantedError,
    StillBlindError,
    UnacceptableReleaseError,
)
from storage.releases.records import Grant
from storage.releases.rows import release
from storage.releases.store import utc_now
from storage.releases.tables import ReleaseGrantRow, ReleaseReadingRow
from storage.token_tables import TokenRow

GRANTS = ReleaseGrantRow.__table__


class Grants:
    """Share one between threads: it holds no connection between calls."""

    def __init__(self, engine: Engine, now: Callable[[], datetime] = utc_now, *, behalf: Behalf = NOBODY) -> None:
        self._engine = engine
        self._now = now
        self._behalf = behalf

    def acting(self, behalf: Behalf) -> Self:
        """The same, for somebody."""
        return type(self)(self._engine, self._now, behalf=behalf)

    def grant(self, number: int, name: str, expires_at: datetime) -> Grant:
        """Let somebody have it until then; whoever has it already has it until then.

        `name`: a user name, or the label of a token of the command line. Raises NoSuchReleaseError,
        NoSuchGranteeError, UnacceptableReleaseError.
        """
        now = self._now()
        if expires_at <= now:
            raise UnacceptableReleaseError("expires_at: must be in the future")
        with writing(self._engine).begin() as connection:
            release(connection, number, locked=True)
            account = _label(connection, name)
            values = {
                "granted_by": self._behalf.by or "nobody",
                "granted_at": now,
                "expires_at": expires_at,
                "revoked_at": None,
                "revoked_by": None,
            }
            of_account = (GRANTS.c.release == number, GRANTS.c.account == account)
            if connection.execute(update(ReleaseGrantRow).where(*of_account).values(values)).rowcount == 0:
                connection.execute(insert(ReleaseGrantRow).values(release=number, account=account, **values))
            self._behalf.note(connection, Action.CHANGED, Kind.RELEASE, str(number), now)
            return _grants(connection, number, account)[0]

    def revoke(self, number: int, name: str) -> Grant:
        """Take it back at once. Raises NoSuchReleaseError, NoSuchGrantError."""
        now = self._now()
        with writing(self._engine).begin() as connection:
            release(connection, number, locked=True)
            try:
                account = _label(connection, name)
            except NoSuchGranteeError:
                account = name
            there = (GRANTS.c.release == number, GRANTS.c.account == account, GRANTS.c.revoked_at.is_(None))
            values = {"revoked_at": now, "revoked_by": self._behalf.by or "nobody"}
            if connection.execute(update(ReleaseGrantRow).where(*there).values(values)).rowcount == 0:
                raise NoSuchGrantError
            self._behalf.note(connection, Action.REVOKED, Kind.RELEASE, str(number), now)
            return _grants(connection, number, account)[0]

    def of(self, number: int) -> list[Grant]:
        """Every grant of a release, those that are over included. Raises NoSuchReleaseError."""
        with self._engine.connect() as connection:
            release(connection, number)
            return _grants(connection, number)

    def check(self, number: int, account: str) -> None:
        """Raise why somebody may not have it: NoSuchReleaseError, NotGranted-, GrantRevoked-, GrantExpiredError."""
        with self._engine.connect() as connection:
            found = _grants(connection, number, account)
            if not found:
                release(connection, number)
        refused = _refusal(number, found, self._now())
        if refused is not None:
            raise refused

    def check_sight(self, number: int, account: str) -> None:
        """Raises StillBlindError."""
        if self.blind_to([number], account):
            raise StillBlindError(number)

    def blind_to(self, numbers: Collection[int], account: str) -> frozenset[int]:
        """Those of them with readings of a study that they have to read, or to adjudicate, blindly.

        They see nobody else's reading of that study until both have signed, whatever it was made under
        (`annotation.sight`), and the tables of a release cannot be told apart by reader.
        """
        takes_part = or_(
            AssignmentRow.first_reader == account,
            AssignmentRow.second_reader == account,
            AssignmentRow.adjudicator == account,
        )
        hidden = select(ReleaseReadingRow.release).where(
            AssignmentRow.blind,
            takes_part,
            AssignmentRow.study_instance_uid == ReleaseReadingRow.study_instance_uid,
            ReleaseReadingRow.release.in_(numbers),
        )
        of_blind_reading = select(ReleaseReadingRow.release).where(
            AssignmentRow.blind,
            AssignmentRow.id == ReadingRow.assignment_id,
            ReadingRow.id == ReleaseReadingRow.reading_id,
            ReleaseReadingRow.release.in_(numbers),
        )
        with self._engine.connect() as connection:
            return frozenset(connection.scalars(union(hidden, of_blind_reading)))


def _refusal(number: int, found: list[Grant], now: datetime) -> AccessRefusedError | None:
    if not found:
        return NotGrantedError(number)
    (grant,) = found
    if grant.revoked_at is not None:
        return GrantRevokedError(number, grant.revoked_at)
    return GrantExpiredError(number, grant.expires_at) if grant.expires_at <= now else None


def _label(connection: Connection, name: str) -> str:
    """The name that is recorded with what somebody does."""
    by_user_name = connection.scalar(select(AccountRow.label).where(AccountRow.user_name == name))
    if by_user_name is not None:
        return by_user_name
    of_token = connection.scalar(select(TokenRow.label).where(TokenRow.label == name, TokenRow.revoked_at.is_(None)))
    if of_token is None:
        raise NoSuchGranteeError
    return of_token


def _grants(connection: Connection, number: int, account: str | None = None) -> list[Grant]:
    wanted = select(GRANTS).where(GRANTS.c.release == number).order_by(GRANTS.c.account)
    if account is not None:
        wanted = wanted.where(GRANTS.c.account == account)
    return [
        Grant(**{name: value for name, value in row.items() if name != "release"})
        for row in connection.execute(wanted).mappings()
    ]
