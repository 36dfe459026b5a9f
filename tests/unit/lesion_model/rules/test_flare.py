"""The flare rule, day by day around its limit."""

from datetime import date

import pytest

from lesion_model.errors import ItemsError
from lesion_model.months import add_months
from lesion_model.rules.flare import ENTRY, FLARE_MONTHS, decide
from tests.unit.lesion_model.completions import Domain, check_complete_sets, check_incomplete_sets

# The line that began on 15 January may flare until 15 July; the one of 2 April, until 2 October.
DOMAIN: Domain = {
    "uptake": ["increased", "new", "neither"],
    "systemic_line_start": ["2024-01-15", "2024-04-02"],
    "examination_date": ["2024-01-15", "2024-04-01", "2024-04-02", "2024-07-15", "2024-07-16", "2024-10-03"],
    "new_bone_pain": [False, True],
}
LAST_DAY = {"2024-01-15": "2024-07-15", "2024-04-02": "2024-10-02"}


def guideline(*, uptake: str, systemic_line_start: str, examination_date: str, new_bone_pain: bool) -> str | None:
    if examination_date < systemic_line_start:
        return None
    if uptake == "neither":
        return "no_increased_or_new_uptake"
    if examination_date > LAST_DAY[systemic_line_start]:
        return "progression"
    return "possible_flare_clinical_review" if new_bone_pain else "possible_flare_do_not_change_treatment"


def test_every_combination_of_facts_answers_as_the_guideline_says() -> None:
    check_complete_sets(ENTRY, DOMAIN, guideline)


def test_with_the_start_known_every_incomplete_set_answers_what_nothing_missing_can_change() -> None:
    check_incomplete_sets(ENTRY, DOMAIN, guideline, always_known=["systemic_line_start"])


def test_with_the_examination_known_every_incomplete_set_answers_what_nothing_missing_can_change() -> None:
    # On each of these days one of the lines has lasted longer than six months and another one has not.
    domain = {**DOMAIN, "examination_date": ["2024-07-16", "2024-10-02"]}
    check_incomplete_sets(ENTRY, domain, guideline, always_known=["examination_date"])


@pytest.mark.parametrize("known", ["systemic_line_start", "examination_date", None])
def test_with_a_date_missing_more_uptake_may_be_a_flare_or_progression(known: str | None) -> None:
    dates = {} if known is None else {known: "2024-05-05"}
    answer = decide({"uptake": "new", "new_bone_pain": False, **dates})
    assert answer.possible == ("possible_flare_do_not_change_treatment", "progression")
    assert answer.answer is None
    missing = ("systemic_line_start", "examination_date")
    assert answer.decisive == (() if known is None else tuple(name for name in missing if name != known))


def test_without_more_uptake_no_date_is_needed() -> None:
    assert decide({"uptake": "neither"}).answer == "no_increased_or_new_uptake"


def test_after_six_months_pain_can_no_longer_change_the_answer() -> None:
    facts = {"uptake": "increased", "systemic_line_start": "2024-01-15", "examination_date": "2024-07-16"}
    answer = decide(facts)
    assert (answer.answer, answer.facts_missing, answer.could_decide) == ("progression", ("new_bone_pain",), ())


def test_the_last_day_of_six_months_is_included_and_flagged() -> None:
    facts = {"uptake": "new", "systemic_line_start": "2024-01-15", "new_bone_pain": False}
    on_it = decide({**facts, "examination_date": "2024-07-15"})
    assert (on_it.answer, on_it.flags) == ("possible_flare_do_not_change_treatment", ("boundary",))
    day_after = decide({**facts, "examination_date": "2024-07-16"})
    assert (day_after.answer, day_after.flags) == ("progression", ())


def test_an_examination_before_the_line_began_is_refused() -> None:
    with pytest.raises(ItemsError) as refused:
        decide({"systemic_line_start": "2024-01-15", "examination_date": "2024-01-14"})
    assert [problem.field for problem in refused.value.problems] == ["examination_date"]


@pytest.mark.parametrize(
    ("start", "last"),
    [
        pytest.param(date(2024, 1, 31), date(2024, 7, 31), id="31 January to 31 July"),
        pytest.param(date(2024, 2, 29), date(2024, 8, 29), id="29 February to 29 August"),
        pytest.param(date(2023, 8, 31), date(2024, 2, 29), id="31 August to 29 February of a leap year"),
        pytest.param(date(2022, 8, 31), date(2023, 2, 28), id="31 August to 28 February"),
        pytest.param(date(2023, 8, 29), date(2024, 2, 29), id="29 August to 29 February"),
        pytest.param(date(2023, 10, 31), date(2024, 4, 30), id="31 October to 30 April"),
        pytest.param(date(2023, 12, 31), date(2024, 6, 30), id="31 December to 30 June"),
        pytest.param(date(2023, 6, 30), date(2023, 12, 30), id="30 June to 30 December"),
    ],
)
def test_six_calendar_months_end_on_the_same_day_or_the_last_of_a_shorter_month(start: date, last: date) -> None:
    assert add_months(start, FLARE_MONTHS) == last


@pytest.mark.parametrize(
    ("dates", "may_be_progression"),
    [
        pytest.param({"examination_date": "1900-01-01"}, False, id="examined on the first day of the calendar"),
        pytest.param({"examination_date": "1900-07-01"}, False, id="examined six months after it"),
        pytest.param({"examination_date": "1900-07-02"}, True, id="examined a day later"),
        pytest.param({"systemic_line_start": "2199-06-30"}, True, id="begun just over six months before its last day"),
        pytest.param({"systemic_line_start": "2199-07-01"}, False, id="begun six months before it"),
        pytest.param({"systemic_line_start": "2199-12-31"}, False, id="begun on the last day"),
    ],
)
def test_at_the_ends_of_the_calendar_only_days_that_exist_are_considered(
    dates: dict[str, object], may_be_progression: bool
) -> None:
    answer = decide({"uptake": "new", **dates})
    assert ("progression" in answer.possible) is may_be_progression
    assert "possible_flare_clinical_review" in answer.possible
