"""The dose of zoledronic acid, at each printed end of its bands and between them."""

from decimal import Decimal

import pytest

from lesion_model.rules.zoledronic_acid import ENTRY, decide
from tests.unit.lesion_model.completions import Domain, check_complete_sets, check_incomplete_sets

DOMAIN: Domain = {"crcl_cockcroft": [Decimal(tenths) / 10 for tenths in range(1501)]}
DOSES = {30: "dose_3_0_mg", 40: "dose_3_3_mg", 50: "dose_3_5_mg"}


def guideline(*, crcl_cockcroft: Decimal) -> str:
    """<30; 30-39; 40-49; 50-60; >60. Rounding down puts 39.5 beside 39, whose dose is the lower."""
    if crcl_cockcroft < 30:
        return "contraindicated"
    if crcl_cockcroft > 60:
        return "dose_4_0_mg"
    return DOSES[min(50, int(crcl_cockcroft) // 10 * 10)]


def test_every_tenth_of_a_clearance_answers_as_the_guideline_says() -> None:
    check_complete_sets(ENTRY, DOMAIN, guideline)


def test_without_the_clearance_every_dose_is_possible() -> None:
    check_incomplete_sets(ENTRY, DOMAIN, guideline)


@pytest.mark.parametrize(
    ("clearance", "answer", "flags"),
    [
        pytest.param("29.999999", "contraindicated", (), id="just under 30"),
        pytest.param("30", "dose_3_0_mg", ("boundary",), id="exactly 30 is not contraindicated"),
        pytest.param("39", "dose_3_0_mg", ("boundary",), id="exactly 39"),
        pytest.param("39.5", "dose_3_0_mg", ("between_bands_lower_dose",), id="39.5 takes the lower dose"),
        pytest.param("39.999999", "dose_3_0_mg", ("between_bands_lower_dose",), id="just under 40"),
        pytest.param("40", "dose_3_3_mg", ("boundary",), id="exactly 40"),
        pytest.param("45", "dose_3_3_mg", (), id="in the middle of a band"),
        pytest.param("49", "dose_3_3_mg", ("boundary",), id="exactly 49"),
        pytest.param("49.1", "dose_3_3_mg", ("between_bands_lower_dose",), id="49.1 takes the lower dose"),
        pytest.param("50", "dose_3_5_mg", ("boundary",), id="exactly 50"),
        pytest.param("60", "dose_3_5_mg", ("boundary",), id="exactly 60"),
        pytest.param("60.000001", "dose_4_0_mg", (), id="just over 60"),
        pytest.param("500", "dose_4_0_mg", (), id="the highest that is read"),
    ],
)
def test_the_ends_of_the_bands(clearance: str, answer: str, flags: tuple[str, ...]) -> None:
    given = decide({"crcl_cockcroft": clearance})
    assert (given.answer, given.flags) == (answer, flags)
