"""Everything that is answered for one lesion, from what is seen of it and what the meeting knows."""

from dataclasses import fields
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from lesion_model import flags, mirels, sins
from lesion_model.anatomy import Site
from lesion_model.answers import Answer
from lesion_model.assess import ClinicalPain, assess
from lesion_model.assess_lesion import LesionAssessment, assess_lesion
from lesion_model.clinical import ClinicalContext, VisceralDisease
from lesion_model.errors import FindingNotApplicableError
from lesion_model.findings import (
    AcetabularDefect,
    Alignment,
    BilskyGrade,
    ChangeSinceEarlier,
    EpiduralExtension,
    ImagingFindings,
    LesionType,
    Sclerosis,
    SoftTissueComponent,
    Trend,
)
from lesion_model.frankel import Frankel
from lesion_model.performance_status import Karnofsky
from lesion_model.primary import PrimaryTumour
from lesion_model.scoring import NotApplicable, Score
from lesion_model.skeleton import SKELETON, Bone, Region, Side
from tests.builders.lesions import L3, LEFT_RIB_5, SUBTROCHANTERIC, collapse, cortex, findings, vertebra

EARLIER = "2.25.7"
ACETABULUM = Site(bone=Bone.PELVIS, region=Region.ACETABULUM, side=Side.LEFT)
TIBIA = Site(bone=Bone.TIBIA, region=Region.SHAFT, side=Side.LEFT)


def every_site() -> list[Site]:
    sites = []
    for bone, facts in SKELETON.items():
        side = None if facts.side.value == "none" else Side.LEFT
        parts = product(facts.levels or [None], facts.regions or [None], facts.numbers or [None])
        sites += [
            Site(bone=bone, level=level, region=region, number=number, side=side) for level, region, number in parts
        ]
    return sites


def answered(answer: Answer | NotApplicable) -> str | None:
    assert isinstance(answer, Answer)
    return answer.answer


def grade_of(seen: ImagingFindings, name: str, site: Site = L3) -> Answer:
    answer = getattr(assess_lesion(site, seen), name)
    assert isinstance(answer, Answer)
    return answer


def applicable(assessment: LesionAssessment) -> set[str]:
    """The instruments that apply; the concordance is between two of them."""
    names = {field.name for field in fields(LesionAssessment)} - {"concordance"}
    return {name for name in names if not isinstance(getattr(assessment, name), NotApplicable)}


EVERYWHERE = {"recist_bone", "ct_response"}
SPINAL = {"sins", "tokuhashi_revised", "tomita", "rades", "bilsky_escc", "genant"}


@pytest.mark.parametrize(
    ("site", "wanted"),
    [
        pytest.param(L3, SPINAL, id="a vertebra"),
        pytest.param(vertebra("S5"), SPINAL, id="a sacral vertebra"),
        pytest.param(vertebra("C1"), SPINAL - {"genant"}, id="the atlas has no body"),
        pytest.param(vertebra("C0"), SPINAL - {"genant"}, id="nor has the occiput"),
        pytest.param(vertebra("coccyx"), {"tokuhashi_revised", "tomita"}, id="the coccyx has no canal"),
        pytest.param(SUBTROCHANTERIC, {"mirels", "van_der_linden"}, id="a femur"),
        pytest.param(TIBIA, {"mirels"}, id="another long bone"),
        pytest.param(ACETABULUM, {"harrington"}, id="an acetabulum"),
        pytest.param(LEFT_RIB_5, set(), id="a rib"),
    ],
)
def test_each_instrument_applies_where_it_was_made_for(site: Site, wanted: set[str]) -> None:
    assert applicable(assess_lesion(site, ImagingFindings())) == wanted | EVERYWHERE


def test_every_place_in_the_skeleton_can_be_assessed_with_nothing_known() -> None:
    for site in every_site():
        assessment = assess_lesion(site, ImagingFindings())
        for name in {field.name for field in fields(LesionAssessment)} - {"concordance"}:
            answer = getattr(assessment, name)
            assert answer.reference
            if isinstance(answer, Answer):
                assert answer.answer is None
            if isinstance(answer, NotApplicable):
                assert answer.reason.en != answer.reason.fr
                assert (answer.instrument, bool(answer.version)) == (name, True)


def test_an_assessment_of_both_halves_has_the_scores_of_each() -> None:
    seen = findings(
        lesion_type=LesionType.LYTIC,
        alignment=Alignment.NORMAL,
        vertebral_collapse=collapse(loss="40"),
        posterolateral=frozenset(),
    )
    known = ClinicalContext(
        sins_pain=sins.Pain.MECHANICAL,
        karnofsky=Karnofsky.K80,
        primary_tumour=PrimaryTumour.BREAST,
        visceral=VisceralDisease(present=False),
        vertebral_metastases=1,
        extraspinal_bone_metastases=0,
    )
    assessment = assess_lesion(vertebra("T12"), seen, known)
    assert isinstance(assessment.sins, Score)
    assert assessment.sins.total == 3 + 3 + 2 + 0 + 2 + 0
    assert isinstance(assessment.tokuhashi_revised, Score)
    assert (assessment.tokuhashi_revised.minimum, assessment.tokuhashi_revised.band) == (13, "ge_1_year")
    assert isinstance(assessment.tomita, Score)
    assert (assessment.tomita.total, assessment.tomita.band) == (2, "en_bloc")
    assert assessment.concordance.discordant is False
    assert assessment.concordance.tomita is assessment.tomita
    assert answered(assessment.genant) == "2"


def test_discordant_prognoses_are_flagged() -> None:
    known = ClinicalContext(  # Tokuhashi 2 + 2 + 1 + 0 + 5 + 2 = 12, excision; Tomita 1 + 4 + 2 = 7, palliative
        karnofsky=Karnofsky.K80,
        frankel=Frankel.E,
        primary_tumour=PrimaryTumour.BREAST,
        visceral=VisceralDisease(present=True, treatable=False),
        vertebral_metastases=2,
        extraspinal_bone_metastases=0,
    )
    assessment = assess_lesion(L3, ImagingFindings(), known)
    assert assessment.concordance.flags == (flags.TOKUHASHI_TOMITA_DISCORDANT,)


def test_mirels_and_sins_are_those_of_the_radiological_assessment() -> None:
    for site in every_site():
        seen = findings(lesion_type=LesionType.MIXED)
        pain = ClinicalPain(mirels=mirels.Pain.MODERATE, sins=sins.Pain.NON_MECHANICAL)
        both = assess(site, seen, pain)
        known = ClinicalContext(mirels_pain=pain.mirels, sins_pain=pain.sins)
        assessment = assess_lesion(site, seen, known)
        assert (assessment.mirels, assessment.sins) == (both.mirels, both.sins)


def test_findings_that_the_bone_cannot_show_are_not_assessed() -> None:
    with pytest.raises(FindingNotApplicableError):
        assess_lesion(L3, findings(cortical_involvement=cortex("1", "3")))


@pytest.mark.parametrize("grade", BilskyGrade)
def test_the_readers_bilsky_grade_is_the_answer(grade: BilskyGrade) -> None:
    answer = grade_of(findings(epidural_extension=EpiduralExtension(bilsky=grade)), "bilsky_escc")
    assert (answer.answer, answer.decided, answer.possible) == (grade.value, True, (grade.value,))


def test_an_extension_without_grade_leaves_every_grade_possible() -> None:
    seen = findings(epidural_extension=EpiduralExtension(canal_narrowing_percent=Decimal(30)))
    assert grade_of(seen, "bilsky_escc").possible == ("0", "1a", "1b", "1c", "2", "3")


@pytest.mark.parametrize(
    ("loss", "grade"), [("0", "0"), ("19.9", "0"), ("20", "1"), ("25", "1"), ("25.1", "2"), ("40", "2"), ("40.1", "3")]
)
def test_genant_is_graded_by_the_measured_loss(loss: str, grade: str) -> None:
    assert grade_of(findings(vertebral_collapse=collapse(loss=loss)), "genant").answer == grade


def test_a_collapse_without_measurement_has_no_genant_grade() -> None:
    assert grade_of(findings(vertebral_collapse=collapse(present=True)), "genant").answer is None


@pytest.mark.parametrize(
    ("seen", "answer"),
    [
        pytest.param({"axial_cortical_mm": Decimal("30.1")}, "high_risk", id="longer than 30 mm"),
        pytest.param({"circumferential_cortical_percent": Decimal("50.1")}, "high_risk", id="wider than half"),
        pytest.param({"axial_cortical_mm": Decimal(30)}, None, id="30 mm, the circumference not known"),
        pytest.param(
            {"axial_cortical_mm": Decimal(30), "circumferential_cortical_percent": Decimal(50)},
            "not_high_risk",
            id="neither",
        ),
        pytest.param({"cortical_breach": True}, None, id="a breach alone"),
    ],
)
def test_the_cortex_of_a_femur_tells_its_risk(seen: dict[str, Any], answer: str | None) -> None:
    found = grade_of(findings(**seen), "van_der_linden", SUBTROCHANTERIC)
    assert found.answer == answer
    assert (flags.CORTICAL_BREACH in found.flags) is ("cortical_breach" in seen)


@pytest.mark.parametrize(
    ("medial", "rim", "known", "possible"),
    [
        pytest.param(None, None, {}, ("I", "II", "III", "IV"), id="nothing known"),
        pytest.param(True, False, {}, ("II", "IV"), id="whether it can be cured is open"),
        pytest.param(False, False, {"metastases": 2}, ("I",), id="intact, and not the only metastasis"),
        pytest.param(True, False, {"vertebral_metastases": 2}, ("II",), id="other bones"),
        pytest.param(True, True, {"visceral": VisceralDisease(present=True)}, ("III",), id="viscera"),
        pytest.param(
            True,
            False,
            {"vertebral_metastases": 1, "extraspinal_bone_metastases": 1},
            ("II",),
            id="one of each",
        ),
        pytest.param(None, True, {"metastases": 2}, ("III",), id="the rim decides"),
        pytest.param(True, False, {"metastases": 1}, ("II", "IV"), id="the only one: the meeting says"),
        pytest.param(
            True,
            False,
            {"extraspinal_bone_metastases": 1, "vertebral_metastases": 0},
            ("II", "IV"),
            id="the only one of bone",
        ),
    ],
)
def test_harrington_follows_the_walls_and_what_excludes_a_cure(
    medial: bool | None, rim: bool | None, known: dict[str, Any], possible: tuple[str, ...]
) -> None:
    stated = medial is not None or rim is not None
    defect = AcetabularDefect(medial_wall_deficient=medial, rim_deficient=rim) if stated else None
    answer = assess_lesion(ACETABULUM, findings(acetabular_defect=defect), ClinicalContext(**known)).harrington
    assert isinstance(answer, Answer)
    assert answer.possible == possible


@pytest.mark.parametrize(
    ("seen", "possible"),
    [
        pytest.param({}, ("measurable", "non_measurable"), id="nothing known"),
        pytest.param({"lesion_type": LesionType.BLASTIC}, ("non_measurable",), id="blastic"),
        pytest.param({"soft_tissue": SoftTissueComponent(present=False)}, ("non_measurable",), id="bone only"),
        pytest.param(
            {"soft_tissue": SoftTissueComponent(present=True, longest_mm=Decimal("9.9"))},
            ("non_measurable",),
            id="under 10 mm",
        ),
        pytest.param(
            {
                "lesion_type": LesionType.LYTIC,
                "soft_tissue": SoftTissueComponent(present=True, longest_mm=Decimal(45)),
            },
            ("measurable", "non_measurable"),
            id="on what it was measured is open",
        ),
        pytest.param(
            {"soft_tissue": SoftTissueComponent(present=True)}, ("measurable", "non_measurable"), id="of unknown length"
        ),
    ],
)
def test_recist_asks_for_soft_tissue(seen: dict[str, Any], possible: tuple[str, ...]) -> None:
    assert grade_of(findings(**seen), "recist_bone").possible == possible


@pytest.mark.parametrize(
    ("lysis", "soft_tissue", "sclerosis", "new", "answer"),
    [
        (Trend.STABLE, Trend.STABLE, Sclerosis.NONE, False, "stable"),
        (Trend.DECREASE, Trend.STABLE, Sclerosis.NONE, False, "response"),
        (Trend.STABLE, Trend.INCREASE, Sclerosis.NONE, False, "progression"),
        (Trend.STABLE, Trend.STABLE, Sclerosis.ON_LYTIC, True, "progression_discordant"),
        (Trend.STABLE, Trend.STABLE, Sclerosis.ON_NORMAL_BONE, False, "inconclusive"),
        (Trend.DECREASE, Trend.STABLE, Sclerosis.ON_NORMAL_BONE, False, "response_plus_inconclusive_focus"),
        (Trend.INCREASE, None, Sclerosis.NONE, None, None),
        (None, None, None, False, None),
    ],
)
def test_the_change_is_answered_as_a_response(
    lysis: Trend | None, soft_tissue: Trend | None, sclerosis: Sclerosis | None, new: bool | None, answer: str | None
) -> None:
    change = ChangeSinceEarlier(
        earlier_study_instance_uid=EARLIER,
        lysis=lysis,
        soft_tissue=soft_tissue,
        sclerosis=sclerosis,
        new_lytic_lesion=new,
    )
    assert grade_of(findings(change=change), "ct_response").answer == answer
