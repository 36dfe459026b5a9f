"""Scores of stored readings, completed by what the meeting knows; for everyone who may see the readings."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from annotation import scores
from api.access import IMAGES
from api.openapi import problems
from api.schemas.catalogue import Pseudonym
from api.schemas.scores import PatientScoresOut, ScoresOut
from api.true_times import TrueTimes, shown
from api.work import ReadUow
from lesion_model import mirels, sins
from lesion_model.assess import ClinicalPain

router = APIRouter(tags=["scores"], responses=problems(401, 404, 422, 503))


def _pain(
    mirels_pain: Annotated[mirels.Pain | None, Query(description="As the patient tells it.")] = None,
    sins_pain: Annotated[sins.Pain | None, Query(description="The type of pain.")] = None,
) -> ClinicalPain:
    return ClinicalPain(mirels=mirels_pain, sins=sins_pain)


Pain = Annotated[ClinicalPain, Depends(_pain)]
MeetingDate = Annotated[
    date | None,
    Query(description="Take the newest clinical context at or before this date; without it, the newest of all."),
]


@router.get("/readings/{reading_id}/scores", dependencies=[IMAGES])
def read_scores_of_reading(
    reading_id: UUID, uow: ReadUow, pain: Pain, times: TrueTimes, meeting_date: MeetingDate = None
) -> ScoresOut:
    """Scores and grades of one reading's newest revision, completed by the clinical context.

    Pain that is asked about replaces the pain on record.
    """
    return shown(ScoresOut.of(scores.score_reading(reading_id, uow, pain, meeting_date)), times)


@router.get("/lesions/{lesion_id}/scores", responses=problems(409), dependencies=[IMAGES])
def read_scores_of_lesion(
    lesion_id: UUID, uow: ReadUow, pain: Pain, times: TrueTimes, meeting_date: MeetingDate = None
) -> ScoresOut:
    """Scores and grades of one lesion, from the reading of its newest study and the clinical context."""
    return shown(ScoresOut.of(scores.score_lesion(lesion_id, uow, pain, meeting_date)), times)


@router.get("/patients/{pseudonym}/scores", dependencies=[IMAGES])
def read_scores_of_patient(
    pseudonym: Pseudonym, uow: ReadUow, times: TrueTimes, meeting_date: MeetingDate = None
) -> PatientScoresOut:
    """Scores of every lesion of a patient, the highest Mirels of each bone and the highest SINS; never a sum."""
    return shown(PatientScoresOut.of(scores.score_patient(pseudonym, uow, meeting_date)), times)
