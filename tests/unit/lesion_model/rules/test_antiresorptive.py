"""Prerequisites of an anti-resorptive treatment: each one, and all of them together."""

from itertools import product

import pytest

from lesion_model.errors import ItemsError
from lesion_model.rules.antiresorptive import decide

MET: dict[str, dict[str, object]] = {
    "life_expectancy_over_3_months": {"life_expectancy": "3.000001", "life_expectancy_unit": "months"},
    "dental_check_before_start": {"dental_check_before_start": True},
    "dental_check_within_6_months": {"last_dental_check_date": "2024-01-15", "meeting_date": "2024-07-15"},
    "calcium": {"calcium": True},
    "vitamin_d": {"vitamin_d": True},
}
UNMET: dict[str, dict[str, object]] = {
    "life_expectancy_over_3_months": {"life_expectancy": "3", "life_expectancy_unit": "months"},
    "dental_check_before_start": {"dental_check_before_start": False},
    "dental_check_within_6_months": {"last_dental_check_date": "2024-01-15", "meeting_date": "2024-07-16"},
    "calcium": {"calcium": False},
    "vitamin_d": {"vitamin_d": False},
}
STATES: dict[bool | None, dict[str, dict[str, object]]] = {True: MET, False: UNMET, None: {name: {} for name in MET}}


def test_every_combination_of_met_unmet_and_unknown_answers_only_what_is_sure() -> None:
    for states in product(STATES, repeat=len(MET)):
        facts = [STATES[state][name] for name, state in zip(MET, states, strict=True)]
        answer = decide({name: value for each in facts for name, value in each.items()})
        assert tuple(point.holds for point in answer.points) == states
        expected = "prerequisites_not_all_met" if False in states else None if None in states else "prerequisites_met"
        assert answer.answer == expected


def test_one_unmet_prerequisite_answers_whatever_else_is_missing() -> None:
    for facts in UNMET.values():
        assert decide(facts).answer == "prerequisites_not_all_met"


@pytest.mark.parametrize("fact", ["dental_check_before_start", "calcium", "vitamin_d"])
def test_the_only_missing_fact_decides(fact: str) -> None:
    facts = {name: value for each in MET.values() for name, value in each.items() if name != fact}
    answer = decide(facts)
    assert (answer.answer, answer.facts_missing, answer.decisive) == (None, (fact,), (fact,))


@pytest.mark.parametrize(
    ("facts", "decisive", "could_decide"),
    [
        # 13 weeks are too short and 13 months or years long enough; 27 of any unit are.
        pytest.param({"life_expectancy": 13}, ("life_expectancy_unit",), ("life_expectancy_unit",), id="13 of a unit"),
        pytest.param({"life_expectancy_unit": "weeks"}, ("life_expectancy",), ("life_expectancy",), id="some weeks"),
        # A number could settle it in every unit (0.1 or 27); a unit never without the number.
        pytest.param({}, (), ("life_expectancy",), id="neither"),
    ],
)
def test_what_is_missing_of_the_life_expectancy_is_named(
    facts: dict[str, object], decisive: tuple[str, ...], could_decide: tuple[str, ...]
) -> None:
    others = {name: value for each in list(MET.values())[1:] for name, value in each.items()}
    answer = decide({**others, **facts})
    assert (answer.answer, answer.decisive, answer.could_decide) == (None, decisive, could_decide)


@pytest.mark.parametrize(
    ("checked", "meeting", "holds", "flags"),
    [
        pytest.param("2024-01-31", "2024-07-31", True, ("boundary",), id="31 January to 31 July"),
        pytest.param("2024-02-29", "2024-08-29", True, ("boundary",), id="29 February to 29 August"),
        pytest.param("2024-02-29", "2024-08-30", False, (), id="the day after 6 months"),
        pytest.param("2023-08-31", "2024-02-29", True, ("boundary",), id="31 August to 29 February"),
        pytest.param("2023-08-31", "2024-03-01", False, (), id="31 August to 1 March"),
        pytest.param("2024-02-29", "2024-02-29", True, (), id="the same day"),
    ],
)
def test_the_dental_check_counts_for_six_calendar_months(
    checked: str, meeting: str, holds: bool, flags: tuple[str, ...]
) -> None:
    answer = decide({"last_dental_check_date": checked, "meeting_date": meeting})
    assert {point.name: point.holds for point in answer.points}["dental_check_within_6_months"] is holds
    assert answer.flags == flags


def test_exactly_three_months_of_life_expectancy_is_flagged() -> None:
    assert decide({"life_expectancy": "0.25", "life_expectancy_unit": "years"}).flags == ("boundary",)
    assert decide({"life_expectancy": "13", "life_expectancy_unit": "weeks"}).answer == "prerequisites_not_all_met"


def test_a_dental_check_after_the_meeting_is_refused() -> None:
    with pytest.raises(ItemsError):
        decide({"last_dental_check_date": "2024-02-02", "meeting_date": "2024-02-01"})
