"""Entries of clinical records and their versions in the registry database."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from annotation.registry.dictionary import FORMS, form_named
from annotation.registry.entries import FIRST_VERSION, RecordEntry, State
from annotation.registry.errors import EntryNotFoundError, RecordErasedError, StaleEntryError
from annotation.registry.values import in_order
from storage.ledger_tables import PatientRow
from storage.registry_records.erasing import is_erased
from storage.registry_records.tables import RecordEntryRow, RecordVersionRow

Found = Select[RecordEntryRow, RecordVersionRow]
_PLACES = {form.name: place for place, form in enumerate(FORMS)}


class SqlRecords:
    """Satisfies `annotation.registry.ports.Records` within one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, entry: RecordEntry) -> None:
        if entry.version == FIRST_VERSION:
            if is_erased(self._session, entry.pseudonym):
                raise RecordErasedError
            self._session.add(RecordEntryRow(**entry_values(entry)))
            self._session.flush()
        else:
            self._point(entry)
        self._session.add(RecordVersionRow(**version_values(entry)))
        try:
            self._session.flush()
        except IntegrityError as error:
            raise StaleEntryError(entry.revision) from error

    def newest(self, entry_id: UUID, *, drafts: bool) -> RecordEntry:
        found = self._all(_newest(drafts=drafts).where(RecordEntryRow.id == str(entry_id)))
        if not found:
            raise EntryNotFoundError
        return found[0]

    def history(self, entry_id: UUID) -> Sequence[RecordEntry]:
        wanted = _every(RecordEntryRow.id == str(entry_id)).order_by(RecordVersionRow.version)
        found = self._all(wanted)
        if not found:
            raise EntryNotFoundError
        return found

    def of_patient(self, pseudonym: str, *, drafts: bool) -> Sequence[RecordEntry]:
        wanted = _newest(drafts=drafts).where(
            RecordEntryRow.pseudonym == pseudonym, RecordVersionRow.state != State.WITHDRAWN.value
        )
        found = self._all(wanted.order_by(RecordEntryRow.created_at, RecordEntryRow.id))
        return sorted(found, key=lambda each: _PLACES[each.form_name])

    def with_key(self, pseudonym: str, form_name: str, key: str) -> UUID | None:
        wanted = select(RecordEntryRow.id).where(
            RecordEntryRow.pseudonym == pseudonym, RecordEntryRow.form == form_name, RecordEntryRow.key == key
        )
        found = self._session.scalar(wanted)
        return None if found is None else UUID(found)

    def is_erased(self, pseudonym: str) -> bool:
        patient = select(PatientRow.pseudonym).where(PatientRow.pseudonym == pseudonym)
        self._session.execute(patient.with_for_update(read=True, key_share=True)).all()  # an erasure holds it
        return is_erased(self._session, pseudonym)

    def _point(self, entry: RecordEntry) -> None:
        """A draft leaves in force what was final before."""
        values: dict[str, object] = {"newest": entry.version}
        if entry.state is not State.DRAFT:
            values |= {"key": entry.key, "newest_final": entry.version}
        self._session.execute(update(RecordEntryRow).where(RecordEntryRow.id == str(entry.id)).values(values))

    def _all(self, wanted: Found) -> list[RecordEntry]:
        return [entry_of(row, version) for row, version in self._session.execute(wanted)]


def entry_values(entry: RecordEntry) -> dict[str, Any]:
    """The columns of an entry that begins with this version."""
    return {
        "id": str(entry.id),
        "pseudonym": entry.pseudonym,
        "form": entry.form_name,
        "key": entry.key,
        "newest": entry.version,
        "newest_final": None if entry.state is State.DRAFT else entry.version,
        "created_at": entry.entered_at,
    }


def version_values(entry: RecordEntry) -> dict[str, Any]:
    return {
        "entry_id": str(entry.id),
        "version": entry.version,
        "state": entry.state.value,
        "content": dict(entry.values),
        "context_version": entry.context_version,
        "import_id": None if entry.import_id is None else str(entry.import_id),
        "entered_by": entry.entered_by,
        "entered_at": entry.entered_at,
    }


def entry_of(row: RecordEntryRow, version: RecordVersionRow) -> RecordEntry:
    return RecordEntry(
        id=UUID(row.id),
        pseudonym=row.pseudonym,
        form_name=row.form,
        version=version.version,
        state=State(version.state),
        values=in_order(form_named(row.form), version.content),
        entered_by=version.entered_by,
        entered_at=version.entered_at,
        context_version=version.context_version,
        import_id=None if version.import_id is None else UUID(version.import_id),
    )


def _every(*conditions: ColumnElement[bool]) -> Found:
    joined = select(RecordEntryRow, RecordVersionRow).join(
        RecordVersionRow, RecordVersionRow.entry_id == RecordEntryRow.id
    )
    return joined.where(*conditions)


def _newest(*, drafts: bool) -> Found:
    pointer = RecordEntryRow.newest if drafts else RecordEntryRow.newest_final
    return _every(RecordVersionRow.version == pointer)
