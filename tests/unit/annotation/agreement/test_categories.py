"""Kappa against scikit-learn, statsmodels and the papers' own examples."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import cohens_kappa

from annotation.agreement.categories import Weights, cohen, confusion, fleiss, strength
from annotation.errors import UnacceptableError

CATEGORIES = ("lytic", "mixed", "blastic")
PAIRS = st.lists(st.tuples(st.sampled_from(CATEGORIES), st.sampled_from(CATEGORIES)), min_size=2, max_size=60)

# Fleiss 1971, Table 1 in the form of its well-known reprint: 10 cases, 14 readers, 5 categories; kappa 0.210.
FLEISS_COUNTS = (
    (0, 0, 0, 0, 14),
    (0, 2, 6, 4, 2),
    (0, 0, 3, 5, 6),
    (0, 3, 9, 2, 0),
    (2, 2, 8, 1, 1),
    (7, 7, 0, 0, 0),
    (3, 2, 6, 3, 0),
    (2, 5, 3, 2, 2),
    (6, 5, 2, 1, 0),
    (0, 2, 2, 3, 7),
)


@given(PAIRS, st.sampled_from(Weights))
def test_cohens_kappa_is_that_of_scikit_learn(pairs: list[tuple[str, str]], weights: Weights) -> None:
    first, second = [one for one, _ in pairs], [other for _, other in pairs]
    ours = cohen(first, second, CATEGORIES, weights)
    if ours.value is None:
        assert set(first) == set(second)
        assert len(set(first)) == 1
        return
    theirs = cohen_kappa_score(
        first, second, labels=list(CATEGORIES), weights=None if weights is Weights.NONE else weights.value
    )
    assert ours.value == pytest.approx(theirs, abs=1e-12)


def test_the_interval_of_kappa_is_the_one_of_fleiss_cohen_and_everitt() -> None:
    # Table [[20, 5], [10, 15]]: observed 0.7, expected 0.5, kappa 0.4. Equation 13 by hand: 0.4 (0.5 - 1.1 x 0.3)^2
    # + 0.3 (0.5 - 0.9 x 0.3)^2 + 0.3^2 (0.1 x 1.1^2 + 0.2 x 0.9^2) - 0.05^2 = 0.0504; / (50 x 0.5^4) = 0.127^2.
    first = ["a"] * 25 + ["b"] * 25
    second = ["a"] * 20 + ["b"] * 5 + ["a"] * 10 + ["b"] * 15
    found = cohen(first, second, ("a", "b"))
    assert found.value == pytest.approx(0.4)
    assert found.observed == pytest.approx(0.7)
    assert found.expected == pytest.approx(0.5)
    assert found.low == pytest.approx(0.4 - 1.96 * 0.127, abs=1e-4)
    assert found.high == pytest.approx(0.4 + 1.96 * 0.127, abs=1e-4)


@given(PAIRS, st.sampled_from([Weights.NONE, Weights.LINEAR, Weights.QUADRATIC]))
def test_the_interval_is_that_of_statsmodels(pairs: list[tuple[str, str]], weights: Weights) -> None:
    first, second = [one for one, _ in pairs], [other for _, other in pairs]
    ours = cohen(first, second, CATEGORIES, weights)
    if ours.value is None or ours.high is None:
        return
    kind = {Weights.NONE: None, Weights.LINEAR: "linear", Weights.QUADRATIC: "quadratic"}[weights]
    with np.errstate(all="ignore"):  # of its z-value, where the error is nothing
        theirs = cohens_kappa(confusion(first, second, CATEGORIES), wt=kind)
    if math.isnan(theirs.std_kappa) or ours.high == 1.0:
        return
    assert ours.high - ours.value == pytest.approx(1.959963984540054 * theirs.std_kappa, abs=1e-6)


def test_fleiss_kappa_of_the_published_example_is_0_210() -> None:
    ratings = [[number for number, count in enumerate(case) for _ in range(count)] for case in FLEISS_COUNTS]
    found = fleiss(ratings, range(5))
    assert found.value == pytest.approx(0.210, abs=5e-4)
    assert found.observed == pytest.approx(0.378, abs=5e-4)
    assert found.expected == pytest.approx(0.213, abs=5e-4)


@given(PAIRS)
def test_readers_who_always_agree_have_kappa_one(pairs: list[tuple[str, str]]) -> None:
    values = [one for one, _ in pairs]
    for weights in Weights:
        assert cohen(values, values, CATEGORIES, weights).value in (None, pytest.approx(1.0))


def test_all_cases_in_one_category_have_no_kappa() -> None:
    found = cohen(["lytic"] * 5, ["lytic"] * 5, CATEGORIES)
    assert (found.value, found.observed, found.low) == (None, 1.0, None)


def test_a_confusion_has_the_first_reader_in_rows() -> None:
    table = confusion(["lytic", "lytic", "mixed"], ["mixed", "lytic", "mixed"], CATEGORIES)
    assert table.tolist() == [[1, 1, 0], [0, 1, 0], [0, 0, 0]]


@pytest.mark.parametrize(
    ("first", "second"), [([], []), (["lytic"], []), (["lytic"], ["osteoporotic"])], ids=["none", "unequal", "unknown"]
)
def test_what_cannot_be_compared_is_refused(first: list[str], second: list[str]) -> None:
    with pytest.raises(UnacceptableError):
        cohen(first, second, CATEGORIES)


@pytest.mark.parametrize("ratings", [[], [["lytic"]], [["lytic", "mixed"], ["lytic"]]])
def test_fleiss_needs_the_same_readers_for_each_case(ratings: list[list[str]]) -> None:
    with pytest.raises(UnacceptableError):
        fleiss(ratings, CATEGORIES)


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (-0.1, "poor"),
        (0.0, "slight"),
        (0.2, "slight"),
        (0.21, "fair"),
        (0.4, "fair"),
        (0.41, "moderate"),
        (0.6, "moderate"),
        (0.61, "substantial"),
        (0.8, "substantial"),
        (0.81, "almost_perfect"),
        (1.0, "almost_perfect"),
    ],
)
def test_words_change_where_landis_and_koch_change_them(value: float, word: str) -> None:
    assert strength(value) == word


def test_the_interval_of_several_readers_is_that_of_leaving_one_case_out_at_a_time() -> None:
    # The jackknife estimates the same error in another way, without any formula for it.
    random = np.random.default_rng(5)
    ratings = [
        [CATEGORIES[value if random.random() < 0.7 else random.integers(3)] for _ in range(3)]
        for value in random.integers(0, 3, size=200)
    ]
    found = fleiss(ratings, CATEGORIES)
    assert found.value is not None
    assert found.low is not None
    without = [fleiss(ratings[:place] + ratings[place + 1 :], CATEGORIES).value or 0 for place in range(len(ratings))]
    error = math.sqrt((len(without) - 1) * float(np.var(without)))
    assert (found.value - found.low) / 1.96 == pytest.approx(error, rel=0.02)


def test_several_readers_of_one_case_have_no_interval() -> None:
    found = fleiss([["lytic", "mixed"]], CATEGORIES)
    assert found.value is not None
    assert found.low is None
