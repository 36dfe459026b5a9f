"""Values of the record as FHIR has them, value[x] by type, and back to what an entry takes."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from annotation.registry.exchange.fhir_codes import OWN, UCUM, Json, own_code, ucum, unit_of
from annotation.registry.values import Value
from annotation.registry.variables import DATES, LISTS, Form, Type, Variable

VARIABLE = f"{OWN}:variable"


def valued(variable: Variable, value: Value) -> Json:
    """One value; a list has one of these for each code.

    Observations have no decimal and no date: numbers are quantities of 1, dates are dateTimes.
    """
    if isinstance(value, bool):
        return {"valueBoolean": value}
    if isinstance(value, int):
        return {"valueInteger": value}
    if isinstance(value, dict):
        return {"valueQuantity": quantity(value)}
    return _from_text(variable, str(value))


def _from_text(variable: Variable, value: str) -> Json:
    if variable.type is Type.NUMBER:
        return {"valueQuantity": {"value": Decimal(value), "system": UCUM, "code": "1"}}
    if variable.type in DATES:
        return {"valueDateTime": value}
    if variable.type is Type.TEXT:
        return {"valueString": value}
    return {"valueCodeableConcept": {"coding": [{"system": f"{OWN}:{variable.name}", "code": value}]}}


def quantity(value: dict[str, str]) -> Json:
    return {"value": Decimal(value["value"]), "unit": value["unit"], "system": UCUM, "code": ucum(value["unit"])}


def components(form: Form, values: dict[str, Value]) -> Iterator[Json]:
    """One for each value of each variable."""
    for name, value in values.items():
        variable = form.by_name[name]
        for each in value if isinstance(value, list) else [value]:
            yield {"code": {"coding": [{"system": OWN, "code": name}]}} | valued(variable, each)


def extensions(form: Form, values: dict[str, Value]) -> Iterator[Json]:
    """The same where a resource has no components."""
    for name, value in values.items():
        for each in value if isinstance(value, list) else [value]:
            yield {"url": f"{VARIABLE}:{name}"} | valued(form.by_name[name], each)


def from_components(form: Form, found: list[Json]) -> dict[str, Any]:
    return _gathered(form, ((own_code(each.get("code")) or "", each) for each in found))


def from_extensions(form: Form, found: list[Json]) -> dict[str, Any]:
    ours = (each for each in found if str(each.get("url", "")).startswith(f"{VARIABLE}:"))
    return _gathered(form, ((str(each["url"]).removeprefix(f"{VARIABLE}:"), each) for each in ours))


def _gathered(form: Form, found: Iterator[tuple[str, Json]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, each in found:
        variable, value = form.by_name.get(name), plain(each)
        if variable is not None and variable.type in LISTS:
            values.setdefault(name, []).append(value)
        else:
            values[name] = value
    return values


def plain(element: Json) -> Any:
    """What stands in value[x]; None where nothing that an entry takes does."""
    for key in ("valueBoolean", "valueInteger", "valueString", "valueDateTime", "valueDate"):
        if key in element:
            return element[key]
    if "valueQuantity" in element:
        return number_of(element["valueQuantity"])
    codings = element.get("valueCodeableConcept", {}).get("coding", [])
    return codings[0].get("code") if codings else None


def number_of(given: Json) -> Any:
    """With its unit, but for a plain number. "Less than 5" is no number, and says so to who checks it."""
    value = given.get("value")
    number = format(value, "f") if isinstance(value, Decimal) else str(value)
    number = f"{given.get('comparator', '')}{number}"
    code = str(given.get("code", given.get("unit", "")))
    return number if code in ("1", "") else {"value": number, "unit": unit_of(code)}
