"""What the arrival of objects does to the states of their studies: in the transaction that records them.

So a study is never shown as confirmed while it holds an object that nobody has counted. Objects that are recorded once
more (everything in the outbox is, after a restart) are no arrival, unless they were lost.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import Connection, RowMapping, select
from sqlalchemy.dialects import postgresql, sqlite

from storage.cohorts.images import hold_patients
from storage.cohorts.states import note_states
from storage.cohorts.tables import SearchStudyRow
from storage.ledger_records import StoredObject
from storage.ledger_tables import InstanceRow, SeriesRow
from storage.study_lifecycle import Reason, StudyEvent, StudyState, step
from storage.study_moves import begin, move
from storage.study_state_tables import StudyStateRow
from storage.upserts import in_pieces

IS_HERE = InstanceRow.lost_at.is_(None)


@contextmanager
def noting_arrivals(connection: Connection, objects: Sequence[StoredObject]) -> Iterator[frozenset[str]]:
    """Record `objects` inside: those that were not here before open or reopen their studies.

    Given are the SOPInstanceUIDs of those that were.
    """
    known = _recorded(connection, {item.sop_instance_uid for item in objects})
    yield known
    arrived: dict[str, datetime] = {}
    for item in objects:
        if item.sop_instance_uid not in known:
            uid = item.study_instance_uid
            arrived[uid] = max(item.received_at, arrived.get(uid, item.received_at))
    if arrived:
        _note(connection, arrived, {item.pseudonym for item in objects})


def note_lost(connection: Connection, sop_instance_uids: Collection[str]) -> None:
    """These objects are no longer in the image store: nobody may take their studies for complete."""
    rows = _locked(connection, _studies_of(connection, sop_instance_uids))
    for row in rows.values():
        found = step(StudyState(row["state"]), StudyEvent.OBJECTS_LOST)
        if found is not None:
            move(connection, row, found, {"reason": Reason.OBJECTS_LOST.value})
    _note_states(connection, rows)


def note_found(connection: Connection, sop_instance_uids: Collection[str]) -> None:
    """These objects were lost, and are in the image store again: to their studies, that is an arrival."""
    _note(connection, _studies_of(connection, sop_instance_uids))


def _note_states(connection: Connection, study_instance_uids: Collection[str], others: Collection[str] = ()) -> None:
    """`others`: patients whose objects are recorded next. All are held in one order, so that nobody waits crosswise."""
    patients = set(others)
    for some in in_pieces(study_instance_uids):
        patients |= set(
            connection.scalars(select(SearchStudyRow.pseudonym).where(SearchStudyRow.study_instance_uid.in_(some)))
        )
    hold_patients(connection, patients)
    note_states(connection, study_instance_uids)


def _note(connection: Connection, arrived: dict[str, datetime], patients: Collection[str] = ()) -> None:
    """`patients`: of all the objects that are recorded."""
    known = _locked(connection, arrived)
    for uid in sorted(arrived.keys() - known.keys()):
        if not _begun(connection, uid, arrived[uid]):  # another node was quicker
            known |= _locked(connection, [uid])
    moved = []
    for uid, row in sorted(known.items()):
        found = step(StudyState(row["state"]), StudyEvent.OBJECTS_CAME)
        if found is not None:
            last = max(row["last_object_at"], arrived[uid])
            move(connection, row, found, {"reason": None, "objects_expected": None, "last_object_at": last})
            if found.to.value != row["state"]:
                moved.append(uid)
    if moved:
        _note_states(connection, moved, patients)


def _begun(connection: Connection, uid: str, received_at: datetime) -> bool:
    """Make the row of a study; False when there is one already."""
    row = {
        "study_instance_uid": uid,
        "state": StudyState.RECEIVING.value,
        "since": datetime.now(UTC),
        "revision": 1,
        "version": 1,
        "last_object_at": received_at,
    }
    new = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    made = new(StudyStateRow).values(row).on_conflict_do_nothing().returning(StudyStateRow.study_instance_uid)
    if connection.execute(made).first() is None:
        return False
    begin(connection, row)
    return True


def _recorded(connection: Connection, sop_instance_uids: Collection[str]) -> frozenset[str]:
    found: set[str] = set()
    for some in in_pieces(sop_instance_uids):
        wanted = select(InstanceRow.sop_instance_uid).where(InstanceRow.sop_instance_uid.in_(some), IS_HERE)
        found.update(connection.execute(wanted).scalars())
    return frozenset(found)


def _studies_of(connection: Connection, sop_instance_uids: Collection[str]) -> dict[str, datetime]:
    """The studies of these objects, and when the last of each was received."""
    found: dict[str, datetime] = {}
    for some in in_pieces(sop_instance_uids):
        wanted = (
            select(SeriesRow.study_instance_uid, InstanceRow.received_at)
            .join(SeriesRow, SeriesRow.series_instance_uid == InstanceRow.series_instance_uid)
            .where(InstanceRow.sop_instance_uid.in_(some))
        )
        for study, received_at in connection.execute(wanted):
            found[study] = max(received_at, found.get(study, received_at))
    return found


def _locked(connection: Connection, study_instance_uids: Collection[str]) -> dict[str, RowMapping]:
    """The rows of these studies, held until the transaction ends; in one order, so that two cannot wait crosswise."""
    rows: dict[str, RowMapping] = {}
    for some in in_pieces(study_instance_uids):
        wanted = (
            select(StudyStateRow.__table__)
            .where(StudyStateRow.study_instance_uid.in_(some))
            .order_by(StudyStateRow.study_instance_uid)
            .with_for_update()
        )
        rows |= {row["study_instance_uid"]: row for row in connection.execute(wanted).mappings()}
    return rows
