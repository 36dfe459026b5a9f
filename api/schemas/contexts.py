"""Shapes of clinical contexts and their versions."""

from datetime import date
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from annotation.meeting_context import MeetingContext
from api.schemas.body import Body
from api.schemas.catalogue import PSEUDONYM
from api.schemas.clinical import CLINICAL_EXAMPLE, ClinicalContextBody
from api.schemas.true_times import TrueTime

_PAIN = ("mirels_pain", "sins_pain", "pain_intensity")
_LESION_EXAMPLE = "0b9d9e7c-5c0e-4c39-9d5b-1f2c8a1f6d11"
_OF_A_LESION = {item: CLINICAL_EXAMPLE[item] for item in _PAIN}


class ContextBody(Body):
    """What is known of a patient for one meeting; with `lesion_id`, the pain and radiotherapy of that lesion only.

    `meeting_date` is the registry's date, moved by the patient's own whole number of days.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"meeting_date": "2031-06-12", "clinical": CLINICAL_EXAMPLE},
                {"meeting_date": "2031-06-12", "lesion_id": _LESION_EXAMPLE, "clinical": _OF_A_LESION},
            ]
        }
    )

    meeting_date: date
    lesion_id: UUID | None = None
    clinical: ClinicalContextBody


class ContextRevisionBody(Body):
    """The whole context anew; patient, meeting and lesion stay the same. With nothing known, it is withdrawn."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"clinical": CLINICAL_EXAMPLE}]})

    clinical: ClinicalContextBody


class ContextOut(BaseModel):
    """One version of what is known of a patient, or of one lesion, for one meeting."""

    context_id: UUID
    version: int = Field(examples=[1])
    pseudonym: str = Field(examples=[PSEUDONYM])
    meeting_date: date
    lesion_id: UUID | None = Field(description="Null for what is said of the patient as a whole.")
    clinical: ClinicalContextBody
    entered_by: str = Field(examples=["bone meeting"])
    entered_at: TrueTime

    @classmethod
    def of(cls, context: MeetingContext) -> Self:
        return cls(
            context_id=context.id,
            version=context.version,
            pseudonym=context.pseudonym,
            meeting_date=context.meeting_date,
            lesion_id=context.lesion_id,
            clinical=ClinicalContextBody.from_domain(context.clinical),
            entered_by=context.entered_by,
            entered_at=context.entered_at,
        )


class ContextRevisionsOut(BaseModel):
    """Every version of one clinical context, the first one first."""

    items: list[ContextOut]
