"""Mean numbers of recurrences: by hand, and against what must hold of any right estimate and variance."""

import numpy as np
import pytest

from annotation.endpoints.recurring import Course, Mean, MeanCount, rate


def course(until: int, *recurrences: int, dead: bool = False, entry: int = -1) -> Course:
    return Course(entry=entry, exit=until, dead=dead, recurrences=recurrences)


def drawn(patients: int, *, censored: bool) -> list[Course]:
    draw = np.random.default_rng(2)
    made = []
    for _ in range(patients):
        death, end = int(draw.integers(1, 60)), int(draw.integers(1, 60)) if censored else 60
        days = sorted(int(day) for day in draw.integers(1, 60, draw.integers(0, 5)))
        until = min(death, end)
        made.append(course(until, *(day for day in days if day <= until), dead=death <= end))
    return made


# Three patients: recurrences on days 2 and 4 of the first, 2 of the second, who dies on 3; the third is censored on 4.
THREE = [course(9, 2, 4), course(3, 2, dead=True), course(4)]


def test_while_alive_each_day_adds_its_recurrences_by_those_at_risk() -> None:
    found = MeanCount(THREE, Mean.ALIVE)
    assert found.at(1).value == 0
    assert found.at(2).value == pytest.approx(2 / 3)
    assert found.at(4).value == pytest.approx(2 / 3 + 1 / 2)


def test_who_is_dead_has_no_more_recurrences() -> None:
    # One of three dies on day 3: of what happens later only two thirds count.
    assert MeanCount(THREE, Mean.COUNTED).at(4).value == pytest.approx(2 / 3 + 2 / 3 * 1 / 2)


def test_two_recurrences_of_one_day_are_two() -> None:
    assert MeanCount([course(9, 4, 4), course(9)], Mean.ALIVE).at(4).value == pytest.approx(1)


@pytest.mark.parametrize("day", [5, 20, 40])
def test_without_censoring_it_is_the_plain_mean_and_its_plain_error(day: int) -> None:
    rows = drawn(400, censored=False)
    counts = np.array([sum(each <= day for each in row.recurrences) for row in rows])
    found = MeanCount(rows, Mean.COUNTED)
    alive = MeanCount([course(60, *row.recurrences) for row in rows], Mean.ALIVE)
    for mean in (found, alive):
        assert mean.at(day).value == pytest.approx(counts.mean())
        assert mean.error(day) == pytest.approx(counts.std() / np.sqrt(400))


@pytest.mark.parametrize("mean", list(Mean))
def test_the_error_is_that_of_the_jackknife(mean: Mean) -> None:
    rows = drawn(200, censored=True)
    without = [MeanCount(rows[:index] + rows[index + 1 :], mean).at(30).value for index in range(200)]
    spread = np.asarray(without, dtype=np.float64)
    expected = np.sqrt(199 / 200 * ((spread - spread.mean()) ** 2).sum())
    assert MeanCount(rows, mean).error(30) == pytest.approx(expected, rel=0.01)


def test_who_enters_late_is_not_at_risk_before() -> None:
    late = course(9, 7, entry=5)
    found = MeanCount([course(9, 4), late], Mean.ALIVE)
    assert found.at(4).value == pytest.approx(1)
    assert found.at(7).value == pytest.approx(1 + 1 / 2)


def test_nothing_is_said_of_days_that_nobody_was_followed_to() -> None:
    assert MeanCount(THREE, Mean.ALIVE).at(10).value is None


def test_the_rate_is_recurrences_by_years() -> None:
    found = rate([course(731, 10, 20), course(730)])
    assert found.recurrences == 2
    assert found.person_years == pytest.approx(4.0)
    assert found.rate.value == pytest.approx(0.5)


def test_the_rate_of_patients_alike_has_the_error_of_their_counts() -> None:
    counts = np.random.default_rng(3).poisson(2.0, 500)
    rows = [course(1461, *range(1, count + 1)) for count in counts]
    found = rate(rows).rate
    assert found.value is not None
    assert found.low is not None
    error = counts.std() / np.sqrt(500) / counts.mean()
    assert found.low == pytest.approx(found.value * np.exp(-1.96 * error), rel=1e-4)
