"""The two calendars of a meeting: that of the session, and that of each patient, moved by their own number of days.

Nobody here knows that number. But intervals are true: where one session of a patient is known in both calendars, every
other one follows from it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDay:
    """A session of a patient that is known in both calendars."""

    held_on: date
    presented_on: date


def presented_on(held_on: date, known: Iterable[KnownDay]) -> date | None:
    """The day of a session in the calendar of a patient; None while no session of theirs is known in both."""
    first = next(iter(known), None)
    return None if first is None else _moved(held_on, first)


def differs(held_on: date, presented: date, known: Iterable[KnownDay]) -> bool:
    """Whether another session of the patient lies another number of days away."""
    return any(_moved(held_on, each) != presented for each in known)


def _moved(held_on: date, known: KnownDay) -> date | None:
    try:
        return known.presented_on + (held_on - known.held_on)
    except OverflowError:
        return None
