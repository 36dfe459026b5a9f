"""Shapes of readings and their revisions."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from annotation.entities import LONGEST_REASON
from annotation.readings import LesionReading
from annotation.scores import scored
from api.schemas.body import Body
from api.schemas.catalogue import PSEUDONYM, STUDY_UID
from api.schemas.findings import FEMUR_EXAMPLE, VERTEBRA_EXAMPLE, FindingsBody
from api.schemas.geometry import GEOMETRY_EXAMPLE, GeometryBody, ImageUid
from api.schemas.missing import MissingItemOut, missing_out
from api.schemas.scores import ScoresOut
from api.schemas.sites import SiteOut


class ReadingBody(Body):
    """What is seen of the lesion on one study; `geometry` is where on its images."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"study_instance_uid": STUDY_UID, "findings": VERTEBRA_EXAMPLE, "geometry": GEOMETRY_EXAMPLE},
                {"study_instance_uid": STUDY_UID, "findings": FEMUR_EXAMPLE, "geometry": GEOMETRY_EXAMPLE},
            ]
        }
    )

    study_instance_uid: ImageUid
    findings: FindingsBody
    geometry: GeometryBody | None = None


class RevisionBody(Body):
    """The whole reading anew, and why; lesion and study stay the same."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "findings": VERTEBRA_EXAMPLE | {"alignment": "de_novo_deformity"},
                    "geometry": GEOMETRY_EXAMPLE,
                    "reason": "Kyphosis seen on the sagittal reformat.",
                }
            ]
        }
    )

    findings: FindingsBody
    geometry: GeometryBody | None = None
    reason: str = Field(min_length=1, max_length=LONGEST_REASON)
    text_checked: StrictBool = Field(default=False, description="The reason names no patient, whatever it looks like.")


class ReadingOut(BaseModel):
    """One revision of one reading, and the scores it gives while nothing is known of the patient."""

    reading_id: UUID
    revision: int = Field(examples=[1])
    lesion_id: UUID
    lesion_label: str = Field(examples=["L1"])
    pseudonym: str = Field(examples=[PSEUDONYM])
    site: SiteOut
    study_instance_uid: str = Field(examples=[STUDY_UID])
    findings: FindingsBody
    geometry: GeometryBody | None
    recorded_at: datetime
    recorded_by: str = Field(examples=["bone meeting"])
    reason: str | None = Field(description="Why the revision before it was replaced.")
    note: str | None
    assignment_id: UUID | None = Field(description="The assignment, and so the protocol, that it was made under.")
    decided_from: list[UUID] = Field(description="The blind readings that an adjudicated one was made from.")
    scores: ScoresOut
    missing: list[MissingItemOut] = Field(description="What the scores that apply wait for.")

    @classmethod
    def of(cls, found: LesionReading) -> Self:
        lesion, reading = found.lesion, found.reading
        score = scored(lesion, reading)
        return cls(
            reading_id=reading.id,
            revision=reading.revision,
            lesion_id=lesion.id,
            lesion_label=lesion.label,
            pseudonym=lesion.pseudonym,
            site=SiteOut.of(lesion.site),
            study_instance_uid=reading.study_instance_uid,
            findings=FindingsBody.from_domain(reading.findings),
            geometry=GeometryBody.from_domain(reading.geometry) if reading.geometry else None,
            recorded_at=reading.recorded_at,
            recorded_by=reading.recorded_by,
            reason=reading.reason,
            note=reading.note,
            assignment_id=reading.assignment_id,
            decided_from=list(reading.decided_from),
            scores=ScoresOut.of(score),
            missing=missing_out(score.assessment),
        )


class RevisionsOut(BaseModel):
    """Every revision of one reading, the first one first."""

    items: list[ReadingOut]
