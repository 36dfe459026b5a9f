"""Calendar months: the only unit of the rules that has no fixed length."""

from calendar import monthrange
from datetime import date

MONTHS_A_YEAR = 12


def add_months(day: date, months: int) -> date:
    """The same day of the month, `months` later; the last day of a month that has no such day.

    31 August plus six months is 28 February, or 29 in a leap year.
    """
    year, month = divmod(day.year * MONTHS_A_YEAR + day.month - 1 + months, MONTHS_A_YEAR)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
