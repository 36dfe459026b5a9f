"""Which parts of a request were wrong, said without repeating any of them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from lesion_model.errors import ItemsError, Problem

# The messages of these quote what was sent, or may.
QUOTING = frozenset({"value_error", "assertion_error", "union_tag_invalid", "uuid_parsing", "json_type"})
NOT_ACCEPTABLE = "not an acceptable value"
NOT_JSON = "not valid JSON"

_QUOTED = re.compile(r"'([^']*)'")


def field_problems(errors: Sequence[Any], known: frozenset[str]) -> list[dict[str, Any]]:
    """One entry per error: where, why, and the allowed values when they are few and known.

    A body's place is a JSON pointer, a parameter's its name. A place is only spelled in names that are `known`
    (`names`): a client may have put a patient's name where a property belongs.
    """
    return [problem for error in errors for problem in _field_problems(error, known)]


def names(node: Any) -> Iterator[str]:
    """Every property and parameter name of an OpenAPI description, some of them often."""
    if isinstance(node, Mapping):
        properties = node.get("properties")
        if isinstance(properties, Mapping):
            yield from properties
        if "in" in node and isinstance(node.get("name"), str):
            yield node["name"]
        for value in node.values():
            yield from names(value)
    elif isinstance(node, list):
        for value in node:
            yield from names(value)


def domain_problems(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """What the lesion model found wrong. It spells places in its own names, never in received ones."""
    return [
        {"pointer": "/".join(["#", *filter(None, problem.field.split("."))]), "detail": problem.detail}
        | ({"allowed": list(problem.allowed)} if problem.allowed else {})
        for problem in problems
    ]


def _field_problems(error: Mapping[str, Any], known: frozenset[str]) -> list[dict[str, Any]]:
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, ItemsError):
        return domain_problems(cause.problems)
    return [_field_problem(error, known)]


def _field_problem(error: Mapping[str, Any], known: frozenset[str]) -> dict[str, Any]:
    place, *path = error["loc"]
    allowed = _allowed(error)
    return {
        **_place(str(place), path, known, error["type"]),
        "detail": _detail(error),
        **({"allowed": allowed} if allowed else {}),
    }


def _place(place: str, path: Iterable[str | int], known: frozenset[str], kind: str) -> dict[str, str]:
    if place != "body":
        return {"parameter": next((str(part) for part in path if part in known), "")}
    if kind == "json_invalid":
        return {"pointer": "#"}
    parts = [str(part) for part in path if isinstance(part, int) or part in known]
    return {"pointer": "/".join(["#", *parts])}


def _detail(error: Mapping[str, Any]) -> str:
    if error["type"] == "json_invalid":
        return NOT_JSON
    if error["type"] in QUOTING:
        return NOT_ACCEPTABLE
    return str(error["msg"])


def _allowed(error: Mapping[str, Any]) -> list[str]:
    if error["type"] not in {"enum", "literal_error"}:
        return []
    return _QUOTED.findall(str(error.get("ctx", {}).get("expected", "")))
