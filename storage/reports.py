"""Structured reports within one transaction: which are due, which are in Orthanc, and who works on one.

While a study is read blind, no report of any reading of it is in Orthanc: those who read it must see no one else's,
whatever that was made under, and DICOMweb shows objects by the study. Whether one has to be written or taken away is
never kept but asked, of the assignments as they are. Claims are made one at a time with assignments, so that either
the claim sees that the study is read blind, or the assignment finds a report that may be in Orthanc.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, not_, or_, select, update
from sqlalchemy.orm import Session

from annotation.entities import Reading
from annotation.sight import Sight
from annotation.structured_report.identifiers import report_uid, series_uid
from storage.blindness import takes_part
from storage.orthanc import instance_id
from storage.protocol_tables import AssignmentRow
from storage.reading_tables import LesionRow, ReadingRow, RevisionRow
from storage.report_records import ReportCounts, ReportJob, ReportRecord, ReportState, Task
from storage.report_tables import ReportRow

_IN_ORDER = (ReportRow.not_before, ReportRow.reading_id, ReportRow.revision)


class SqlReports:
    """Of one session; what claims and what ends a claim needs a unit of work that writes."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, reading: Reading) -> None:
        """The report of this revision is due from now on."""
        pseudonym = self._session.scalars(select(LesionRow.pseudonym).where(LesionRow.id == str(reading.lesion_id)))
        study = reading.study_instance_uid
        self._session.add(_due(reading.id, reading.revision, pseudonym.one(), study, reading.recorded_at))
        self._session.flush()

    def add_missing(self, limit: int) -> int:
        """Reports of revisions that were signed before there were reports; how many were added."""
        has_one = exists().where(
            ReportRow.reading_id == RevisionRow.reading_id, ReportRow.revision == RevisionRow.revision
        )
        wanted = (
            select(
                RevisionRow.reading_id,
                RevisionRow.revision,
                LesionRow.pseudonym,
                ReadingRow.study_instance_uid,
                RevisionRow.recorded_at,
            )
            .join(ReadingRow, ReadingRow.id == RevisionRow.reading_id)
            .join(LesionRow, LesionRow.id == ReadingRow.lesion_id)
            .where(not_(has_one.correlate(RevisionRow)))
            .limit(limit)
        )
        found = self._session.execute(wanted).all()
        self._session.add_all(
            _due(UUID(reading), revision, pseudonym, study, at) for reading, revision, pseudonym, study, at in found
        )
        self._session.flush()
        return len(found)

    def of_reading(self, reading_id: UUID) -> Sequence[ReportRecord]:
        """By revision. Whether the one who asks may see the reading is asked elsewhere."""
        wanted = select(ReportRow).where(ReportRow.reading_id == str(reading_id)).order_by(ReportRow.revision)
        return [_record(row) for row in self._session.scalars(wanted)]

    def is_work(self, now: datetime) -> bool:
        """Whether there is one to claim."""
        return any(self._session.scalar(each) is not None for each in (_to_withdraw(now), _to_write(now)))

    def claim(self, now: datetime, lease: timedelta) -> ReportJob | None:
        """What is most urgent: first what must not be seen, then what has waited longest."""
        for task, wanted in ((Task.WITHDRAW, _to_withdraw(now)), (Task.WRITE, _to_write(now))):
            row = self._session.scalar(wanted)
            if row is None:
                continue
            row.leased_until = now + lease
            if task is Task.WRITE:
                row.state = ReportState.PLACING.value
            self._session.flush()
            return ReportJob(report=_record(row), task=task, attempts=row.attempts, leased_until=row.leased_until)
        return None

    def written(self, job: ReportJob, at: datetime) -> bool:
        """It is in Orthanc. False when the claim had ended: then it is looked at again."""
        return self._end(job, state=ReportState.WRITTEN.value, written_at=at, attempts=0, failure=None)

    def withdrawn(self, job: ReportJob, at: datetime) -> bool:
        """It is in Orthanc no more, and due again. False when the claim had ended: then it is looked at again."""
        return self._end(job, state=ReportState.DUE.value, written_at=None, not_before=at, attempts=0, failure=None)

    def put_off(self, job: ReportJob, until: datetime, failure: str) -> None:
        """It did not work; try again later. `failure`: the kind of error, never its words."""
        self._end(job, not_before=until, attempts=job.attempts + 1, failure=failure)

    def orthanc_ids(self) -> frozenset[str]:
        """Of every report, whether it is in Orthanc or not."""
        return frozenset(self._session.scalars(select(ReportRow.orthanc_id)))

    def written_ids(self) -> frozenset[str]:
        """Orthanc's ids of the reports that should be there."""
        wanted = select(ReportRow.orthanc_id).where(ReportRow.state == ReportState.WRITTEN.value)
        return frozenset(self._session.scalars(wanted))

    def write_again(self, orthanc_ids: Collection[str], at: datetime) -> None:
        """Have these, which Orthanc has lost, written anew."""
        lost = update(ReportRow).where(ReportRow.orthanc_id.in_(orthanc_ids))
        self._session.execute(
            lost.values(state=ReportState.DUE.value, written_at=None, not_before=at, leased_until=None, attempts=0)
        )

    def counts(self) -> ReportCounts:
        is_written = ReportRow.state == ReportState.WRITTEN.value
        wanted = select(
            func.count().filter(is_written),
            func.count().filter(not_(is_written)),
            func.count().filter(not_(is_written), ReportRow.failure.is_not(None)),
        ).select_from(ReportRow)
        written, unwritten, failing = self._session.execute(wanted).one()
        return ReportCounts(written=written, unwritten=unwritten, failing=failing)

    def _end(self, job: ReportJob, **values: object) -> bool:
        """The claim ends, unless it has: whoever went on meanwhile cannot know of this, so it may be in Orthanc."""
        of_report = update(ReportRow).where(
            ReportRow.reading_id == str(job.report.reading_id), ReportRow.revision == job.report.revision
        )
        mine = of_report.where(ReportRow.leased_until == job.leased_until)
        if self._session.connection().execute(mine.values(leased_until=None, **values)).rowcount == 1:
            return True
        self._session.execute(of_report.values(state=ReportState.PLACING.value, written_at=None))
        return False


def hidden_studies(study_instance_uids: Collection[str], sight: Sight) -> Select[str]:
    """Studies that one reads blind and that still have a report in Orthanc, for the moment until it is taken away."""
    return (
        select(ReportRow.study_instance_uid)
        .join(AssignmentRow, AssignmentRow.study_instance_uid == ReportRow.study_instance_uid)
        .where(
            ReportRow.study_instance_uid.in_(study_instance_uids),
            ReportRow.state != ReportState.DUE.value,
            AssignmentRow.blind,
            takes_part(sight),
        )
        .distinct()
    )


def _due(reading_id: UUID, revision: int, pseudonym: str, study_instance_uid: str, at: datetime) -> ReportRow:
    series, uid = series_uid(reading_id), report_uid(reading_id, revision)
    return ReportRow(
        reading_id=str(reading_id),
        revision=revision,
        study_instance_uid=study_instance_uid,
        series_instance_uid=series,
        sop_instance_uid=uid,
        orthanc_id=instance_id(pseudonym, study_instance_uid, series, uid),
        state=ReportState.DUE.value,
        attempts=0,
        not_before=at,
    )


def is_read_blind() -> ColumnElement[bool]:
    """Of the study of `ReportRow` in the enclosing query."""
    return (
        exists()
        .where(AssignmentRow.blind, AssignmentRow.study_instance_uid == ReportRow.study_instance_uid)
        .correlate(ReportRow)
    )


def _to_withdraw(now: datetime) -> Select[ReportRow]:
    in_store = ReportRow.state != ReportState.DUE.value
    hidden = and_(is_read_blind(), ReportRow.study_instance_uid.in_(_read_blind()))
    return _first(and_(in_store, ReportRow.not_before <= now, hidden), now)


def _to_write(now: datetime) -> Select[ReportRow]:
    unwritten = ReportRow.state != ReportState.WRITTEN.value
    return _first(and_(unwritten, ReportRow.not_before <= now, not_(is_read_blind())), now)


def _read_blind() -> Select[str]:
    """There are few: the search begins with them."""
    return select(AssignmentRow.study_instance_uid).where(AssignmentRow.blind)


def _first(condition: ColumnElement[bool], now: datetime) -> Select[ReportRow]:
    free = or_(ReportRow.leased_until.is_(None), ReportRow.leased_until <= now)
    return select(ReportRow).where(condition, free).order_by(*_IN_ORDER).limit(1)


def _record(row: ReportRow) -> ReportRecord:
    return ReportRecord(
        reading_id=UUID(row.reading_id),
        revision=row.revision,
        study_instance_uid=row.study_instance_uid,
        series_instance_uid=row.series_instance_uid,
        sop_instance_uid=row.sop_instance_uid,
        orthanc_id=row.orthanc_id,
        state=ReportState(row.state),
        written_at=row.written_at,
    )
