"""Many entries at once, as imports bring them: what is there is looked up together, and rows are written together."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, tuple_, update
from sqlalchemy.orm import Session

from annotation.meeting_context import FIRST_VERSION as FIRST_CONTEXT
from annotation.meeting_context import MeetingContext
from annotation.registry.entries import FIRST_VERSION, RecordEntry, State
from storage.clinical_documents import clinical_document
from storage.context_tables import ContextRow, ContextVersionRow
from storage.contexts import context_from
from storage.ledger_tables import PatientRow
from storage.registry_records.kept_out import kept_out, kept_out_among
from storage.registry_records.locks import set_locks
from storage.registry_records.records import entry_of, entry_values, version_values
from storage.registry_records.tables import RecordEntryRow, RecordImportRow, RecordTombstoneRow, RecordVersionRow
from storage.upserts import in_pieces, insert_missing

Key = tuple[str, str, str]
"""Pseudonym, form, key of the entry."""
Meeting = tuple[str, date]
AT_A_TIME = 300
PATIENTS_AT_A_TIME = 200


@dataclass(slots=True, kw_only=True)
class Written:
    """What a batch adds: new versions of entries and of contexts."""

    entries: list[RecordEntry] = field(default_factory=list)
    contexts: list[MeetingContext] = field(default_factory=list)


class RecordBatches:
    """Within one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def patients(self, pseudonyms: Collection[str]) -> set[str]:
        """Those of them that the registry has."""
        found: set[str] = set()
        for some in in_pieces(pseudonyms):
            found.update(self._session.scalars(select(PatientRow.pseudonym).where(PatientRow.pseudonym.in_(some))))
        return found

    def add_patients(self, pseudonyms: Collection[str], at: datetime) -> None:
        """Those of whom no image came yet."""
        rows = [{"pseudonym": each, "patient_sex": None, "first_stored_at": at} for each in sorted(pseudonyms)]
        insert_missing(self._session.connection(), PatientRow, rows)

    def entries(self, keys: Collection[Key]) -> dict[Key, tuple[RecordEntry, int]]:
        """The final entries that have these keys, and the number of their newest version, a draft too."""
        found: dict[Key, tuple[RecordEntry, int]] = {}
        place = tuple_(RecordEntryRow.pseudonym, RecordEntryRow.form, RecordEntryRow.key)
        for some in _pieces(sorted(keys)):
            for row, version in self._session.execute(_final().where(place.in_(some))):
                found[row.pseudonym, row.form, row.key or ""] = entry_of(row, version), row.newest
        return found

    def pseudonyms(self) -> list[str]:
        """Of everybody who has an entry and has not objected, in their order."""
        used = RecordEntryRow.pseudonym.not_in(kept_out())
        wanted = select(RecordEntryRow.pseudonym).where(used).distinct().order_by(RecordEntryRow.pseudonym)
        return list(self._session.scalars(wanted))

    def used(self, pseudonyms: Collection[str]) -> list[str]:
        """Those of them who have not objected, and whose record was not erased, in their order."""
        return sorted(set(pseudonyms) - kept_out_among(self._session.connection(), pseudonyms))

    def finals(self, pseudonyms: Collection[str]) -> Iterator[RecordEntry]:
        """Every final entry of these patients."""
        for some in _pieces(sorted(pseudonyms), PATIENTS_AT_A_TIME):
            wanted = _final().where(RecordEntryRow.pseudonym.in_(some), RecordVersionRow.state == State.FINAL.value)
            wanted = wanted.order_by(RecordEntryRow.pseudonym, RecordEntryRow.created_at, RecordEntryRow.id)
            for row, version in self._session.execute(wanted):
                yield entry_of(row, version)

    def drafts(self, pseudonyms: Collection[str]) -> Iterator[RecordEntry]:
        """Entries of these patients that were never more than a draft."""
        for some in _pieces(sorted(pseudonyms), PATIENTS_AT_A_TIME):
            wanted = _joined(RecordVersionRow.version == RecordEntryRow.newest)
            wanted = wanted.where(RecordEntryRow.pseudonym.in_(some), RecordEntryRow.newest_final.is_(None))
            for row, version in self._session.execute(wanted):
                yield entry_of(row, version)

    def contexts(self, meetings: Collection[Meeting]) -> dict[Meeting, MeetingContext]:
        """The newest version of each meeting's context of a patient."""
        found: dict[Meeting, MeetingContext] = {}
        newest = select(func.max(ContextVersionRow.version)).where(ContextVersionRow.context_id == ContextRow.id)
        wanted = select(ContextRow, ContextVersionRow).join(
            ContextVersionRow, ContextVersionRow.context_id == ContextRow.id
        )
        wanted = wanted.where(
            ContextRow.lesion_id.is_(None),
            ContextVersionRow.version == newest.correlate(ContextRow).scalar_subquery(),
        )
        for some in _pieces(sorted(meetings)):
            place = tuple_(ContextRow.pseudonym, ContextRow.meeting_date)
            for row, version in self._session.execute(wanted.where(place.in_(some))):
                found[row.pseudonym, row.meeting_date] = context_from(row, version)
        return found

    def write(self, written: Written) -> None:
        connection = self._session.connection()
        new = [entry_values(each) for each in written.entries if each.version == FIRST_VERSION]
        old = [each for each in written.entries if each.version != FIRST_VERSION]
        if new:
            connection.execute(insert(RecordEntryRow), new)
        if old:
            connection.execute(_point(), [_pointers(each) for each in old])
        if written.entries:
            connection.execute(insert(RecordVersionRow), [version_values(each) for each in written.entries])
        first = [each for each in written.contexts if each.version == FIRST_CONTEXT]
        if first:
            connection.execute(insert(ContextRow), [_context_values(each) for each in first])
        if written.contexts:
            connection.execute(insert(ContextVersionRow), [_context_version(each) for each in written.contexts])
        self._session.expunge_all()

    def erased(self) -> set[str]:
        """Pseudonyms of those whose record was erased."""
        return set(self._session.scalars(select(RecordTombstoneRow.pseudonym)))

    def set_locks(self, locks: Mapping[str, date]) -> None:
        """The data lock of each patient, moved as their dates are; those that were there go."""
        set_locks(self._session, locks)

    def add_import(self, values: Mapping[str, Any]) -> None:
        self._session.execute(insert(RecordImportRow), [dict(values)])

    def count_import(self, import_id: str, values: Mapping[str, Any]) -> None:
        """What became of its rows, once that is known."""
        self._session.execute(update(RecordImportRow).where(RecordImportRow.id == import_id).values(dict(values)))


def _joined(*conditions: Any) -> Any:
    joined = select(RecordEntryRow, RecordVersionRow).join(
        RecordVersionRow, RecordVersionRow.entry_id == RecordEntryRow.id
    )
    return joined.where(*conditions)


def _final() -> Any:
    return _joined(RecordVersionRow.version == RecordEntryRow.newest_final)


def _point() -> Any:
    values: dict[str, Any] = {
        "key": bindparam("to_key"),
        "newest": bindparam("to_version"),
        "newest_final": bindparam("to_version"),
    }
    return update(RecordEntryRow).where(RecordEntryRow.id == bindparam("of_entry")).values(values)


def _pointers(entry: RecordEntry) -> dict[str, Any]:
    return {"of_entry": str(entry.id), "to_key": entry.key, "to_version": entry.version}


def _context_values(context: MeetingContext) -> dict[str, Any]:
    return {
        "id": str(context.id),
        "pseudonym": context.pseudonym,
        "lesion_id": None,
        "meeting_date": context.meeting_date,
        "created_at": context.entered_at,
    }


def _context_version(context: MeetingContext) -> dict[str, Any]:
    return {
        "context_id": str(context.id),
        "version": context.version,
        "clinical": clinical_document(context.clinical),
        "entered_by": context.entered_by,
        "entered_at": context.entered_at,
    }


def _pieces(wanted: Sequence[Any], size: int = AT_A_TIME) -> Iterator[Sequence[Any]]:
    for start in range(0, len(wanted), size):
        yield wanted[start : start + size]
