"""Erasing a patient's clinical record: objection, withdrawn consent, a request under GDPR, article 17.

Entries go with all their versions, and the clinical contexts of the meetings, which hold a part of the same facts; what
is computed or searched by goes with them, and the patient's place on every session, whose two days tell how far their
dates were moved. That it was done stays: who, when, why. Nothing is entered or imported of
the patient afterwards (triggers). Images and readings are not part of the record.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, Select, delete, func, insert, select, update
from sqlalchemy.orm import Session

from annotation.registry.errors import RecordErasedError
from storage.cohorts.tables import SearchLesionRow, SearchPatientRow, SearchScoreRow
from storage.context_tables import ContextRow, ContextVersionRow
from storage.errors import NotInCatalogueError
from storage.ledger_tables import PatientRow
from storage.meeting_tables import MeetingDossierRow, MeetingRow
from storage.overwriting import overwrite_freed
from storage.registry_records.tables import RecordEntryRow, RecordLockRow, RecordTombstoneRow, RecordVersionRow

HELD_VALUES = (
    RecordVersionRow, RecordEntryRow, RecordLockRow, ContextVersionRow, ContextRow, SearchPatientRow, SearchLesionRow,
    SearchScoreRow, MeetingDossierRow,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """How much went."""

    entries: int
    contexts: int


class RecordErasing:
    """Within one transaction, that of the audit log's line too."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def erase(self, pseudonym: str, *, reason: str, by: str, at: datetime) -> Erased:
        """Raises NotInCatalogueError for a patient who is not known, RecordErasedError where it was erased before."""
        connection = self._session.connection()
        if connection.dialect.name == "sqlite":  # what is deleted is overwritten in the file, not only let go
            connection.exec_driver_sql("PRAGMA secure_delete=ON")
        _lock_sessions(connection, pseudonym)
        patient = select(PatientRow.pseudonym).where(PatientRow.pseudonym == pseudonym).with_for_update()
        if connection.scalar(patient) is None:
            raise NotInCatalogueError("there is no such patient")
        if is_erased(self._session, pseudonym):
            raise RecordErasedError
        erased = Erased(entries=self._count(RecordEntryRow, pseudonym), contexts=self._count(ContextRow, pseudonym))
        connection.execute(
            update(MeetingRow).where(MeetingRow.id.in_(_sessions(pseudonym))).values(version=MeetingRow.version + 1)
        )
        for row in (RecordEntryRow, ContextRow, RecordLockRow, MeetingDossierRow):
            connection.execute(delete(row).where(row.pseudonym == pseudonym))
        tombstone = {"pseudonym": pseudonym, "reason": reason, "at": at, "by": by}
        connection.execute(insert(RecordTombstoneRow).values(tombstone))
        return erased

    def _count(self, row: type[RecordEntryRow | ContextRow], pseudonym: str) -> int:
        return self._session.scalar(select(func.count()).select_from(row).where(row.pseudonym == pseudonym)) or 0


def _sessions(pseudonym: str) -> Select[str]:
    return select(MeetingDossierRow.meeting_id).where(MeetingDossierRow.pseudonym == pseudonym)


def _lock_sessions(connection: Connection, pseudonym: str) -> None:
    """Before the patient, as whoever arranges a session does; in one order: two erasures never wait for each other."""
    sessions = select(MeetingRow.id).where(MeetingRow.id.in_(_sessions(pseudonym)))
    connection.execute(sessions.order_by(MeetingRow.id).with_for_update()).all()


def is_erased(session: Session, pseudonym: str) -> bool:
    wanted = select(RecordTombstoneRow.pseudonym).where(RecordTombstoneRow.pseudonym == pseudonym)
    return session.scalar(wanted) is not None


def forget_on_disk(engine: Engine) -> str | None:
    """Databases keep the bytes of rows that are gone for a while: those of the record shall not be among them.

    None, or what remains and what to do about it. Backups are older, and not touched.
    """
    return overwrite_freed(engine, HELD_VALUES, "rows that were erased")
