"""Shapes of the comparison of two blind readings, and of what is decided of them."""

from collections.abc import Iterator
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from annotation.adjudication import Comparison, Decision
from annotation.comparison import GEOMETRY_ITEM, SITE_ITEM, Pair
from annotation.entities import LONGEST_REASON
from api.schemas.body import Body
from api.schemas.findings import VERTEBRA_EXAMPLE, FindingsBody
from api.schemas.geometry import GEOMETRY_EXAMPLE, GeometryBody
from api.schemas.protocols import AssignmentOut
from api.schemas.readings import ReadingOut
from lesion_model.errors import located

MOST_DECISIONS = 200
READING_IDS: list[Any] = ["5a1c7a0e-0c39-4f6e-9b0c-0e4f3c2f7b11", "e0a2ff5e-3c52-4f0f-8f0a-7d0e6f1c2d22"]
LESION_ID = "b7cf5f2e-4c6b-4f8e-8f3a-1d2e3f4a5b33"


class ItemOut(BaseModel):
    """One item as each reader answered it; null is "not known", or "no such lesion" where the reading is null."""

    item: str = Field(examples=["lesion_type"])
    first: Any = Field(examples=["lytic"])
    second: Any = Field(examples=["mixed"])
    differs: bool


class PairOut(BaseModel):
    """One lesion as the two readers saw it; null where one of them saw none. `distance_mm` is between the centres of
    what they drew."""

    first: ReadingOut | None
    second: ReadingOut | None
    distance_mm: float | None = Field(examples=[3.2])
    items: list[ItemOut]

    @classmethod
    def of(cls, pair: Pair) -> Self:
        first = None if pair.first is None else ReadingOut.of(pair.first)
        second = None if pair.second is None else ReadingOut.of(pair.second)
        return cls(
            first=first, second=second, distance_mm=pair.distance_mm, items=list(_items(first, second, pair.differs))
        )


class ComparisonOut(BaseModel):
    """Both readings of one study side by side. `first` is the reading of the first of `assignment.readers`."""

    assignment: AssignmentOut
    pairs: list[PairOut]
    adjudicated: list[ReadingOut] = Field(description="What was decided; empty until then.")

    @classmethod
    def of(cls, comparison: Comparison) -> Self:
        return cls(
            assignment=AssignmentOut.seen(comparison.view),
            pairs=[PairOut.of(pair) for pair in comparison.pairs],
            adjudicated=[ReadingOut.of(each) for each in comparison.adjudicated],
        )


class DecisionBody(Body):
    """What counts of one lesion, decided from one blind reading or from one of each reader."""

    lesion_id: UUID = Field(description="The lesion of one of these readings.")
    decided_from: list[UUID] = Field(min_length=1, max_length=2)
    findings: FindingsBody
    geometry: GeometryBody | None = None
    match_reason: str | None = Field(
        default=None,
        min_length=1,
        max_length=LONGEST_REASON,
        examples=["The same lesion, opened by both readers."],
        description="Why the two lesions that these readings are of are the same one: the other becomes part of it.",
    )


class AdjudicationBody(Body):
    """All decisions of a study at once: each blind reading is in one `decided_from`, or among `dismissed`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "decisions": [
                        {
                            "lesion_id": LESION_ID,
                            "decided_from": READING_IDS,
                            "findings": VERTEBRA_EXAMPLE,
                            "geometry": GEOMETRY_EXAMPLE,
                            "match_reason": "The same lesion, opened by both readers.",
                        }
                    ],
                    "dismissed": [],
                }
            ]
        }
    )

    decisions: list[DecisionBody] = Field(max_length=MOST_DECISIONS)
    dismissed: list[UUID] = Field(default_factory=list, max_length=2 * MOST_DECISIONS)

    def to_domain(self) -> list[Decision]:
        return list(self._decisions())

    def _decisions(self) -> Iterator[Decision]:
        for index, each in enumerate(self.decisions):
            with located(f"decisions.{index}"):
                yield Decision(
                    lesion_id=each.lesion_id,
                    decided_from=tuple(each.decided_from),
                    findings=each.findings.to_domain(),
                    geometry=each.geometry.to_domain() if each.geometry else None,
                    match_reason=each.match_reason,
                )


def _items(first: ReadingOut | None, second: ReadingOut | None, differs: frozenset[str]) -> Iterator[ItemOut]:
    mine, theirs = _values(first), _values(second)
    for name in mine or theirs:
        yield ItemOut(
            item=name,
            first=mine.get(name),
            second=theirs.get(name),
            differs=name in differs or first is None or second is None,
        )


def _values(reading: ReadingOut | None) -> dict[str, Any]:
    if reading is None:
        return {}
    findings = reading.findings.model_dump(mode="json", exclude={"sources"})
    geometry = reading.geometry.model_dump(mode="json") if reading.geometry else None
    return {SITE_ITEM: reading.site.model_dump(mode="json"), **findings, GEOMETRY_ITEM: geometry}
