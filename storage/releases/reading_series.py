"""What is made of the readings of a release, when it is built: a series of each reading, and of no other revision.

None of it is taken from the image store: there it is of the newest revision, and goes while a study is read blindly.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, exists, func, insert, select, true

from annotation.structured_report.identifiers import mask_series_uid, mask_uid, report_uid, series_uid
from storage.protocol_tables import AssignmentRow
from storage.reading_tables import RevisionRow
from storage.releases.records import SeriesInRelease
from storage.releases.rows import PAGE, SERIES
from storage.releases.tables import ReleaseReadingRow, ReleaseSeriesRow

READINGS = ReleaseReadingRow.__table__


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeOfReadings:
    """One kind of objects: how series and objects are named, and which readings have one."""

    modality: str
    series_uid: Callable[[UUID], str]
    object_uid: Callable[[UUID, int], str]
    of_readings: ColumnElement[bool]


REPORTS = MadeOfReadings(modality="SR", series_uid=series_uid, object_uid=report_uid, of_readings=true())
MASKS = MadeOfReadings(
    modality="SEG",
    series_uid=mask_series_uid,
    object_uid=mask_uid,
    of_readings=exists().where(
        RevisionRow.reading_id == READINGS.c.reading_id,
        RevisionRow.revision == READINGS.c.revision,
        RevisionRow.geometry.is_not(None),
    ),
)
"""Of what was drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeObject:
    """What is made of one reading, as of the revision that is in the release."""

    reading_id: UUID
    revision: int
    sop_instance_uid: str


def add_series_of_readings(connection: Connection, number: int, made: MadeOfReadings, refused_when_blind: str) -> None:
    """One for each reading that is frozen; refused, and so not made, while its study is read blindly."""
    sessions = (
        select(SERIES.c.study_instance_uid, func.max(SERIES.c.session).label("session"))
        .where(SERIES.c.release == number)
        .group_by(SERIES.c.study_instance_uid)
        .subquery()
    )
    blind = exists().where(AssignmentRow.blind, AssignmentRow.study_instance_uid == READINGS.c.study_instance_uid)
    found = connection.execute(
        select(READINGS.c.reading_id, READINGS.c.pseudonym, sessions, blind.label("blind"))
        .join(sessions, sessions.c.study_instance_uid == READINGS.c.study_instance_uid)
        .where(READINGS.c.release == number, made.of_readings)
        .order_by(READINGS.c.reading_id)
    )
    for some in found.mappings().partitions(PAGE):
        rows = [
            {
                "release": number,
                "series_instance_uid": made.series_uid(UUID(row["reading_id"])),
                "study_instance_uid": row["study_instance_uid"],
                "pseudonym": row["pseudonym"],
                "modality": made.modality,
                "session": row["session"],
                "refused": refused_when_blind if row["blind"] else None,
            }
            for row in some
        ]
        connection.execute(insert(ReleaseSeriesRow), rows)


def made_object(
    connection: Connection, number: int, made: MadeOfReadings, series: SeriesInRelease
) -> MadeObject | None:
    """The one that a series is of; None where it is a series of the image store, or of another kind."""
    if series.modality != made.modality:
        return None
    wanted = select(READINGS.c.reading_id, READINGS.c.revision).where(
        READINGS.c.release == number, READINGS.c.study_instance_uid == series.study_instance_uid
    )
    for text, revision in connection.execute(wanted):
        reading_id = UUID(text)
        if made.series_uid(reading_id) == series.series_instance_uid:
            uid = made.object_uid(reading_id, revision)
            return MadeObject(reading_id=reading_id, revision=revision, sop_instance_uid=uid)
    return None
