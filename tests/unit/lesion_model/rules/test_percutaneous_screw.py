"""Percutaneous screws: a lytic lesion of a fractured pelvis, or of a proximal femur with a Mirels score of 9."""

import pytest

from lesion_model.mirels import calculate
from lesion_model.rules.percutaneous_screw import ENTRY, decide
from tests.unit.lesion_model.completions import Domain, check_complete_sets, check_incomplete_sets

DOMAIN: Domain = {
    "lesion_type": ["lytic", "mixed", "blastic"],
    "site": ["pelvis", "proximal_femur", "elsewhere"],
    "pathological_fracture": [False, True],
    "mirels_band": ["low", "borderline", "high"],
}
SITUATIONS = {
    *(("lytic", "pelvis", True, band) for band in ("low", "borderline", "high")),
    *(("lytic", "proximal_femur", fractured, "high") for fractured in (False, True)),
}


def guideline(*, lesion_type: str, site: str, pathological_fracture: bool, mirels_band: str) -> str:
    listed = (lesion_type, site, pathological_fracture, mirels_band) in SITUATIONS
    return "may_be_considered" if listed else "not_among_listed_situations"


def test_every_combination_of_facts_answers_as_the_guideline_says() -> None:
    check_complete_sets(ENTRY, DOMAIN, guideline)


def test_every_incomplete_set_answers_only_what_no_missing_fact_can_change() -> None:
    check_incomplete_sets(ENTRY, DOMAIN, guideline)


@pytest.mark.parametrize(
    ("pain", "total", "answer"),
    [
        pytest.param("mild", 8, "not_among_listed_situations", id="Mirels of exactly 8"),
        pytest.param("moderate", 9, "may_be_considered", id="Mirels of exactly 9"),
    ],
)
def test_the_band_of_the_mirels_score_is_taken_as_it_is(pain: str, total: int, answer: str) -> None:
    score = calculate({"site": "peritrochanteric", "size": "lt_1_3", "lesion_type": "lytic", "pain": pain})
    assert score.total == total
    facts = {"lesion_type": "lytic", "site": "proximal_femur", "mirels_band": score.band}
    assert decide(facts).answer == answer


def test_each_point_is_answered_by_itself() -> None:
    answer = decide({"lesion_type": "lytic", "site": "pelvis"})
    assert {point.name: point.holds for point in answer.points} == {
        "lytic": True,
        "pathological_fracture_of_the_pelvis": None,
        "proximal_femur_mirels_9_or_more": False,
    }
    assert (answer.answer, answer.decisive) == (None, ("pathological_fracture",))
