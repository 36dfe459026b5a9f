"""Recording readings of lesions, revising them and looking them up."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from annotation import assigning, audit_notes, evidence
from annotation.audit import Action
from annotation.checked_text import warn_of_identifying
from annotation.entities import FIRST_REVISION, Lesion, Reading
from annotation.errors import (
    PatientNotFoundError,
    ReadingNotFoundError,
    StaleRevisionError,
    StudyNotFoundError,
)
from annotation.ports import Clock, Images, ReadingFilter, UnitOfWork
from lesion_model.findings import ImagingFindings
from lesion_model.geometry import Geometry


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionReading:
    """A reading together with the lesion it is about."""

    lesion: Lesion
    reading: Reading


def record_reading(
    lesion_id: UUID,
    study_instance_uid: str,
    findings: ImagingFindings,
    geometry: Geometry | None,
    *,
    by: str,
    now: Clock,
    uow: UnitOfWork,
) -> LesionReading:
    """Keep the first revision of a new reading, under the assignment that gives the reader this study, if one does.

    Raises LesionNotFoundError, UnacceptableError, FindingNotApplicableError, and NotNowError when the reader has no
    say in this study until a blind reading of it is over.
    """
    with uow:
        lesion = uow.lesions.get(lesion_id)
        evidence.check(lesion, study_instance_uid, findings, geometry, uow.images)
        assignment_id = assigning.begin(study_instance_uid, by, uow)
        reading = Reading(
            id=uuid4(),
            lesion_id=lesion_id,
            study_instance_uid=study_instance_uid,
            revision=FIRST_REVISION,
            findings=findings,
            geometry=geometry,
            recorded_by=by,
            recorded_at=now(),
            assignment_id=assignment_id,
        )
        uow.readings.add(reading)
        _note(Action.CREATED, lesion, reading, uow)
        uow.commit()
    return LesionReading(lesion=lesion, reading=reading)


def revise_reading(
    reading_id: UUID,
    expected_revision: int,
    findings: ImagingFindings,
    geometry: Geometry | None,
    *,
    reason: str,
    by: str,
    now: Clock,
    uow: UnitOfWork,
    text_checked: bool = False,
) -> LesionReading:
    """Keep a new revision beside the earlier ones; the lesion, the study and the note stay the same.

    Raises ReadingNotFoundError, UnacceptableError, FindingNotApplicableError, IdentifyingTextError,
    StaleRevisionError when `expected_revision` is not the newest, and NotNowError for a blind reading that was signed.
    """
    warn_of_identifying({"reason": reason}, checked=text_checked)
    with uow:
        newest = uow.readings.newest(reading_id)
        if newest.revision != expected_revision:
            raise StaleRevisionError(newest.revision)
        assigning.check_open(newest, by, uow)
        lesion = uow.lesions.get(newest.lesion_id)
        evidence.check(lesion, newest.study_instance_uid, findings, geometry, uow.images)
        revised = replace(
            newest,
            revision=newest.revision + 1,
            findings=findings,
            geometry=geometry,
            recorded_by=by,
            recorded_at=now(),
            reason=reason.strip(),
            draft_id=None,
        )
        uow.readings.add(revised)
        _note(Action.CHANGED, lesion, revised, uow)
        uow.commit()
    return LesionReading(lesion=lesion, reading=revised)


def reading(reading_id: UUID, uow: UnitOfWork) -> LesionReading:
    """The newest revision. Raises ReadingNotFoundError."""
    with uow:
        newest = uow.readings.newest(reading_id)
        return LesionReading(lesion=uow.lesions.get(newest.lesion_id), reading=newest)


def history(reading_id: UUID, uow: UnitOfWork) -> Sequence[LesionReading]:
    """Every revision, the first one first. Raises ReadingNotFoundError."""
    with uow:
        revisions = uow.readings.history(reading_id)
        lesion = uow.lesions.get(revisions[0].lesion_id)
        return [LesionReading(lesion=lesion, reading=revision) for revision in revisions]


def revision(reading_id: UUID, number: int, uow: UnitOfWork) -> LesionReading:
    """One revision. Raises ReadingNotFoundError."""
    for each in history(reading_id, uow):
        if each.reading.revision == number:
            return each
    raise ReadingNotFoundError


def readings(
    wanted: ReadingFilter, uow: UnitOfWork, *, after: UUID | None = None, limit: int
) -> Sequence[LesionReading]:
    """Newest revisions, in the order in which the readings were first recorded.

    Raises NotFoundError for a lesion, patient or study that does not exist, and PlaceInListError.
    """
    with uow:
        if wanted.lesion_id is not None:
            uow.lesions.get(wanted.lesion_id)
        _require(wanted, uow.images)
        found = uow.readings.matching(wanted, after=after, limit=limit)
        lesions = uow.lesions.many({each.lesion_id for each in found})
        return [LesionReading(lesion=lesions[each.lesion_id], reading=each) for each in found]


def _note(action: Action, lesion: Lesion, reading: Reading, uow: UnitOfWork) -> None:
    uow.audit.note(audit_notes.of_reading(action, lesion, reading), by=reading.recorded_by, at=reading.recorded_at)


def _require(wanted: ReadingFilter, images: Images) -> None:
    if wanted.pseudonym is not None and not images.has_patient(wanted.pseudonym):
        raise PatientNotFoundError
    if wanted.study_instance_uid is not None and images.patient_of_study(wanted.study_instance_uid) is None:
        raise StudyNotFoundError
