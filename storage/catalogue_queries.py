"""The statements behind the catalogue, and how their rows become its records."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Exists, RowMapping, Select, exists, func, or_, select

from storage.catalogue_records import PatientRecord, SeriesRecord, StudyRecord
from storage.errors import NotInCatalogueError
from storage.ledger_tables import InstanceRow, PatientRow, SeriesRow, StudyRow
from storage.study_lifecycle import StudyState
from storage.study_state_tables import StudyStateRow

AnySelect = Select[*tuple[Any, ...]]
STATE = func.coalesce(StudyStateRow.state, StudyState.RECEIVING.value)


def patients() -> AnySelect:
    return select(PatientRow.pseudonym, PatientRow.patient_sex, PatientRow.first_stored_at)


def studies() -> AnySelect:
    """Every study has a state; one whose state was lost is shown as the least sure one."""
    return select(
        StudyRow.study_instance_uid,
        StudyRow.pseudonym,
        StudyRow.study_date,
        StudyRow.first_stored_at,
        STATE.label("state"),
        func.coalesce(StudyStateRow.since, StudyRow.first_stored_at).label("state_since"),
        StudyStateRow.reason.label("state_reason"),
        func.coalesce(StudyStateRow.revision, 1).label("revision"),
        StudyStateRow.objects_expected,
    ).join(StudyStateRow, StudyStateRow.study_instance_uid == StudyRow.study_instance_uid, isouter=True)


def series() -> AnySelect:
    return select(
        SeriesRow.series_instance_uid,
        SeriesRow.study_instance_uid,
        StudyRow.pseudonym,
        SeriesRow.modality,
        SeriesRow.series_number,
        SeriesRow.frame_of_reference_uid,
    ).join(StudyRow, SeriesRow.study_instance_uid == StudyRow.study_instance_uid)


def objects() -> AnySelect:
    return (
        select(
            InstanceRow.sop_instance_uid,
            InstanceRow.series_instance_uid,
            SeriesRow.study_instance_uid,
            StudyRow.pseudonym,
            InstanceRow.sop_class_uid,
            InstanceRow.transfer_syntax_uid,
            SeriesRow.modality,
            SeriesRow.frame_of_reference_uid,
            InstanceRow.instance_number,
            InstanceRow.rows,
            InstanceRow.columns,
            InstanceRow.number_of_frames,
            InstanceRow.size,
            InstanceRow.sha256,
            InstanceRow.orthanc_id,
            InstanceRow.stored_at,
        )
        .join(SeriesRow, InstanceRow.series_instance_uid == SeriesRow.series_instance_uid)
        .join(StudyRow, SeriesRow.study_instance_uid == StudyRow.study_instance_uid)
    )


def has_series_of(modality: str) -> Exists:
    return exists().where(SeriesRow.study_instance_uid == StudyRow.study_instance_uid, SeriesRow.modality == modality)


def is_in(state: StudyState) -> ColumnElement[bool]:
    """Written so that the index on states can serve it."""
    known = StudyStateRow.state == state.value
    return or_(known, StudyStateRow.state.is_(None)) if state is StudyState.RECEIVING else known


def some(connection: Connection, wanted: AnySelect, limit: int) -> tuple[Sequence[RowMapping], bool]:
    """At most `limit` rows, and whether there are more."""
    rows = connection.execute(wanted.limit(limit + 1)).mappings().all()
    return rows[:limit], len(rows) > limit


def require(connection: Connection, wanted: AnySelect, what: str) -> RowMapping:
    row = connection.execute(wanted).mappings().one_or_none()
    if row is None:
        raise NotInCatalogueError(f"there is no such {what}")
    return row


def patient_records(connection: Connection, rows: Iterable[RowMapping]) -> tuple[PatientRecord, ...]:
    rows = tuple(rows)
    if not rows:
        return ()
    counts = _counts(
        connection,
        select(StudyRow.pseudonym, func.count())
        .where(StudyRow.pseudonym.in_([row["pseudonym"] for row in rows]))
        .group_by(StudyRow.pseudonym),
    )
    return tuple(PatientRecord(**row, study_count=counts.get(row["pseudonym"], 0)) for row in rows)


def study_records(connection: Connection, rows: Iterable[RowMapping]) -> tuple[StudyRecord, ...]:
    rows = tuple(rows)
    if not rows:
        return ()
    of_page = SeriesRow.study_instance_uid.in_([row["study_instance_uid"] for row in rows])
    modalities: dict[str, set[str]] = {}
    series_counts: dict[str, int] = {}
    for uid, modality, count in connection.execute(
        select(SeriesRow.study_instance_uid, SeriesRow.modality, func.count())
        .where(of_page)
        .group_by(SeriesRow.study_instance_uid, SeriesRow.modality)
    ):
        series_counts[uid] = series_counts.get(uid, 0) + count
        modalities.setdefault(uid, set()).update(() if modality is None else (modality,))
    instance_counts = _counts(
        connection,
        select(SeriesRow.study_instance_uid, func.count())
        .join(InstanceRow, InstanceRow.series_instance_uid == SeriesRow.series_instance_uid)
        .where(of_page)
        .group_by(SeriesRow.study_instance_uid),
    )
    return tuple(
        StudyRecord(
            **row,
            modalities=tuple(sorted(modalities.get(row["study_instance_uid"], ()))),
            series_count=series_counts.get(row["study_instance_uid"], 0),
            instance_count=instance_counts.get(row["study_instance_uid"], 0),
        )
        for row in rows
    )


def series_records(connection: Connection, rows: Iterable[RowMapping]) -> tuple[SeriesRecord, ...]:
    rows = tuple(rows)
    if not rows:
        return ()
    counts = _counts(
        connection,
        select(InstanceRow.series_instance_uid, func.count())
        .where(InstanceRow.series_instance_uid.in_([row["series_instance_uid"] for row in rows]))
        .group_by(InstanceRow.series_instance_uid),
    )
    return tuple(SeriesRecord(**row, instance_count=counts.get(row["series_instance_uid"], 0)) for row in rows)


def _counts(connection: Connection, wanted: AnySelect) -> dict[str, int]:
    return dict(connection.execute(wanted).all())
