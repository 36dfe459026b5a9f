"""Shapes of the list of what is missing."""

from typing import Self

from pydantic import BaseModel, Field

from annotation.registry.quality import LABELS, Lack, Shortfall
from api.schemas.catalogue import PSEUDONYM
from api.schemas.record_dictionary import LabelOut
from api.schemas.true_times import TrueTime


class ShortfallOut(BaseModel):
    """One thing that is missing. `object_id` is the entry, study, draft or reading that it is about, or the pseudonym.

    `since` is the registry's own time, not a date of the patient's; `detail` holds codes: missing variables of a
    presentation, the modality of announced images, undecided instruments.
    """

    kind: Lack
    label: LabelOut
    pseudonym: str = Field(examples=[PSEUDONYM])
    object_id: str
    since: TrueTime
    detail: list[str] = Field(examples=[["karnofsky", "anticoagulant"]])

    @classmethod
    def of(cls, shortfall: Shortfall) -> Self:
        return cls(
            kind=shortfall.lack,
            label=LabelOut.of(LABELS[shortfall.lack]),
            pseudonym=shortfall.pseudonym,
            object_id=shortfall.object_id,
            since=shortfall.since,
            detail=list(shortfall.detail),
        )
