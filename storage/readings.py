"""Readings and their revisions in the registry database."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Select, func, or_, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from annotation.entities import FIRST_REVISION, Reading
from annotation.errors import PlaceInListError, ReadingNotFoundError, StaleRevisionError, UnacceptableError
from annotation.ports import ReadingFilter
from annotation.sight import Sight
from storage.blindness import may_see_reading
from storage.cohorts.touched import Touched
from storage.errors import StoredReadingError
from storage.ledger_tables import StudyRow
from storage.reading_documents import findings_document, findings_from, geometry_document, geometry_from
from storage.reading_tables import LesionRow, ReadingRow, RevisionRow
from storage.reports import SqlReports

Found = Select[ReadingRow, RevisionRow]


class SqlReadings:
    """Satisfies `annotation.ports.Readings` within one transaction."""

    def __init__(self, session: Session, sight: Sight, touched: Touched | None = None) -> None:
        self._session = session
        self._sight = sight
        self._touched = touched or Touched()

    def add(self, reading: Reading) -> None:
        self._touched.lesion_ids.add(str(reading.lesion_id))
        if reading.revision == FIRST_REVISION:
            self._session.add(_reading_row(reading))
            self._session.flush()
        self._session.add(_revision_row(reading))
        try:
            self._session.flush()
        except IntegrityError as error:
            if reading.revision == FIRST_REVISION:
                raise
            raise StaleRevisionError(reading.revision) from error
        SqlReports(self._session).add(reading)

    def newest(self, reading_id: UUID) -> Reading:
        found = self._one(self._newest().where(ReadingRow.id == str(reading_id)))
        if found is None:
            raise ReadingNotFoundError
        return found

    def history(self, reading_id: UUID) -> Sequence[Reading]:
        wanted = self._every().where(ReadingRow.id == str(reading_id)).order_by(RevisionRow.revision)
        found = self._all(wanted)
        if not found:
            raise ReadingNotFoundError
        return found

    def newest_of_lesion(self, lesion_id: UUID) -> Reading | None:
        return self._one(self._newest_study_first(lesion_id))

    def newest_before(self, lesion_id: UUID, study_instance_uid: str) -> Reading | None:
        day = self._session.scalar(select(StudyRow.study_date).where(StudyRow.study_instance_uid == study_instance_uid))
        wanted = self._newest_study_first(lesion_id).where(ReadingRow.study_instance_uid != study_instance_uid)
        if day is not None:
            wanted = wanted.where(or_(StudyRow.study_date.is_(None), StudyRow.study_date <= day))
        return self._one(wanted)

    def of_draft(self, draft_id: UUID) -> Reading | None:
        return self._one(self._every().where(RevisionRow.draft_id == str(draft_id)))

    def move(self, reading_ids: Collection[UUID], lesion_id: UUID) -> None:
        if self.seen(reading_ids) != frozenset(reading_ids):
            raise ReadingNotFoundError
        moved = update(ReadingRow).where(ReadingRow.id.in_([str(each) for each in reading_ids]))
        self._session.execute(moved.values(lesion_id=str(lesion_id)))
        self._touched.lesion_ids.add(str(lesion_id))

    def seen(self, reading_ids: Collection[UUID]) -> frozenset[UUID]:
        wanted = select(ReadingRow.id).where(
            ReadingRow.id.in_([str(each) for each in reading_ids]), may_see_reading(self._sight)
        )
        return frozenset(UUID(each) for each in self._session.scalars(wanted))

    def matching(self, wanted: ReadingFilter, *, after: UUID | None, limit: int) -> Sequence[Reading]:
        found = self._newest().order_by(ReadingRow.created_at, ReadingRow.id).limit(limit)
        if wanted.lesion_id is not None:
            found = found.where(ReadingRow.lesion_id == str(wanted.lesion_id))
        if wanted.study_instance_uid is not None:
            found = found.where(ReadingRow.study_instance_uid == wanted.study_instance_uid)
        if wanted.assignment_id is not None:
            found = found.where(ReadingRow.assignment_id == str(wanted.assignment_id))
        if wanted.pseudonym is not None:
            found = found.join(LesionRow, LesionRow.id == ReadingRow.lesion_id)
            found = found.where(LesionRow.pseudonym == wanted.pseudonym)
        if after is not None:
            seen = select(ReadingRow).where(ReadingRow.id == str(after), may_see_reading(self._sight))
            last = self._session.scalar(seen)
            if last is None:
                raise PlaceInListError
            found = found.where(tuple_(ReadingRow.created_at, ReadingRow.id) > (last.created_at, last.id))
        return self._all(found)

    def made_under(self, assignment_ids: Collection[UUID]) -> Sequence[Reading]:
        under = ReadingRow.assignment_id.in_([str(each) for each in assignment_ids])
        return self._all(self._newest().where(under).order_by(ReadingRow.created_at, ReadingRow.id))

    def _every(self) -> Found:
        """All that may be seen; every query of this class begins here."""
        return (
            select(ReadingRow, RevisionRow)
            .join(RevisionRow, RevisionRow.reading_id == ReadingRow.id)
            .where(may_see_reading(self._sight))
        )

    def _newest(self) -> Found:
        highest = (
            select(func.max(RevisionRow.revision))
            .where(RevisionRow.reading_id == ReadingRow.id)
            .correlate(ReadingRow)
            .scalar_subquery()
        )
        return self._every().where(RevisionRow.revision == highest)

    def _newest_study_first(self, lesion_id: UUID) -> Found:
        return (
            self._newest()
            .join(StudyRow, StudyRow.study_instance_uid == ReadingRow.study_instance_uid)
            .where(ReadingRow.lesion_id == str(lesion_id))
            .order_by(
                StudyRow.study_date.is_(None),  # PostgreSQL and SQLite sort nulls to different ends
                StudyRow.study_date.desc(),
                ReadingRow.created_at.desc(),
                ReadingRow.id.desc(),
            )
            .limit(1)
        )

    def _one(self, wanted: Found) -> Reading | None:
        found = self._session.execute(wanted).first()
        return None if found is None else _reading(*found)

    def _all(self, wanted: Found) -> list[Reading]:
        return [_reading(reading, revision) for reading, revision in self._session.execute(wanted)]


def _reading_row(reading: Reading) -> ReadingRow:
    return ReadingRow(
        id=str(reading.id),
        lesion_id=str(reading.lesion_id),
        study_instance_uid=reading.study_instance_uid,
        created_at=reading.recorded_at,
        assignment_id=str(reading.assignment_id) if reading.assignment_id else None,
        assigned_reader=reading.recorded_by if reading.assignment_id else None,
        decided_from=[str(each) for each in reading.decided_from] or None,
    )


def _revision_row(reading: Reading) -> RevisionRow:
    return RevisionRow(
        reading_id=str(reading.id),
        revision=reading.revision,
        findings=findings_document(reading.findings),
        geometry=geometry_document(reading.geometry),
        recorded_by=reading.recorded_by,
        recorded_at=reading.recorded_at,
        reason=reading.reason,
        note=reading.note,
        draft_id=None if reading.draft_id is None else str(reading.draft_id),
    )


def _reading(reading: ReadingRow, revision: RevisionRow) -> Reading:
    try:
        return Reading(
            id=UUID(reading.id),
            lesion_id=UUID(reading.lesion_id),
            study_instance_uid=reading.study_instance_uid,
            revision=revision.revision,
            findings=findings_from(revision.findings),
            geometry=geometry_from(revision.geometry),
            recorded_by=revision.recorded_by,
            recorded_at=revision.recorded_at,
            reason=revision.reason,
            note=revision.note,
            draft_id=None if revision.draft_id is None else UUID(revision.draft_id),
            assignment_id=UUID(reading.assignment_id) if reading.assignment_id else None,
            decided_from=tuple(UUID(each) for each in reading.decided_from or ()),
        )
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, UnacceptableError) as error:
        raise StoredReadingError(f"revision {revision.revision} of reading {reading.id}") from error
