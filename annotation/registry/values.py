"""Values of a form as they are kept: checked one by one, and written in one way only.

A value is what JSON has: a code, a list of codes in the order of the dictionary, true or false, a whole number, a
date as text, a number as text ("2.30" keeps its decimals), and for a number with a unit {"value": "9.2", "unit":
"mg/dL"}, as it was entered. What is missing has no key.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from annotation.registry.partial_dates import span_of
from annotation.registry.units import converted
from annotation.registry.variables import Form, Type, Variable
from annotation.text import LINE_BREAKS, is_text
from lesion_model.checks import DECIMAL_PLACES

Value = str | int | bool | list[str] | dict[str, str]
Values = Mapping[str, Value]

LONGEST_TEXT = 4000
MOST_CODES = 50
_NUMBER = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]+)?")
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a value is refused. `reason` is a word for programs; nothing of the value is in `detail`."""

    variable: str
    reason: str
    detail: str
    allowed: tuple[str, ...] = ()


class ValueRefusedError(Exception):
    """One value that cannot be kept; nothing of it is in the message."""

    def __init__(self, reason: str, detail: str, allowed: tuple[str, ...] = ()) -> None:
        super().__init__(detail)
        self.reason, self.detail, self.allowed = reason, detail, allowed


def kept(form: Form, given: Mapping[str, Any], *, complete: bool = True) -> tuple[dict[str, Value], list[Fault]]:
    """What is kept of `given`, in the order of the form, and what is wrong with the rest.

    `complete`: what the form demands must be there.
    """
    values: dict[str, Value] = {}
    faults = [
        Fault(variable=name, reason="unknown_variable", detail="the form has no such variable")
        for name in given
        if name not in form.by_name
    ]
    for variable in form.variables:
        raw = given.get(variable.name)
        if raw is None or raw == "" or raw == []:  # noqa: PLR1714 - for each value of an import, and in a tuple slower
            if complete and variable.required:
                faults.append(Fault(variable=variable.name, reason="missing", detail="must be given"))
            continue
        try:
            values[variable.name] = kept_value(variable, raw)
        except ValueRefusedError as error:
            fault = Fault(variable=variable.name, reason=error.reason, detail=error.detail, allowed=error.allowed)
            faults.append(fault)
    return values, faults


def kept_value(variable: Variable, raw: Any) -> Value:
    """One value as it is kept. Raises ValueRefusedError."""
    return _KEEPERS[variable.type](variable, raw)


def in_order(form: Form, values: Values) -> dict[str, Value]:
    """As the form asks; what an earlier version of it asked, at the end."""
    asked = {name: values[name] for name in form.by_name if name in values}
    return asked | {name: value for name, value in values.items() if name not in asked}


def number_of(value: Value | None) -> Decimal | None:
    """A number of the form as a number, in the unit it was entered in."""
    if value is None or isinstance(value, list | bool):
        return None
    return Decimal(value["value"] if isinstance(value, dict) else value)


def in_own_unit(variable: Variable, values: Values) -> Decimal | None:
    """A number of the form in the unit of the data dictionary."""
    value = values.get(variable.name)
    number = number_of(value)
    if number is None or not isinstance(value, dict) or variable.unit is None:
        return number
    entered = variable.unit_called(value["unit"])
    return None if entered is None else converted(number, entered, variable.unit)


def day_of(value: Value | None) -> date | None:
    """A date that is known to the day."""
    if not isinstance(value, str):
        return None
    span = span_of(value)
    return span.first if span.is_day else None


def _code(variable: Variable, raw: Any) -> str:
    if isinstance(raw, int) and not isinstance(raw, bool):
        raw = str(raw)
    if not isinstance(raw, str) or raw not in variable.codes:
        raise ValueRefusedError("unknown_code", "not one of the permitted values", variable.codes)
    return raw


def _codes(variable: Variable, raw: Any) -> list[str]:
    if not isinstance(raw, list | tuple) or len(raw) > MOST_CODES:
        raise ValueRefusedError("not_a_list", f"must be a list of at most {MOST_CODES} codes")
    if variable.type is Type.CODES:
        return list(dict.fromkeys(_pattern(variable, each) for each in raw))
    given = {_code(variable, each) for each in raw}
    if "none" in given and len(given) > 1:
        raise ValueRefusedError("contradiction", "none excludes all others")
    return [code for code in variable.codes if code in given]


def _yes_no(_variable: Variable, raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise ValueRefusedError("not_yes_or_no", "must be true or false")
    return raw


def _whole(variable: Variable, raw: Any) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise ValueRefusedError("not_a_number", "must be a whole number")
    _check_allowed(variable, Decimal(raw))
    return raw


def _number(variable: Variable, raw: Any) -> Value:
    if not variable.units:
        number = _decimal(raw)
        _check_allowed(variable, number)
        return format(number, "f")
    value, unit = _with_unit(variable, raw)
    number = _decimal(value)
    entered = variable.unit_called(unit)
    if entered is None:
        raise ValueRefusedError(
            "unknown_unit", "not a unit of this variable", tuple(each.code for each in variable.units)
        )
    _check_allowed(variable, converted(number, entered, variable.units[0]))
    return {"value": format(number, "f"), "unit": entered.code}


def _with_unit(variable: Variable, raw: Any) -> tuple[Any, str]:
    """A number alone is in the variable's own unit."""
    if not isinstance(raw, Mapping):
        return raw, variable.units[0].code
    if set(raw) != {"value", "unit"} or not isinstance(raw["unit"], str):
        raise ValueRefusedError("not_a_number", "must be a number, or a value with its unit")
    return raw["value"], raw["unit"]


def _decimal(raw: Any) -> Decimal:
    text = format(Decimal(repr(raw)), "f") if isinstance(raw, float) and math.isfinite(raw) else str(raw)
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        raise ValueRefusedError("not_a_number", "must be a number")
    return _decimal_of(text)


@lru_cache(maxsize=1 << 14)
def _decimal_of(text: str) -> Decimal:
    """The results of laboratories are the same again and again. Raises ValueRefusedError."""
    if not _NUMBER.fullmatch(text):
        raise ValueRefusedError("not_a_number", "must be a number")
    number = Decimal(text)
    if int(number.as_tuple().exponent) < -DECIMAL_PLACES:
        raise ValueRefusedError("too_many_decimals", f"at most {DECIMAL_PLACES} decimals")
    return number


def _check_allowed(variable: Variable, number: Decimal) -> None:
    if variable.allowed is not None and not variable.allowed.holds(number):
        least, most = variable.allowed.least, variable.allowed.most
        raise ValueRefusedError("out_of_range", f"must be from {least:f} to {most:f}")


def _date(variable: Variable, raw: Any) -> str:
    text = raw.isoformat() if isinstance(raw, date) else raw
    try:
        span = span_of(text) if isinstance(text, str) else None
    except ValueError:
        span = None
    if span is None:
        raise ValueRefusedError("not_a_date", "must be a date of the calendar, as 2031-06-12")
    if variable.type is Type.MONTH and not _MONTH.fullmatch(text):
        raise ValueRefusedError("not_a_month", "must be a month, as 1960-04")
    if variable.type is Type.DATE and not variable.partial and not span.is_day:
        raise ValueRefusedError("not_a_day", "must be known to the day, as 2031-06-12")
    return str(text)


def _pattern(variable: Variable, raw: Any) -> str:
    if not isinstance(raw, str) or variable.pattern is None or not variable.pattern.fullmatch(raw):
        raise ValueRefusedError("unknown_code", "not written as such codes are")
    return raw


def _text(_variable: Variable, raw: Any) -> str:
    if not isinstance(raw, str) or not is_text(raw, LONGEST_TEXT, also=LINE_BREAKS):
        raise ValueRefusedError("not_text", f"must be text of at most {LONGEST_TEXT} characters")
    return raw


def texts_of(form: Form, values: Values) -> Iterator[tuple[str, str]]:
    """What was written freely, by variable."""
    for variable in form.variables:
        value = values.get(variable.name)
        if variable.type is Type.TEXT and isinstance(value, str):
            yield variable.name, value


_KEEPERS: Mapping[Type, Callable[[Variable, Any], Value]] = MappingProxyType(
    {
        Type.CHOICE: _code,
        Type.CHOICES: _codes,
        Type.CODES: _codes,
        Type.YES_NO: _yes_no,
        Type.WHOLE: _whole,
        Type.NUMBER: _number,
        Type.DATE: _date,
        Type.MONTH: _date,
        Type.CODE: _pattern,
        Type.TEXT: _text,
    }
)
