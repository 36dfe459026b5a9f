"""Cortical involvement of the femur: over 30 mm along the axis, or over half of the circumference."""

import pytest

from lesion_model.grades.van_der_linden import ENTRY, decide
from tests.unit.lesion_model.completions import Domain, check_complete_sets, check_incomplete_sets

DOMAIN: Domain = {
    "femur": [False, True],
    "axial_cortical_mm": ["0", "29.999999", "30", "30.000001", "300"],
    "circumferential_pct": ["0", "49.999999", "50", "50.000001", "100"],
    "cortical_breach": [False, True],
}


def paper(*, femur: bool, axial_cortical_mm: str, circumferential_pct: str, **_: object) -> str:
    """Neither paper found a breach of the cortex to predict a fracture."""
    if not femur:
        return "not_applicable"
    high = axial_cortical_mm in ("30.000001", "300") or circumferential_pct in ("50.000001", "100")
    return "high_risk" if high else "not_high_risk"


def test_every_combination_of_measurements_answers_as_the_papers_say() -> None:
    check_complete_sets(ENTRY, DOMAIN, paper)


def test_every_incomplete_set_answers_only_what_no_missing_measurement_can_change() -> None:
    check_incomplete_sets(ENTRY, DOMAIN, paper)


@pytest.mark.parametrize(
    ("facts", "flags"),
    [
        pytest.param({"axial_cortical_mm": 30}, ("boundary",), id="exactly 30 mm"),
        pytest.param({"circumferential_pct": 50}, ("boundary",), id="exactly 50 %"),
        pytest.param({"cortical_breach": True}, ("cortical_breach",), id="a breach"),
        pytest.param({"axial_cortical_mm": "30.1", "circumferential_pct": "49.9"}, (), id="beside both limits"),
        pytest.param({"cortical_breach": False}, (), id="no breach"),
    ],
)
def test_edges_and_a_breach_are_flagged(facts: dict[str, object], flags: tuple[str, ...]) -> None:
    assert decide(facts).flags == flags


def test_each_point_is_answered_by_itself() -> None:
    answer = decide({"femur": True, "axial_cortical_mm": "31", "cortical_breach": False})
    assert answer.answer == "high_risk"
    assert [point.holds for point in answer.points] == [True, None, False]


def test_a_breach_alone_is_no_predictor() -> None:
    facts = {"femur": True, "axial_cortical_mm": 10, "circumferential_pct": 10, "cortical_breach": True}
    answer = decide(facts)
    assert (answer.answer, [point.holds for point in answer.points]) == ("not_high_risk", [False, False, True])
