"""Preparing a session: its day, the patients on it, their order and when each is presented again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID, uuid4

from annotation import audit_notes
from annotation.audit import Action
from annotation.checked_text import warn_of_identifying
from annotation.errors import PatientNotFoundError, UnacceptableError
from annotation.meetings import calendars
from annotation.meetings.errors import MeetingExistsError, StaleMeetingError
from annotation.meetings.meeting import Dossier, Meeting, MeetingState, Removal
from annotation.meetings.moving import check_moves
from annotation.meetings.ports import MeetingUnitOfWork
from annotation.ports import Clock
from annotation.registry.errors import RecordErasedError
from lesion_model.errors import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What somebody says of a session; `checked`: they looked at what seems to name a person."""

    held_on: date
    title: str | None = None
    place: str | None = None
    state: MeetingState = MeetingState.PLANNED
    checked: bool = False


def create(planned: Planned, *, by: str, now: Clock, uow: MeetingUnitOfWork) -> Meeting:
    """Raises UnacceptableError, IdentifyingTextError, MeetingExistsError."""
    with uow:
        meeting = Meeting(
            id=uuid4(),
            held_on=planned.held_on,
            title=planned.title,
            place=planned.place,
            state=planned.state,
            created_by=by,
            created_at=now(),
        )
        _check(planned, meeting, uow)
        uow.meetings.add(meeting)
        uow.audit.note(audit_notes.of_meeting(Action.CREATED, meeting), by=by, at=meeting.created_at)
        uow.commit()
    return meeting


def revise(
    meeting_id: UUID, expected: int, planned: Planned, *, by: str, now: Clock, uow: MeetingUnitOfWork
) -> Meeting:
    """Change its day, title, place or state.

    Raises MeetingNotFoundError, StaleMeetingError, MeetingClosedError, MeetingExistsError, UnacceptableError,
    IdentifyingTextError.
    """
    with uow:
        before = _at(meeting_id, expected, uow)
        meeting = before.revised(held_on=planned.held_on, title=planned.title, place=planned.place, state=planned.state)
        if meeting.held_on != before.held_on:
            meeting = _postponed(before, meeting, uow)
        _check(planned, meeting, uow)
        return _keep(meeting, None, by=by, now=now, uow=uow)


def add(
    meeting_id: UUID,
    expected: int,
    pseudonym: str,
    presented_on: date | None,
    *,
    by: str,
    now: Clock,
    uow: MeetingUnitOfWork,
) -> Meeting:
    """Put a patient at the end of a session; their own day of it follows from earlier sessions where it can.

    Raises PatientNotFoundError, RecordErasedError, DossierExistsError, UnacceptableError, and as `revise`.
    """
    with uow:
        if not uow.images.has_patient(pseudonym):
            raise PatientNotFoundError
        if uow.records.is_erased(pseudonym):
            raise RecordErasedError
        before = _at(meeting_id, expected, uow)
        known = uow.meetings.known_days(pseudonym, but=before.id)
        day = presented_on or calendars.presented_on(before.held_on, known)
        meeting = before.with_added(Dossier(pseudonym=pseudonym, added_by=by, added_at=now(), presented_on=day))
        _check_day(before, day, known)
        return _keep(meeting, pseudonym, by=by, now=now, uow=uow)


def set_days(
    meeting_id: UUID,
    expected: int,
    pseudonym: str,
    presented_on: date | None,
    next_on: date | None,
    *,
    by: str,
    now: Clock,
    uow: MeetingUnitOfWork,
) -> Meeting:
    """The patient's own day of the session, and the true day of their next presentation.

    Raises DossierNotFoundError, UnacceptableError, and as `revise`.
    """
    with uow:
        before = _at(meeting_id, expected, uow)
        if next_on is not None and next_on <= before.held_on:
            raise UnacceptableError([Problem(field="next_on", detail="must be after the day of this meeting")])
        _check_day(before, presented_on, uow.meetings.known_days(pseudonym, but=before.id))
        day = before.dossier(pseudonym).presented_on
        meeting = before.with_changed(
            pseudonym, lambda dossier: replace(dossier, presented_on=presented_on, next_on=next_on)
        )
        if day is not None and day != presented_on:
            check_moves("presented_on", pseudonym, day, uow)
        return _keep(meeting, pseudonym, by=by, now=now, uow=uow)


def arrange(
    meeting_id: UUID, expected: int, order: Sequence[str], *, by: str, now: Clock, uow: MeetingUnitOfWork
) -> Meeting:
    """Present the patients in another order. Raises as `revise`."""
    return _change(meeting_id, expected, None, lambda each: each.with_order(order), by=by, now=now, uow=uow)


def remove(
    meeting_id: UUID,
    expected: int,
    pseudonym: str,
    reason: str,
    *,
    checked: bool,
    by: str,
    now: Clock,
    uow: MeetingUnitOfWork,
) -> Meeting:
    """Take a patient off a session; that they were on it, and why no more, is kept.

    Raises DossierNotFoundError, and as `revise`.
    """
    warn_of_identifying({"reason": reason}, checked=checked)

    def without(meeting: Meeting) -> Meeting:
        return meeting.without(pseudonym, Removal(reason=reason, by=by, at=now()))

    return _change(meeting_id, expected, pseudonym, without, by=by, now=now, uow=uow)


def _change(
    meeting_id: UUID,
    expected: int,
    pseudonym: str | None,
    change: Callable[[Meeting], Meeting],
    *,
    by: str,
    now: Clock,
    uow: MeetingUnitOfWork,
) -> Meeting:
    with uow:
        meeting = change(_at(meeting_id, expected, uow))
        return _keep(meeting, pseudonym, by=by, now=now, uow=uow)


def _at(meeting_id: UUID, expected: int, uow: MeetingUnitOfWork) -> Meeting:
    meeting = uow.meetings.get(meeting_id)
    if meeting.version != expected:
        raise StaleMeetingError(meeting.version)
    return meeting


def _keep(meeting: Meeting, pseudonym: str | None, *, by: str, now: Clock, uow: MeetingUnitOfWork) -> Meeting:
    uow.meetings.replace(meeting)
    uow.audit.note(audit_notes.of_meeting(Action.CHANGED, meeting, pseudonym), by=by, at=now())
    uow.commit()
    return meeting


def _check(planned: Planned, meeting: Meeting, uow: MeetingUnitOfWork) -> None:
    warn_of_identifying({"title": planned.title, "place": planned.place}, checked=planned.checked)
    existing = uow.meetings.on(meeting.held_on, meeting.title)
    if existing is not None and existing != meeting.id:
        raise MeetingExistsError(existing)


def _postponed(before: Meeting, after: Meeting, uow: MeetingUnitOfWork) -> Meeting:
    """Each patient's own day moves with the session, unless something was entered of it: that keeps its date."""
    by = after.held_on - before.held_on
    for each in before.dossiers:
        day = each.presented_on
        if day is not None:
            check_moves("held_on", each.pseudonym, day, uow)
    moved = tuple(
        each if each.presented_on is None else replace(each, presented_on=each.presented_on + by)
        for each in after.dossiers
    )
    return replace(after, dossiers=moved)


def _check_day(meeting: Meeting, presented: date | None, known: Sequence[calendars.KnownDay]) -> None:
    if presented is not None and calendars.differs(meeting.held_on, presented, known):
        detail = "lies another number of days from the patient's other meetings than the meetings do from each other"
        raise UnacceptableError([Problem(field="presented_on", detail=detail)])
