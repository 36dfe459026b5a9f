"""Every instrument at once, for a lesion that is described and not stored."""

from fastapi import APIRouter

from api.openapi import problems
from api.schemas.assessments import AssessmentBody, AssessmentOut
from lesion_model.assess_lesion import assess_lesion
from lesion_model.errors import located

router = APIRouter(tags=["scores"], responses=problems(413, 415, 422))


@router.post("/assessments")
def assess_described_lesion(body: AssessmentBody) -> AssessmentOut:
    """Every score and grade of one lesion, from its site, its findings and the patient's context; nothing is stored."""
    site, findings, clinical = body.site.to_domain(), body.findings.to_domain(), body.clinical.to_domain()
    with located("findings"):
        assessed = assess_lesion(site, findings, clinical)
    return AssessmentOut.of(assessed)
