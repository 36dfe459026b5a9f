"""The search tables of patients, studies and series, kept up with the ledger in its own transactions."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from annotation.cohorts.patient_fields import SEXES
from storage.cohorts.states import STATE_OF_STUDY, note_states
from storage.cohorts.tables import SearchPatientRow, SearchSeriesRow, SearchStudyRow
from storage.ledger_records import StoredObject
from storage.ledger_tables import InstanceRow, PatientRow, SeriesRow, StudyRow
from storage.series_facts import FACTS, SeriesFacts
from storage.upserts import in_pieces, insert_missing

Numbers = Mapping[str, int]
"""Of a study and its patient in search tables, by the names of the columns that refer to them."""

_FILLED = ("modality", *FACTS)


def hold_patients(connection: Connection, pseudonyms: Collection[str]) -> dict[str, int]:
    """Until the transaction ends nobody else writes into the search tables of these patients; their numbers."""
    numbers: dict[str, int] = {}
    for some in in_pieces(pseudonyms):
        insert_missing(connection, SearchPatientRow, [{"pseudonym": pseudonym} for pseudonym in some])
        held = select(SearchPatientRow.pseudonym, SearchPatientRow.id).where(SearchPatientRow.pseudonym.in_(some))
        numbers |= dict(connection.execute(held.order_by(SearchPatientRow.pseudonym).with_for_update()).all())
    return numbers


def hold_studies(connection: Connection, of_whom: Mapping[str, str]) -> dict[str, Numbers]:
    """The numbers of these studies, by UID, and of their patients, who are held. `of_whom`: pseudonyms by study."""
    patients = hold_patients(connection, set(of_whom.values()))
    there = _studies_there(connection, of_whom)
    new = sorted(set(of_whom) - set(there))
    nothing = dict.fromkeys(("series", "objects", "bytes"), 0)
    rows = [
        {"study_instance_uid": uid, "patient_id": patients[of_whom[uid]], "pseudonym": of_whom[uid], **nothing}
        for uid in new
    ]
    insert_missing(connection, SearchStudyRow, rows)
    note_states(connection, new)
    return there | _studies_there(connection, new)


def note_new_objects(connection: Connection, objects: Sequence[StoredObject]) -> None:
    """These are recorded, in this transaction, and were not here before; each is there once."""
    if not objects:
        return
    numbers = hold_studies(connection, {item.study_instance_uid: item.pseudonym for item in objects})
    _add_to_series(connection, objects, numbers)
    _sum_up_studies(connection, numbers)


def note_changed_objects(connection: Connection, sop_instance_uids: Collection[str]) -> None:
    """Some of these are lost, or found again: their series are counted anew."""
    series: set[str] = set()
    for some in in_pieces(sop_instance_uids):
        found = select(InstanceRow.series_instance_uid).where(InstanceRow.sop_instance_uid.in_(some))
        series.update(connection.scalars(found.distinct()))
    count_series(connection, series)


def count_series(connection: Connection, series_instance_uids: Collection[str]) -> None:
    """Objects and bytes of these series, from the objects themselves; what is known of how they were made stays."""
    of_whom = _owners(connection, series_instance_uids)
    numbers = hold_studies(connection, dict(of_whom.values()))
    for some in in_pieces(of_whom):
        counted = (
            select(
                SeriesRow.series_instance_uid,
                func.upper(SeriesRow.modality).label("modality"),
                func.count(InstanceRow.sop_instance_uid).label("objects"),
                func.coalesce(func.sum(InstanceRow.size), 0).label("bytes"),
            )
            .outerjoin(
                InstanceRow,
                (InstanceRow.series_instance_uid == SeriesRow.series_instance_uid) & InstanceRow.lost_at.is_(None),
            )
            .where(SeriesRow.series_instance_uid.in_(some))
            .group_by(SeriesRow.series_instance_uid, SeriesRow.modality)
        )
        rows = [dict(row) for row in connection.execute(counted).mappings()]
        _put_series(
            connection,
            [{**row, **numbers[of_whom[row["series_instance_uid"]][0]], "bytes": int(row["bytes"])} for row in rows],
            added=False,
        )
    _sum_up_studies(connection, numbers)


def describe_series(connection: Connection, told: Mapping[str, SeriesFacts]) -> None:
    """What objects of these series say of how they were made; what is known already stays."""
    hold_patients(connection, {pseudonym for _, pseudonym in _owners(connection, told).values()})
    table = SearchSeriesRow.__table__.columns
    new = {name: func.coalesce(table[name], bindparam(f"new_{name}", type_=table[name].type)) for name in FACTS}
    statement = update(SearchSeriesRow).where(SearchSeriesRow.series_instance_uid == bindparam("uid"))
    rows = [{"uid": uid, **{f"new_{name}": getattr(facts, name) for name in FACTS}} for uid, facts in told.items()]
    if rows:
        connection.execute(statement.values(described=True, **new), rows)


def _owners(connection: Connection, series_instance_uids: Collection[str]) -> dict[str, tuple[str, str]]:
    """Study and patient of each series."""
    found: dict[str, tuple[str, str]] = {}
    for some in in_pieces(series_instance_uids):
        wanted = select(SeriesRow.series_instance_uid, StudyRow.study_instance_uid, StudyRow.pseudonym).join(
            StudyRow, StudyRow.study_instance_uid == SeriesRow.study_instance_uid
        )
        rows = connection.execute(wanted.where(SeriesRow.series_instance_uid.in_(some)))
        found |= {series: (study, pseudonym) for series, study, pseudonym in rows}
    return found


def _studies_there(connection: Connection, study_instance_uids: Collection[str]) -> dict[str, Numbers]:
    found: dict[str, Numbers] = {}
    for some in in_pieces(study_instance_uids):
        wanted = select(SearchStudyRow.study_instance_uid, SearchStudyRow.patient_id, SearchStudyRow.id)
        rows = connection.execute(wanted.where(SearchStudyRow.study_instance_uid.in_(some)))
        found |= {uid: {"patient_id": patient, "study_id": study} for uid, patient, study in rows}
    return found


def _add_to_series(connection: Connection, objects: Iterable[StoredObject], numbers: Mapping[str, Numbers]) -> None:
    rows: dict[str, dict[str, Any]] = {}
    for item in objects:
        row = rows.setdefault(
            item.series_instance_uid,
            {
                "series_instance_uid": item.series_instance_uid,
                **numbers[item.study_instance_uid],
                "described": False,
                "objects": 0,
                "bytes": 0,
                **dict.fromkeys(_FILLED),
            },
        )
        row["objects"] += 1
        row["bytes"] += item.size
        if item.series_facts is not None:
            row["described"] = True
            for name in FACTS:
                row[name] = getattr(item.series_facts, name) if row[name] is None else row[name]
        if row["modality"] is None and item.modality is not None:
            row["modality"] = item.modality.upper()
    _put_series(connection, list(rows.values()), added=True)


def _put_series(connection: Connection, rows: Sequence[Mapping[str, Any]], *, added: bool) -> None:
    """Objects and bytes are added to what is there, or take its place; what is known already stays."""
    if not rows:
        return
    new = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = new(SearchSeriesRow)
    table, given = SearchSeriesRow.__table__.columns, statement.excluded
    sums = {name: table[name] + given[name] if added else given[name] for name in ("objects", "bytes")}
    filled = {name: func.coalesce(table[name], given[name]) for name in rows[0] if name in _FILLED}
    seen = {"described": table["described"] | given["described"]} if "described" in rows[0] else {}
    statement = statement.on_conflict_do_update(index_elements=["series_instance_uid"], set_=sums | filled | seen)
    connection.execute(statement, sorted(rows, key=lambda row: str(row["series_instance_uid"])))


def _sum_up_studies(connection: Connection, numbers: Mapping[str, Numbers]) -> None:
    """Of held studies. A study that has no series yet was made just now."""
    table = SearchStudyRow.__table__.columns
    changed = ("study_date", "series", "objects", "bytes")
    statement = update(SearchStudyRow).where(table["id"] == bindparam("number"))
    summed = {name: bindparam(f"new_{name}", type_=table[name].type) for name in changed}
    statement = statement.values(summed | {"state": STATE_OF_STUDY})
    for some in in_pieces(numbers):
        rows = connection.execute(_summed(some)).mappings().all()
        moved = {
            row["pseudonym"] for row in rows if not row["series_before"] or row["date_before"] != row["study_date"]
        }
        new = [
            {"number": row["id"], "new_study_date": row["study_date"]}
            | {f"new_{name}": int(row[name]) for name in changed[1:]}
            for row in sorted(rows, key=lambda row: row["id"])
        ]
        if new:
            connection.execute(statement, new)
        count_studies(connection, moved | _sexes_missing(connection, {row["pseudonym"] for row in rows}))


def _summed(study_instance_uids: Sequence[str]) -> Any:
    before = (SearchStudyRow.series.label("series_before"), SearchStudyRow.study_date.label("date_before"))
    of_study = (SearchStudyRow.id, StudyRow.pseudonym, StudyRow.study_date, *before)
    return (
        select(
            *of_study,
            func.count(SearchSeriesRow.series_instance_uid).label("series"),
            func.coalesce(func.sum(SearchSeriesRow.objects), 0).label("objects"),
            func.coalesce(func.sum(SearchSeriesRow.bytes), 0).label("bytes"),
        )
        .join(StudyRow, StudyRow.study_instance_uid == SearchStudyRow.study_instance_uid)
        .outerjoin(SearchSeriesRow, SearchSeriesRow.study_id == SearchStudyRow.id)
        .where(SearchStudyRow.study_instance_uid.in_(study_instance_uids))
        .group_by(SearchStudyRow.id, StudyRow.pseudonym, StudyRow.study_date, *before)
    )


def _sexes_missing(connection: Connection, pseudonyms: Collection[str]) -> set[str]:
    found: set[str] = set()
    for some in in_pieces(pseudonyms):
        wanted = (
            select(SearchPatientRow.pseudonym)
            .join(PatientRow, PatientRow.pseudonym == SearchPatientRow.pseudonym)
            .where(SearchPatientRow.pseudonym.in_(some), SearchPatientRow.sex.is_(None))
            .where(PatientRow.patient_sex.in_(SEXES))
        )
        found.update(connection.scalars(wanted))
    return found


def count_studies(connection: Connection, pseudonyms: Collection[str]) -> None:
    """Sex, number of studies and baseline of patients that are held, and the days that are counted from it."""
    for some in in_pieces(pseudonyms):
        counted = (
            select(
                PatientRow.pseudonym,
                PatientRow.patient_sex,
                func.count(StudyRow.study_instance_uid),
                func.min(StudyRow.study_date),
            )
            .outerjoin(StudyRow, StudyRow.pseudonym == PatientRow.pseudonym)
            .where(PatientRow.pseudonym.in_(some))
            .group_by(PatientRow.pseudonym, PatientRow.patient_sex)
        )
        for pseudonym, sex, studies, baseline in connection.execute(counted).all():
            values: dict[str, Any] = {"sex": sex if sex in SEXES else None, "studies": studies, "baseline": baseline}
            connection.execute(update(SearchPatientRow).where(SearchPatientRow.pseudonym == pseudonym).values(values))
        _count_days(connection, some)


def _count_days(connection: Connection, pseudonyms: Sequence[str]) -> None:
    dated = (
        select(SearchStudyRow.study_instance_uid, SearchStudyRow.study_date, SearchPatientRow.baseline)
        .join(SearchPatientRow, SearchPatientRow.pseudonym == SearchStudyRow.pseudonym)
        .where(SearchStudyRow.pseudonym.in_(pseudonyms), SearchStudyRow.study_date.is_not(None))
    )
    days = [
        {"uid": uid, "new_day": (day - baseline).days}
        for uid, day, baseline in connection.execute(dated)
        if day is not None and baseline is not None
    ]
    if days:
        changed = update(SearchStudyRow).where(SearchStudyRow.study_instance_uid == bindparam("uid"))
        connection.execute(changed.values(day=bindparam("new_day")), days)
