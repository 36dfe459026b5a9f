"""Signing a draft: it becomes a reading, or a revision of one, and is no draft any more."""

from dataclasses import replace
from uuid import UUID, uuid4

from annotation import assigning, audit_notes, evidence
from annotation.audit import Action
from annotation.checked_text import warn_of_identifying
from annotation.draft import Draft, LesionDraft
from annotation.draft_errors import DraftNotFoundError, NotConfirmedError, OvertakenDraftError, StaleDraftError
from annotation.entities import FIRST_REVISION, Lesion, Reading
from annotation.errors import UnacceptableError
from annotation.ports import Clock, UnitOfWork
from annotation.readings import LesionReading
from lesion_model.errors import Problem


def sign_draft(
    draft_id: UUID,
    expected_version: int,
    *,
    reason: str | None,
    text_checked: bool,
    by: str,
    now: Clock,
    uow: UnitOfWork,
) -> LesionReading:
    """Make a reading of a draft; signing it again, because the answer was lost, gives the same reading.

    `reason` says why a signed reading is revised; a first one has none, and is made under the assignment that gives
    the reader this study, if one does. Raises DraftNotFoundError, StaleDraftError, OvertakenDraftError,
    NotConfirmedError, UnacceptableError, FindingNotApplicableError, IdentifyingTextError, and NotNowError when the
    reader has no say in this study until a blind reading of it is over, and for a blind reading that was signed.
    """
    with uow:
        try:
            draft = uow.drafts.get(draft_id, by)
        except DraftNotFoundError:
            return _signed_before(draft_id, by, now, uow)
        lesion = uow.lesions.get(draft.lesion_id)
        if draft.version != expected_version:
            raise StaleDraftError(LesionDraft(lesion=lesion, draft=draft), expected_version)
        if draft.carried:
            raise NotConfirmedError(draft.carried)
        warn_of_identifying({"note": draft.note, "reason": reason}, checked=text_checked)
        evidence.check(lesion, draft.study_instance_uid, draft.findings, draft.geometry, uow.images)
        reading = _first(draft, reason, now, uow) if draft.revises is None else _next(draft, lesion, reason, now, uow)
        if not uow.drafts.remove(draft):  # saved while we looked
            current = LesionDraft(lesion=lesion, draft=uow.drafts.get(draft_id, by))
            raise StaleDraftError(current, expected_version)
        uow.readings.add(reading)
        uow.audit.note(audit_notes.of_reading(Action.SIGNED, lesion, reading), by=by, at=reading.recorded_at)
        uow.commit()
    return LesionReading(lesion=lesion, reading=reading)


def _signed_before(draft_id: UUID, by: str, now: Clock, uow: UnitOfWork) -> LesionReading:
    signed = uow.readings.of_draft(draft_id)
    if signed is None or signed.recorded_by != by:
        raise DraftNotFoundError
    lesion = uow.lesions.get(signed.lesion_id)
    # Nothing is changed again, but what was signed is shown.
    uow.audit.note(audit_notes.of_reading(Action.VIEWED, lesion, signed), by=by, at=now())
    uow.commit()
    return LesionReading(lesion=lesion, reading=signed)


def _first(draft: Draft, reason: str | None, now: Clock, uow: UnitOfWork) -> Reading:
    if reason is not None:
        raise UnacceptableError([Problem(field="reason", detail="a first reading replaces none and needs no reason")])
    assignment_id = assigning.begin(draft.study_instance_uid, draft.author, uow)
    return Reading(
        id=uuid4(),
        lesion_id=draft.lesion_id,
        study_instance_uid=draft.study_instance_uid,
        revision=FIRST_REVISION,
        findings=draft.findings,
        geometry=draft.geometry,
        recorded_by=draft.author,
        recorded_at=now(),
        note=draft.note,
        draft_id=draft.id,
        assignment_id=assignment_id,
    )


def _next(draft: Draft, lesion: Lesion, reason: str | None, now: Clock, uow: UnitOfWork) -> Reading:
    assert draft.revises is not None  # noqa: S101 - the caller has looked
    newest = uow.readings.newest(draft.revises.reading_id)
    assigning.check_open(newest, draft.author, uow)
    if newest.revision != draft.revises.revision:
        seen = LesionReading(lesion=lesion, reading=newest)
        raise OvertakenDraftError(LesionDraft(lesion=lesion, draft=draft), seen)
    return replace(
        newest,
        revision=newest.revision + 1,
        findings=draft.findings,
        geometry=draft.geometry,
        recorded_by=draft.author,
        recorded_at=now(),
        reason=None if reason is None else reason.strip(),
        note=draft.note,
        draft_id=draft.id,
    )
