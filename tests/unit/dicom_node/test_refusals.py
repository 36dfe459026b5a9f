"""Refusals in the log: each kind at once, its repetitions as a number."""

import pytest

from dicom_node.refusals import EVERY_SECONDS, REMEMBERED, Refusal, Refusals
from tests.builders.clock import Clock

STRANGER = Refusal("192.0.2.1", "STRANGER", "not known")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def refusals(clock: Clock, lines: list[str]) -> Refusals:
    return Refusals(clock, lines.append)


def test_the_first_is_told_at_once_and_names_who_and_why(refusals: Refusals, lines: list[str]) -> None:
    refusals.note(STRANGER)
    refusals.note(Refusal("192.0.2.1", "", "not from here"))
    assert lines == ["refused 'STRANGER' at 192.0.2.1: not known", "refused 192.0.2.1: not from here"]


def test_a_thousand_are_two_lines(refusals: Refusals, lines: list[str], clock: Clock) -> None:
    for _ in range(1000):
        refusals.note(STRANGER)
        clock.now += 0.01
    refusals.tell_all()
    assert lines[1:] == ["refused 'STRANGER' at 192.0.2.1: not known: 999 more times within 10 s"]


def test_one_that_never_ends_is_a_line_a_minute(refusals: Refusals, lines: list[str], clock: Clock) -> None:
    for _ in range(6000):
        refusals.note(STRANGER)
        clock.now += 0.1
    assert 10 <= len(lines) <= 11
    assert sum(int(line.split(": ")[-1].split()[0]) for line in lines[1:]) + 1 <= 6000


def test_what_was_counted_is_told_without_another_refusal(refusals: Refusals, lines: list[str], clock: Clock) -> None:
    for _ in range(3):
        refusals.note(STRANGER)
    refusals.tell_due()
    assert len(lines) == 1
    clock.now += EVERY_SECONDS
    refusals.tell_due()
    assert lines[1:] == ["refused 'STRANGER' at 192.0.2.1: not known: 2 more times within 60 s"]


def test_after_a_quiet_while_it_is_told_at_once_again(refusals: Refusals, lines: list[str], clock: Clock) -> None:
    refusals.note(STRANGER)
    clock.now += EVERY_SECONDS
    refusals.tell_due()
    refusals.note(STRANGER)
    assert lines == [str(STRANGER)] * 2


def test_ten_thousand_names_are_a_hundred_lines_and_a_number(
    refusals: Refusals, lines: list[str], clock: Clock
) -> None:
    for number in range(10_000):
        refusals.note(Refusal("192.0.2.1", f"AE{number}", "not known"))
    clock.now += EVERY_SECONDS
    refusals.tell_due()
    assert len(lines) == REMEMBERED + 1
    assert lines[-1] == f"refused others: {10_000 - REMEMBERED} times within 60 s"


def test_nothing_that_a_peer_calls_itself_breaks_a_line(refusals: Refusals, lines: list[str]) -> None:
    refusals.note(Refusal("192.0.2.1", "A\nERROR \x1b[2J\xe9", "not known"))
    assert lines == [r"refused 'A\nERROR \x1b[2J\xe9' at 192.0.2.1: not known"]
