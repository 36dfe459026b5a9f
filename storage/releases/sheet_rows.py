"""The rows of the tables of a release, in a fixed order, read in one transaction.

`connection` sees the registry as of one moment; nothing is held that grows with the release.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select, tuple_
from sqlalchemy.orm import Session

from annotation.completion import known_of
from annotation.entities import Lesion, Reading
from annotation.scores import scored
from annotation.sight import NOBODY
from lesion_model.answers import Answer
from lesion_model.scoring import NotApplicable, Score
from storage.contexts import SqlContexts
from storage.ledger_tables import InstanceRow, PatientRow, SeriesRow, StudyRow
from storage.lesions import SqlLesions
from storage.reading_documents import findings_document, geometry_document
from storage.readings import SqlReadings
from storage.releases.records import SeriesInRelease
from storage.releases.rows import FILES, PAGE, SERIES, TOMBSTONES, is_there, series_in_order
from storage.releases.sessions import days_of
from storage.releases.sheet_columns import FINDINGS, MEASURES
from storage.releases.tables import ReleaseReadingRow

Row = tuple[Any, ...]
READINGS = ReleaseReadingRow.__table__
INSTRUMENTS = (
    "mirels", "sins", "tokuhashi_revised", "tomita", "rades",
    "bilsky_escc", "van_der_linden", "genant", "harrington", "recist_bone", "ct_response",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """One released reading with its lesion and its session."""

    lesion: Lesion
    reading: Reading
    session: str


def patients(connection: Connection, number: int) -> Iterator[Row]:
    for pseudonym, series in groupby(series_in_order(connection, number), lambda each: each.pseudonym):
        sex = connection.scalar(select(PatientRow.patient_sex).where(PatientRow.pseudonym == pseudonym))
        studies: set[str] = set()
        count = 0
        for each in series:
            studies.add(each.study_instance_uid)
            count += 1
        yield pseudonym, sex, len(studies), count


def studies(connection: Connection, number: int) -> Iterator[Row]:
    def study_of(each: SeriesInRelease) -> tuple[str, str, str]:
        return each.pseudonym, each.session, each.study_instance_uid

    for (pseudonym, session, uid), series in groupby(series_in_order(connection, number), study_of):
        day = connection.scalar(select(StudyRow.study_date).where(StudyRow.study_instance_uid == uid))
        modalities = [each.modality for each in series]
        named = ";".join(sorted({each for each in modalities if each}))
        yield pseudonym, session, uid, days_of(session), day, named or None, len(modalities)


def series(connection: Connection, number: int) -> Iterator[Row]:
    for each in series_in_order(connection, number):
        uid = each.series_instance_uid
        facts = connection.execute(
            select(SeriesRow.series_number, SeriesRow.frame_of_reference_uid).where(
                SeriesRow.series_instance_uid == uid
            )
        ).one_or_none()
        if facts is None:  # the report of a reading: made for the release
            count, size = _made(connection, number, uid)
            yield (*_place(each), each.modality, None, None, count, size, each.refused)
            continue
        count, size = connection.execute(
            select(func.count(), func.coalesce(func.sum(InstanceRow.size), 0)).where(
                InstanceRow.series_instance_uid == uid
            )
        ).one()
        yield (
            *_place(each),
            each.modality,
            facts.series_number,
            facts.frame_of_reference_uid,
            count,
            int(size),
            each.refused,
        )


def _place(each: SeriesInRelease) -> tuple[str, str, str, str]:
    return each.pseudonym, each.session, each.study_instance_uid, each.series_instance_uid


def _made(connection: Connection, number: int, series_instance_uid: str) -> tuple[int, int]:
    """How many files of a series the release has, and their bytes."""
    files = select(func.count(), func.coalesce(func.sum(FILES.c.size), 0)).where(
        is_there(number), FILES.c.series_instance_uid == series_instance_uid
    )
    count, size = connection.execute(files).one()
    return count, int(size)


def lesions(connection: Connection, number: int) -> Iterator[Row]:
    for lesion, _ in groupby(_read(connection, number), lambda each: each.lesion):
        site = lesion.site
        yield (
            lesion.pseudonym,
            str(lesion.id),
            lesion.label,
            site.bone.value,
            site.level.value if site.level else None,
            site.number,
            site.region.value if site.region else None,
            site.side.value if site.side else None,
            site.transitional.value if site.transitional else None,
            str(lesion.merged_into) if lesion.merged_into else None,
            lesion.resolved_on,
        )


def readings(connection: Connection, number: int) -> Iterator[Row]:
    for each in _read(connection, number):
        reading = each.reading
        findings = findings_document(reading.findings)
        geometry = geometry_document(reading.geometry) or {}
        elements = findings.get("posterolateral")
        yield (
            each.lesion.pseudonym,
            each.session,
            str(each.lesion.id),
            str(reading.id),
            reading.revision,
            reading.study_instance_uid,
            bool(reading.decided_from),
            str(reading.assignment_id) if reading.assignment_id else None,
            ";".join(map(str, reading.decided_from)) or None,
            *(_at(findings, path) for _, path in FINDINGS),
            None if elements is None else ";".join(f"{one['structure']} {one['side']}" for one in elements) or "none",
            geometry.get("sop_instance_uid"),
            geometry.get("frame_of_reference_uid"),
            json.dumps(geometry["points"]) if geometry.get("points") else None,
        )


def scores(connection: Connection, number: int) -> Iterator[Row]:
    with Session(connection) as session:
        contexts, lesions_of = SqlContexts(session, NOBODY), SqlLesions(session, NOBODY)
        for each in _read(connection, number):
            same = {each.lesion.id, *(one.id for one in lesions_of.absorbed_by(each.lesion.id))}
            known = known_of(same, contexts.up_to(each.lesion.pseudonym, None))
            assessment = scored(each.lesion, each.reading, known).assessment
            key = (each.lesion.pseudonym, str(each.lesion.id), str(each.reading.id), each.reading.revision)
            for name in INSTRUMENTS:
                yield (*key, name, *_answer(getattr(assessment, name)))


def measurements(connection: Connection, number: int) -> Iterator[Row]:
    for each in _read(connection, number):
        findings = findings_document(each.reading.findings)
        how = {one["finding"]: one["how"] for one in findings.get("sources") or ()}
        for name, unit, path, _ in MEASURES:
            value = _at(findings, path)
            if value is not None:
                yield (
                    each.lesion.pseudonym,
                    str(each.lesion.id),
                    str(each.reading.id),
                    each.reading.revision,
                    each.reading.study_instance_uid,
                    name,
                    Decimal(value),
                    unit,
                    how.get(path[0]),
                )


ROWS: Mapping[str, Callable[[Connection, int], Iterator[Row]]] = MappingProxyType(
    {
        "patients": patients,
        "studies": studies,
        "series": series,
        "lesions": lesions,
        "readings": readings,
        "scores": scores,
        "measurements": measurements,
    }
)


def _read(connection: Connection, number: int) -> Iterator[_Read]:
    """Patient by patient: lesions by number, readings by session and id."""
    for pseudonym, found in groupby(_frozen(connection, number), lambda each: each[0]):
        revisions = {UUID(reading_id): revision for _, reading_id, revision in found}
        with Session(connection) as session:
            read = [_one(session, number, each, revision) for each, revision in revisions.items()]
        assert all(each.lesion.pseudonym == pseudonym for each in read)  # noqa: S101  a released reading stays put
        yield from sorted(read, key=lambda each: (each.lesion.number, each.session, each.reading.id))


def _frozen(connection: Connection, number: int) -> Iterator[tuple[str, str, int]]:
    erased = select(TOMBSTONES.c.pseudonym).where(TOMBSTONES.c.release == number)
    place = (READINGS.c.pseudonym, READINGS.c.reading_id)
    after: tuple[str, str] = ("", "")
    while True:
        wanted = (
            select(*place, READINGS.c.revision)
            .where(READINGS.c.release == number, READINGS.c.pseudonym.not_in(erased), tuple_(*place) > after)
            .order_by(*place)
            .limit(PAGE)
        )
        page = [(row[0], row[1], row[2]) for row in connection.execute(wanted)]
        yield from page
        if len(page) < PAGE:
            return
        after = (page[-1][0], page[-1][1])


def _one(session: Session, number: int, reading_id: UUID, revision: int) -> _Read:
    reading = next(each for each in SqlReadings(session, NOBODY).history(reading_id) if each.revision == revision)
    lesion = SqlLesions(session, NOBODY).get(reading.lesion_id)
    named = select(SERIES.c.session).where(
        SERIES.c.release == number, SERIES.c.study_instance_uid == reading.study_instance_uid
    )
    return _Read(lesion=lesion, reading=reading, session=session.scalar(named.limit(1)) or "")


def _answer(given: Score | Answer | NotApplicable) -> Row:
    if isinstance(given, NotApplicable):
        return given.version, False, None, None, None, None, None, None, None, None, given.reference
    flags = ";".join(given.flags) or None
    if isinstance(given, Score):
        points = json.dumps(dict(given.points))
        limits = (given.total, given.minimum, given.maximum)
        return given.version, True, *limits, given.band, None, given.category_decided, points, flags, given.reference
    possible = ";".join(given.possible)
    return given.version, True, None, None, None, given.answer, possible, given.decided, None, flags, given.reference


def _at(document: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = document
    for name in path:
        value = (value or {}).get(name)
    return value
