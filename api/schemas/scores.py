"""Shapes of the calculators' items and of every score's answer."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.schemas.body import Body
from lesion_model import mirels, sins
from lesion_model.assess import Assessment
from lesion_model.findings import Alignment, CorticalShare, LesionType
from lesion_model.scoring import NotApplicable, Score, read_items
from lesion_model.skeleton import Level


class Items(Body):
    """Items of one published table. What is wrong with them is said by the table itself, all at once."""

    @model_validator(mode="before")
    @classmethod
    def _are_in_the_table(cls, given: Any) -> Any:
        if isinstance(given, Mapping):
            read_items(cls._table(), given)
        return given

    @classmethod
    @abstractmethod
    def _table(cls) -> Mapping[str, Iterable[Enum]]: ...


class MirelsItems(Items):
    """Items of the Mirels table; any may be missing or null."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "site": "peritrochanteric",
                    "size": "from_1_3_to_2_3",
                    "lesion_type": "lytic",
                    "pain": "functional",
                }
            ]
        }
    )

    site: mirels.LimbSite | None = None
    size: CorticalShare | None = None
    lesion_type: LesionType | None = None
    pain: mirels.Pain | None = Field(default=None, description="functional: aggravated by use of the limb")

    @classmethod
    def _table(cls) -> Mapping[str, Iterable[Enum]]:
        return mirels.TABLE


class SinsItems(Items):
    """Items of the SINS table; any may be missing or null. `level` may stand in for `location`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "level": "T11",
                    "pain": None,
                    "lesion_type": "lytic",
                    "alignment": "normal",
                    "collapse": "lt_50",
                    "posterolateral": "none",
                }
            ]
        }
    )

    level: Level | None = Field(default=None, description="Not the coccyx: SINS defines no location for it.")
    location: sins.Location | None = None
    pain: sins.Pain | None = Field(default=None, description="The type of pain, never a yes or no.")
    lesion_type: LesionType | None = None
    alignment: Alignment | None = None
    collapse: sins.Collapse | None = Field(default=None, description="lt_50 includes exactly 50 %.")
    posterolateral: sins.Posterolateral | None = None

    @classmethod
    def _table(cls) -> Mapping[str, Iterable[Enum]]:
        return sins.CALCULATOR_ITEMS


class ScoreOut(BaseModel):
    """Points as far as they are known, and the totals still possible.

    `band` is null while the possible totals lie in several bands. Each of `decisive_items`, alone, would
    then decide it whatever its value, each of `could_decide` for some of its values. The suggestion informs
    a meeting; it is no order.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "instrument": "sins",
                    "version": "2010",
                    "points": {
                        "location": 3,
                        "pain": None,
                        "lesion_type": 2,
                        "alignment": 0,
                        "collapse": 2,
                        "posterolateral": 0,
                    },
                    "total": None,
                    "minimum": 7,
                    "maximum": 10,
                    "band": "potentially_unstable",
                    "category_decided": True,
                    "suggestion": "Fisher 2010: from 7 points a surgical opinion is advised.",
                    "suggestion_fr": "Fisher 2010 : à partir de 7 points, un avis chirurgical est conseillé.",
                    "decisive_items": [],
                    "could_decide": [],
                    "flags": [],
                    "reference": sins.INSTRUMENT.reference,
                }
            ]
        }
    )

    instrument: str
    version: str
    points: dict[str, int | None]
    total: int | None
    minimum: int
    maximum: int
    band: str | None
    category_decided: bool
    suggestion: str | None
    suggestion_fr: str | None
    decisive_items: list[str]
    could_decide: list[str]
    flags: list[str]
    reference: str

    @classmethod
    def of(cls, score: Score) -> Self:
        return cls(
            instrument=score.instrument,
            version=score.version,
            points=dict(score.points),
            total=score.total,
            minimum=score.minimum,
            maximum=score.maximum,
            band=score.band,
            category_decided=score.category_decided,
            suggestion=score.suggestion and score.suggestion.en,
            suggestion_fr=score.suggestion and score.suggestion.fr,
            decisive_items=list(score.decisive_items),
            could_decide=list(score.could_decide),
            flags=list(score.flags),
            reference=score.reference,
        )


class NotApplicableOut(BaseModel):
    """The score does not apply, and why."""

    instrument: str = Field(examples=["mirels"])
    version: str = Field(examples=["1989"])
    not_applicable: str = Field(examples=["Mirels predicts a fracture: a completed one is not scored."])
    not_applicable_fr: str = Field(
        examples=["Le score de Mirels prédit une fracture : une fracture constituée n'est pas cotée."]
    )
    reference: str

    @classmethod
    def of(cls, answer: NotApplicable) -> Self:
        return cls(
            instrument=answer.instrument,
            version=answer.version,
            not_applicable=answer.reason.en,
            not_applicable_fr=answer.reason.fr,
            reference=answer.reference,
        )


AnswerOut = ScoreOut | NotApplicableOut


class ScoresOut(BaseModel):
    """Every instrument's answer for one lesion."""

    mirels: AnswerOut
    sins: AnswerOut

    @classmethod
    def of(cls, assessment: Assessment) -> Self:
        return cls(mirels=answer_out(assessment.mirels), sins=answer_out(assessment.sins))


def answer_out(answer: Score | NotApplicable) -> AnswerOut:
    return NotApplicableOut.of(answer) if isinstance(answer, NotApplicable) else ScoreOut.of(answer)


def named_items(body: Items) -> dict[str, Any]:
    """Items by the names of the published table."""
    return body.model_dump(mode="json")
