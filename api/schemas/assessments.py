"""Shapes of one lesion and its patient as they are described, and of every instrument's answer."""

from typing import Self

from pydantic import BaseModel, ConfigDict

from api.schemas.answers import AnswerOut, ConcordanceOut, GradeOut, answer_out, grade_out
from api.schemas.body import Body
from api.schemas.clinical import CLINICAL_EXAMPLE, ClinicalContextBody
from api.schemas.findings import VERTEBRA_EXAMPLE, FindingsBody
from api.schemas.sites import SITE_EXAMPLES, SiteBody
from lesion_model.assess_lesion import LesionAssessment


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
            bilsky_escc=grade_out(assessed.bilsky_escc),
            van_der_linden=grade_out(assessed.van_der_linden),
            genant=grade_out(assessed.genant),
            harrington=grade_out(assessed.harrington),
            recist_bone=grade_out(assessed.recist_bone),
            ct_response=grade_out(assessed.ct_response),
        )
