"""Scores of stored readings; they are computed when asked for and never kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from annotation.entities import Lesion
from annotation.errors import NothingReadError, PatientNotFoundError
from annotation.ports import UnitOfWork
from lesion_model import sins
from lesion_model.assess import PAIN_UNKNOWN, Assessment, ClinicalPain, assess
from lesion_model.several import Highest, highest, mirels_by_bone
from lesion_model.skeleton import Bone, Side

_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientScores:
    """Every lesion that was read, with its scores; the highest Mirels of each bone, and the highest SINS.

    Lesions are by number; `unread` are those without a reading, which count for nothing.
    """

    lesions: Mapping[UUID, tuple[Lesion, Assessment]]
    unread: tuple[Lesion, ...]
    mirels: Mapping[tuple[Bone, Side | None], Highest[UUID]]
    sins: Highest[UUID] | None


def score_reading(reading_id: UUID, uow: UnitOfWork, pain: ClinicalPain = PAIN_UNKNOWN) -> Assessment:
    """Scores of the newest revision. Raises ReadingNotFoundError."""
    with uow:
        reading = uow.readings.newest(reading_id)
        return assess(uow.lesions.get(reading.lesion_id).site, reading.findings, pain)


def score_lesion(lesion_id: UUID, uow: UnitOfWork, pain: ClinicalPain = PAIN_UNKNOWN) -> Assessment:
    """Scores of the reading of the newest study. Raises LesionNotFoundError, NothingReadError."""
    with uow:
        lesion = uow.lesions.get(lesion_id)
        reading = uow.readings.newest_of_lesion(lesion_id)
        if reading is None:
            raise NothingReadError
        return assess(lesion.site, reading.findings, pain)


def score_patient(pseudonym: str, uow: UnitOfWork) -> PatientScores:
    """Each lesion from the reading of its newest study; never a sum. Raises PatientNotFoundError."""
    with uow:
        if not uow.images.has_patient(pseudonym):
            raise PatientNotFoundError
        lesions = tuple(_lesions(pseudonym, uow))
        readings = {lesion.id: uow.readings.newest_of_lesion(lesion.id) for lesion in lesions}
    scored = {
        lesion.id: (lesion, assess(lesion.site, reading.findings))
        for lesion in lesions
        if (reading := readings[lesion.id]) is not None
    }
    return PatientScores(
        lesions=scored,
        unread=tuple(lesion for lesion in lesions if lesion.id not in scored),
        mirels=mirels_by_bone({each: (lesion.site, answers.mirels) for each, (lesion, answers) in scored.items()}),
        sins=highest(sins.INSTRUMENT, {each: answers.sins for each, (_, answers) in scored.items()}),
    )


def _lesions(pseudonym: str, uow: UnitOfWork) -> Iterator[Lesion]:
    after = 0
    while page := uow.lesions.of_patient(pseudonym, after=after, limit=_PAGE):
        yield from page
        after = page[-1].number
