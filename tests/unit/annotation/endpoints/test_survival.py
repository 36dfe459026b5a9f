"""Survival: the trial of 6-mercaptopurine, as every textbook has it; statsmodels beside it."""

import numpy as np
import pytest
from statsmodels.duration.survfunc import SurvfuncRight, survdiff

from annotation.endpoints.competing import CAUSE, CENSORED, Spell
from annotation.endpoints.estimates import log_log, wilson, years
from annotation.endpoints.survival import log_rank, survival

# Freireich EJ et al. Blood 1963;21:699-716, weeks of remission; figures of Kaplan-Meier and the log-rank test as in
# Collett D. Modelling Survival Data in Medical Research, and the documentation of R's survival.
TREATED = (6, 6, 6, 7, 10, 13, 16, 22, 23)
TREATED_CENSORED = (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)
PLACEBO = (1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)


def spells(died: tuple[int, ...], censored: tuple[int, ...] = ()) -> list[Spell]:
    return [Spell(entry=-1, exit=day, outcome=CAUSE) for day in died] + [
        Spell(entry=-1, exit=day, outcome=CENSORED) for day in censored
    ]


@pytest.mark.parametrize(
    ("week", "surviving", "at_risk"),
    [(6, 0.857, 21), (7, 0.807, 17), (10, 0.753, 15), (13, 0.690, 12), (16, 0.627, 11), (22, 0.538, 7), (23, 0.448, 6)],
)
def test_the_published_survival_is_found(week: int, surviving: float, at_risk: int) -> None:
    found = survival(spells(TREATED, TREATED_CENSORED))
    assert found.at(week).value == pytest.approx(surviving, abs=0.0005)
    assert found.number_at_risk(week) == at_risk


def test_the_published_median_and_test_are_found() -> None:
    treated, placebo = spells(TREATED, TREATED_CENSORED), spells(PLACEBO)
    assert survival(treated).median().value == 23
    assert survival(placebo).median().value == 8
    # Chi-square 16.79 with one degree of freedom.
    assert log_rank([treated, placebo]) == pytest.approx(4.17e-5, rel=0.01)


def test_survival_and_its_test_are_those_of_statsmodels() -> None:
    draw = np.random.default_rng(1)
    rows = [
        Spell(entry=-1, exit=int(day), outcome=int(outcome))
        for day, outcome in zip(draw.integers(1, 60, 240), draw.integers(0, 2, 240), strict=True)
    ]
    days, happened = [each.exit for each in rows], [each.outcome for each in rows]
    theirs, found = SurvfuncRight(days, happened), survival(rows)
    for day, surviving, error in zip(theirs.surv_times, theirs.surv_prob, theirs.surv_prob_se, strict=True):
        expected, estimate = log_log(float(surviving), float(error)), found.at(float(day))
        assert estimate.value == pytest.approx(expected.value)
        if expected.low is not None and np.isfinite(error):
            assert (estimate.low, estimate.high) == pytest.approx((expected.low, expected.high))
    _, p = survdiff(np.asarray(days), np.asarray(happened), np.repeat([0, 1, 2], 80))
    assert log_rank([rows[:80], rows[80:160], rows[160:]]) == pytest.approx(p)


def test_a_log_log_interval_stays_between_none_and_all() -> None:
    # Kalbfleisch and Prentice: S ** exp(± 1.96 · error / (S log S)); 0.857 with Greenwood's error 0.0764.
    found = survival(spells(TREATED, TREATED_CENSORED)).at(6)
    assert (found.low, found.high) == pytest.approx((0.620, 0.952), abs=0.0005)


@pytest.mark.parametrize("day", [0, 5])
def test_before_the_first_death_all_survive_and_there_is_no_interval(day: int) -> None:
    found = survival(spells(TREATED, TREATED_CENSORED)).at(day)
    assert (found.value, found.low, found.high) == (1.0, None, None)


def test_a_death_on_the_day_of_the_meeting_counts() -> None:
    assert survival(spells((0,), (5, 5, 5))).at(0).value == pytest.approx(0.75)


def test_nothing_is_said_after_the_last_day_of_follow_up() -> None:
    found = survival(spells(TREATED, TREATED_CENSORED))
    assert found.at(35).value is not None
    assert found.at(36).value is None


def test_nothing_is_said_where_all_had_died_before_others_entered() -> None:
    rows = [Spell(entry=-1, exit=4, outcome=CAUSE), Spell(entry=6, exit=20, outcome=CAUSE)]
    found = survival(rows)
    assert (found.at(3).value, found.at(10).value, found.median().value) == (None, None, None)
    assert found.number_at_risk(10) == 1


def test_there_is_no_log_rank_test_with_late_entry() -> None:
    late = [Spell(entry=3, exit=9, outcome=CAUSE)]
    assert log_rank([late, spells((5, 7))]) is None


def test_years_are_whole_days() -> None:
    assert [years(count) for count in (1, 2, 5, 10)] == [365, 730, 1826, 3652]


def test_the_crude_share_has_wilsons_interval() -> None:
    # Newcombe RG. Stat Med 1998;17:857-72, table I: 81 of 263, method 3.
    found = wilson(81, 263)
    assert (found.low, found.high) == pytest.approx((0.2553, 0.3662), abs=0.00005)
