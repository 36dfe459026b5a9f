"""Dates known to the day, the month or the year, written as ISO 8601 writes them: 2031-06-12, 2031-06, 2031."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

_WRITTEN = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
EARLIEST_YEAR = 1000
MIDDLE_OF_MONTH, MIDDLE_OF_YEAR = 15, (7, 1)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The first and the last day that a date can mean."""

    first: date
    last: date

    @property
    def is_day(self) -> bool:
        return self.first == self.last


@lru_cache(maxsize=4096)
def span_of(text: str) -> Span:
    """Raises ValueError for what is no date of the calendar."""
    found = _WRITTEN.fullmatch(text)
    if not found:
        raise ValueError("not a date")
    year, month, day = (int(part) if part else None for part in found.groups())
    if year is None or year < EARLIEST_YEAR:
        raise ValueError("not a date")
    if month is None:
        return Span(date(year, 1, 1), date(year, 12, 31))
    if day is None:
        return Span(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))
    return Span(date(year, month, day), date(year, month, day))


def moved(text: str, days: int) -> str:
    """The date so many days away, as exact as it was.

    Of a month or a year the middle is moved, and the month or year named that it falls into: at most half a month, or
    half a year, off.
    """
    span = span_of(text)
    if span.is_day:
        return (span.first + timedelta(days)).isoformat()
    year, month = span.first.year, span.first.month
    if span.first.month == span.last.month:
        return (date(year, month, MIDDLE_OF_MONTH) + timedelta(days)).isoformat()[:7]
    return (date(year, *MIDDLE_OF_YEAR) + timedelta(days)).isoformat()[:4]


def completed_years(born: Span, on: date) -> int:
    """At the middle of the month of birth, as only the month is known."""
    middle = born.first.replace(day=MIDDLE_OF_MONTH) if not born.is_day else born.first
    return on.year - middle.year - ((on.month, on.day) < (middle.month, middle.day))
