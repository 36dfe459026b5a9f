"""Entering what is known of a patient for a meeting, revising it and looking it up."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

from annotation import audit_notes
from annotation.audit import Action
from annotation.context_errors import ContextExistsError, StaleContextError
from annotation.errors import PatientNotFoundError, UnacceptableError
from annotation.lesion_errors import LesionMergedError
from annotation.meeting_context import FIRST_VERSION, MeetingContext
from annotation.ports import Clock, UnitOfWork
from lesion_model.clinical import ClinicalContext
from lesion_model.errors import Problem


def enter_context(
    pseudonym: str,
    meeting_date: date,
    lesion_id: UUID | None,
    clinical: ClinicalContext,
    *,
    by: str,
    now: Clock,
    uow: UnitOfWork,
) -> MeetingContext:
    """Keep the first version of what is known of a patient, or of one lesion's pain, for one meeting.

    Raises PatientNotFoundError, UnacceptableError, LesionMergedError, ContextExistsError.
    """
    with uow:
        if not uow.images.has_patient(pseudonym):
            raise PatientNotFoundError
        if lesion_id is not None:
            _check_lesion(pseudonym, lesion_id, uow)
        context = MeetingContext(
            id=uuid4(),
            pseudonym=pseudonym,
            meeting_date=meeting_date,
            lesion_id=lesion_id,
            version=FIRST_VERSION,
            clinical=clinical,
            entered_by=by,
            entered_at=now(),
        )
        existing = uow.contexts.of_meeting(pseudonym, meeting_date, lesion_id)
        if existing is not None:
            raise ContextExistsError(existing)
        uow.contexts.add(context)
        uow.audit.note(audit_notes.of_context(Action.CREATED, context), by=by, at=context.entered_at)
        uow.commit()
    return context


def revise_context(
    context_id: UUID, expected_version: int, clinical: ClinicalContext, *, by: str, now: Clock, uow: UnitOfWork
) -> MeetingContext:
    """Keep a new version beside the earlier ones; patient, meeting and lesion stay the same.

    Raises ContextNotFoundError, UnacceptableError, and StaleContextError when `expected_version` is not the newest.
    """
    with uow:
        newest = uow.contexts.newest(context_id)
        if newest.version != expected_version:
            raise StaleContextError(newest.version)
        revised = replace(newest, version=newest.version + 1, clinical=clinical, entered_by=by, entered_at=now())
        uow.contexts.add(revised)
        uow.audit.note(audit_notes.of_context(Action.CHANGED, revised), by=by, at=revised.entered_at)
        uow.commit()
    return revised


def context(context_id: UUID, uow: UnitOfWork) -> MeetingContext:
    """The newest version. Raises ContextNotFoundError."""
    with uow:
        return uow.contexts.newest(context_id)


def context_history(context_id: UUID, uow: UnitOfWork) -> Sequence[MeetingContext]:
    """Every version, the first one first. Raises ContextNotFoundError."""
    with uow:
        return uow.contexts.history(context_id)


def contexts_of_patient(
    pseudonym: str, uow: UnitOfWork, *, after: UUID | None = None, limit: int
) -> Sequence[MeetingContext]:
    """Newest versions, in the order in which the contexts were first entered.

    Raises PatientNotFoundError, PlaceInListError.
    """
    with uow:
        if not uow.images.has_patient(pseudonym):
            raise PatientNotFoundError
        return uow.contexts.of_patient(pseudonym, after=after, limit=limit)


def _check_lesion(pseudonym: str, lesion_id: UUID, uow: UnitOfWork) -> None:
    lesion = uow.lesions.many({lesion_id}).get(lesion_id)
    if lesion is None or lesion.pseudonym != pseudonym:
        raise UnacceptableError([Problem(field="lesion_id", detail="no such lesion of this patient")])
    if lesion.merged_into is not None:
        raise LesionMergedError(lesion.merged_into)
