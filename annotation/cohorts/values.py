"""The value of a condition, as its field and operator want it."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NoReturn, TypeVar

from annotation.cohorts.fields import Field, Kind, Operator
from annotation.cohorts.filters import Single, Value
from annotation.errors import UnacceptableError
from lesion_model.errors import Problem

MOST_VALUES = 500
LONGEST_TEXT = 64
LARGEST_NUMBER = 2**31 - 1

Read = TypeVar("Read")

_CODE = re.compile(r"[A-Z0-9_ ]{1,16}", re.ASCII)  # PS3.5 6.2, CS
_ENDS = 2


def refuse(at: str, detail: str, allowed: tuple[str, ...] = ()) -> NoReturn:
    raise UnacceptableError([Problem(field=at, detail=detail, allowed=allowed)])


def each_of(given: Sequence[object], at: str, read: Callable[[object, str], Read]) -> tuple[Read, ...]:
    """All of them read, or every problem of all of them raised."""
    found: list[Read] = []
    problems: list[Problem] = []
    for place, each in enumerate(given):
        try:
            found.append(read(each, f"{at}.{place}"))
        except UnacceptableError as error:
            problems += error.problems
    if problems:
        raise UnacceptableError(problems)
    return tuple(found)


def read_value(field: Field, operator: Operator, given: object, at: str) -> Value:
    """Raises UnacceptableError, which does not repeat what was given."""
    if operator is Operator.EXISTS:
        return given if isinstance(given, bool) else refuse(at, "must be true or false", ("true", "false"))
    if operator is Operator.IN:
        if not isinstance(given, list | tuple) or not 1 <= len(given) <= MOST_VALUES:
            refuse(at, f"must be a list of 1 to {MOST_VALUES} values")
        return tuple(dict.fromkeys(each_of(given, at, lambda each, place: _single(field, each, place))))
    if operator is Operator.RANGE:
        return _range(field, given, at)
    return _single(field, given, at)


def _range(field: Field, given: object, at: str) -> tuple[Single | None, ...]:
    if not isinstance(given, list | tuple) or len(given) != _ENDS or all(end is None for end in given):
        refuse(at, "must be [lowest, highest], both included; one of them may be null")
    ends = each_of(given, at, lambda end, place: None if end is None else _single(field, end, place))
    lowest, highest = ends
    if isinstance(lowest, int | float) and isinstance(highest, int | float) and lowest > highest:
        refuse(at, "the lowest is above the highest")
    return ends


def _single(field: Field, given: object, at: str) -> Single:
    detail, is_right = _EXPECTED[field.kind]
    is_listed = field.kind is not Kind.CHOICE or given in field.choices
    if isinstance(given, str | bool | int | float) and is_listed and is_right(given):
        return given
    return refuse(at, detail, ("true", "false") if field.kind is Kind.YES_NO else field.choices)


def _is_number(given: object) -> bool:
    if isinstance(given, bool) or not isinstance(given, int | float):
        return False
    return math.isfinite(given) and abs(given) <= LARGEST_NUMBER


def _is_whole(given: object) -> bool:
    return isinstance(given, int) and _is_number(given)


def _is_text(given: object) -> bool:
    return isinstance(given, str) and 0 < len(given) <= LONGEST_TEXT and given.isprintable()


_EXPECTED: Mapping[Kind, tuple[str, Callable[[object], bool]]] = MappingProxyType(
    {
        Kind.CHOICE: ("not a value of this field", lambda given: isinstance(given, str)),
        Kind.CODE: (
            "must be a code in capitals, of 1 to 16 characters",
            lambda given: isinstance(given, str) and _CODE.fullmatch(given) is not None,
        ),
        Kind.TEXT: (f"must be text of 1 to {LONGEST_TEXT} characters", _is_text),
        Kind.NUMBER: ("must be a number", _is_number),
        Kind.WHOLE: ("must be a whole number", _is_whole),
        Kind.YES_NO: ("must be yes or no", lambda given: isinstance(given, bool)),
    }
)
