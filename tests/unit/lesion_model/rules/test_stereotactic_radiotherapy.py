"""Points to discuss before stereotactic radiotherapy, one by one and together."""

from itertools import combinations, product

import pytest

from lesion_model.errors import ItemsError
from lesion_model.rules.stereotactic_radiotherapy import ENTRY, decide

# Facts under which each point holds or does not, written from the guideline's list; None of a fact is unknown.
HOLDS: dict[str, list[dict[str, object]]] = {
    "symptomatic_cord_compression": [{"symptomatic_cord_compression": True}],
    "radionuclide_therapy": [{"radionuclide_therapy": True}],
    "radiotherapy_under_3_months_ago": [
        {"radiotherapy_at_site": True, "last_radiotherapy_date": "2024-03-15", "meeting_date": "2024-06-14"},
        {"last_radiotherapy_date": "2024-03-15", "meeting_date": "2024-06-14"},
    ],
    "life_expectancy_under_3_months": [
        {"life_expectancy": "2.999999", "life_expectancy_unit": "months"},
        {"life_expectancy": "13", "life_expectancy_unit": "weeks"},
    ],
    "canal_narrowing_over_25_percent": [{"canal_pct": "25.000001"}, {"canal_pct": "100"}],
    "cord_distance_under_5_mm": [{"cord_distance": "4.999999"}, {"cord_distance": 0}],
    "visceral_metastases": [{"visceral_mets": "resectable"}, {"visceral_mets": "unresectable"}],
    "disease_not_stabilised": [{"oncologic_control": "progression"}],
    "sins_13_or_more": [{"sins_band": "unstable"}],
    "sins_7_to_12": [{"sins_band": "potentially_unstable"}],
}
FAILS: dict[str, list[dict[str, object]]] = {
    "symptomatic_cord_compression": [{"symptomatic_cord_compression": False}],
    "radionuclide_therapy": [{"radionuclide_therapy": False}],
    "radiotherapy_under_3_months_ago": [
        {"radiotherapy_at_site": False},
        {"radiotherapy_at_site": True, "last_radiotherapy_date": "2024-03-15", "meeting_date": "2024-06-15"},
        {"last_radiotherapy_date": "2024-03-15", "meeting_date": "2024-06-16"},
    ],
    "life_expectancy_under_3_months": [
        {"life_expectancy": "3", "life_expectancy_unit": "months"},
        {"life_expectancy": "14", "life_expectancy_unit": "weeks"},
        {"life_expectancy": "14"},
    ],
    "canal_narrowing_over_25_percent": [{"canal_pct": "25"}, {"canal_pct": "0"}],
    "cord_distance_under_5_mm": [{"cord_distance": "5"}, {"cord_distance": "80"}],
    "visceral_metastases": [{"visceral_mets": "none"}],
    "disease_not_stabilised": [{"oncologic_control": "stable"}, {"oncologic_control": "response"}],
    "sins_13_or_more": [{"sins_band": "stable"}, {"sins_band": "potentially_unstable"}],
    "sins_7_to_12": [{"sins_band": "stable"}, {"sins_band": "unstable"}],
}
OPEN: list[tuple[str, dict[str, object]]] = [
    ("radiotherapy_under_3_months_ago", {"radiotherapy_at_site": True}),
    ("radiotherapy_under_3_months_ago", {"last_radiotherapy_date": "2024-03-15"}),
    ("radiotherapy_under_3_months_ago", {"meeting_date": "2024-03-15"}),
    ("radiotherapy_under_3_months_ago", {"radiotherapy_at_site": True, "meeting_date": "2024-03-15"}),
    ("life_expectancy_under_3_months", {"life_expectancy": "3"}),
    ("life_expectancy_under_3_months", {"life_expectancy_unit": "months"}),
]
NOTHING_HOLDS: dict[str, object] = {name: value for each in FAILS.values() for name, value in each[0].items()}
ALL_CASES = [(name, True, facts) for name, each in HOLDS.items() for facts in each]
ALL_CASES += [(name, False, facts) for name, each in FAILS.items() for facts in each]


@pytest.mark.parametrize(("name", "holds", "facts"), ALL_CASES)
def test_each_point_holds_or_not_by_its_own_facts(name: str, holds: bool, facts: dict[str, object]) -> None:
    answer = decide(facts)
    points = {point.name: point.holds for point in answer.points}
    assert points[name] is holds
    mine = {"sins_13_or_more", "sins_7_to_12"} if "sins_band" in facts else {name}
    assert {other for other, value in points.items() if value is None} == set(HOLDS) - mine


@pytest.mark.parametrize(("name", "facts"), OPEN)
def test_a_point_is_open_while_its_facts_could_go_either_way(name: str, facts: dict[str, object]) -> None:
    assert {point.name: point.holds for point in decide(facts).points}[name] is None


def test_nothing_known_leaves_every_point_open() -> None:
    answer = decide({})
    assert [point.name for point in answer.points] == list(ENTRY.points)
    assert {point.holds for point in answer.points} == {None}
    assert answer.possible == ("points_to_discuss", "no_listed_point")
    assert answer.facts_missing == tuple(fact.name for fact in ENTRY.facts)
    # Each of these alone can make a point hold; no other single fact can, and none can make all of them fail.
    assert answer.could_decide == (
        "symptomatic_cord_compression",
        "sins_band",
        "radionuclide_therapy",
        "life_expectancy",
        "canal_pct",
        "cord_distance",
        "visceral_mets",
        "oncologic_control",
    )
    assert answer.decisive == ()


def test_no_point_is_listed_only_when_every_one_is_known_to_fail() -> None:
    answer = decide(NOTHING_HOLDS)
    assert (answer.answer, answer.flags) == ("no_listed_point", ("boundary",))
    assert {point.holds for point in answer.points} == {False}


SINGLE = ["symptomatic_cord_compression", "sins_band", "radionuclide_therapy", "canal_pct", "cord_distance"]
SINGLE += ["visceral_mets", "oncologic_control"]


def test_with_any_of_the_facts_missing_the_answer_is_what_every_completion_gives() -> None:
    """One fact per point: each known to fail, known to hold, or missing, in every combination."""
    failing: dict[str, object] = {"radiotherapy_at_site": False}
    failing |= {"life_expectancy": "1", "life_expectancy_unit": "years"}
    values = {
        name: (NOTHING_HOLDS[name], next(facts[name] for each in HOLDS.values() for facts in each if name in facts))
        for name in SINGLE
    }
    for states in product(("fails", "holds", "missing"), repeat=len(SINGLE)):
        state = dict(zip(SINGLE, states, strict=True))
        known = {name: values[name][states == "holds"] for name, states in state.items() if states != "missing"}
        missing = tuple(name for name in SINGLE if state[name] == "missing")
        answer = decide({**failing, **known})
        undecided = "holds" not in states and bool(missing)
        expected = "points_to_discuss" if "holds" in states else "no_listed_point"
        assert answer.answer == (None if undecided else expected)
        assert answer.could_decide == (missing if undecided else ())
        # The only missing fact decides whatever it is; with two missing, "fails" for one leaves the other open.
        assert answer.decisive == (missing if undecided and len(missing) == 1 else ())


def test_radiotherapy_that_is_known_never_to_have_been_needs_no_date() -> None:
    others = {name: value for name, value in NOTHING_HOLDS.items() if name != "radiotherapy_at_site"}
    answer = decide(others)
    assert (answer.answer, answer.decisive, answer.could_decide) == (None, (), ("radiotherapy_at_site",))
    assert decide({**others, "radiotherapy_at_site": False}).answer == "no_listed_point"


def test_one_point_that_holds_is_enough_to_discuss_whatever_else_is_missing() -> None:
    for name, facts in ((name, each[0]) for name, each in HOLDS.items()):
        answer = decide(facts)
        assert (answer.answer, answer.could_decide) == ("points_to_discuss", ()), name


def test_two_points_that_hold_are_both_listed() -> None:
    for one, other in combinations((name for name in HOLDS if not name.startswith("sins")), 2):
        holding = {point.name for point in decide({**HOLDS[one][0], **HOLDS[other][0]}).points if point.holds}
        assert holding == {one, other}


@pytest.mark.parametrize(
    ("facts", "flags"),
    [
        pytest.param({"canal_pct": 25}, ("boundary",), id="exactly 25 %"),
        pytest.param({"cord_distance": 5}, ("boundary",), id="exactly 5 mm"),
        pytest.param({"life_expectancy": 3, "life_expectancy_unit": "months"}, ("boundary",), id="exactly 3 months"),
        pytest.param(
            {"last_radiotherapy_date": "2024-03-15", "meeting_date": "2024-06-15"}, ("boundary",), id="3 months ago"
        ),
        pytest.param(
            {"last_radiotherapy_date": "2023-11-30", "meeting_date": "2024-02-29"},
            ("boundary",),
            id="from 30 November to 29 February",
        ),
        pytest.param(
            {"last_radiotherapy_date": "2024-01-31", "meeting_date": "2024-04-30"},
            ("boundary",),
            id="from 31 January to 30 April",
        ),
        pytest.param({"canal_pct": 26, "cord_distance": 6}, (), id="on no edge"),
    ],
)
def test_an_edge_is_flagged_and_does_not_hold(facts: dict[str, object], flags: tuple[str, ...]) -> None:
    answer = decide(facts)
    assert answer.flags == flags
    if flags:
        assert True not in {point.holds for point in answer.points}


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        pytest.param(
            {"last_radiotherapy_date": "2024-06-15", "meeting_date": "2024-06-14"},
            "meeting_date",
            id="radiotherapy after the meeting",
        ),
        pytest.param(
            {"radiotherapy_at_site": False, "last_radiotherapy_date": "2024-06-15"},
            "last_radiotherapy_date",
            id="a date of no radiotherapy",
        ),
    ],
)
def test_facts_that_contradict_each_other_are_refused(facts: dict[str, object], field: str) -> None:
    with pytest.raises(ItemsError) as refused:
        decide(facts)
    assert [problem.field for problem in refused.value.problems] == [field]
