"""Shapes of the answer of a score or a grade, and of two that are set side by side."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.labels import LabelOut
from api.schemas.rules import RuleOut
from lesion_model import sins
from lesion_model.answers import Answer
from lesion_model.concordance import Concordance
from lesion_model.rules.catalogue import BY_NAME
from lesion_model.scoring import NotApplicable, Score


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


class ConcordanceOut(BaseModel):
    """Whether revised Tokuhashi and Tomita aim at the same treatment; null while that is open."""

    discordant: bool | None
    explanation: LabelOut
    flags: list[str]

    @classmethod
    def of(cls, concordance: Concordance) -> Self:
        return cls(
            discordant=concordance.discordant,
            explanation=LabelOut.model_validate(concordance.explanation),
            flags=list(concordance.flags),
        )


AnswerOut = ScoreOut | NotApplicableOut
GradeOut = RuleOut | NotApplicableOut


def answer_out(answer: Score | NotApplicable) -> AnswerOut:
    return NotApplicableOut.of(answer) if isinstance(answer, NotApplicable) else ScoreOut.of(answer)


def grade_out(answer: Answer | NotApplicable) -> GradeOut:
    if isinstance(answer, NotApplicable):
        return NotApplicableOut.of(answer)
    return RuleOut.of(BY_NAME[answer.name], answer)
