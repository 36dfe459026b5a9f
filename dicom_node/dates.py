"""Moving dates by whole days (PS3.5 6.2: DA, DT). Times of day are never touched, so intervals stay exact."""

import re
from datetime import date, timedelta

_DATE = re.compile(r"(\d{4})\.?(\d{2})\.?(\d{2})")
_DATE_TIME = re.compile(r"(\d{8})((?:\d{2}){0,3}(?:\.\d{1,9})?(?:[+-]\d{4})?)")


def shift_date(text: str, days: int) -> str:
    """A DA value moved by `days`; the old form 1993.08.22 is understood. No date → no value."""
    match = _DATE.fullmatch(text.strip())
    return "" if match is None else _shifted("".join(match.groups()), days)


def shift_date_time(text: str, days: int) -> str:
    """A DT value moved by `days`, its time and offset from UTC as they were. Less than a whole date → no value."""
    match = _DATE_TIME.fullmatch(text.strip())
    if match is None:
        return ""
    moved = _shifted(match[1], days)
    return moved + match[2] if moved else ""


def _shifted(compact: str, days: int) -> str:
    try:
        day = date(int(compact[:4]), int(compact[4:6]), int(compact[6:8])) + timedelta(days=days)
    except (ValueError, OverflowError):
        return ""
    return f"{day.year:04d}{day.month:02d}{day.day:02d}"
