"""The endpoints of small registries, counted by hand; and of simulated ones, whose truth is known."""

import statistics
from dataclasses import replace

import pytest

from annotation.endpoints.describing import AGE, DECISION, PRIMARY, describe
from annotation.endpoints.grouping import OTHER, TREATMENT, UNKNOWN_GROUP, groups
from annotation.endpoints.measures import Measure
from annotation.endpoints.presenting import at_presentations
from annotation.endpoints.records import Cancer, Registry
from annotation.endpoints.study import Endpoints, endpoints
from benchmarks.endpoints_truth import NOMINAL, deaths_censored, judged, replicate
from tests.survival_truth import LOCK as TRUE_LOCK
from tests.survival_truth import simulated, truth, without_images
from tests.unit.annotation.endpoints.builders import ALONE, LOCK, cohort_of, day, dead_on, event, registry, several

RECURRED_ON_365 = registry(events=[event(365)])
RECURRED_ON_366 = registry(events=[event(366)])
DIED_FIRST = registry(imaged=[100], **dead_on(200))
WELL = registry(imaged=[900])


def value(found: Endpoints, measure: Measure, horizon: int | None = 365) -> float | None:
    (figure,) = (each for each in found.estimates if (each.measure, each.horizon) == (measure, horizon))
    return figure.estimate.value


def of(*registries: Registry) -> Endpoints:
    return endpoints(cohort_of(several(*registries)))


def test_one_year_after_the_meeting_by_hand() -> None:
    found = of(RECURRED_ON_365, RECURRED_ON_366, DIED_FIRST, WELL)
    # Day 200: one of four dies. Day 365: one of the three left recurs.
    assert value(found, Measure.WITHOUT_RECURRENCE) == pytest.approx(75)
    assert value(found, Measure.RECURRENCE_FREE) == pytest.approx(50)
    assert value(found, Measure.ALIVE) == pytest.approx(75)
    assert value(found, Measure.INCIDENCE) == pytest.approx(25)
    assert value(found, Measure.DEATH_FIRST) == pytest.approx(25)
    assert value(found, Measure.INCIDENCE, 730) == pytest.approx(50)
    assert value(found, Measure.TIME_TO_RECURRENCE, None) == pytest.approx(365.5)
    assert value(found, Measure.ALIVE_CRUDE, None) == pytest.approx(75)
    assert value(found, Measure.MEAN_COUNTED) == pytest.approx(0.25)


def test_a_patient_counts_once_however_often_presented_and_the_clock_never_restarts() -> None:
    found = of(registry(events=[event(500), event(600)], meetings=[0, 450, 550]), WELL)
    assert value(found, Measure.WITHOUT_RECURRENCE) == 100
    assert value(found, Measure.INCIDENCE, 730) == pytest.approx(50)
    assert all(each.patients == 2 for each in found.estimates)


def test_recurrences_are_counted_at_each_presentation_since_the_last() -> None:
    one = registry(events=[event(-5), event(100), event(200), event(201)], meetings=[0, 200, 400])
    other = registry(events=[event(10)], meetings=[0, 9])
    first, second, third = at_presentations(cohort_of(several(one, other)).followed)
    assert (first.patients, first.recurrences, first.with_history) == (2, 0, 1)
    # (0, 200] holds two of the one; (0, 9] none of the other.
    assert (second.patients, second.recurrences, second.by_count) == (2, 2, (1, 0, 1, 0))
    assert (third.patients, third.recurrences, third.mean) == (1, 1, 1.0)


def test_subgroups_are_of_the_first_meeting_and_small_ones_are_put_together() -> None:
    cancers = ["breast"] * 3 + ["kidney", "thyroid", None]
    made = several(*(registry(cancer=Cancer(row=2, pseudonym=ALONE, primary=each)) for each in cancers))
    found = groups(cohort_of(made).followed, PRIMARY, least=3)
    assert {name: len(members) for name, members in found.items()} == {"breast": 3, OTHER: 2, UNKNOWN_GROUP: 1}


def test_a_treatment_is_everything_that_was_decided_on() -> None:
    made = registry(meetings=[0, 50])
    first = replace(made.presentations[0], decision=("surgery", "SBRT"))
    treated = replace(made, presentations=(first, replace(made.presentations[1], decision=("ablation",))))
    assert list(groups(cohort_of(treated).followed, TREATMENT, least=1)) == ["SBRT + surgery"]


def test_who_the_patients_were_is_told_of_the_first_presentation_and_once_per_patient() -> None:
    made = []
    for years, karnofsky, primary in (
        (40, 80.0, "breast"),
        (60, 60.0, "breast"),
        (70, None, "lung_nsclc"),
        (80, 90.0, None),
    ):
        one = registry(
            meetings=[0, 100],
            birth_month=day(round(-365.25 * years)),
            cancer=Cancer(row=2, pseudonym=ALONE, primary=primary),
        )
        first = replace(one.presentations[0], described={"karnofsky": karnofsky}, decision=("SBRT", "systemic"))
        made.append(replace(one, presentations=(first, replace(one.presentations[1], described={"karnofsky": 10.0}))))
    rows = {(each.variable, each.level): each for each in describe(cohort_of(several(*made)).followed)}
    assert rows[(AGE, None)].quartiles == pytest.approx((55, 65, 72.5), abs=0.01)
    karnofsky_row = rows[("karnofsky", None)]
    assert (karnofsky_row.known, karnofsky_row.missing, karnofsky_row.quartiles) == (3, 1, (70, 80, 85))
    breast = rows[(PRIMARY, "breast")]
    assert (breast.count, breast.known, breast.missing) == (2, 3, 1)
    assert breast.percent == pytest.approx(200 / 3)
    assert rows[(DECISION, "SBRT")].count == 4


def test_kinds_of_patients_that_differ_are_told_apart_and_are_no_more_than_all() -> None:
    found = endpoints(cohort_of(simulated(600, 1), TRUE_LOCK), by=[PRIMARY], curves=False)
    parts = {each.group: each.patients for each in found.estimates if each.by == PRIMARY}
    assert set(parts) == {"breast", "lung_nsclc"}
    assert sum(parts.values()) == 600
    p = {each.measure: each.p for each in found.comparisons}[Measure.ALIVE]
    assert p is not None
    assert p < 1e-6


def test_curves_begin_on_the_first_day_and_end_with_the_last_patient() -> None:
    (alive,) = (each for each in of(DIED_FIRST, WELL).curves if each.measure is Measure.ALIVE)
    assert [each.day for each in alive.points] == [0, 200, (LOCK - day(0)).days]
    assert [each.estimate.value for each in alive.points] == [100, 50, 50]
    assert [each.at_risk for each in alive.points] == [2, 2, 1]


def test_estimates_of_simulated_registries_are_near_the_truth_and_their_intervals_hold_it() -> None:
    rows = judged([replicate(500, seed)[0] for seed in range(20)])
    assert {row["measure"] for row in rows} >= {"E1.alive", "E2.without_recurrence", "E4.mean_recurrences"}
    # Four standard errors, of figures up to five years: later so few of 500 are left that the mean is no longer normal.
    assert [row for row in rows if row["day"] < 2000 and abs(row["off_by_errors"]) > 4] == []
    coverage = statistics.mean(row["coverage"] for row in rows if row["day"] < 2000)
    # 20 registries, whose figures hang together: three standard errors of 20 are 15 points.
    assert coverage == pytest.approx(NOMINAL, abs=0.15)


def test_where_images_stop_early_deaths_hide_recurrences_and_the_sensitivity_analysis_is_nearer_the_truth() -> None:
    # The specified definition lets deaths count that nobody watched; see docs/endpoints.md.
    made = without_images(simulated(4000, 3), half_life_days=365, seed=4)
    found = endpoints(cohort_of(made, TRUE_LOCK), curves=False)
    true = 100 * truth(Measure.WITHOUT_RECURRENCE, 365)
    specified = value(found, Measure.WITHOUT_RECURRENCE)
    sensitivity = value(found, Measure.WITHOUT_RECURRENCE_WATCHED)
    assert specified is not None
    assert sensitivity is not None
    assert specified > true + 3
    assert abs(sensitivity - true) < 2.5


def test_censoring_deaths_tells_of_more_recurrences_than_there_are() -> None:
    right = 1 - truth(Measure.WITHOUT_RECURRENCE, 365)
    wrong = [deaths_censored(cohort_of(simulated(1500, seed), TRUE_LOCK)) for seed in range(4)]
    assert right == pytest.approx(0.316, abs=0.001)
    assert min(wrong) > right + 0.02
