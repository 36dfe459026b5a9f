"""A token bucket: counted with a clock of the test's own."""

import pytest

from dicom_node.pace import Bucket
from tests.builders.clock import Clock


@pytest.mark.parametrize("per_second", [0.1, 1, 7, 250])
def test_who_always_has_more_gets_what_is_allowed_and_one_burst(per_second: float) -> None:
    clock = Clock()
    bucket = Bucket(per_second, clock)
    taken, seconds = 0, 1000
    while clock.now < seconds:
        clock.now += bucket.take(1)
        taken += 1
    burst = max(1, per_second)
    assert per_second * seconds <= taken <= per_second * seconds + burst + 1


def test_two_that_share_it_share_what_is_allowed() -> None:
    clock = Clock()
    bucket = Bucket(10, clock)
    free_at, taken = [0.0, 0.0], [0, 0]
    while clock.now < 100:
        who = free_at.index(min(free_at))
        clock.now = max(clock.now, free_at[who])
        free_at[who] = clock.now + bucket.take(1)
        taken[who] += 1
    assert 1000 <= sum(taken) <= 1013
    assert abs(taken[0] - taken[1]) <= 12


def test_who_takes_less_never_waits() -> None:
    clock = Clock()
    bucket = Bucket(0.1, clock)
    for _ in range(50):
        assert bucket.take(1) == 0
        clock.now += 10


def test_a_large_piece_is_paid_for_before_the_next() -> None:
    clock = Clock()
    bucket = Bucket(1_000_000, clock)
    assert bucket.take(60_000_000) == pytest.approx(59)
    clock.now += 30
    assert bucket.take(0) == pytest.approx(29)


def test_a_long_rest_is_worth_one_burst_only() -> None:
    clock = Clock()
    bucket = Bucket(10, clock)
    clock.now += 10_000
    waits = [bucket.take(1) for _ in range(20)]
    assert max(waits[:10]) == pytest.approx(0, abs=1e-6)
    assert waits[-1] == pytest.approx(1)
