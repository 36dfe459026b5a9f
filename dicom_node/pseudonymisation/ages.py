"""Ages and birth dates made coarser by option."""

from dicom_node.pseudonymisation.profile import BirthDate

OLDEST_TOLD = 89
CAPPED = b"090Y"
_AGE_LENGTH = 4
_DATE_LENGTH = 8


def capped(value: bytes) -> bytes | None:
    """An age (AS); those above 89 years as 090Y. What is no age goes."""
    age = value.strip(b" \0")
    if len(age) != _AGE_LENGTH or not age[:3].isdigit() or age[3:] not in b"DWMY":
        return b"" if not age else None
    return CAPPED if age[3:] == b"Y" and int(age[:3]) > OLDEST_TOLD else value


def birth_date_of(value: bytes, how: BirthDate) -> bytes:
    """A birth date (DA) as its year's or month's first day; no value when it is no date."""
    date = value.strip(b" \0")
    if len(date) != _DATE_LENGTH or not date.isdigit() or how is BirthDate.REMOVE:
        return b""
    return date[:4] + b"0101" if how is BirthDate.YEAR else date[:6] + b"01"
