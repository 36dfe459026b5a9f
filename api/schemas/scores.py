"""Shapes of the scores of stored readings, with who supplied what."""

from collections.abc import Mapping
from datetime import date
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from annotation.completion import Source, Supplier
from annotation.scores import PatientScores, ScoredLesion
from annotation.supplied import BySupplier
from api.schemas.answers import ConcordanceOut, NotApplicableOut, ScoreOut
from api.schemas.lesions import LesionOut
from api.schemas.rules import RuleOut
from api.schemas.true_times import TrueTime
from lesion_model.answers import Answer
from lesion_model.rules.catalogue import BY_NAME
from lesion_model.scoring import NotApplicable, Score
from lesion_model.several import Highest
from lesion_model.skeleton import Bone, Side


class SupplierOut(BaseModel):
    """Who supplied an item, when, and in which reading, clinical context or lesion (its site).

    What came with the request itself was recorded nowhere: it has neither.
    """

    source: Source
    by: str | None = Field(examples=["bone meeting"])
    at: TrueTime
    id: UUID | None
    meeting_date: date | None = Field(description="Of a clinical context.")

    @classmethod
    def of(cls, supplier: Supplier) -> Self:
        return cls(
            source=supplier.source,
            by=supplier.by,
            at=supplier.at,
            id=supplier.id,
            meeting_date=supplier.meeting_date,
        )


class SuppliedScoreOut(ScoreOut):
    """A score, and for each item of which something is known who supplied it."""

    supplied: dict[str, SupplierOut]

    @classmethod
    def with_suppliers(cls, score: Score, supplied: BySupplier) -> Self:
        return cls(**dict(ScoreOut.of(score)), supplied=_suppliers(supplied))


class SuppliedRuleOut(RuleOut):
    """A grade, and for each fact that it used who supplied it."""

    supplied: dict[str, SupplierOut]

    @classmethod
    def with_suppliers(cls, answer: Answer, supplied: BySupplier) -> Self:
        return cls(**dict(RuleOut.of(BY_NAME[answer.name], answer)), supplied=_suppliers(supplied))


SuppliedAnswerOut = SuppliedScoreOut | NotApplicableOut
SuppliedGradeOut = SuppliedRuleOut | NotApplicableOut


class ScoresOut(BaseModel):
    """Every instrument's answer for one lesion, as far as the reading and the clinical context allow."""

    mirels: SuppliedAnswerOut
    sins: SuppliedAnswerOut
    tokuhashi_revised: SuppliedAnswerOut
    tomita: SuppliedAnswerOut
    concordance: ConcordanceOut
    rades: SuppliedAnswerOut
    bilsky_escc: SuppliedGradeOut
    van_der_linden: SuppliedGradeOut
    genant: SuppliedGradeOut
    harrington: SuppliedGradeOut
    recist_bone: SuppliedGradeOut
    ct_response: SuppliedGradeOut

    @classmethod
    def of(cls, scored: ScoredLesion) -> Self:
        given, by = scored.assessment, scored.supplied
        return cls(
            mirels=_score_out(given.mirels, by["mirels"]),
            sins=_score_out(given.sins, by["sins"]),
            tokuhashi_revised=_score_out(given.tokuhashi_revised, by["tokuhashi_revised"]),
            tomita=_score_out(given.tomita, by["tomita"]),
            concordance=ConcordanceOut.of(given.concordance),
            rades=_score_out(given.rades, by["rades"]),
            bilsky_escc=_grade_out(given.bilsky_escc, by["bilsky_escc"]),
            van_der_linden=_grade_out(given.van_der_linden, by["van_der_linden"]),
            genant=_grade_out(given.genant, by["genant"]),
            harrington=_grade_out(given.harrington, by["harrington"]),
            recist_bone=_grade_out(given.recist_bone, by["recist_bone"]),
            ct_response=_grade_out(given.ct_response, by["ct_response"]),
        )


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
                ScoredLesionOut(lesion=LesionOut.of(each.lesion), scores=ScoresOut.of(each))
                for each in scored.lesions.values()
            ],
            unread=[LesionOut.of(lesion) for lesion in scored.unread],
            bones=[
                BoneOut(bone=bone, side=side, mirels=HighestOut.of(highest))
                for (bone, side), highest in scored.mirels.items()
            ],
            sins=scored.sins and HighestOut.of(scored.sins),
        )


def _score_out(answer: Score | NotApplicable, supplied: BySupplier) -> SuppliedAnswerOut:
    if isinstance(answer, NotApplicable):
        return NotApplicableOut.of(answer)
    return SuppliedScoreOut.with_suppliers(answer, supplied)


def _grade_out(answer: Answer | NotApplicable, supplied: BySupplier) -> SuppliedGradeOut:
    if isinstance(answer, NotApplicable):
        return NotApplicableOut.of(answer)
    return SuppliedRuleOut.with_suppliers(answer, supplied)


def _suppliers(supplied: BySupplier) -> Mapping[str, SupplierOut]:
    return {item: SupplierOut.of(supplier) for item, supplier in supplied.items()}
