"""Freezing what a release is of: its series, and its readings as of their newest revisions.

Whatever is stored or signed after that moment is not in it. A run that was killed in the middle begins again.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, exists, func, insert, literal, select, update

from annotation.sight import NOBODY
from storage.blindness import may_see_reading
from storage.ledger_tables import InstanceRow, SeriesRow, StudyRow
from storage.left_out import left_out_among
from storage.protocol_tables import AssignmentRow
from storage.reading_tables import LesionRow, ReadingRow, RevisionRow
from storage.releases.errors import EmptyCohortError
from storage.releases.reading_series import MASKS, add_series_of_readings
from storage.releases.reading_series import REPORTS as REPORTS_OF_READINGS
from storage.releases.record_freezing import freeze_records, has_entries
from storage.releases.records import ReadingsChoice, ReleaseRecord, SeriesChosen
from storage.releases.rows import SERIES
from storage.releases.sessions import sessions
from storage.releases.tables import (
    ReleaseEntryRow,
    ReleaseLockRow,
    ReleaseReadingRow,
    ReleaseRow,
    ReleaseSeriesRow,
)
from storage.upserts import insert_missing

BATCH = 1000
SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.4"
REPORTS = "1.2.840.10008.5.1.4.1.1.88."
BLIND = "made under a blind reading that is not finished"


def forget_series(connection: Connection, number: int) -> None:
    for row in (ReleaseSeriesRow, ReleaseReadingRow, ReleaseEntryRow, ReleaseLockRow):
        connection.execute(delete(row).where(row.release == number))


def batches(chosen: Iterable[SeriesChosen]) -> Iterator[list[SeriesChosen]]:
    """So many as one transaction takes."""
    rest = iter(chosen)
    while some := list(islice(rest, BATCH)):
        yield some


def add_series(connection: Connection, number: int, chosen: list[SeriesChosen]) -> None:
    """Each once. Patients who were erased from releases, or have objected to the study, are in no later one."""
    left_out = left_out_among(connection, {each.pseudonym for each in chosen})
    wanted = [each for each in chosen if each.pseudonym not in left_out]
    named = sessions(connection, {each.pseudonym for each in wanted})
    insert_missing(
        connection,
        ReleaseSeriesRow,
        [
            {
                "release": number,
                "series_instance_uid": each.series_instance_uid,
                "study_instance_uid": each.study_instance_uid,
                "pseudonym": each.pseudonym,
                "modality": each.modality,
                "session": named[each.study_instance_uid],
            }
            for each in wanted
        ],
    )


def freeze(connection: Connection, release: ReleaseRecord, now: datetime) -> None:
    """Add what belongs to the series, the readings of their studies, and records. Raises EmptyCohortError."""
    number = release.number
    freeze_records(connection, release)
    has_series = connection.scalar(select(SERIES.c.release).where(SERIES.c.release == number).limit(1)) is not None
    if not has_series and not has_entries(connection, number):
        raise EmptyCohortError
    if release.contents.masks:
        _add_series_of_class(connection, number, InstanceRow.sop_class_uid == SEGMENTATION)
    if release.contents.sr:
        _add_series_of_class(connection, number, InstanceRow.sop_class_uid.startswith(REPORTS))
    _refuse_blind(connection, number)
    _freeze_readings(connection, release)
    if release.contents.sr:
        add_series_of_readings(connection, number, REPORTS_OF_READINGS, BLIND)
    if release.contents.masks:
        add_series_of_readings(connection, number, MASKS, BLIND)
    frozen = update(ReleaseRow).where(ReleaseRow.number == number)
    connection.execute(frozen.values(frozen_at=max(now, _last_stored(connection, number) or now), built_to=None))


def _last_stored(connection: Connection, number: int) -> datetime | None:
    """Of the objects that are here. The clock of a node may be ahead of ours: what is here is in the release."""
    wanted = select(func.max(InstanceRow.stored_at)).join(
        SERIES, SERIES.c.series_instance_uid == InstanceRow.series_instance_uid
    )
    found: datetime | None = connection.scalar(wanted.where(SERIES.c.release == number))
    return found


def _add_series_of_class(connection: Connection, number: int, of_class: ColumnElement[bool]) -> None:
    """Series of these objects, in the studies that are in the release."""
    studies = (
        select(
            SERIES.c.study_instance_uid,
            func.max(SERIES.c.pseudonym).label("pseudonym"),
            func.max(SERIES.c.session).label("session"),
        )
        .where(SERIES.c.release == number)
        .group_by(SERIES.c.study_instance_uid)
        .subquery()
    )
    there = exists().where(SERIES.c.release == number, SERIES.c.series_instance_uid == SeriesRow.series_instance_uid)
    found = (
        select(
            literal(number),
            SeriesRow.series_instance_uid,
            SeriesRow.study_instance_uid,
            studies.c.pseudonym,
            SeriesRow.modality,
            studies.c.session,
        )
        .join(studies, studies.c.study_instance_uid == SeriesRow.study_instance_uid)
        .where(
            exists().where(InstanceRow.series_instance_uid == SeriesRow.series_instance_uid, of_class),
            ~there,
        )
    )
    columns = ("release", "series_instance_uid", "study_instance_uid", "pseudonym", "modality", "session")
    connection.execute(insert(ReleaseSeriesRow).from_select(columns, found))


def _refuse_blind(connection: Connection, number: int) -> None:
    """What was drawn on a study, or written of it, may be a reader's who reads it blindly: none of it is given.

    Nobody can tell from the objects whose they are.
    """
    blind = exists().where(AssignmentRow.blind, AssignmentRow.study_instance_uid == ReleaseSeriesRow.study_instance_uid)
    drawn = exists().where(
        InstanceRow.series_instance_uid == ReleaseSeriesRow.series_instance_uid,
        (InstanceRow.sop_class_uid == SEGMENTATION) | InstanceRow.sop_class_uid.startswith(REPORTS),
    )
    refused = update(ReleaseSeriesRow).where(ReleaseSeriesRow.release == number, blind, drawn)
    connection.execute(refused.values(refused=BLIND))


def _freeze_readings(connection: Connection, release: ReleaseRecord) -> None:
    newest = (
        select(func.max(RevisionRow.revision))
        .where(RevisionRow.reading_id == ReadingRow.id)
        .correlate(ReadingRow)
        .scalar_subquery()
    )
    in_release = exists().where(
        SERIES.c.release == release.number, SERIES.c.study_instance_uid == ReadingRow.study_instance_uid
    )
    found: Any = (
        select(literal(release.number), ReadingRow.id, newest, StudyRow.pseudonym, ReadingRow.study_instance_uid)
        .join(LesionRow, LesionRow.id == ReadingRow.lesion_id)
        .join(StudyRow, StudyRow.study_instance_uid == ReadingRow.study_instance_uid)
        .where(in_release, may_see_reading(NOBODY))
    )
    if release.readings is ReadingsChoice.ADJUDICATED:
        found = found.where(ReadingRow.decided_from.is_not(None))
    columns = ("release", "reading_id", "revision", "pseudonym", "study_instance_uid")
    connection.execute(insert(ReleaseReadingRow).from_select(columns, found))
