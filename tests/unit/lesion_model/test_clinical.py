"""What the meeting may say of a patient, and what it cannot."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from lesion_model import mirels, sins
from lesion_model.clinical import ClinicalContext, VisceralDisease
from lesion_model.errors import FindingError
from lesion_model.frankel import Frankel
from lesion_model.life_expectancy import LifeExpectancy, Span, Unit
from lesion_model.performance_status import Ecog, Karnofsky
from lesion_model.primary import PrimaryTumour


def refused(build: Any, **values: Any) -> list[str]:
    with pytest.raises(FindingError) as refusal:
        build(**values)
    return [problem.field for problem in refusal.value.problems]


def weeks(count: int) -> Span:
    return Span(count=count, unit=Unit.WEEKS)


def months(count: int) -> Span:
    return Span(count=count, unit=Unit.MONTHS)


def test_nothing_needs_to_be_known() -> None:
    nothing = ClinicalContext()
    assert {getattr(nothing, field) for field in ClinicalContext.__dataclass_fields__} == {None}
    assert (nothing.bone_metastases, nothing.has_motor_deficit) == (None, None)


def test_everything_may_be_known() -> None:
    context = ClinicalContext(
        mirels_pain=mirels.Pain.FUNCTIONAL,
        sins_pain=sins.Pain.MECHANICAL,
        pain_intensity=10,
        karnofsky=Karnofsky.K70,
        ecog=Ecog.E2,
        frankel=Frankel.D2,
        primary_tumour=PrimaryTumour.BREAST,
        visceral=VisceralDisease(present=True, resectable=False, treatable=True),
        vertebral_metastases=2,
        extraspinal_bone_metastases=3,
        metastases=6,
        cord_compression=True,
        motor_deficit=True,
        motor_deficit_days=0,
        creatinine_clearance_ml_min=Decimal("39.5"),
        diagnosed_on=date(2031, 1, 31),
        cord_compression_on=date(2032, 4, 30),
        systemic_line_started_on=date(2031, 3, 1),
        radiotherapy_at_site_on=date(2031, 4, 1),
        radionuclide_therapy_started_on=date(2031, 5, 1),
        antiresorptive_started_on=date(2031, 6, 1),
        life_expectancy=LifeExpectancy(at_least=weeks(6), at_most=months(12)),
    )
    assert context.bone_metastases == 5
    assert context.has_motor_deficit is True


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        pytest.param({"mirels_pain": "none"}, ["mirels_pain"], id="a pain as text"),
        pytest.param({"sins_pain": mirels.Pain.NONE}, ["sins_pain"], id="the pain of another score"),
        pytest.param({"pain_intensity": 11}, ["pain_intensity"], id="beyond the worst pain"),
        pytest.param({"pain_intensity": -1}, ["pain_intensity"], id="below no pain"),
        pytest.param({"pain_intensity": 3.0}, ["pain_intensity"], id="a float for an intensity"),
        pytest.param({"pain_intensity": True}, ["pain_intensity"], id="yes for an intensity"),
        pytest.param({"karnofsky": 70}, ["karnofsky"], id="a number for a decade"),
        pytest.param({"ecog": 2}, ["ecog"], id="a number for a grade"),
        pytest.param({"frankel": "D1"}, ["frankel"], id="text for a grade"),
        pytest.param({"primary_tumour": "lung"}, ["primary_tumour"], id="text for a primary"),
        pytest.param({"visceral": True}, ["visceral"], id="yes for visceral disease"),
        pytest.param({"vertebral_metastases": -1}, ["vertebral_metastases"], id="fewer than none"),
        pytest.param({"extraspinal_bone_metastases": 10_001}, ["extraspinal_bone_metastases"], id="too many"),
        pytest.param({"metastases": "5"}, ["metastases"], id="text for a count"),
        pytest.param({"cord_compression": 1}, ["cord_compression"], id="a number for yes"),
        pytest.param({"motor_deficit": "no"}, ["motor_deficit"], id="text for no"),
        pytest.param({"motor_deficit_days": -1}, ["motor_deficit_days"], id="a deficit of tomorrow"),
        pytest.param({"creatinine_clearance_ml_min": 60.0}, ["creatinine_clearance_ml_min"], id="a binary float"),
        pytest.param({"creatinine_clearance_ml_min": Decimal(0)}, ["creatinine_clearance_ml_min"], id="no clearance"),
        pytest.param(
            {"creatinine_clearance_ml_min": Decimal("500.1")}, ["creatinine_clearance_ml_min"], id="in another unit"
        ),
        pytest.param({"diagnosed_on": "2031-01-01"}, ["diagnosed_on"], id="text for a day"),
        pytest.param(
            {"systemic_line_started_on": datetime(2031, 1, 1, tzinfo=UTC)},
            ["systemic_line_started_on"],
            id="a moment for a day",
        ),
        pytest.param({"life_expectancy": months(3)}, ["life_expectancy"], id="one span for two bounds"),
        pytest.param({"ecog": 2, "frankel": "D1"}, ["ecog", "frankel"], id="everything wrong is said at once"),
    ],
)
def test_what_is_none_of_the_values_is_refused(values: dict[str, Any], fields: list[str]) -> None:
    assert refused(ClinicalContext, **values) == fields


@pytest.mark.parametrize(
    ("values", "field"),
    [
        pytest.param({"sins_pain": sins.Pain.NONE, "pain_intensity": 1}, "pain_intensity", id="a painless spine hurts"),
        pytest.param({"mirels_pain": mirels.Pain.NONE, "pain_intensity": 1}, "pain_intensity", id="a painless limb"),
        pytest.param({"frankel": Frankel.E, "motor_deficit": True}, "motor_deficit", id="a deficit in grade E"),
        pytest.param({"frankel": Frankel.D3, "motor_deficit": False}, "motor_deficit", id="no deficit in grade D3"),
        pytest.param({"motor_deficit": False, "motor_deficit_days": 3}, "motor_deficit_days", id="days of no deficit"),
        pytest.param({"frankel": Frankel.E, "motor_deficit_days": 3}, "motor_deficit_days", id="days of grade E"),
        pytest.param(
            {"cord_compression": False, "cord_compression_on": date(2031, 1, 1)},
            "cord_compression_on",
            id="the day of no compression",
        ),
        pytest.param(
            {"vertebral_metastases": 2, "extraspinal_bone_metastases": 2, "metastases": 3},
            "metastases",
            id="fewer in all organs than in bone",
        ),
        pytest.param(
            {"vertebral_metastases": 2, "metastases": 2, "visceral": VisceralDisease(present=True)},
            "metastases",
            id="none left for the viscera",
        ),
    ],
)
def test_facts_that_contradict_each_other_are_refused(values: dict[str, Any], field: str) -> None:
    assert refused(ClinicalContext, **values) == [field]


def test_pain_without_intensity_and_no_pain_of_intensity_nought_are_both_possible() -> None:
    assert ClinicalContext(sins_pain=sins.Pain.MECHANICAL).pain_intensity is None
    assert ClinicalContext(sins_pain=sins.Pain.NONE, pain_intensity=0).pain_intensity == 0


def test_all_metastases_may_be_those_of_bone() -> None:
    context = ClinicalContext(vertebral_metastases=2, extraspinal_bone_metastases=1, metastases=3)
    assert context.bone_metastases == context.metastases
    assert ClinicalContext(vertebral_metastases=2).bone_metastases is None


def test_a_compression_may_have_revealed_the_tumour() -> None:
    revealed = ClinicalContext(diagnosed_on=date(2031, 2, 1), cord_compression_on=date(2031, 1, 20))
    assert revealed.cord_compression_on == date(2031, 1, 20)


@pytest.mark.parametrize("grade", Frankel)
def test_every_frankel_grade_but_e_is_a_motor_deficit(grade: Frankel) -> None:
    assert ClinicalContext(frankel=grade).has_motor_deficit is (grade is not Frankel.E)
    assert ClinicalContext(frankel=grade, motor_deficit=grade is not Frankel.E).frankel is grade


@pytest.mark.parametrize(
    ("values", "field"),
    [
        pytest.param({"present": None}, "present", id="neither yes nor no"),
        pytest.param({"present": True, "resectable": "yes"}, "resectable", id="text for yes"),
        pytest.param({"present": True, "treatable": "no"}, "treatable", id="text for no"),
        pytest.param({"present": False, "resectable": False}, "resectable", id="what is not there is unresectable"),
        pytest.param({"present": False, "treatable": True}, "treatable", id="what is not there is treatable"),
        pytest.param({"present": True, "resectable": True, "treatable": False}, "treatable", id="resectable alone"),
    ],
)
def test_impossible_visceral_disease_is_refused(values: dict[str, Any], field: str) -> None:
    assert refused(VisceralDisease, **values) == [field]


def test_what_cannot_be_resected_may_be_treatable_and_one_of_both_may_be_open() -> None:
    for resectable, treatable in ((False, True), (True, None), (None, False), (True, True), (False, False)):
        disease = VisceralDisease(present=True, resectable=resectable, treatable=treatable)
        assert (disease.resectable, disease.treatable) == (resectable, treatable)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        pytest.param({"count": None, "unit": Unit.WEEKS}, "count", id="no number"),
        pytest.param({"count": -1, "unit": Unit.WEEKS}, "count", id="a negative number"),
        pytest.param({"count": 1.5, "unit": Unit.MONTHS}, "count", id="a fraction"),
        pytest.param({"count": 1201, "unit": Unit.MONTHS}, "count", id="more than a century"),
        pytest.param({"count": 1, "unit": "months"}, "unit", id="a unit as text"),
    ],
)
def test_an_impossible_span_is_refused(values: dict[str, Any], field: str) -> None:
    assert refused(Span, **values) == [field]


def test_a_life_expectancy_has_one_bound_at_least_and_they_are_in_order() -> None:
    assert refused(LifeExpectancy) == ["at_least"]
    assert refused(LifeExpectancy, at_least=3) == ["at_least"]
    assert refused(LifeExpectancy, at_most=3) == ["at_most"]
    assert refused(LifeExpectancy, at_least=months(2), at_most=weeks(8)) == ["at_least"]
    assert LifeExpectancy(at_least=months(2), at_most=weeks(9)).at_most == weeks(9)
    assert LifeExpectancy(at_least=weeks(6)).at_most is None
    assert LifeExpectancy(at_least=weeks(6), at_most=weeks(6)).at_most == weeks(6)


def test_weeks_and_months_are_compared_in_days_of_the_mean_year() -> None:
    assert weeks(6).days == 42
    assert months(12).days == Fraction("365.25")
