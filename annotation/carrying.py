"""The prior reading of a lesion, as a starting point for reading it on another study."""

from dataclasses import dataclass, replace
from uuid import UUID

from annotation.entities import Lesion, Reading
from annotation.errors import UnacceptableError
from annotation.lesion_errors import LesionMergedError, NoPriorReadingError
from annotation.ports import UnitOfWork
from lesion_model.errors import Problem
from lesion_model.findings import Finding, ImagingFindings

# Said of two examinations, one of them the prior reading's: it means nothing on a third.
_NEVER_CARRIED = frozenset({Finding.CHANGE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """Findings of the prior reading, none of them seen on `study_instance_uid` yet. What was drawn stays behind."""

    lesion: Lesion
    study_instance_uid: str
    prior: Reading
    findings: ImagingFindings


def carried_over(earlier: ImagingFindings) -> ImagingFindings:
    """What of an earlier reading is copied into a later one.

    Where the values came from is not: confirming one says that it is seen on this study.
    """
    kept = earlier.known - _NEVER_CARRIED
    return ImagingFindings(**{finding.value: getattr(earlier, finding.value) for finding in kept})


def copied(earlier: ImagingFindings, findings: ImagingFindings, named: frozenset[Finding]) -> ImagingFindings:
    """`findings` with these of the earlier reading's: what it does not say is not known here either.

    Where a value of this reading came from goes with the value.
    """
    kept = carried_over(earlier)
    sources = frozenset(source for source in findings.sources if source.finding not in named)
    return replace(findings, sources=sources, **{each.value: getattr(kept, each.value) for each in named})


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
    findings = carried_over(prior.findings)
    return Carried(lesion=lesion, study_instance_uid=study_instance_uid, prior=prior, findings=findings)
