"""Clinical contexts and their versions in the registry database."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Select, exists, func, or_, select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from annotation.context_errors import ContextNotFoundError, StaleContextError
from annotation.errors import PlaceInListError, UnacceptableError
from annotation.meeting_context import FIRST_VERSION, MeetingContext
from annotation.registry.errors import RecordErasedError
from annotation.sight import Sight
from storage.blindness import may_see_lesion
from storage.clinical_documents import clinical_document, clinical_from
from storage.cohorts.touched import Touched
from storage.context_tables import ContextRow, ContextVersionRow
from storage.errors import StoredContextError
from storage.reading_tables import LesionRow
from storage.registry_records.erasing import is_erased

Found = Select[ContextRow, ContextVersionRow]


class SqlContexts:
    """Satisfies `annotation.ports.Contexts` within one transaction."""

    def __init__(self, session: Session, sight: Sight, touched: Touched | None = None) -> None:
        self._session = session
        self._touched = touched or Touched()
        of_lesion = select(LesionRow.id).where(LesionRow.id == ContextRow.lesion_id, may_see_lesion(sight))
        self._may_see = or_(ContextRow.lesion_id.is_(None), exists(of_lesion.correlate(ContextRow)))

    def add(self, context: MeetingContext) -> None:
        self._touched.pseudonyms.add(context.pseudonym)
        if context.version == FIRST_VERSION:
            if is_erased(self._session, context.pseudonym):
                raise RecordErasedError
            self._session.add(_context_row(context))
            self._session.flush()
        self._session.add(_version_row(context))
        try:
            self._session.flush()
        except IntegrityError as error:
            if context.version == FIRST_VERSION:
                raise
            raise StaleContextError(context.version) from error

    def newest(self, context_id: UUID) -> MeetingContext:
        found = self._all(self._newest().where(ContextRow.id == str(context_id)))
        if not found:
            raise ContextNotFoundError
        return found[0]

    def history(self, context_id: UUID) -> Sequence[MeetingContext]:
        wanted = self._every().where(ContextRow.id == str(context_id)).order_by(ContextVersionRow.version)
        found = self._all(wanted)
        if not found:
            raise ContextNotFoundError
        return found

    def of_meeting(self, pseudonym: str, meeting_date: date, lesion_id: UUID | None) -> UUID | None:
        wanted = select(ContextRow.id).where(
            ContextRow.pseudonym == pseudonym,
            ContextRow.meeting_date == meeting_date,
            ContextRow.lesion_id == (None if lesion_id is None else str(lesion_id)),
        )
        found = self._session.scalar(wanted)
        return None if found is None else UUID(found)

    def of_patient(self, pseudonym: str, *, after: UUID | None, limit: int) -> Sequence[MeetingContext]:
        found = self._newest().where(ContextRow.pseudonym == pseudonym)
        found = found.order_by(ContextRow.created_at, ContextRow.id).limit(limit)
        if after is not None:
            last = self._session.scalar(select(ContextRow).where(ContextRow.id == str(after), self._may_see))
            if last is None:
                raise PlaceInListError
            found = found.where(tuple_(ContextRow.created_at, ContextRow.id) > (last.created_at, last.id))
        return self._all(found)

    def up_to(self, pseudonym: str, meeting_date: date | None) -> Sequence[MeetingContext]:
        found = self._newest().where(ContextRow.pseudonym == pseudonym)
        if meeting_date is not None:
            found = found.where(ContextRow.meeting_date <= meeting_date)
        by_meeting = (ContextRow.meeting_date.desc(), ContextVersionRow.entered_at.desc(), ContextRow.id.desc())
        return self._all(found.order_by(*by_meeting))

    def of_many(self, pseudonyms: Sequence[str]) -> Sequence[MeetingContext]:
        """As `up_to` without a date, of several patients, patient by patient."""
        newest_first = (ContextRow.meeting_date.desc(), ContextVersionRow.entered_at.desc(), ContextRow.id.desc())
        wanted = self._newest().where(ContextRow.pseudonym.in_(pseudonyms))
        return self._all(wanted.order_by(ContextRow.pseudonym, *newest_first))

    def _all(self, wanted: Found) -> list[MeetingContext]:
        return [context_from(context, version) for context, version in self._session.execute(wanted)]

    def _every(self) -> Found:
        """All that may be seen; every query of this class begins here."""
        return (
            select(ContextRow, ContextVersionRow)
            .join(ContextVersionRow, ContextVersionRow.context_id == ContextRow.id)
            .where(self._may_see)
        )

    def _newest(self) -> Found:
        highest = (
            select(func.max(ContextVersionRow.version))
            .where(ContextVersionRow.context_id == ContextRow.id)
            .correlate(ContextRow)
            .scalar_subquery()
        )
        return self._every().where(ContextVersionRow.version == highest)


def _context_row(context: MeetingContext) -> ContextRow:
    return ContextRow(
        id=str(context.id),
        pseudonym=context.pseudonym,
        lesion_id=None if context.lesion_id is None else str(context.lesion_id),
        meeting_date=context.meeting_date,
        created_at=context.entered_at,
    )


def _version_row(context: MeetingContext) -> ContextVersionRow:
    return ContextVersionRow(
        context_id=str(context.id),
        version=context.version,
        clinical=clinical_document(context.clinical),
        entered_by=context.entered_by,
        entered_at=context.entered_at,
    )


def context_from(context: ContextRow, version: ContextVersionRow) -> MeetingContext:
    """Raises StoredContextError."""
    try:
        return MeetingContext(
            id=UUID(context.id),
            pseudonym=context.pseudonym,
            meeting_date=context.meeting_date,
            lesion_id=None if context.lesion_id is None else UUID(context.lesion_id),
            version=version.version,
            clinical=clinical_from(version.clinical),
            entered_by=version.entered_by,
            entered_at=version.entered_at,
        )
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, UnacceptableError) as error:
        raise StoredContextError(f"version {version.version} of clinical context {context.id}") from error
