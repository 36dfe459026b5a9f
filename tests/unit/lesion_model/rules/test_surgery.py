"""Surgery and arthroplasty by life expectancy, exactly at their limits."""

from fractions import Fraction

import pytest

from lesion_model.rules.surgery import ARTHROPLASTY, SURGERY
from tests.unit.lesion_model.completions import Domain, check_complete_sets, check_incomplete_sets

UNITS = ["weeks", "months", "years"]
NUMBERS = "0 0.1 0.11 0.12 0.25 0.49 0.5 0.51 0.99 1 1.01 1.37 1.38 2 3 5 5.9 6 6.1 7 11 12 12.1 13 26 27 40 52 53 99"
DOMAIN: Domain = {"life_expectancy": NUMBERS.split(), "life_expectancy_unit": UNITS}
# 6 weeks are 42 days. A month is 365.25 / 12 = 30.4375 days.
DAYS = {"weeks": Fraction(7), "months": Fraction(304375, 10000), "years": Fraction(36525, 100)}


def days(number: str, unit: str) -> Fraction:
    return Fraction(number) * DAYS[unit]


def surgery(*, life_expectancy: str, life_expectancy_unit: str) -> str:
    expected = days(life_expectancy, life_expectancy_unit)
    if expected < 42:
        return "no_expected_benefit"
    return "resection_and_reconstruction" if expected > Fraction(36525, 100) else "less_aggressive_fixation"


def arthroplasty(*, life_expectancy: str, life_expectancy_unit: str) -> str:
    longer = days(life_expectancy, life_expectancy_unit) > Fraction(36525, 200)
    return "long_enough" if longer else "not_long_enough"


def test_every_life_expectancy_answers_as_the_guideline_says() -> None:
    check_complete_sets(SURGERY, DOMAIN, surgery)
    check_complete_sets(ARTHROPLASTY, DOMAIN, arthroplasty)


def test_every_incomplete_set_answers_only_what_the_missing_fact_cannot_change() -> None:
    check_incomplete_sets(SURGERY, DOMAIN, surgery)
    check_incomplete_sets(ARTHROPLASTY, DOMAIN, arthroplasty)


@pytest.mark.parametrize(
    ("number", "unit", "answer", "flags"),
    [
        pytest.param("5.999999", "weeks", "no_expected_benefit", (), id="just under 6 weeks"),
        pytest.param("6", "weeks", "less_aggressive_fixation", ("boundary",), id="exactly 6 weeks is in the middle"),
        pytest.param("6.000001", "weeks", "less_aggressive_fixation", (), id="just over 6 weeks"),
        pytest.param("11.999999", "months", "less_aggressive_fixation", (), id="just under 12 months"),
        pytest.param("12", "months", "less_aggressive_fixation", ("boundary",), id="exactly 12 months"),
        pytest.param("1", "years", "less_aggressive_fixation", ("boundary",), id="exactly 1 year is in the middle"),
        pytest.param("1.000001", "years", "resection_and_reconstruction", (), id="just over 1 year"),
        pytest.param("12.000001", "months", "resection_and_reconstruction", (), id="just over 12 months"),
        pytest.param("52", "weeks", "less_aggressive_fixation", (), id="52 weeks are less than a year"),
        pytest.param("53", "weeks", "resection_and_reconstruction", (), id="53 weeks are more than a year"),
    ],
)
def test_surgery_at_its_limits(number: str, unit: str, answer: str, flags: tuple[str, ...]) -> None:
    given = SURGERY.decide({"life_expectancy": number, "life_expectancy_unit": unit})
    assert (given.answer, given.flags) == (answer, flags)


@pytest.mark.parametrize(
    ("number", "unit", "answer", "flags"),
    [
        pytest.param("5.999999", "months", "not_long_enough", (), id="just under 6 months"),
        pytest.param("6", "months", "not_long_enough", ("boundary",), id="exactly 6 months is not more"),
        pytest.param("0.5", "years", "not_long_enough", ("boundary",), id="half a year is exactly 6 months"),
        pytest.param("6.000001", "months", "long_enough", (), id="just over 6 months"),
        pytest.param("26", "weeks", "not_long_enough", (), id="26 weeks are less than 6 months"),
    ],
)
def test_arthroplasty_at_six_months(number: str, unit: str, answer: str, flags: tuple[str, ...]) -> None:
    given = ARTHROPLASTY.decide({"life_expectancy": number, "life_expectancy_unit": unit})
    assert (given.answer, given.flags) == (answer, flags)


def test_a_unit_is_never_assumed() -> None:
    answer = SURGERY.decide({"life_expectancy": "8"})
    assert answer.possible == ("less_aggressive_fixation", "resection_and_reconstruction")
    assert answer.decisive == ("life_expectancy_unit",)
    assert answer.flags == ()
