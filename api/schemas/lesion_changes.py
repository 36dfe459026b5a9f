"""Shapes of what is changed of a lesion, of its history, and of the prior reading that is carried forward."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from annotation.carrying import Carried
from annotation.entities import LONGEST_REASON, Lesion
from annotation.lesion_history import Happening, LesionEvent
from api.schemas.body import Body
from api.schemas.catalogue import STUDY_UID
from api.schemas.findings import FindingsBody
from api.schemas.geometry import ImageUid
from api.schemas.lesions import LesionOut
from api.schemas.sites import SITE_EXAMPLES, SiteBody, SiteOut

MOST_READINGS = 1000

Reason = Annotated[str, Field(min_length=1, max_length=LONGEST_REASON)]
_EXAMPLE_ID = "0b9d9e7c-5c0e-4c39-9d5b-1f2c8a1f6d11"


def _example(**values: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [values]})


class SiteCorrectionBody(Body):
    """Where the lesion really is, and why it was recorded elsewhere."""

    model_config = _example(site=SITE_EXAMPLES[0], reason="Counted from C2 on the whole spine: L3, not L4.")

    site: SiteBody
    reason: Reason


class MatchBody(Body):
    """The other record of this lesion. Its readings move here; it stays, and points here."""

    model_config = _example(lesion_id=_EXAMPLE_ID, reason="The same lesion, recorded again on the second study.")

    lesion_id: UUID
    reason: Reason


class SplitBody(Body):
    """The readings that are of another lesion, and where that is; without `site`, where this one is."""

    model_config = _example(reading_ids=[_EXAMPLE_ID], site=SITE_EXAMPLES[0], reason="Two lesions of one vertebra.")

    reading_ids: list[UUID] = Field(min_length=1, max_length=MOST_READINGS)
    site: SiteBody | None = None
    reason: Reason


class ResolveBody(Body):
    """The study on which the lesion is seen no more."""

    model_config = _example(study_instance_uid=STUDY_UID, reason="Not seen any more on CT, no uptake.")

    study_instance_uid: ImageUid
    reason: Reason


class ReopenBody(Body):
    """Why it goes on."""

    model_config = _example(reason="New lysis at the same place.")

    reason: Reason


class CarryForwardBody(Body):
    """The study that is going to be read."""

    model_config = _example(study_instance_uid=STUDY_UID)

    study_instance_uid: ImageUid


class SplitOut(BaseModel):
    """The lesion that stayed, and the new one with the patient's next number."""

    lesion: LesionOut
    new_lesion: LesionOut

    @classmethod
    def of(cls, lesion: Lesion, new: Lesion) -> Self:
        return cls(lesion=LesionOut.of(lesion), new_lesion=LesionOut.of(new))


class LesionEventOut(BaseModel):
    """What made one version of a lesion: who did what, when and why."""

    version: int = Field(examples=[1])
    what: Happening
    by: str = Field(examples=["reader 1"])
    at: datetime
    reason: str | None = Field(description="Null only for the opening.")
    study_instance_uid: str | None = Field(description="On which it was seen to be resolved.")
    other_lesion_id: UUID | None = Field(description="Merged into it, absorbed it, split it off or split off from it.")
    reading_ids: list[UUID] = Field(description="The readings that moved.")
    site_before: SiteOut | None
    site_after: SiteOut | None

    @classmethod
    def of(cls, event: LesionEvent) -> Self:
        return cls(
            version=event.version,
            what=event.what,
            by=event.by,
            at=event.at,
            reason=event.reason,
            study_instance_uid=event.study_instance_uid,
            other_lesion_id=event.other_lesion_id,
            reading_ids=list(event.reading_ids),
            site_before=event.site_before and SiteOut.of(event.site_before),
            site_after=event.site_after and SiteOut.of(event.site_after),
        )


class LesionHistoryOut(BaseModel):
    """Everything that happened to one lesion, the first first."""

    items: list[LesionEventOut]


class CarriedOut(BaseModel):
    """Findings of the prior reading as a starting point: none of them has been seen on this study yet.

    What was drawn, where findings came from, and the change since a still earlier study are not carried.
    """

    lesion_id: UUID
    study_instance_uid: str = Field(examples=[STUDY_UID])
    from_reading: UUID
    from_revision: int = Field(examples=[1])
    from_study_instance_uid: str = Field(examples=[STUDY_UID])
    recorded_by: str = Field(examples=["reader 1"])
    recorded_at: datetime
    findings: FindingsBody
    carried: list[str] = Field(examples=[["alignment", "lesion_type"]])

    @classmethod
    def of(cls, carried: Carried) -> Self:
        prior = carried.prior
        return cls(
            lesion_id=carried.lesion.id,
            study_instance_uid=carried.study_instance_uid,
            from_reading=prior.id,
            from_revision=prior.revision,
            from_study_instance_uid=prior.study_instance_uid,
            recorded_by=prior.recorded_by,
            recorded_at=prior.recorded_at,
            findings=FindingsBody.from_domain(carried.findings),
            carried=sorted(finding.value for finding in carried.findings.known),
        )
