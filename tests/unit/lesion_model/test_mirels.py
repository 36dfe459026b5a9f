from collections import Counter

import pytest

from lesion_model import flags, mirels
from lesion_model.errors import ItemsError
from lesion_model.scoring import Score
from tests.unit.lesion_model.paper import (
    MIRELS,
    convolution,
    every_entry,
    mirels_band,
    reachable_totals,
)

HIGHEST = {"site": "peritrochanteric", "size": "gt_2_3", "lesion_type": "lytic", "pain": "functional"}
THREE_PAINS = {**MIRELS, "pain": {"mild": 1, "moderate": 2, "functional": 3}}


def total_of(score: Score) -> int:
    assert score.total is not None
    return score.total


def test_the_table_is_the_papers() -> None:
    table = {item: {value.value: points[value] for value in points} for item, points in mirels.TABLE.items()}
    assert table == MIRELS


@pytest.mark.parametrize(("paper", "entries"), [(THREE_PAINS, 81), (MIRELS, 108)])
def test_every_complete_entry_scores_as_the_paper_adds_up(paper: dict[str, dict[str, int]], entries: int) -> None:
    scores = [mirels.calculate(entry) for entry in every_entry(paper)]
    assert len(scores) == entries
    assert Counter(score.total for score in scores) == convolution(paper)


def test_the_bands_of_the_81_published_entries() -> None:
    bands = Counter(mirels.calculate(entry).band for entry in every_entry(THREE_PAINS))
    expected: Counter[str] = Counter()
    for total, ways in convolution(THREE_PAINS).items():
        expected[mirels_band(total)] += ways
    assert bands == expected == {"low": 31, "borderline": 19, "high": 31}


def test_the_range_is_four_to_twelve() -> None:
    assert {total_of(mirels.calculate(entry)) for entry in every_entry(MIRELS)} == set(range(4, 13))
    nothing = mirels.calculate({})
    assert (nothing.minimum, nothing.maximum, nothing.total, nothing.band) == (4, 12, None, None)


def test_every_incomplete_entry_spans_exactly_its_completions() -> None:
    for entry in every_entry(MIRELS, also=(None,)):
        score = mirels.calculate(entry)
        totals = reachable_totals(MIRELS, entry)
        bands = {mirels_band(total) for total in totals}
        assert (score.minimum, score.maximum) == (min(totals), max(totals))
        assert score.total == (min(totals) if None not in entry.values() else None)
        assert score.category_decided is (len(bands) == 1)
        assert score.band == (min(bands) if len(bands) == 1 else None)


@pytest.mark.parametrize(("total", "band"), [(4, "low"), (7, "low"), (8, "borderline"), (9, "high"), (12, "high")])
def test_bands_change_at_eight_and_at_nine(total: int, band: str) -> None:
    assert {score.band for e in every_entry(MIRELS) if (score := mirels.calculate(e)).total == total} == {band}


def test_peritrochanteric_and_lytic_alone_reach_eight_points() -> None:
    """Ramsey DC, et al. J Am Acad Orthop Surg Glob Res Rev. 2020;4(9):e20.00141: at least 8 by these two criteria."""
    score = mirels.calculate({"site": "peritrochanteric", "lesion_type": "lytic"})
    assert (score.minimum, score.maximum) == (8, 12)


def test_no_pain_scores_as_mild_and_says_so() -> None:
    score = mirels.calculate(HIGHEST | {"pain": "none"})
    assert score.points["pain"] == 1
    assert score.flags == (flags.NO_PAIN_SCORED_AS_MILD,)


def test_a_complete_entry_carries_points_version_and_source() -> None:
    score = mirels.calculate(HIGHEST)
    assert score.points == {"site": 3, "size": 3, "lesion_type": 3, "pain": 3}
    assert (score.instrument, score.version, score.total, score.band) == ("mirels", "1989", 12, "high")
    assert "1989;(249):256-264" in score.reference
    assert score.suggestion is not None
    assert score.suggestion.en == "Mirels 1989: 9 points or more, prophylactic fixation is suggested."


@pytest.mark.parametrize("value", ["", "LYTIC", "lytic ", "metastasis", 3, 3.0, True, ["lytic"], {"lytic": 3}])
def test_a_value_outside_the_table_is_refused_with_the_allowed_ones(value: object) -> None:
    with pytest.raises(ItemsError) as refusal:
        mirels.calculate({"lesion_type": value})
    (problem,) = refusal.value.problems
    assert problem.field == "lesion_type"
    assert problem.allowed == ("blastic", "mixed", "lytic")


def test_an_unknown_item_is_refused_with_the_allowed_ones() -> None:
    with pytest.raises(ItemsError) as refusal:
        mirels.calculate({"location": "junctional"})
    (problem,) = refusal.value.problems
    assert (problem.field, problem.allowed) == ("location", ("site", "size", "lesion_type", "pain"))


@pytest.mark.parametrize("name", ["Mr Jean Dupont", "", "a" * 31, "9lives", "_a", "a.b", "a/b", "sité", "a\n"])
def test_an_unknown_item_whose_name_could_be_anything_is_not_named(name: str) -> None:
    with pytest.raises(ItemsError) as refusal:
        mirels.calculate({name: "x"})
    (problem,) = refusal.value.problems
    assert (problem.field, problem.allowed) == ("", ("site", "size", "lesion_type", "pain"))


@pytest.mark.parametrize("name", ["a", "Location", "pain_2", "a" * 30])
def test_an_unknown_item_that_is_named_like_an_item_is_named(name: str) -> None:
    with pytest.raises(ItemsError) as refusal:
        mirels.calculate({name: "x"})
    assert [problem.field for problem in refusal.value.problems] == [name]


def test_a_refusal_does_not_repeat_what_was_sent() -> None:
    with pytest.raises(ItemsError) as refusal:
        mirels.calculate({"Mr Jean Dupont": "x", "pain": "Dupont"})
    assert "Dupont" not in str(refusal.value)
    assert [problem.field for problem in refusal.value.problems] == ["", "pain"]
