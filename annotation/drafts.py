"""Starting drafts, finding one's own again, and giving one up."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from annotation import assigning, audit_notes, evidence
from annotation.audit import Action
from annotation.carrying import carried_over
from annotation.draft import FIRST_VERSION, Draft, LesionDraft, RevisionOf
from annotation.draft_errors import StaleDraftError
from annotation.entities import Lesion, Reading
from annotation.errors import UnacceptableError
from annotation.ports import Clock, DraftPlace, UnitOfWork
from lesion_model.errors import Problem
from lesion_model.findings import ImagingFindings


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A draft to go on with; it was there already when it is not `new`."""

    found: LesionDraft
    new: bool


def start_draft(
    lesion_id: UUID, study_instance_uid: str, from_reading: UUID | None, *, by: str, now: Clock, uow: UnitOfWork
) -> Started:
    """Begin a reading of this lesion on this study, or go on with the one that this reader has begun.

    `from_reading`: an earlier reading of the lesion whose findings are copied in, to be confirmed one by one.
    A study that is given to this reader counts as begun. Raises LesionNotFoundError, UnacceptableError, and NotNowError
    when the reader has no say in this study until a blind reading of it is over.
    """
    with uow:
        lesion = uow.lesions.get(lesion_id)
        begun = uow.drafts.begun(by, lesion_id, study_instance_uid)
        if begun is not None:
            return Started(found=LesionDraft(lesion=lesion, draft=begun), new=False)
        evidence.check(lesion, study_instance_uid, ImagingFindings(), None, uow.images)
        assigning.begin(study_instance_uid, by, uow)
        moment = now()
        draft = Draft(
            id=uuid4(),
            lesion_id=lesion_id,
            study_instance_uid=study_instance_uid,
            author=by,
            version=FIRST_VERSION,
            findings=ImagingFindings(),
            geometry=None,
            created_at=moment,
            updated_at=moment,
        )
        if from_reading is not None:
            draft = _carried_into(draft, _earlier(lesion, from_reading, uow))
        uow.drafts.add(draft)
        uow.audit.note(audit_notes.of_draft(Action.CREATED, lesion, draft), by=by, at=moment)
        uow.commit()
    return Started(found=LesionDraft(lesion=lesion, draft=draft), new=True)


def start_revision(reading_id: UUID, *, by: str, now: Clock, uow: UnitOfWork) -> Started:
    """Begin to revise a signed reading from its newest revision, or go on with the revision that was begun.

    Raises ReadingNotFoundError, and NotNowError for a blind reading that was signed.
    """
    with uow:
        newest = uow.readings.newest(reading_id)
        assigning.check_open(newest, by, uow)
        lesion = uow.lesions.get(newest.lesion_id)
        begun = uow.drafts.revising(by, reading_id)
        if begun is not None:
            return Started(found=LesionDraft(lesion=lesion, draft=begun), new=False)
        moment = now()
        draft = Draft(
            id=uuid4(),
            lesion_id=newest.lesion_id,
            study_instance_uid=newest.study_instance_uid,
            author=by,
            version=FIRST_VERSION,
            findings=newest.findings,
            geometry=newest.geometry,
            created_at=moment,
            updated_at=moment,
            revises=RevisionOf(reading_id=reading_id, revision=newest.revision),
            note=newest.note,
        )
        uow.drafts.add(draft)
        uow.audit.note(audit_notes.of_draft(Action.CREATED, lesion, draft), by=by, at=moment)
        uow.commit()
    return Started(found=LesionDraft(lesion=lesion, draft=draft), new=True)


def draft(draft_id: UUID, *, by: str, uow: UnitOfWork) -> LesionDraft:
    """One's own draft. Raises DraftNotFoundError, also for another's."""
    with uow:
        found = uow.drafts.get(draft_id, by)
        return LesionDraft(lesion=uow.lesions.get(found.lesion_id), draft=found)


def drafts(*, by: str, uow: UnitOfWork, after: DraftPlace | None = None, limit: int) -> Sequence[LesionDraft]:
    """One's own drafts, in the order in which they were begun."""
    with uow:
        found = uow.drafts.of_author(by, after=after, limit=limit)
        lesions = uow.lesions.many({each.lesion_id for each in found})
        return [LesionDraft(lesion=lesions[each.lesion_id], draft=each) for each in found]


def discard_draft(draft_id: UUID, expected_version: int, *, by: str, now: Clock, uow: UnitOfWork) -> None:
    """Give a draft up. Raises DraftNotFoundError, StaleDraftError."""
    with uow:
        found = uow.drafts.get(draft_id, by)
        if found.version != expected_version or not uow.drafts.remove(found):
            current = uow.drafts.get(draft_id, by)
            lesion = uow.lesions.get(current.lesion_id)
            raise StaleDraftError(LesionDraft(lesion=lesion, draft=current), expected_version)
        discarded = audit_notes.of_draft(Action.REMOVED, uow.lesions.get(found.lesion_id), found)
        uow.audit.note(discarded, by=by, at=now())
        uow.commit()


def _earlier(lesion: Lesion, reading_id: UUID, uow: UnitOfWork) -> Reading:
    earlier = uow.readings.newest(reading_id)
    if earlier.lesion_id != lesion.id:
        raise UnacceptableError([Problem(field="from_reading", detail="is a reading of another lesion")])
    return earlier


def _carried_into(draft: Draft, earlier: Reading) -> Draft:
    findings = carried_over(earlier.findings)
    return replace(
        draft,
        findings=findings,
        carried=findings.known,
        carried_from=RevisionOf(reading_id=earlier.id, revision=earlier.revision) if findings.known else None,
    )
