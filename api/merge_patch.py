"""JSON merge patch (RFC 7396) of a document that is then validated as a whole."""

from collections.abc import Mapping
from typing import Any

DEEPEST = 8


def is_deep(patch: Mapping[str, Any]) -> bool:
    """Whether a patch is nested deeper than any document of ours."""
    level: list[Any] = list(patch.values())
    for _ in range(DEEPEST):
        level = [inner for each in level for inner in _inside(each)]
        if not level:
            return False
    return True


def merged(document: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """`document` with what `patch` says; null takes a member away.

    A null for a member that there is not stays, so that a misspelt name is refused and does not vanish.
    """
    result = dict(document)
    for name, value in patch.items():
        if value is None and name in result:
            del result[name]
        elif isinstance(value, Mapping):
            inner = result.get(name)
            result[name] = merged(inner if isinstance(inner, Mapping) else {}, value)
        else:
            result[name] = value
    return result


def _inside(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        return list(value.values())
    return list(value) if isinstance(value, list) else []
