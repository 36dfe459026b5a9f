"""Every instrument's answer for one lesion, from what is seen of it and what is known of the patient."""

from dataclasses import dataclass

from lesion_model import concordance
from lesion_model.anatomy import Site
from lesion_model.answers import Answer
from lesion_model.applicability import check_applicable
from lesion_model.assess import assess_mirels, assess_sins
from lesion_model.clinical import ClinicalContext
from lesion_model.concordance import Concordance
from lesion_model.findings import ImagingFindings
from lesion_model.grades_of_lesion import (
    assess_bilsky,
    assess_ct_response,
    assess_genant,
    assess_harrington,
    assess_recist_bone,
    assess_van_der_linden,
)
from lesion_model.prognosis import assess_rades, assess_tokuhashi, assess_tomita
from lesion_model.scoring import NotApplicable, Score

NOTHING_KNOWN = ClinicalContext()


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionAssessment:
    """Scores, grades and the response on CT. `concordance` sets Tokuhashi and Tomita side by side."""

    mirels: Score | NotApplicable
    sins: Score | NotApplicable
    tokuhashi_revised: Score | NotApplicable
    tomita: Score | NotApplicable
    concordance: Concordance
    rades: Score | NotApplicable
    bilsky_escc: Answer | NotApplicable
    van_der_linden: Answer | NotApplicable
    genant: Answer | NotApplicable
    harrington: Answer | NotApplicable
    recist_bone: Answer
    ct_response: Answer


def assess_lesion(site: Site, findings: ImagingFindings, clinical: ClinicalContext = NOTHING_KNOWN) -> LesionAssessment:
    """What is unknown widens the interval of a score and the possible answers of a grade.

    Raises `FindingNotApplicableError` for findings that this site cannot show.
    """
    check_applicable(site, findings)
    return assess_known(site, findings, clinical)


def assess_known(site: Site, findings: ImagingFindings, clinical: ClinicalContext = NOTHING_KNOWN) -> LesionAssessment:
    """The same for findings that were checked when they were recorded."""
    tokuhashi, tomita = assess_tokuhashi(site, clinical), assess_tomita(site, clinical)
    return LesionAssessment(
        mirels=assess_mirels(site, findings, clinical.mirels_pain),
        sins=assess_sins(site, findings, clinical.sins_pain),
        tokuhashi_revised=tokuhashi,
        tomita=tomita,
        concordance=concordance.compare(tokuhashi, tomita),
        rades=assess_rades(site, findings, clinical),
        bilsky_escc=assess_bilsky(site, findings),
        van_der_linden=assess_van_der_linden(site, findings),
        genant=assess_genant(site, findings),
        harrington=assess_harrington(site, findings, clinical),
        recist_bone=assess_recist_bone(findings),
        ct_response=assess_ct_response(findings),
    )
