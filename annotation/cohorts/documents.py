"""A filter as a JSON document, and back.

    {"field": "series.slice_thickness_mm", "op": "lte", "value": 1.5}
    {"all": [...]}   {"any": [...]}   {"not": {...}}
    {"some": "reading", "where": {...}}   with "of": "patient" for any reading of the patient

A wrong document is refused with every problem at once, each at its place; what was received is not repeated, unless it
looks like the name of a field.
"""

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from annotation.cohorts.catalogue import FIELDS, nearest
from annotation.cohorts.fields import Field, Operator, Scope
from annotation.cohorts.filters import EVERYTHING, AllOf, AnyOf, CohortQuery, Condition, Filter, Not, Some
from annotation.cohorts.values import each_of, read_value, refuse

DEEPEST = 24
LARGEST = 5_000
"""Levels and values of a document, lists and objects included."""

SHAPES = ("field, op, value", "all", "any", "not", "some, where")
SCOPES: Mapping[str, Scope] = {scope.value: scope for scope in Scope}

Document: TypeAlias = dict[str, Any]

_NAME = re.compile(r"[a-z_]{1,20}\.[a-z0-9_]{1,40}", re.ASCII)
_KEYS: Mapping[str, frozenset[str]] = {
    "field": frozenset({"field", "op", "value"}),
    "all": frozenset({"all"}),
    "any": frozenset({"any"}),
    "not": frozenset({"not"}),
    "some": frozenset({"some", "where", "of"}),
}


def query_from(document: object, at: str = "where") -> CohortQuery:
    """The query of a document; null and {} are every series. Raises UnacceptableError, with places below `at`."""
    if document is None or document == {}:
        return CohortQuery()
    _check_size(document, at)
    return CohortQuery(where=_filter(document, at))


def filter_document(part: Filter) -> Document:
    """The same filter, written in one way."""
    match part:
        case Condition():
            value = list(part.value) if isinstance(part.value, tuple) else part.value
            return {"field": part.field.name, "op": part.operator.value, "value": value}
        case AllOf():
            return {"all": [filter_document(each) for each in part.parts]}
        case AnyOf():
            return {"any": [filter_document(each) for each in part.parts]}
        case Not():
            return {"not": filter_document(part.part)}
        case Some():
            said: Document = {"some": part.scope.value, "where": filter_document(part.where)}
            return said | {"of": Scope.PATIENT.value} if part.of_patient else said


def _check_size(document: object, at: str) -> None:
    level, count = [document], 0
    for _ in range(DEEPEST):
        count += len(level)
        if not level or count > LARGEST:
            break
        level = [below for each in level for below in _below(each)]
    if level:
        refuse(at, f"at most {LARGEST} values, nested at most {DEEPEST} deep")


def _below(value: object) -> list[object]:
    if isinstance(value, Mapping):
        return list(value.values())
    return list(value) if isinstance(value, list | tuple) else []


def _filter(document: object, at: str) -> Filter:
    shape = next((key for key in _KEYS if isinstance(document, Mapping) and key in document), None)
    if shape is None or not isinstance(document, Mapping):
        refuse(at, "must be an object of one of these shapes", SHAPES)
    if set(document) - _KEYS[shape]:
        refuse(at, "has keys that do not belong together", tuple(sorted(_KEYS[shape])))
    match shape:
        case "field":
            return _condition(document, at)
        case "not":
            return Not(part=_filter(document["not"], f"{at}.not"))
        case "some":
            return _some(document, at)
    parts = document[shape]
    if not isinstance(parts, list | tuple):
        refuse(f"{at}.{shape}", "must be a list of filters")
    read = each_of(parts, f"{at}.{shape}", _filter)
    return AllOf(parts=read) if shape == "all" else AnyOf(parts=read)


def _some(document: Mapping[str, object], at: str) -> Some:
    named, of, where = document["some"], document.get("of"), document.get("where")
    scope = SCOPES.get(named) if isinstance(named, str) else None
    if scope is None:
        refuse(f"{at}.some", "not a kind of thing", tuple(SCOPES))
    if of not in (None, Scope.PATIENT.value):
        refuse(f"{at}.of", "leave it out, or", (Scope.PATIENT.value,))
    part = EVERYTHING if where is None or where == {} else _filter(where, f"{at}.where")
    return Some(scope=scope, where=part, of_patient=of is not None)


def _condition(document: Mapping[str, object], at: str) -> Condition:
    field = _field(document["field"], f"{at}.field")
    operators = {operator.value: operator for operator in field.operators}
    named = document.get("op", Operator.EQUAL.value)
    operator = operators.get(named) if isinstance(named, str) else None
    if operator is None:
        refuse(f"{at}.op", f"not an operator of {field.name}, which is of type {field.kind.value}", tuple(operators))
    if "value" not in document and operator is not Operator.EXISTS:
        refuse(f"{at}.value", "is missing")
    value = read_value(field, operator, document.get("value", True), f"{at}.value")
    return Condition(field=field, operator=operator, value=value)


def _field(named: object, at: str) -> Field:
    if not isinstance(named, str) or not _NAME.fullmatch(named):
        refuse(at, "not the name of a field; these are all", tuple(FIELDS))
    return FIELDS.get(named) or refuse(at, f"there is no field {named}; perhaps one of these", nearest(named))
