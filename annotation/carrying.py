"""The prior reading of a lesion, as a starting point for reading it on another study."""

from dataclasses import dataclass
from uuid import UUID

from annotation.entities import Lesion, Reading
from annotation.errors import UnacceptableError
from annotation.lesion_errors import LesionMergedError, NoPriorReadingError
from annotation.ports import UnitOfWork
from lesion_model.errors import Problem
from lesion_model.findings import Finding, ImagingFindings

# Said of two examinations, one of them the prior reading's: it means nothing on a third.
NEVER_CARRIED = frozenset({Finding.CHANGE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """Findings of the prior reading, none of them seen on `study_instance_uid` yet. What was drawn stays behind."""

    lesion: Lesion
    study_instance_uid: str
    prior: Reading
    findings: ImagingFindings


def prior_reading(lesion: Lesion, study_instance_uid: str, uow: UnitOfWork) -> Reading | None:
    """The reading of the newest other study that is not later than this one; a study without date is the oldest.

    With several on that study, the one that was recorded last. Call it inside the unit of work.
    """
    return uow.readings.newest_before(lesion.id, study_instance_uid)


def carry_forward(lesion_id: UUID, study_instance_uid: str, uow: UnitOfWork) -> Carried:
    """Raises LesionNotFoundError, LesionMergedError, UnacceptableError, NoPriorReadingError."""
    with uow:
        lesion = uow.lesions.get(lesion_id)
        if lesion.merged_into is not None:
            raise LesionMergedError(lesion.merged_into)
        if uow.images.patient_of_study(study_instance_uid) != lesion.pseudonym:
            detail = "no such study of this lesion's patient"
            raise UnacceptableError([Problem(field="study_instance_uid", detail=detail)])
        prior = prior_reading(lesion, study_instance_uid, uow)
    if prior is None:
        raise NoPriorReadingError
    kept = prior.findings.known - NEVER_CARRIED
    values = {finding.value: getattr(prior.findings, finding.value) for finding in kept}
    return Carried(
        lesion=lesion, study_instance_uid=study_instance_uid, prior=prior, findings=ImagingFindings(**values)
    )
