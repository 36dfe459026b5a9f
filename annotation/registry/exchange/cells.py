"""Values of the record as text in a cell, and back."""

import re
from collections.abc import Mapping
from typing import Any

from annotation.registry.values import Value
from annotation.registry.variables import LISTS, Type, Variable

BETWEEN = ";"
UNIT_SUFFIX = "_unit"
_WHOLE = re.compile(r"-?[0-9]{1,9}")
_YES = frozenset({"1", "true", "yes", "oui", "vrai"})
_NO = frozenset({"0", "false", "no", "non", "faux"})


class CellError(ValueError):
    """The text is no value of this type; nothing of it is in the message."""


def written(variable: Variable, value: Value) -> dict[str, str]:
    """Cells by column: the variable's own, and its unit's where it has one."""
    if isinstance(value, dict):
        return {variable.name: value["value"], variable.name + UNIT_SUFFIX: value["unit"]}
    if isinstance(value, bool):
        return {variable.name: "1" if value else "0"}
    if isinstance(value, list):
        return {variable.name: BETWEEN.join(value)}
    return {variable.name: str(value)}


def columns_of(variable: Variable) -> tuple[str, ...]:
    return (variable.name, variable.name + UNIT_SUFFIX) if variable.units else (variable.name,)


def read(variable: Variable, text: str, unit: str = "", codes: Mapping[str, str] | None = None) -> Any:
    """What an entry takes; `codes`: the file's own words for permitted values. None for an empty cell."""
    given = text.strip()
    if not given:
        return None
    if variable.type in LISTS:
        return [_word(part.strip(), codes) for part in given.split(BETWEEN) if part.strip()]
    given = _word(given, codes)
    if variable.type is Type.YES_NO:
        return _yes_no(given)
    if variable.type is Type.WHOLE:
        return int(given) if _WHOLE.fullmatch(given) else given
    if variable.type is Type.NUMBER:
        number = given.replace(",", ".")
        return {"value": number, "unit": unit.strip() or variable.units[0].code} if variable.units else number
    return text if variable.type is Type.TEXT else given


def _word(given: str, codes: Mapping[str, str] | None) -> str:
    return (codes or {}).get(given, given)


def _yes_no(given: str) -> bool:
    folded = given.casefold()
    if folded not in _YES | _NO:
        raise CellError("must be 1 or 0")
    return folded in _YES
