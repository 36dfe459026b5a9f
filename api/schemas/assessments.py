"""Shapes of one lesion and its patient as they are described, and of every instrument's answer."""

from typing import Self

from pydantic import BaseModel, ConfigDict

from api.schemas.body import Body
from api.schemas.clinical import CLINICAL_EXAMPLE, ClinicalContextBody
from api.schemas.findings import VERTEBRA_EXAMPLE, FindingsBody
from api.schemas.instruments import LabelOut
from api.schemas.rules import RuleOut
from api.schemas.scores import AnswerOut, NotApplicableOut, answer_out
from api.schemas.sites import SITE_EXAMPLES, SiteBody
from lesion_model.answers import Answer
from lesion_model.assess_lesion import LesionAssessment
from lesion_model.concordance import Concordance
from lesion_model.rules.catalogue import BY_NAME
from lesion_model.scoring import NotApplicable

GradeOut = RuleOut | NotApplicableOut


class AssessmentBody(Body):
    """A lesion as it is seen, and its patient as the meeting knows them."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"site": SITE_EXAMPLES[0], "findings": VERTEBRA_EXAMPLE, "clinical": CLINICAL_EXAMPLE}]
        }
    )

    site: SiteBody
    findings: FindingsBody = FindingsBody()
    clinical: ClinicalContextBody = ClinicalContextBody()


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


class AssessmentOut(BaseModel):
    """Every score and grade of one lesion, and its response on CT."""

    mirels: AnswerOut
    sins: AnswerOut
    tokuhashi_revised: AnswerOut
    tomita: AnswerOut
    concordance: ConcordanceOut
    rades: AnswerOut
    bilsky_escc: GradeOut
    van_der_linden: GradeOut
    genant: GradeOut
    harrington: GradeOut
    recist_bone: GradeOut
    ct_response: GradeOut

    @classmethod
    def of(cls, assessed: LesionAssessment) -> Self:
        return cls(
            mirels=answer_out(assessed.mirels),
            sins=answer_out(assessed.sins),
            tokuhashi_revised=answer_out(assessed.tokuhashi_revised),
            tomita=answer_out(assessed.tomita),
            concordance=ConcordanceOut.of(assessed.concordance),
            rades=answer_out(assessed.rades),
            bilsky_escc=_grade_out(assessed.bilsky_escc),
            van_der_linden=_grade_out(assessed.van_der_linden),
            genant=_grade_out(assessed.genant),
            harrington=_grade_out(assessed.harrington),
            recist_bone=_grade_out(assessed.recist_bone),
            ct_response=_grade_out(assessed.ct_response),
        )


def _grade_out(answer: Answer | NotApplicable) -> GradeOut:
    if isinstance(answer, NotApplicable):
        return NotApplicableOut.of(answer)
    return RuleOut.of(BY_NAME[answer.name], answer)
