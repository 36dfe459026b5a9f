"""What the values of the lesion model are checked for, said alike everywhere."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from lesion_model.errors import FindingError, Problem
from lesion_model.geometry import is_uid

LONGEST_MM = 1000  # no bone is longer, so no measurement is
DECIMAL_PLACES = 6
FULL_PERCENT = 100


def refuse(problems: Iterable[Problem]) -> None:
    """Raise `FindingError` if there is any problem."""
    found = tuple(problems)
    if found:
        raise FindingError(found)


def member_problems(field: str, value: object, kind: type[Enum], *, optional: bool = False) -> Iterator[Problem]:
    if not isinstance(value, kind) and not (optional and value is None):
        allowed = tuple(member.value for member in kind)
        yield Problem(field=field, detail="not one of the allowed values", allowed=allowed)


def value_problems(field: str, value: object, kind: type[object]) -> Iterator[Problem]:
    """An optional value of the model: nothing that merely looks like one."""
    if value is not None and not isinstance(value, kind):
        yield Problem(field=field, detail=f"must be of the type {kind.__name__}")


def collection_problems(
    field: str, values: object, container: type[tuple[Any, ...]] | type[frozenset[Any]], kind: type[object]
) -> Iterator[Problem]:
    """An optional immutable collection of values of the model."""
    if values is None:
        return
    if not isinstance(values, container) or not all(isinstance(value, kind) for value in values):
        yield Problem(field=field, detail=f"must be a {container.__name__} of the type {kind.__name__}")


def yes_no_problems(field: str, value: object, *, optional: bool = True) -> Iterator[Problem]:
    if isinstance(value, bool) or (optional and value is None):
        return
    if optional:
        yield Problem(field=field, detail="must be yes, no or unknown", allowed=("true", "false", "null"))
    else:
        yield Problem(field=field, detail="must be yes or no", allowed=("true", "false"))


def number_problems(
    field: str, value: object, most: int, *, least: int = 0, optional: bool = False
) -> Iterator[Problem]:
    """A decimal from `least` to `most`. A binary float is refused: 0.1 would already be another number."""
    if optional and value is None:
        return
    if not isinstance(value, Decimal):
        yield Problem(field=field, detail="must be an exact decimal number")
    elif not value.is_finite() or not least <= value <= most:
        yield Problem(field=field, detail=f"must be a number from {least} to {most}")
    elif int(value.as_tuple().exponent) < -DECIMAL_PLACES:
        yield Problem(field=field, detail=f"at most {DECIMAL_PLACES} decimals")


def positive_problems(field: str, value: object, most: int) -> Iterator[Problem]:
    """An optional decimal above 0: what measures nothing was not measured."""
    yield from number_problems(field, value, most, optional=True)
    if isinstance(value, Decimal) and value == 0:
        yield Problem(field=field, detail="must be above 0")


def whole_problems(field: str, value: object, most: int, *, least: int = 0) -> Iterator[Problem]:
    """An optional whole number from `least` to `most`."""
    if value is None:
        return
    if type(value) is not int or not least <= value <= most:
        yield Problem(field=field, detail=f"must be a whole number from {least} to {most}")


def date_problems(field: str, value: object) -> Iterator[Problem]:
    """An optional calendar day. A moment is refused: its time zone would decide which day it is."""
    if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
        yield Problem(field=field, detail="must be a calendar day")


def uid_problems(field: str, value: object, *, optional: bool = False) -> Iterator[Problem]:
    if not is_uid(value) and not (optional and value is None):
        yield Problem(field=field, detail="not a DICOM unique identifier")


def all_unknown(values: Mapping[str, object]) -> Iterator[Problem]:
    """A finding that says nothing is left out instead."""
    if all(value is None for value in values.values()):
        yield Problem(field=next(iter(values)), detail="give at least one value, or leave the finding out")
