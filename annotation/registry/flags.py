"""What is kept but looked at again: values that look like another unit, or like a slip."""

from collections.abc import Iterator
from dataclasses import dataclass

from annotation.registry.units import converted
from annotation.registry.values import Values, in_own_unit, number_of
from annotation.registry.variables import Form, Variable


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """Something odd about a value. `looks_like`: the unit in which the same number would be plausible."""

    variable: str
    reason: str
    detail: str
    looks_like: str | None = None


def flags_of(form: Form, values: Values) -> Iterator[Flag]:
    for variable in form.plausible:
        if variable.name in values:
            yield from _implausible(variable, values)


def _implausible(variable: Variable, values: Values) -> Iterator[Flag]:
    number = in_own_unit(variable, values)
    if number is None or variable.plausible is None or variable.plausible.holds(number):
        return
    unit = _unit_that_fits(variable, values)
    words = f"implausible in its unit; plausible in {unit}" if unit else "implausible"
    reason = "unit_mixed_up" if unit else "implausible"
    yield Flag(variable=variable.name, reason=reason, detail=words, looks_like=unit)


def _unit_that_fits(variable: Variable, values: Values) -> str | None:
    number = number_of(values.get(variable.name))
    if number is None or variable.unit is None or variable.plausible is None:
        return None
    for unit in variable.units:
        if variable.plausible.holds(converted(number, unit, variable.unit)):
            return unit.code
    return None
