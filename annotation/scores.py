"""Scores of stored readings; they are computed when asked for and never kept."""

from uuid import UUID

from annotation.errors import NothingReadError
from annotation.ports import UnitOfWork
from lesion_model.assess import PAIN_UNKNOWN, Assessment, ClinicalPain, assess


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
