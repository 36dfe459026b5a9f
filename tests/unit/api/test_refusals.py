"""How many refusals are noted."""

from api.refusals import RefusalLimit
from tests.builders.clock import Clock


def allowed(limit: RefusalLimit, *addresses: str | None) -> list[bool]:
    return [limit.allows(address) for address in addresses]


def test_one_caller_does_not_use_up_the_others_places() -> None:
    limit = RefusalLimit(of_one=2, of_all=10, clock=Clock())

    assert allowed(limit, "a", "a", "a", "b", None, "a") == [True, True, False, True, True, False]


def test_all_together_do_not_fill_the_log() -> None:
    limit = RefusalLimit(of_one=2, of_all=3, clock=Clock())

    assert allowed(limit, "a", "b", "c", "d", "a") == [True, True, True, False, False]


def test_after_a_while_they_are_noted_again() -> None:
    clock = Clock()
    limit = RefusalLimit(of_one=1, of_all=1, seconds=60, clock=clock)
    first = allowed(limit, "a", "a")
    clock.now = 59.9
    before = limit.allows("a")
    clock.now = 60

    assert (first, before, limit.allows("a")) == ([True, False], False, True)
