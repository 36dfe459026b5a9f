"""Shapes of lesions."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from annotation.entities import Lesion
from api.schemas.body import Body
from api.schemas.catalogue import PSEUDONYM
from api.schemas.sites import SITE_EXAMPLES, SiteBody, SiteOut


class LesionBody(Body):
    """A new lesion; its number is given by the server."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"site": site} for site in SITE_EXAMPLES]})

    site: SiteBody


class LesionOut(BaseModel):
    """One lesion of one patient; it keeps its label across examinations."""

    lesion_id: UUID
    label: str = Field(examples=["L1"])
    number: int = Field(examples=[1])
    pseudonym: str = Field(examples=[PSEUDONYM])
    site: SiteOut
    created_at: datetime
    created_by: str = Field(examples=["bone meeting"])
    version: int = Field(examples=[1])
    merged_into: UUID | None = Field(description="The lesion that goes on in place of this one.")
    resolved_on: str | None = Field(description="The study on which it was seen no more.")

    @classmethod
    def of(cls, lesion: Lesion) -> Self:
        return cls(
            lesion_id=lesion.id,
            label=lesion.label,
            number=lesion.number,
            pseudonym=lesion.pseudonym,
            site=SiteOut.of(lesion.site),
            created_at=lesion.created_at,
            created_by=lesion.created_by,
            version=lesion.version,
            merged_into=lesion.merged_into,
            resolved_on=lesion.resolved_on,
        )
