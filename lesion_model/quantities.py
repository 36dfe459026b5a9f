"""Checks of measured and counted quantities before they are put into a class."""

from decimal import Decimal

from lesion_model.errors import FindingError, Problem


def whole_number(field: str, value: object) -> int:
    """A count, 0 or more. Raises `FindingError` for anything else, a yes or no included."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise FindingError([Problem(field=field, detail="must be a whole number, 0 or more")])
    return value


def exact_number(field: str, value: object) -> Decimal:
    """A finite decimal, 0 or more. A binary float is refused: 0.1 would already be another number."""
    if not isinstance(value, Decimal) or not value.is_finite() or value < 0:
        raise FindingError([Problem(field=field, detail="must be an exact decimal number, 0 or more")])
    return value
