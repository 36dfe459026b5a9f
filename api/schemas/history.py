"""Shape of a reading's history: who changed what from what to what, when, and why."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from annotation.entities import Reading
from annotation.reading_history import Difference, HistoryEntry
from api.schemas.findings import FindingsBody
from api.schemas.geometry import GeometryBody


class DifferenceOut(BaseModel):
    """One finding, the place on the images or the note; `from` and `to` are shaped as in a reading."""

    model_config = ConfigDict(populate_by_name=True)

    finding: str = Field(examples=["alignment"])
    label: str = Field(examples=["alignment"])
    label_fr: str = Field(examples=["alignement"])
    before: Any = Field(serialization_alias="from", validation_alias="from", examples=["normal"])
    after: Any = Field(serialization_alias="to", validation_alias="to", examples=["de_novo_deformity"])
    in_words: str = Field(examples=["Alignment: normal → de novo deformity"])
    in_words_fr: str = Field(examples=["Alignement : normal → déformation récente"])

    @classmethod
    def of(cls, difference: Difference, before: Reading, after: Reading) -> Self:
        return cls(
            finding=difference.field,
            label=difference.label.en,
            label_fr=difference.label.fr,
            before=_shaped(before, difference.field),
            after=_shaped(after, difference.field),
            in_words=difference.words.en,
            in_words_fr=difference.words.fr,
        )


class HistoryEntryOut(BaseModel):
    """One revision, and what it changed of the one before."""

    revision: int = Field(examples=[2])
    recorded_by: str = Field(examples=["reader one"])
    recorded_at: datetime
    reason: str | None
    changes: list[DifferenceOut]

    @classmethod
    def of(cls, entry: HistoryEntry) -> Self:
        reading = entry.reading
        return cls(
            revision=reading.revision,
            recorded_by=reading.recorded_by,
            recorded_at=reading.recorded_at,
            reason=reading.reason,
            changes=list(_changes(entry)),
        )


class HistoryOut(BaseModel):
    """Every revision of one reading, the first one first."""

    reading_id: UUID
    lesion_label: str = Field(examples=["L1"])
    items: list[HistoryEntryOut]


def _changes(entry: HistoryEntry) -> Iterator[DifferenceOut]:
    if entry.before is not None:
        for each in entry.differences:
            yield DifferenceOut.of(each, entry.before, entry.reading)


def _shaped(reading: Reading, field: str) -> Any:
    if field == "note":
        return reading.note
    if field == "geometry":
        return GeometryBody.from_domain(reading.geometry).model_dump(mode="json") if reading.geometry else None
    return FindingsBody.from_domain(reading.findings).model_dump(mode="json", include={field})[field]
