"""Appending to the audit log and looking things up in it, within a transaction."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, insert, select, true

from annotation.audit import Action, AuditFilter, Entry, Note, Source, instant
from annotation.audit_chain import EMPTY, Head
from storage.audit_rows import entry_of, row_values
from storage.audit_tables import AuditEntryRow

AUDIT_LOCK = 0x05733
"""One number for "someone appends to the audit log"; those of the other locks are their own."""

ENTRIES = AuditEntryRow.__table__
_NUMBER = ENTRIES.c.number


class SqlAudit:
    """Satisfies `annotation.ports.Audit` within one transaction.

    From the first note on, nobody else appends until the transaction ends: note last, just before the commit.
    """

    def __init__(
        self,
        connection: Connection,
        source: Source,
        count: Callable[[], None] = lambda: None,
        may_see: ColumnElement[bool] | None = None,
    ) -> None:
        """`count` is called with every note. `may_see`: which entries `newest` finds; without it, all."""
        self._connection = connection
        self._source = source
        self._count = count
        self._may_see = true() if may_see is None else may_see

    def note(self, note: Note, *, by: str | None, at: datetime) -> None:
        append(self._connection, note, by=by, at=at, source=self._source)
        self._count()

    def note_all(self, notes: Sequence[Note], *, by: str | None, at: datetime) -> None:
        """Many of one change, of one time."""
        if notes:
            append(self._connection, *notes, by=by, at=at, source=self._source)
        for _ in notes:
            self._count()

    def newest(self, wanted: AuditFilter, *, before: int | None, limit: int) -> Sequence[Entry]:
        found = _restricted(wanted).where(self._may_see).order_by(_NUMBER.desc()).limit(limit)
        if before is not None:
            found = found.where(before > _NUMBER)
        return [entry_of(row) for row in self._connection.execute(found)]

    def following(self, after: int, actions: frozenset[Action], *, limit: int) -> Sequence[Entry]:
        """One look into the index for each action: between two changes may lie a million views."""
        found = [
            entry_of(row)
            for action in actions
            for row in self._connection.execute(
                select(ENTRIES).where(ENTRIES.c.action == action.value, after < _NUMBER).order_by(_NUMBER).limit(limit)
            )
        ]
        return sorted(found, key=lambda entry: entry.number)[:limit]

    def last_number(self) -> int:
        return last(self._connection).number


def append(connection: Connection, *notes: Note, by: str | None, at: datetime, source: Source) -> None:
    """Add entries to the end of the log, in the caller's transaction. On SQLite that must be one that writes."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({AUDIT_LOCK})")
    before = last(connection)
    rows = []
    for note in notes:
        entry = Entry(number=before.number + 1, at=at, actor=by, note=note, source=source)
        rows.append(row_values(entry, before))
        before = Head(number=entry.number, digest=rows[-1]["digest"])
    connection.execute(insert(AuditEntryRow), rows)


def last(connection: Connection) -> Head:
    """The head of the log as this transaction sees it."""
    newest = select(_NUMBER, ENTRIES.c.digest).order_by(_NUMBER.desc()).limit(1)
    found = connection.execute(newest).one_or_none()
    return EMPTY if found is None else Head(number=found.number, digest=found.digest)


def _restricted(wanted: AuditFilter) -> Select[*tuple[Any, ...]]:
    found = select(ENTRIES)
    if wanted.pseudonym is not None:
        found = found.where(ENTRIES.c.pseudonym == wanted.pseudonym)
    if wanted.actor is not None:
        found = found.where(ENTRIES.c.actor == wanted.actor)
    if wanted.actions:
        found = found.where(ENTRIES.c.action.in_(sorted(action.value for action in wanted.actions)))
    if wanted.since is not None:
        found = found.where(ENTRIES.c.at >= instant(wanted.since))
    if wanted.until is not None:
        found = found.where(ENTRIES.c.at < instant(wanted.until))
    return found
