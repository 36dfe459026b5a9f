import pytest

from lesion_model.frankel import Frankel
from lesion_model.performance_status import ECOG_BY_KARNOFSKY, KARNOFSKY_BY_ECOG, Ecog, Karnofsky


def test_karnofsky_is_ten_decades_from_10_to_100() -> None:
    assert [decade.value for decade in Karnofsky] == [str(percent) for percent in range(10, 101, 10)]


def test_ecog_is_six_grades_from_0_to_5() -> None:
    assert [grade.value for grade in Ecog] == ["0", "1", "2", "3", "4", "5"]


@pytest.mark.parametrize(
    ("ecog", "karnofsky"),
    [("0", "100"), ("1", "80 90"), ("2", "60 70"), ("3", "40 50"), ("4", "10 20 30")],
)
def test_the_two_scales_correspond_as_in_ma_2010(ecog: str, karnofsky: str) -> None:
    decades = karnofsky.split()
    assert [decade.value for decade in KARNOFSKY_BY_ECOG[Ecog(ecog)]] == decades
    assert {ECOG_BY_KARNOFSKY[Karnofsky(decade)] for decade in decades} == {Ecog(ecog)}


def test_every_decade_corresponds_to_one_grade_and_death_to_no_decade() -> None:
    assert set(ECOG_BY_KARNOFSKY) == set(Karnofsky)
    assert Ecog.E5 not in KARNOFSKY_BY_ECOG


def test_frankel_has_five_published_grades_and_three_local_ones_of_d() -> None:
    assert [grade.value for grade in Frankel] == ["A", "B", "C", "D", "D1", "D2", "D3", "E"]
    assert {grade.value: grade.published.value for grade in Frankel} == {
        "A": "A",
        "B": "B",
        "C": "C",
        "D": "D",
        "D1": "D",
        "D2": "D",
        "D3": "D",
        "E": "E",
    }
