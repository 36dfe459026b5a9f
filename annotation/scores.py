"""Scores of stored readings; they are computed when asked for and never kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from annotation.completion import NOBODY_SAID, Known, known_of
from annotation.draft import Draft
from annotation.entities import FIRST_REVISION, Lesion, Reading
from annotation.errors import NothingReadError, PatientNotFoundError
from annotation.lesion_errors import LesionMergedError
from annotation.ports import UnitOfWork
from annotation.supplied import BySupplier, suppliers
from lesion_model import sins
from lesion_model.assess import PAIN_UNKNOWN, ClinicalPain
from lesion_model.assess_lesion import LesionAssessment, assess_known
from lesion_model.several import Highest, highest, mirels_by_bone
from lesion_model.skeleton import Bone, Side

_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredLesion:
    """Every instrument's answer for one lesion, and by instrument and item who supplied what."""

    lesion: Lesion
    assessment: LesionAssessment
    supplied: Mapping[str, BySupplier]


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientScores:
    """Every lesion that was read, with its scores; the highest Mirels of each bone, and the highest SINS.

    Lesions are by number; `unread` are those without a reading, which count for nothing.
    """

    lesions: Mapping[UUID, ScoredLesion]
    unread: tuple[Lesion, ...]
    mirels: Mapping[tuple[Bone, Side | None], Highest[UUID]]
    sins: Highest[UUID] | None


def scored(lesion: Lesion, reading: Reading, known: Known = NOBODY_SAID) -> ScoredLesion:
    """One reading completed by what is known of the patient."""
    assessment = assess_known(lesion.site, reading.findings, known.clinical)
    return ScoredLesion(lesion=lesion, assessment=assessment, supplied=suppliers(lesion, reading, known, assessment))


def scored_draft(lesion: Lesion, draft: Draft) -> ScoredLesion:
    """What is being written, as it stands; nothing is known of the patient."""
    written = Reading(
        id=draft.id,
        lesion_id=draft.lesion_id,
        study_instance_uid=draft.study_instance_uid,
        revision=FIRST_REVISION,
        findings=draft.findings,
        geometry=draft.geometry,
        recorded_by=draft.author,
        recorded_at=draft.updated_at,
    )
    return scored(lesion, written)


def score_reading(
    reading_id: UUID, uow: UnitOfWork, pain: ClinicalPain = PAIN_UNKNOWN, meeting_date: date | None = None
) -> ScoredLesion:
    """Scores of the newest revision, as the newest meeting knows the patient, or the last up to `meeting_date`.

    Raises ReadingNotFoundError.
    """
    with uow:
        reading = uow.readings.newest(reading_id)
        lesion = uow.lesions.get(reading.lesion_id)
        return scored(lesion, reading, _known(lesion, uow, pain, meeting_date))


def score_lesion(
    lesion_id: UUID, uow: UnitOfWork, pain: ClinicalPain = PAIN_UNKNOWN, meeting_date: date | None = None
) -> ScoredLesion:
    """Scores of the reading of the newest study. Raises LesionNotFoundError, LesionMergedError, NothingReadError."""
    with uow:
        lesion = uow.lesions.get(lesion_id)
        if lesion.merged_into is not None:
            raise LesionMergedError(lesion.merged_into)
        reading = uow.readings.newest_of_lesion(lesion_id)
        if reading is None:
            raise NothingReadError
        return scored(lesion, reading, _known(lesion, uow, pain, meeting_date))


def score_patient(pseudonym: str, uow: UnitOfWork, meeting_date: date | None = None) -> PatientScores:
    """Each lesion from the reading of its newest study; never a sum. Raises PatientNotFoundError."""
    with uow:
        if not uow.images.has_patient(pseudonym):
            raise PatientNotFoundError
        lesions = tuple(_lesions(pseudonym, uow))
        readings = {lesion.id: uow.readings.newest_of_lesion(lesion.id) for lesion in lesions}
        contexts = uow.contexts.up_to(pseudonym, meeting_date)
    same: dict[UUID, set[UUID]] = {lesion.id: {lesion.id} for lesion in lesions}
    for lesion in lesions:
        same.setdefault(lesion.merged_into or lesion.id, set()).add(lesion.id)
    read = {
        lesion.id: scored(lesion, reading, known_of(same[lesion.id], contexts))
        for lesion in lesions
        if (reading := readings[lesion.id]) is not None
    }
    return PatientScores(
        lesions=read,
        unread=tuple(each for each in lesions if each.id not in read and each.merged_into is None),
        mirels=mirels_by_bone({each: (of.lesion.site, of.assessment.mirels) for each, of in read.items()}),
        sins=highest(sins.INSTRUMENT, {each: of.assessment.sins for each, of in read.items()}),
    )


def _known(lesion: Lesion, uow: UnitOfWork, pain: ClinicalPain, meeting_date: date | None) -> Known:
    same = {lesion.id, *(each.id for each in uow.lesions.absorbed_by(lesion.id))}
    return known_of(same, uow.contexts.up_to(lesion.pseudonym, meeting_date), pain)


def _lesions(pseudonym: str, uow: UnitOfWork) -> Iterator[Lesion]:
    after = 0
    while page := uow.lesions.of_patient(pseudonym, after=after, limit=_PAGE):
        yield from page
        after = page[-1].number
