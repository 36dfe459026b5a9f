"""Shapes of every score's answer."""

from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from annotation.scores import PatientScores
from api.schemas.lesions import LesionOut
from lesion_model import sins
from lesion_model.assess import Assessment
from lesion_model.scoring import NotApplicable, Score
from lesion_model.several import Highest
from lesion_model.skeleton import Bone, Side


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


class HighestOut(BaseModel):
    """The highest of several totals, as far as they are known; `lesions` are those that can be it."""

    instrument: str
    version: str
    total: int | None
    minimum: int
    maximum: int
    band: str | None
    category_decided: bool
    suggestion: str | None
    suggestion_fr: str | None
    lesions: list[UUID]
    reference: str

    @classmethod
    def of(cls, highest: Highest[UUID]) -> Self:
        return cls(
            instrument=highest.instrument,
            version=highest.version,
            total=highest.total,
            minimum=highest.minimum,
            maximum=highest.maximum,
            band=highest.band,
            category_decided=highest.category_decided,
            suggestion=highest.suggestion and highest.suggestion.en,
            suggestion_fr=highest.suggestion and highest.suggestion.fr,
            lesions=list(highest.places),
            reference=highest.reference,
        )


class ScoredLesionOut(BaseModel):
    """One lesion and its scores."""

    lesion: LesionOut
    scores: ScoresOut


class BoneOut(BaseModel):
    """The highest Mirels of one bone."""

    bone: Bone
    side: Side | None
    mirels: HighestOut


class PatientScoresOut(BaseModel):
    """A patient's lesions with their scores, and the highest of each: nothing is ever added up.

    `unread` are lesions without a reading, which count for nothing; `sins` is null where it applies nowhere.
    """

    lesions: list[ScoredLesionOut]
    unread: list[LesionOut]
    bones: list[BoneOut]
    sins: HighestOut | None

    @classmethod
    def of(cls, scored: PatientScores) -> Self:
        return cls(
            lesions=[
                ScoredLesionOut(lesion=LesionOut.of(lesion), scores=ScoresOut.of(assessment))
                for lesion, assessment in scored.lesions.values()
            ],
            unread=[LesionOut.of(lesion) for lesion in scored.unread],
            bones=[
                BoneOut(bone=bone, side=side, mirels=HighestOut.of(highest))
                for (bone, side), highest in scored.mirels.items()
            ],
            sins=scored.sins and HighestOut.of(scored.sins),
        )


def answer_out(answer: Score | NotApplicable) -> AnswerOut:
    return NotApplicableOut.of(answer) if isinstance(answer, NotApplicable) else ScoreOut.of(answer)
