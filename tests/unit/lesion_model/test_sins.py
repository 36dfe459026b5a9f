from collections import Counter

import pytest

from lesion_model import sins
from lesion_model.errors import ItemsError
from lesion_model.scoring import Score
from tests.unit.lesion_model.paper import SINS, convolution, every_entry, reachable_totals, sins_band

# Typed from the paper: junctional 3, mobile 2, semirigid 1, rigid 0.
POINTS_BY_LEVEL = {
    3: "C0 C1 C2 C7 T1 T2 T11 T12 L1 L5 S1",
    2: "C3 C4 C5 C6 L2 L3 L4",
    1: "T3 T4 T5 T6 T7 T8 T9 T10",
    0: "S2 S3 S4 S5",
}


def score_of(items: dict[str, str | None]) -> Score:
    return sins.calculate(items)


def test_the_table_is_the_papers() -> None:
    table = {item: {value.value: points[value] for value in points} for item, points in sins.TABLE.items()}
    assert table == SINS


def test_every_complete_entry_scores_as_the_paper_adds_up() -> None:
    scores = [score_of(entry) for entry in every_entry(SINS)]
    assert len(scores) == 1296
    assert Counter(score.total for score in scores) == convolution(SINS)


def test_the_bands_of_the_1296_entries() -> None:
    bands = Counter(score_of(entry).band for entry in every_entry(SINS))
    expected: Counter[str] = Counter()
    for total, ways in convolution(SINS).items():
        expected[sins_band(total)] += ways
    assert bands == expected


def test_the_calculator_raises_no_flags() -> None:
    assert {score_of(entry).flags for entry in every_entry(SINS)} == {()}


def test_the_range_is_nought_to_eighteen() -> None:
    nothing = score_of({})
    assert (nothing.minimum, nothing.maximum, nothing.total, nothing.band) == (0, 18, None, None)


def test_every_incomplete_entry_spans_exactly_its_completions() -> None:
    for entry in every_entry(SINS, also=(None,)):
        score = score_of(entry)
        totals = reachable_totals(SINS, entry)
        bands = {sins_band(total) for total in totals}
        assert (score.minimum, score.maximum) == (min(totals), max(totals))
        assert score.total == (min(totals) if None not in entry.values() else None)
        assert score.category_decided is (len(bands) == 1)
        assert score.band == (min(bands) if len(bands) == 1 else None)


@pytest.mark.parametrize(
    ("total", "band"),
    [(6, "stable"), (7, "potentially_unstable"), (12, "potentially_unstable"), (13, "unstable")],
)
def test_bands_change_at_seven_and_at_thirteen(total: int, band: str) -> None:
    assert {score.band for e in every_entry(SINS) if (score := score_of(e)).total == total} == {band}


def test_a_junctional_lytic_collapse_is_potentially_unstable_whatever_the_pain() -> None:
    score = score_of(
        {
            "location": "junctional",
            "lesion_type": "lytic",
            "alignment": "normal",
            "collapse": "lt_50",
            "posterolateral": "none",
            "pain": None,
        }
    )
    assert (score.minimum, score.maximum) == (7, 10)
    assert score.total is None
    assert score.points["pain"] is None
    assert (score.category_decided, score.band) == (True, "potentially_unstable")


@pytest.mark.parametrize(
    ("level", "points"),
    [(level, points) for points, levels in POINTS_BY_LEVEL.items() for level in levels.split()],
)
def test_a_level_gives_its_location(level: str, points: int) -> None:
    assert score_of({"level": level}).points["location"] == points


def test_every_one_of_the_9396_entries_by_level_from_c1_to_s5_scores_as_the_paper_adds_up() -> None:
    points = {level: points for points, levels in POINTS_BY_LEVEL.items() for level in levels.split() if level != "C0"}
    paper = {"level": points, **{item: values for item, values in SINS.items() if item != "location"}}
    scores = [score_of(entry) for entry in every_entry(paper)]
    assert len(scores) == 9396
    assert Counter(score.total for score in scores) == convolution(paper)
    bands: Counter[str] = Counter()
    for total, ways in convolution(paper).items():
        bands[sins_band(total)] += ways
    assert Counter(score.band for score in scores) == bands


def test_every_level_but_the_coccyx_has_a_location() -> None:
    assert sum(len(levels.split()) for levels in POINTS_BY_LEVEL.values()) == len(sins.LOCATION_BY_LEVEL) == 30


@pytest.mark.parametrize("location", [None, "rigid"])
def test_the_coccyx_has_no_sins(location: str | None) -> None:
    with pytest.raises(ItemsError, match="no location for the coccyx") as refusal:
        sins.calculate({"level": "coccyx", "location": location, "pain": "mechanical"})
    (problem,) = refusal.value.problems
    assert problem.field == "level"
    assert len(problem.allowed) == 30
    assert (problem.allowed[0], problem.allowed[-1]) == ("C0", "S5")


def test_a_level_may_come_with_its_own_location() -> None:
    assert score_of({"level": "T11", "location": "junctional"}).points["location"] == 3


def test_a_level_in_another_location_is_refused() -> None:
    with pytest.raises(ItemsError) as refusal:
        sins.calculate({"level": "T11", "location": "rigid"})
    (problem,) = refusal.value.problems
    assert (problem.field, problem.allowed) == ("location", ("junctional",))


@pytest.mark.parametrize("level", ["T13", "l3", "L6", "", 3])
def test_a_level_that_is_no_vertebra_is_refused(level: object) -> None:
    with pytest.raises(ItemsError) as refusal:
        sins.calculate({"level": level})
    assert refusal.value.problems[0].field == "level"
    assert "T11" in refusal.value.problems[0].allowed


def test_pain_is_asked_by_type_and_never_by_yes_or_no() -> None:
    with pytest.raises(ItemsError) as refusal:
        sins.calculate({"pain": "yes"})
    assert refusal.value.problems[0].allowed == ("mechanical", "non_mechanical", "none")


def test_none_on_one_axis_is_not_none_on_another() -> None:
    assert score_of({"pain": "none", "collapse": "gt_50"}).points["pain"] == 0
    assert score_of({"pain": "none", "collapse": "gt_50"}).points["collapse"] == 3


def test_every_wrong_item_is_named_at_once() -> None:
    with pytest.raises(ItemsError) as refusal:
        sins.calculate({"pain": "yes", "alignment": 4, "retropulsion": "yes"})
    assert [problem.field for problem in refusal.value.problems] == ["pain", "alignment", "retropulsion"]


def test_a_surgical_opinion_is_advised_even_while_two_unstable_bands_are_open() -> None:
    score = score_of(
        {
            "location": "junctional",
            "lesion_type": "lytic",
            "alignment": "subluxation_translation",
            "collapse": "lt_50",
            "posterolateral": "none",
        }
    )
    assert (score.minimum, score.maximum, score.band) == (11, 14, None)
    assert score.suggestion is not None
    assert score.suggestion.en == "Fisher 2010: from 7 points a surgical opinion is advised."
