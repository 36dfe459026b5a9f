"""Whose clinical record is used no more: who has objected to the study, and whose record was erased."""

from collections.abc import Collection

from sqlalchemy import Connection, Select, select, union
from sqlalchemy.sql.selectable import CompoundSelect

from annotation.registry.entries import State
from storage.registry_records.tables import RecordEntryRow, RecordTombstoneRow, RecordVersionRow
from storage.upserts import in_pieces

OPPOSITION = "opposition_recorded"
OF_THE_PATIENT = "patient"


def opposed() -> Select[str]:
    """Pseudonyms of those of whom an opposition is recorded, as a query."""
    return (
        select(RecordEntryRow.pseudonym)
        .join(RecordVersionRow, RecordVersionRow.entry_id == RecordEntryRow.id)
        .where(
            RecordEntryRow.form == OF_THE_PATIENT,
            RecordVersionRow.version == RecordEntryRow.newest_final,
            RecordVersionRow.state == State.FINAL.value,
            RecordVersionRow.content[OPPOSITION].as_boolean(),
        )
    )


def kept_out() -> CompoundSelect[str]:
    """Pseudonyms of all who are in no new release and in no export, as a query."""
    return union(opposed(), select(RecordTombstoneRow.pseudonym))


def kept_out_among(connection: Connection, pseudonyms: Collection[str]) -> set[str]:
    """Those of them who are kept out."""
    found: set[str] = set()
    erased = select(RecordTombstoneRow.pseudonym)
    for some in in_pieces(pseudonyms):
        found.update(connection.scalars(opposed().where(RecordEntryRow.pseudonym.in_(some))))
        found.update(connection.scalars(erased.where(RecordTombstoneRow.pseudonym.in_(some))))
    return found
