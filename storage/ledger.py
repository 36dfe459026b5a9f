"""The ledger: writes down, in batches, every object that came through the door and what became of it."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from operator import eq
from typing import Any

from sqlalchemy import Connection, Engine, and_, bindparam, func, or_, select, update

from storage.cohorts.images import note_changed_objects, note_new_objects
from storage.database import writing
from storage.errors import LedgerConflictError
from storage.ledger_claims import claim, contradicted_by_claims, let_go, take_turn
from storage.ledger_facts import record_associations, record_quarantined, record_rejected
from storage.ledger_objects import give_way, mark, note_again, places
from storage.ledger_records import (
    UNKNOWN_DIGEST,
    AssociationSummary,
    LedgerCounts,
    LedgerFact,
    ObjectPlace,
    QuarantinedObject,
    RejectedAssociations,
    StoredObject,
    StudyContents,
)
from storage.ledger_tables import (
    InstanceRow,
    PatientRow,
    QuarantinedRow,
    SeriesRow,
    StudyRow,
)
from storage.ledger_unfinished import Unfinished, record_unfinished
from storage.source_digests import are_of_the_same
from storage.study_arrivals import note_found, note_lost, noting_arrivals
from storage.tables import Base
from storage.upserts import insert_missing, lookup

STREAM_SIZE = 1000


class Ledger:
    """Share one between threads: it holds no connection between calls."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def record(
        self,
        objects: Sequence[StoredObject] = (),
        associations: Sequence[AssociationSummary] = (),
        quarantined: Sequence[QuarantinedObject] = (),
        rejected: Sequence[RejectedAssociations] = (),
    ) -> None:
        """Record everything or nothing. What is already there stays as it was: recording twice is harmless.

        Only what a patient, study or series lacked is filled in, and an association is brought up to date, since
        its summary may be corrected after a crash. A row of an object that was lost, or of which it is not known
        what it was made from, gives way to one that knows. Raises LedgerConflictError when an object contradicts
        what is recorded.
        """
        if not (objects or associations or quarantined or rejected):
            return
        with writing(self._engine).begin() as connection:
            if objects:
                with noting_arrivals(connection, objects) as here_before:
                    _record_objects(connection, objects)
                note_new_objects(connection, _new(objects, here_before | note_again(connection, objects)))
                let_go(connection, [(item.sop_instance_uid, item.source_digest) for item in objects])
            record_associations(connection, associations)
            record_quarantined(connection, quarantined)
            record_rejected(connection, rejected)

    def record_facts(self, facts: Sequence[LedgerFact]) -> None:
        """Record what the door's journal holds, as `record` does."""
        self.record(
            associations=[fact for fact in facts if isinstance(fact, AssociationSummary)],
            quarantined=[fact for fact in facts if isinstance(fact, QuarantinedObject)],
            rejected=[fact for fact in facts if isinstance(fact, RejectedAssociations)],
        )

    def record_unfinished(self, unfinished: Sequence[Unfinished]) -> list[AssociationSummary]:
        """Sum up associations whose end nobody saw; returned are those that nobody had summed up before."""
        with writing(self._engine).begin() as connection:
            return record_unfinished(connection, unfinished)

    def source_digests(self, sop_instance_uids: Collection[str]) -> dict[str, str]:
        """Keyed digest of each of these objects that is already stored, where it is known."""
        with self._engine.connect() as connection:
            found = lookup(connection, InstanceRow.sop_instance_uid, InstanceRow.source_digest, sop_instance_uids)
        return {uid: digest for uid, digest in found.items() if digest != UNKNOWN_DIGEST}

    def contradicted(self, objects: Sequence[StoredObject]) -> frozenset[str]:
        """The SOPInstanceUIDs of those that the ledger, or an earlier one of them, contradicts. Nothing is recorded."""
        with writing(self._engine).connect() as connection:
            return _contradicted(connection, objects)

    def claim(self, objects: Sequence[StoredObject]) -> frozenset[str]:
        """Tell every other forwarder that these are on their way to Orthanc, before they are.

        Returned are the SOPInstanceUIDs of those that the ledger, an earlier one of them or another's claim
        contradicts: they are not claimed, and must not be brought. A claim ends when its object is recorded, or by
        `let_go`.
        """
        if not objects:
            return frozenset()
        now = datetime.now(UTC)
        with writing(self._engine).begin() as connection:
            take_turn(connection)
            contradicted = _contradicted(connection, objects)
            contradicted |= contradicted_by_claims(connection, objects, now)
            claim(connection, [item for item in objects if item.sop_instance_uid not in contradicted], now)
        return contradicted

    def let_go(self, sop_instance_uid: str, source_digest: str) -> None:
        """End the claim of an object that will not be brought; another's claim of the same UID stays."""
        with writing(self._engine).begin() as connection:
            let_go(connection, [(sop_instance_uid, source_digest)])

    def study(self, study_instance_uid: str) -> StudyContents | None:
        """What is recorded of a study; None when it is unknown.

        Objects that are lost, or of which it is not known what they were made from, are not told: they may come again.
        """
        owner = select(StudyRow.pseudonym).where(StudyRow.study_instance_uid == study_instance_uid)
        digests = (
            select(InstanceRow.sop_instance_uid, InstanceRow.source_digest)
            .join(SeriesRow, SeriesRow.series_instance_uid == InstanceRow.series_instance_uid)
            .where(SeriesRow.study_instance_uid == study_instance_uid)
            .where(InstanceRow.lost_at.is_(None), InstanceRow.source_digest != UNKNOWN_DIGEST)
        )
        with self._engine.connect() as connection:
            pseudonym = connection.execute(owner).scalar_one_or_none()
            if pseudonym is None:
                return None
            return StudyContents(pseudonym, dict(connection.execute(digests).all()))

    def object_ids(self) -> Iterator[tuple[str, str]]:
        """(SOP Instance UID, Orthanc id) of every object, streamed in the order of the UIDs."""
        wanted = select(InstanceRow.sop_instance_uid, InstanceRow.orthanc_id)
        last = ""
        while True:
            page = wanted.where(InstanceRow.sop_instance_uid > last)
            with self._engine.connect() as connection:
                rows = connection.execute(page.order_by(InstanceRow.sop_instance_uid).limit(STREAM_SIZE)).all()
            yield from ((uid, orthanc_id) for uid, orthanc_id in rows)
            if len(rows) < STREAM_SIZE:
                return
            last = rows[-1].sop_instance_uid

    def places(self, sop_instance_uids: Collection[str]) -> list[ObjectPlace]:
        """What is recorded of these objects."""
        with self._engine.connect() as connection:
            return places(connection, sop_instance_uids)

    def lost(self) -> list[ObjectPlace]:
        """The objects that are marked as lost."""
        with self._engine.connect() as connection:
            found = list(
                connection.scalars(select(InstanceRow.sop_instance_uid).where(InstanceRow.lost_at.is_not(None)))
            )
            return places(connection, found)

    def mark_lost(self, sop_instance_uids: Collection[str], at: datetime) -> None:
        """From now on a sender may send them again, and is not told that they are here."""
        with writing(self._engine).begin() as connection:
            mark(connection, sop_instance_uids, at)
            note_lost(connection, sop_instance_uids)
            note_changed_objects(connection, sop_instance_uids)

    def mark_found(self, sop_instance_uids: Collection[str]) -> None:
        """They were lost, and are here again."""
        with writing(self._engine).begin() as connection:
            mark(connection, sop_instance_uids, None)
            note_found(connection, sop_instance_uids)
            note_changed_objects(connection, sop_instance_uids)

    def counts(self) -> LedgerCounts:
        """Rows of each kind, from one moment."""
        kinds = {
            "patients": PatientRow,
            "studies": StudyRow,
            "series": SeriesRow,
            "objects": InstanceRow,
            "quarantined": QuarantinedRow,
        }
        columns = [select(func.count()).select_from(row).scalar_subquery().label(kind) for kind, row in kinds.items()]
        with self._engine.connect() as connection:
            counted = connection.execute(select(*columns)).mappings().one()
        return LedgerCounts(**counted)


def _new(objects: Iterable[StoredObject], others: Collection[str]) -> list[StoredObject]:
    """Each object once, without those that were there or that another association brought."""
    found = {item.sop_instance_uid: item for item in objects if item.sop_instance_uid not in others}
    return list(found.values())


def _contradicted(connection: Connection, objects: Sequence[StoredObject]) -> frozenset[str]:
    """As if they were recorded, and taken back."""
    attempt = connection.begin_nested()
    try:
        _record_objects(connection, objects)
    except LedgerConflictError as error:
        return frozenset(error.sop_instance_uids)
    finally:
        attempt.rollback()
    return frozenset()


def _record_objects(connection: Connection, objects: Sequence[StoredObject]) -> None:
    patients = _first_of_each(objects, PatientRow, "pseudonym")
    studies = _first_of_each(objects, StudyRow, "study_instance_uid")
    series = _first_of_each(objects, SeriesRow, "series_instance_uid")
    instances = _first_of_each(objects, InstanceRow, "sop_instance_uid")
    give_way(connection, instances)
    insert_missing(connection, PatientRow, patients)
    insert_missing(connection, StudyRow, studies)
    insert_missing(connection, SeriesRow, series)
    insert_missing(connection, InstanceRow, instances)
    _refuse_contradictions(connection, objects)
    _fill_gaps(connection, PatientRow, "pseudonym", objects)
    _fill_gaps(connection, StudyRow, "study_instance_uid", objects)
    _fill_gaps(connection, SeriesRow, "series_instance_uid", objects)


def _first_of_each(objects: Iterable[StoredObject], row: type[Base], key: str) -> list[dict[str, Any]]:
    """Values for one table, one row per key, in the order of the keys.

    Every writer thus locks rows in the same order, and two of them cannot wait for each other.
    """
    wanted = [column.name for column in row.__table__.columns if column.name != "lost_at"]
    found: dict[str, dict[str, Any]] = {}
    for item in objects:
        found.setdefault(
            getattr(item, key),
            {name: getattr(item, "stored_at" if name == "first_stored_at" else name) for name in wanted},
        )
    return [found[value] for value in sorted(found)]


def _refuse_contradictions(connection: Connection, objects: Sequence[StoredObject]) -> None:
    """Compare the batch with what is recorded, now that its own rows are in too."""
    checks = (
        ("study", StudyRow.study_instance_uid, StudyRow.pseudonym, eq),
        ("series", SeriesRow.series_instance_uid, SeriesRow.study_instance_uid, eq),
        ("object", InstanceRow.sop_instance_uid, InstanceRow.series_instance_uid, eq),
        ("object", InstanceRow.sop_instance_uid, InstanceRow.source_digest, _may_be_of_the_same),
    )
    contradictions = []
    for what, child, attribute, agree in checks:
        known = lookup(connection, child, attribute, {getattr(item, child.key) for item in objects})
        for item in objects:
            uid = getattr(item, child.key)
            mine, recorded = getattr(item, attribute.key), known.get(uid)
            if recorded is None or not agree(mine, recorded):
                text = f"{what} {uid} contradicts the ledger on {attribute.key}"
                contradictions.append((text, item.sop_instance_uid))
    if contradictions:
        raise LedgerConflictError(contradictions[0][0], [uid for _, uid in contradictions])


def _may_be_of_the_same(mine: str, recorded: str) -> bool:
    return UNKNOWN_DIGEST in {mine, recorded} or are_of_the_same(mine, recorded)


def _fill_gaps(connection: Connection, row: type[Base], key: str, objects: Sequence[StoredObject]) -> None:
    """The first object of a patient, study or series may lack what later ones have. What is known stays.

    One statement for all columns, in the order of the keys: two writers cannot wait for each other.
    """
    columns = [column for column in row.__table__.columns if column.nullable]
    known: dict[str, dict[str, Any]] = {}
    for item in objects:
        values = known.setdefault(getattr(item, key), dict.fromkeys(f"new_{column.name}" for column in columns))
        for column in columns:
            name = f"new_{column.name}"
            values[name] = getattr(item, column.name) if values[name] is None else values[name]
    filled = [{"key": uid, **values} for uid, values in sorted(known.items()) if set(values.values()) != {None}]
    if not filled:
        return
    new = {column: bindparam(f"new_{column.name}", type_=column.type) for column in columns}
    gap = or_(*(and_(column.is_(None), value.is_not(None)) for column, value in new.items()))
    statement = (
        update(row)
        .where(row.__table__.columns[key] == bindparam("key"), gap)
        .values({column.name: func.coalesce(column, value) for column, value in new.items()})
    )
    connection.execute(statement, filled)
