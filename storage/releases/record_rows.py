"""The rows of the tables of clinical records in a release, patient by patient, as of the versions that were frozen."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, select, tuple_
from sqlalchemy.orm import Session

from annotation.endpoints.tables import REGISTRY_PATIENTS
from annotation.endpoints.tables import Column as EndpointColumn
from annotation.endpoints.tables import Kind as EndpointKind
from annotation.registry.computing import computed_of
from annotation.registry.dictionary import COMPUTED, FORMS
from annotation.registry.entries import RecordEntry, key_of
from annotation.registry.exchange.cells import BETWEEN
from annotation.registry.exchange.endpoint_tables import rows_of
from annotation.registry.exchange.rows import ExportedEntry
from annotation.registry.formulas import Result
from annotation.registry.shared_facts import merged
from annotation.registry.values import Value, Values, in_own_unit
from annotation.registry.variables import Type, Variable
from storage.context_tables import ContextRow, ContextVersionRow
from storage.contexts import context_from
from storage.registry_records.batches import Meeting
from storage.registry_records.merging import meeting_of
from storage.registry_records.records import entry_of
from storage.registry_records.tables import RecordEntryRow, RecordVersionRow
from storage.releases.record_columns import PREFIX, has_unit, released
from storage.releases.rows import TOMBSTONES
from storage.releases.tables import ReleaseEntryRow, ReleaseLockRow

Row = tuple[Any, ...]
PATIENTS_AT_A_TIME = 200
_PLACES = {form.name: place for place, form in enumerate(FORMS)}
_OF_ENDPOINT: Mapping[EndpointKind, Callable[[str], Any]] = {
    EndpointKind.NUMBER: Decimal,
    EndpointKind.DATE: date.fromisoformat,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frozen:
    """One entry as it was frozen, with what its meeting's context held."""

    entry: RecordEntry
    context_version: int


def record_rows(connection: Connection, number: int) -> Iterator[tuple[str, Row]]:
    """Each with the name of its table. Nothing is held but the entries of some patients."""
    for some in _patients(connection, number):
        locks = _locks(connection, number, some)
        for pseudonym, found in groupby(_frozen(connection, number, some), key=lambda each: each.entry.pseudonym):
            entries = sorted(found, key=_place)
            yield from _of_forms(entries)
            yield from _of_endpoints([each.entry for each in entries], locks.get(pseudonym))


def _of_forms(entries: Sequence[_Frozen]) -> Iterator[tuple[str, Row]]:
    computed = computed_of([each.entry for each in entries])
    for each in entries:
        entry = each.entry
        cells: list[Any] = [entry.pseudonym, str(entry.id), entry.version]
        if entry.form_name == "presentation":
            cells.append(each.context_version)
        for variable in released(entry.form):
            cells.extend(_cells(variable, entry.values))
        results = computed.get(entry.id, {})
        cells.extend(_computed(results.get(one.name), one.unit) for one in COMPUTED if one.form == entry.form_name)
        yield f"{PREFIX}{entry.form_name}", tuple(cells)


def _cells(variable: Variable, values: Values) -> Iterator[Any]:
    value = values.get(variable.name)
    if not has_unit(variable):
        yield _cell(variable, value)
        return
    yield in_own_unit(variable, values)
    entered = value if isinstance(value, dict) else {}
    yield Decimal(entered["value"]) if entered else None
    yield entered.get("unit")


def _cell(variable: Variable, value: Value | None) -> Any:
    if value is None:
        return None
    if isinstance(value, list):
        return BETWEEN.join(value) or None
    if variable.type is Type.NUMBER:
        return Decimal(str(value))
    if variable.type is Type.DATE and not variable.partial:
        return date.fromisoformat(str(value))
    return value


def _computed(result: Result | None, unit: str | None) -> Any:
    if result is None or result.value is None:
        return None
    return result.value if unit else int(result.value)


def _of_endpoints(entries: Sequence[RecordEntry], lock: date | None) -> Iterator[tuple[str, Row]]:
    exported = [ExportedEntry(pseudonym=each.pseudonym, form=each.form_name, values=each.values) for each in entries]
    for table, cells in rows_of(exported):
        said = dict(cells)
        if table is REGISTRY_PATIENTS and lock is not None:
            said["lock_date"] = lock.isoformat()
        yield table.name, tuple(_endpoint_cell(column, said.get(column.name, "")) for column in table.columns)


def _endpoint_cell(column: EndpointColumn, text: str) -> Any:
    if not text:
        return None
    if column.kind is EndpointKind.YES_NO:
        return text == "true"
    read = _OF_ENDPOINT.get(column.kind)
    return text if read is None else read(text)


def _place(each: _Frozen) -> tuple[int, str, str]:
    entry = each.entry
    return _PLACES[entry.form_name], key_of(entry.form, entry.values), str(entry.id)


def _patients(connection: Connection, number: int) -> Iterator[Sequence[str]]:
    erased = select(TOMBSTONES.c.pseudonym).where(TOMBSTONES.c.release == number)
    last = ""
    while True:
        page = (
            select(ReleaseEntryRow.pseudonym)
            .where(
                ReleaseEntryRow.release == number,
                ReleaseEntryRow.pseudonym.not_in(erased),
                ReleaseEntryRow.pseudonym > last,
            )
            .distinct()
            .order_by(ReleaseEntryRow.pseudonym)
            .limit(PATIENTS_AT_A_TIME)
        )
        some = connection.scalars(page).all()
        if some:
            yield some
            last = some[-1]
        if len(some) < PATIENTS_AT_A_TIME:
            return


def _locks(connection: Connection, number: int, pseudonyms: Sequence[str]) -> dict[str, date]:
    wanted = select(ReleaseLockRow.pseudonym, ReleaseLockRow.lock_date).where(
        ReleaseLockRow.release == number, ReleaseLockRow.pseudonym.in_(pseudonyms)
    )
    return {row[0]: row[1] for row in connection.execute(wanted)}


def _frozen(connection: Connection, number: int, pseudonyms: Sequence[str]) -> list[_Frozen]:
    """In the order of the patients."""
    wanted = (
        select(RecordEntryRow, RecordVersionRow, ReleaseEntryRow.context_version)
        .join(ReleaseEntryRow, ReleaseEntryRow.entry_id == RecordEntryRow.id)
        .join(
            RecordVersionRow,
            (RecordVersionRow.entry_id == RecordEntryRow.id) & (RecordVersionRow.version == ReleaseEntryRow.version),
        )
        .where(ReleaseEntryRow.release == number, ReleaseEntryRow.pseudonym.in_(pseudonyms))
        .order_by(ReleaseEntryRow.pseudonym, ReleaseEntryRow.entry_id)
    )
    with Session(connection) as session:
        found = [
            _Frozen(entry=entry_of(row, version), context_version=context_version)
            for row, version, context_version in session.execute(wanted)
        ]
        return list(_with_contexts(session, found))


def _with_contexts(session: Session, found: Sequence[_Frozen]) -> Iterator[_Frozen]:
    """Presentations with what their contexts held in the version that was frozen with them."""
    meetings = {
        meeting: each.context_version
        for each in found
        if each.context_version and (meeting := meeting_of(each.entry)) is not None
    }
    clinical = _clinical(session, meetings)
    for each in found:
        meeting = meeting_of(each.entry)
        held = None if meeting is None else clinical.get(meeting)
        values = each.entry.values if held is None else merged(each.entry.values, held)
        yield replace(each, entry=replace(each.entry, values=values))


def _clinical(session: Session, meetings: dict[Meeting, int]) -> dict[Meeting, Any]:
    wanted = (
        select(ContextRow, ContextVersionRow)
        .join(ContextVersionRow, ContextVersionRow.context_id == ContextRow.id)
        .where(ContextRow.lesion_id.is_(None))
    )
    place = tuple_(ContextRow.pseudonym, ContextRow.meeting_date)
    held = {}
    for some in _pieces(sorted(meetings)):
        for row, version in session.execute(wanted.where(place.in_(some))):
            if meetings[row.pseudonym, row.meeting_date] == version.version:
                held[row.pseudonym, row.meeting_date] = context_from(row, version).clinical
    return held


def _pieces(meetings: Sequence[Meeting]) -> Iterator[Sequence[Meeting]]:
    for start in range(0, len(meetings), PATIENTS_AT_A_TIME):
        yield meetings[start : start + PATIENTS_AT_A_TIME]
