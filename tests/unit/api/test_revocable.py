"""Downloads that are looked at while they go on."""

from collections.abc import Iterator

import pytest

from api.revocable import LOOKED_EVERY_S, while_allowed


class OverError(Exception):
    """It may not go on."""


class Clock:
    """Goes on only when told to."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def pieces() -> Iterator[bytes]:
    yield from (b"%d" % number for number in range(1000))


def test_it_is_not_looked_at_every_piece() -> None:
    clock, looks = Clock(), 0

    def check() -> None:
        nonlocal looks
        looks += 1

    for _ in while_allowed(pieces(), check, now=clock):
        clock.at += LOOKED_EVERY_S / 10
    assert 90 <= looks <= 101


def test_no_piece_is_given_to_a_client_that_comes_back_after_it_was_over() -> None:
    clock, is_over = Clock(), False

    def check() -> None:
        if is_over:
            raise OverError

    given = while_allowed(pieces(), check, now=clock)
    assert [next(given), next(given)] == [b"0", b"1"]
    is_over = True
    clock.at += LOOKED_EVERY_S
    with pytest.raises(OverError):
        next(given)
