"""Freezing the clinical records of a release: which entry as of which version, and each patient's data lock.

Whoever has objected to the study, or was erased, is not in it. Drafts and withdrawn entries count nowhere.
"""

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, Connection, Select, exists, insert, literal, select
from sqlalchemy.orm import Session

from storage.left_out import left_out
from storage.registry_records.batches import RecordBatches
from storage.registry_records.merging import meeting_of
from storage.registry_records.tables import RecordEntryRow, RecordLockRow
from storage.releases.errors import NoLockError
from storage.releases.records import RecordOf, ReleaseRecord
from storage.releases.rows import SERIES
from storage.releases.tables import ReleaseEntryRow, ReleaseLockRow

PATIENTS_AT_A_TIME = 200


def freeze_records(connection: Connection, release: ReleaseRecord) -> None:
    """The entries that count now; with a data lock, of those patients whom it was set for. Raises NoLockError."""
    if release.contents.record is None:
        return
    if release.contents.lock and connection.scalar(select(RecordLockRow.pseudonym).limit(1)) is None:
        raise NoLockError
    for some in _pages(connection, _patients(release)):
        _add_entries(connection, release.number, some)
    if release.contents.lock:
        entries = exists().where(
            ReleaseEntryRow.release == release.number, ReleaseEntryRow.pseudonym == RecordLockRow.pseudonym
        )
        locks = select(literal(release.number), RecordLockRow.pseudonym, RecordLockRow.lock_date).where(entries)
        connection.execute(insert(ReleaseLockRow).from_select(("release", "pseudonym", "lock_date"), locks))


def has_entries(connection: Connection, number: int) -> bool:
    wanted = select(ReleaseEntryRow.entry_id).where(ReleaseEntryRow.release == number).limit(1)
    return connection.scalar(wanted) is not None


def _patients(release: ReleaseRecord) -> Select[str]:
    wanted: list[ColumnElement[bool]] = [RecordEntryRow.pseudonym.not_in(left_out())]
    if release.contents.record is RecordOf.COHORT:
        wanted.append(_has_series(release.number))
    if release.contents.lock:
        wanted.append(RecordEntryRow.pseudonym.in_(select(RecordLockRow.pseudonym)))
    return select(RecordEntryRow.pseudonym).where(*wanted).distinct().order_by(RecordEntryRow.pseudonym)


def _has_series(number: int) -> ColumnElement[bool]:
    return exists().where(SERIES.c.release == number, SERIES.c.pseudonym == RecordEntryRow.pseudonym)


def _pages(connection: Connection, patients: Select[str]) -> Iterator[Sequence[str]]:
    last = ""
    while True:
        page = patients.where(RecordEntryRow.pseudonym > last).limit(PATIENTS_AT_A_TIME)
        some = connection.scalars(page).all()
        if some:
            yield some
            last = some[-1]
        if len(some) < PATIENTS_AT_A_TIME:
            return


def _add_entries(connection: Connection, number: int, pseudonyms: Sequence[str]) -> None:
    with Session(connection) as session:
        batches = RecordBatches(session)
        found = list(batches.finals(pseudonyms))
        contexts = batches.contexts({meeting for each in found if (meeting := meeting_of(each)) is not None})
    rows = []
    for each in found:
        meeting = meeting_of(each)
        context = None if meeting is None else contexts.get(meeting)
        rows.append(
            {
                "release": number,
                "entry_id": str(each.id),
                "version": each.version,
                "context_version": 0 if context is None else context.version,
                "pseudonym": each.pseudonym,
            }
        )
    if rows:
        connection.execute(insert(ReleaseEntryRow), rows)
