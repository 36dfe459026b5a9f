from collections import Counter

import pytest

from lesion_model import flags, tomita
from lesion_model.errors import ItemsError
from lesion_model.primary import PrimaryTumour
from tests.unit.lesion_model.paper import TOMITA, every_entry

# Typed from the paper's examples.
GROWTH_OF_TUMOURS = {
    "slow": "breast prostate thyroid",
    "moderate": "kidney uterus",
    "rapid": "lung lung_nsclc lung_sclc liver stomach colon unidentified",
}
TUMOURS = [(tumour, growth) for growth, tumours in GROWTH_OF_TUMOURS.items() for tumour in tumours.split()]
UNLISTED = sorted({tumour.value for tumour in PrimaryTumour} - {tumour for tumour, _ in TUMOURS})


def test_the_bands_of_the_18_entries_counted_by_hand() -> None:
    bands = Counter(tomita.calculate(entry).band for entry in every_entry(TOMITA))
    assert bands == {"en_bloc": 3, "intralesional": 5, "palliative_surgery": 6, "supportive_care": 4}


def test_rapid_growth_scores_four_and_not_three() -> None:
    assert tomita.calculate({"growth": "rapid"}).points["growth"] == 4


@pytest.mark.parametrize(("tumour", "growth"), TUMOURS)
def test_a_primary_gives_its_published_growth(tumour: str, growth: str) -> None:
    score = tomita.calculate({"primary_tumour": tumour})
    assert score.points["growth"] == TOMITA["growth"][growth]
    assert score.flags == ()


@pytest.mark.parametrize("tumour", UNLISTED)
def test_a_primary_without_published_growth_leaves_it_open(tumour: str) -> None:
    score = tomita.calculate({"primary_tumour": tumour, "visceral": "none", "bone": "solitary"})
    assert (score.minimum, score.maximum, score.points["growth"]) == (2, 5, None)
    assert score.flags == (flags.PRIMARY_WITHOUT_PUBLISHED_GROWTH,)


def test_a_growth_beside_a_primary_without_published_growth_is_used() -> None:
    score = tomita.calculate({"primary_tumour": "melanoma", "growth": "rapid"})
    assert (score.points["growth"], score.flags) == (4, ())


def test_a_growth_that_differs_from_the_primarys_is_used_and_flagged() -> None:
    score = tomita.calculate({"primary_tumour": "breast", "growth": "rapid"})
    assert (score.points["growth"], score.flags) == (4, (flags.GROWTH_OVERRIDES_PRIMARY,))


def test_a_growth_that_agrees_with_the_primarys_is_no_override() -> None:
    score = tomita.calculate({"primary_tumour": "breast", "growth": "slow"})
    assert (score.points["growth"], score.flags) == (1, ())


def test_a_tumour_that_has_no_name_here_is_refused() -> None:
    with pytest.raises(ItemsError) as refusal:
        tomita.calculate({"primary_tumour": "breast cancer"})
    (problem,) = refusal.value.problems
    assert problem.allowed == tuple(tumour.value for tumour in PrimaryTumour)


@pytest.mark.parametrize(
    ("total", "words"),
    [
        (2, "wide or marginal"),
        (3, "wide or marginal"),
        (4, "marginal or intralesional"),
        (5, "marginal or intralesional"),
        (6, "palliative surgery"),
        (7, "palliative surgery"),
        (8, "supportive care"),
        (10, "supportive care"),
    ],
)
def test_the_strategy_changes_at_four_six_and_eight_points(total: int, words: str) -> None:
    assert f", {words}" in tomita.INSTRUMENT.band(total).suggestion.en
