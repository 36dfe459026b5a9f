"""Cumulative incidence: by hand, against the specification's vectors, statsmodels and lifelines."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import AalenJohansenFitter, NelsonAalenFitter
from statsmodels.duration.survfunc import CumIncidenceRight

from annotation.endpoints.competing import CAUSE, CENSORED, COMPETING, Spell, cumulative_incidence
from annotation.endpoints.survival import survival
from tests.unit.annotation.endpoints.builders import spells

# The smallest sample that gives the three figures of the study's specification: 56.0, 36.0, and 47.25 where deaths are
# censored. Day after day one of ten patients leaves.
SPECIFIED = spells("RDRDCRR" + "CCC")
ENDS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 2)), min_size=3, max_size=60)


def drawn(patients: int, seed: int, days: int) -> list[Spell]:
    draw = np.random.default_rng(seed)
    rows = zip(draw.integers(1, days, patients), draw.integers(0, 3, patients), strict=True)
    return [Spell(entry=-1, exit=int(day), outcome=int(outcome)) for day, outcome in rows]


def test_the_share_without_recurrence_is_the_specified_one() -> None:
    found = cumulative_incidence(SPECIFIED)
    assert found.without_cause(7).value == pytest.approx(0.56)
    assert survival(SPECIFIED).at(7).value == pytest.approx(0.36)


def test_censoring_deaths_would_tell_of_recurrences_that_nobody_had() -> None:
    censored = [
        Spell(entry=-1, exit=each.exit, outcome=CAUSE if each.outcome == CAUSE else CENSORED) for each in SPECIFIED
    ]
    wrong = survival(censored).at(7).value
    assert wrong == pytest.approx(0.4725)
    # Wrong by more than words: with all deaths it does not even add up to one.
    deaths = [Spell(entry=-1, exit=e.exit, outcome=CAUSE if e.outcome == COMPETING else CENSORED) for e in SPECIFIED]
    dead, free = survival(deaths).at(7).value, survival(SPECIFIED).at(7).value
    assert wrong is not None
    assert dead is not None
    assert free is not None
    assert (1 - wrong) + (1 - dead) + free > 1.05


def test_recurrences_deaths_and_censorings_of_one_day_are_all_at_risk_on_it() -> None:
    # Of five at risk on day 3 one recurs, two die, one is censored; the last recurs on day 5.
    tied = [Spell(entry=-1, exit=3, outcome=each) for each in (CAUSE, COMPETING, COMPETING, CENSORED)]
    found = cumulative_incidence([*tied, Spell(entry=-1, exit=5, outcome=CAUSE)])
    assert found.cumulative(3).value == pytest.approx(1 / 5)
    assert found.cumulative(5).value == pytest.approx(1 / 5 + 2 / 5)
    assert found.number_at_risk(3) == 5
    assert found.number_at_risk(4) == 1


@pytest.mark.parametrize(("day", "recurred"), [(365, 1.0), (366, 0.0)])
def test_day_365_is_within_the_year_and_day_366_is_not(day: int, recurred: float) -> None:
    found = cumulative_incidence([Spell(entry=-1, exit=day, outcome=CAUSE)])
    assert found.cumulative(365).value == recurred


def test_the_order_of_the_rows_changes_nothing() -> None:
    rows = drawn(80, 4, 12)
    one, other = cumulative_incidence(rows), cumulative_incidence(rows[::-1])
    assert np.array_equal(one.of_cause, other.of_cause)
    assert np.array_equal(one.error, other.error)


@settings(max_examples=40, deadline=None)
@given(ENDS)
def test_what_can_happen_adds_up_to_one(ends: list[tuple[int, int]]) -> None:
    found = cumulative_incidence([Spell(entry=-1, exit=day, outcome=outcome) for day, outcome in ends])
    assert np.allclose(found.of_cause + found.of_competing + found.event_free, 1)


def test_without_censoring_it_is_the_share_that_recurred_and_its_binomial_error() -> None:
    draw = np.random.default_rng(5)
    rows = [
        Spell(entry=-1, exit=int(day), outcome=int(outcome))
        for day, outcome in zip(draw.integers(0, 20, 300), draw.integers(1, 3, 300), strict=True)
    ]
    found = cumulative_incidence(rows)
    shares = np.array([np.mean([r.outcome == CAUSE and r.exit <= day for r in rows]) for day in found.days])
    assert np.allclose(found.of_cause, shares)
    assert np.allclose(found.error, np.sqrt(shares * (1 - shares) / 300))


def test_tied_days_give_what_statsmodels_gives() -> None:
    rows = drawn(300, 6, 40)
    theirs = CumIncidenceRight([each.exit for each in rows], [each.outcome for each in rows])
    found = cumulative_incidence(rows)
    assert np.allclose(np.interp(found.days, theirs.times, theirs.cinc[0]), found.of_cause)


# Scrucca L, Santucci A, Aversa F. Bone Marrow Transplant 2007;40:381-7: months after a transplantation, by what ended
# them: death of it, relapse, or neither yet.
TRANSPLANT_DEATHS = (0, 1, 3, 3, 3, 4, 4, 8, 12)
RELAPSES = (0, 1, 2, 3, 4, 5, 7, 7, 8, 9, 10, 13, 14, 22, 26)
NEITHER = (2, 4, 7, 8, 32, 35, 35, 67, 68, 70, 72)


@pytest.mark.parametrize(("month", "died"), [(5, 0.20492611), (10, 0.23771164), (20, 0.27283899), (60, 0.27283899)])
def test_published_transplantations_give_what_scikit_survival_gives(month: int, died: float) -> None:
    rows = [
        Spell(entry=-1, exit=at, outcome=outcome)
        for outcome, months in ((CAUSE, TRANSPLANT_DEATHS), (COMPETING, RELAPSES), (CENSORED, NEITHER))
        for at in months
    ]
    assert len(rows) == 35
    assert cumulative_incidence(rows).cumulative(month).value == pytest.approx(died, abs=1e-8)


def test_days_without_ties_give_what_lifelines_gives() -> None:
    draw = np.random.default_rng(7)
    days, outcomes = draw.permutation(200) + 1, draw.integers(0, 3, 200)
    rows = [Spell(entry=-1, exit=int(d), outcome=int(o)) for d, o in zip(days, outcomes, strict=True)]
    theirs = AalenJohansenFitter(calculate_variance=True).fit(days, outcomes, event_of_interest=CAUSE)
    found = cumulative_incidence(rows)
    assert np.allclose(theirs.cumulative_density_.loc[found.days].to_numpy()[:, 0], found.of_cause)
    assert np.allclose(np.sqrt(theirs.variance_.loc[found.days].to_numpy().ravel()), found.error)


def test_late_entry_gives_what_kaplan_meier_gives_where_nothing_competes() -> None:
    draw = np.random.default_rng(8)
    rows = [
        Spell(entry=int(entry), exit=int(entry + 1 + stay), outcome=int(outcome))
        for entry, stay, outcome in zip(
            draw.integers(-1, 20, 3000), draw.integers(0, 50, 3000), draw.integers(0, 2, 3000), strict=True
        )
    ]
    found, surviving = cumulative_incidence(rows), survival(rows)
    for day in (1, 5, 20, 40):
        one, other = found.without_cause(day), surviving.at(day)
        assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high))


def test_late_entry_of_a_few_gives_the_same_wherever_both_can_say_something() -> None:
    draw = np.random.default_rng(0)
    for _ in range(60):
        entries = np.where(draw.random(8) < 0.6, draw.integers(-1, 6, 8), -1)
        rows = [
            Spell(entry=int(entry), exit=int(entry + 1 + stay), outcome=int(outcome))
            for entry, stay, outcome in zip(entries, draw.integers(0, 8, 8), draw.integers(0, 2, 8), strict=True)
        ]
        found, surviving = cumulative_incidence(rows), survival(rows)
        for day in range(14):
            one, other = found.without_cause(day).value, surviving.at(day).value
            assert other is None or one == pytest.approx(other)


def test_who_enters_on_a_day_is_at_risk_after_it() -> None:
    late = Spell(entry=4, exit=9, outcome=CENSORED)
    found = cumulative_incidence([Spell(entry=-1, exit=4, outcome=CAUSE), Spell(entry=-1, exit=6, outcome=CAUSE), late])
    assert found.at_risk.tolist() == [2, 2]
    assert found.cumulative(6).value == pytest.approx(1 / 2 + 1 / 2 * 1 / 2)


def test_the_cause_specific_hazard_is_that_of_lifelines() -> None:
    rows = drawn(300, 9, 40)
    theirs = NelsonAalenFitter(nelson_aalen_smoothing=False).fit(
        [each.exit for each in rows], [each.outcome == CAUSE for each in rows]
    )
    found = cumulative_incidence(rows).cumulative_hazard(25)
    assert found.value == pytest.approx(theirs.cumulative_hazard_.loc[25].item())
    bounds = theirs.confidence_interval_.loc[25].tolist()
    assert [found.low, found.high] == pytest.approx(bounds, rel=1e-3)


def test_nothing_is_said_of_days_that_nobody_was_followed_to() -> None:
    found = cumulative_incidence(spells("RCC"))
    assert found.cumulative(3).value == pytest.approx(1 / 3)
    assert found.cumulative(4).value is None


def test_shares_that_leave_next_to_nothing_of_one_leave_nothing() -> None:
    # Summed day by day, 49 shares of 1/49 are not quite 1.
    found = cumulative_incidence(spells("R" * 49)).without_cause(49)
    assert (found.value, found.low, found.high) == (0.0, None, None)


def test_once_everybody_has_had_an_event_nothing_changes_any_more() -> None:
    assert cumulative_incidence(spells("RD")).cumulative(1000).value == pytest.approx(1 / 2)
