"""Shape of what scores still wait for."""

from typing import Self

from pydantic import BaseModel, Field

from annotation.missing import Decides, KnownBy, MissingItem, missing_items
from lesion_model.assess import Assessment
from lesion_model.assess_lesion import LesionAssessment


class MissingItemOut(BaseModel):
    """One item of one score that is not known. `decides`: whether it alone would decide the band."""

    instrument: str = Field(examples=["sins"])
    item: str = Field(examples=["pain"])
    label: str = Field(examples=["type of pain"])
    label_fr: str = Field(examples=["type de douleur"])
    known_by: KnownBy
    decides: Decides

    @classmethod
    def of(cls, missing: MissingItem) -> Self:
        return cls(
            instrument=missing.instrument,
            item=missing.item,
            label=missing.label.en,
            label_fr=missing.label.fr,
            known_by=missing.known_by,
            decides=missing.decides,
        )


def missing_out(assessment: Assessment | LesionAssessment) -> list[MissingItemOut]:
    return [MissingItemOut.of(each) for each in missing_items(assessment)]
