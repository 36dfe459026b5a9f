"""Releases in the registry: begun, looked up, listed, given up."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Self

from sqlalchemy import Connection, Engine, delete, exists, func, insert, select, update

from annotation.audit import Action, Kind
from storage.audit_behalf import NOBODY, Behalf
from storage.catalogue_records import Page, PageKey
from storage.database import writing
from storage.errors import PageKeyError
from storage.releases.errors import AlreadyReadyError, NotFailedError, UnacceptableReleaseError
from storage.releases.records import NewRelease, ReleaseRecord, ReleaseState
from storage.releases.rows import RELEASES, release, release_record, tombstones
from storage.releases.tables import (
    ReleaseEntryRow,
    ReleaseFileRow,
    ReleaseGrantRow,
    ReleaseLockRow,
    ReleaseReadingRow,
    ReleaseRow,
    ReleaseSeriesRow,
)

RELEASES_LOCK = 0x05740
"""One number for "someone begins a release"; those of the other locks are their own."""

_NUMBER_DIGITS = 9


def utc_now() -> datetime:
    return datetime.now(UTC)


class Releases:
    """Share one between threads: it holds no connection between calls."""

    def __init__(self, engine: Engine, now: Callable[[], datetime] = utc_now, *, behalf: Behalf = NOBODY) -> None:
        """`behalf`: who begins and gives up releases with it."""
        self._engine = engine
        self._now = now
        self._behalf = behalf

    def acting(self, behalf: Behalf) -> Self:
        """The same, for somebody."""
        return type(self)(self._engine, self._now, behalf=behalf)

    def begin(self, wanted: NewRelease, ask: Callable[[Connection, int], str] | None = None) -> ReleaseRecord:
        """Give it a number; nothing is built yet. Raises UnacceptableReleaseError.

        `ask`: asks for the job that builds it, in the same transaction, and gives its id.
        """
        now = self._now()
        with writing(self._engine).begin() as connection:
            _wait_for_turn(connection)
            previous = self._previous(connection, wanted)
            number = 1 + (connection.scalar(select(func.max(RELEASES.c.number))) or 0)
            name, version = wanted.cohort or (None, None)
            values: dict[str, Any] = {
                "number": number,
                "name": wanted.name,
                "state": ReleaseState.BUILDING.value,
                "query": dict(wanted.query),
                "cohort_name": name,
                "cohort_version": version,
                "contents": wanted.contents.document(),
                "readings": wanted.readings.value,
                "data_use": wanted.data_use,
                "versions": wanted.versions.document(),
                "previous": previous,
                "created_at": now,
                "created_by": self._behalf.by or "nobody",
            }
            connection.execute(insert(ReleaseRow).values(values))
            self._note(connection, Action.CREATED, number, now)
            if ask is not None:
                begun = update(ReleaseRow).where(ReleaseRow.number == number)
                connection.execute(begun.values(job=ask(connection, number)))
            return release(connection, number)

    def get(self, number: int) -> ReleaseRecord:
        """Raises NoSuchReleaseError."""
        with self._engine.connect() as connection:
            return release(connection, number)

    def all(self, *, limit: int, after: PageKey | None = None, granted_to: str | None = None) -> Page[ReleaseRecord]:
        """The newest first. `granted_to`: only those that are granted to them at this moment."""
        wanted = select(RELEASES).order_by(RELEASES.c.number.desc()).limit(limit + 1)
        if after is not None:
            wanted = wanted.where(RELEASES.c.number < _number(after))
        if granted_to is not None:
            wanted = wanted.where(_is_granted(granted_to, self._now()))
        with self._engine.connect() as connection:
            rows = connection.execute(wanted).mappings().all()
            items = tuple(release_record(row, tombstones(connection, row["number"])) for row in rows[:limit])
        return Page(items=items, next_key=(str(items[-1].number),) if len(rows) > limit else None)

    def resume(
        self, number: int, ask: Callable[[Connection, int], str], is_over: Callable[[str], bool]
    ) -> ReleaseRecord:
        """Have it built again from where it has come to, once it has failed, or when nobody builds it any more.

        `is_over`: whether a job has ended. Raises NoSuchReleaseError, AlreadyReadyError, NotFailedError.
        """
        now = self._now()
        with self._engine.connect() as connection:
            job = release(connection, number).job
        is_left = job is None or is_over(job)
        with writing(self._engine).begin() as connection:
            found = release(connection, number, locked=True)
            if found.state is ReleaseState.READY:
                raise AlreadyReadyError(number)
            is_stuck = found.state is ReleaseState.BUILDING and is_left and found.job == job
            if found.state is not ReleaseState.FAILED and not is_stuck:
                raise NotFailedError(number, found.state.value)
            self._note(connection, Action.CHANGED, number, now)
            again = update(ReleaseRow).where(ReleaseRow.number == number)
            values = {"state": ReleaseState.BUILDING.value, "failure": None, "builder": None}
            connection.execute(again.values(**values, job=ask(connection, number)))
            return release(connection, number)

    def cancel(self, number: int) -> ReleaseRecord:
        """Give it up: whoever builds it may write no more. Its number is not given again.

        Raises NoSuchReleaseError, AlreadyReadyError.
        """
        now = self._now()
        with writing(self._engine).begin() as connection:
            found = release(connection, number, locked=True)
            if found.state is ReleaseState.READY:
                raise AlreadyReadyError(number)
            if found.state is not ReleaseState.CANCELLED:
                _forget(connection, number)
                self._note(connection, Action.CHANGED, number, now)
            return release(connection, number)

    def _previous(self, connection: Connection, wanted: NewRelease) -> int | None:
        """The one that is named, or the last one of this name that is ready."""
        if wanted.previous is not None:
            known = connection.scalar(select(RELEASES.c.number).where(RELEASES.c.number == wanted.previous))
            if known is None:
                raise UnacceptableReleaseError("previous: there is no release of this number")
            return wanted.previous
        same = select(func.max(RELEASES.c.number)).where(RELEASES.c.name == wanted.name, RELEASES.c.state == "ready")
        found: int | None = connection.scalar(same)
        return found

    def _note(self, connection: Connection, action: Action, number: int, at: datetime) -> None:
        self._behalf.note(connection, action, Kind.RELEASE, str(number), at)


def _forget(connection: Connection, number: int) -> None:
    """What was chosen and written so far; the files that were made are removed by who makes them."""
    for row in (ReleaseFileRow, ReleaseSeriesRow, ReleaseReadingRow, ReleaseEntryRow, ReleaseLockRow):
        connection.execute(delete(row).where(row.release == number))
    values = {"state": "cancelled", "builder": None, "failure": None, "built_to": None, "frozen_at": None}
    connection.execute(update(ReleaseRow).where(RELEASES.c.number == number).values(values))


def _is_granted(account: str, now: datetime) -> Any:
    return (
        exists()
        .where(
            ReleaseGrantRow.release == RELEASES.c.number,
            ReleaseGrantRow.account == account,
            ReleaseGrantRow.expires_at > now,
            ReleaseGrantRow.revoked_at.is_(None),
        )
        .correlate(RELEASES)
    )


def _number(after: PageKey) -> int:
    if len(after) != 1 or not after[0].isdecimal() or not after[0].isascii() or len(after[0]) > _NUMBER_DIGITS:
        raise PageKeyError("not a place in this list")
    return int(after[0])


def _wait_for_turn(connection: Connection) -> None:
    """Numbers are given one at a time. SQLite has the write lock already."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({RELEASES_LOCK})")
