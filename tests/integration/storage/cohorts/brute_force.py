"""A cohort's filter asked of rows in plain Python, thing by thing: written from the documented meaning, not the SQL."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from string import ascii_lowercase, ascii_uppercase
from typing import Any

from annotation.cohorts.fields import Kind, Operator, Scope
from annotation.cohorts.filters import AllOf, AnyOf, Condition, Filter, Not, Some

KEYS = {
    Scope.PATIENT: "pseudonym",
    Scope.STUDY: "study_instance_uid",
    Scope.SERIES: "series_instance_uid",
    Scope.LESION: "lesion_id",
    Scope.READING: "reading_id",
}
# What a thing of the second kind must share with the one outside, the most particular first.
SHARED = (Scope.READING, Scope.LESION, Scope.STUDY, Scope.PATIENT)
SMALL = str.maketrans(ascii_uppercase, ascii_lowercase)


@dataclass(frozen=True, slots=True)
class Thing:
    """One row: its values by item, and its identifiers and those of its owners."""

    scope: Scope
    values: Mapping[str, Any]
    keys: Mapping[Scope, str]


@dataclass(slots=True, repr=False)
class World:
    """Everything there is."""

    things: dict[Scope, list[Thing]] = field(default_factory=lambda: {scope: [] for scope in Scope})

    def __repr__(self) -> str:
        """Short: it stands in every report of a failure."""
        return f"World of {sum(map(len, self.things.values()))} things"

    def cohort(self, where: Filter) -> set[str]:
        return {thing.keys[Scope.SERIES] for thing in self.things[Scope.SERIES] if self.holds(where, thing)}

    def holds(self, part: Filter, thing: Thing) -> bool:
        match part:
            case AllOf():
                return all(self.holds(each, thing) for each in part.parts)
            case AnyOf():
                return any(self.holds(each, thing) for each in part.parts)
            case Not():
                return not self.holds(part.part, thing)
            case Some():
                return any(self.holds(part.where, each) for each in self.linked(thing, part.scope, part.of_patient))
            case Condition():
                if part.field.scope is thing.scope:
                    return compares(part, thing.values.get(part.field.item))
                return any(self.holds(part, each) for each in self.linked(thing, part.field.scope, False))

    def linked(self, thing: Thing, scope: Scope, of_patient: bool) -> Iterable[Thing]:
        if scope is thing.scope is Scope.PATIENT:
            return [thing]
        if scope in thing.keys and scope is not thing.scope and not of_patient:  # its one owner
            return [each for each in self.things[scope] if each.keys[scope] == thing.keys[scope]]
        for shared in (Scope.PATIENT,) if of_patient else SHARED:
            candidates = self.things[scope]
            has_both = shared in thing.keys and all(shared in each.keys for each in candidates)
            if has_both and not (shared is thing.scope is scope):
                return [each for each in candidates if each.keys[shared] == thing.keys[shared]]
        return []


def compares(part: Condition, value: Any) -> bool:  # noqa: PLR0911  one for each operator
    given: Any = part.value
    if part.operator is Operator.EXISTS:
        return (value is not None) is given
    if value is None:
        return False
    if part.field.kind is Kind.TEXT:
        value, given = value.translate(SMALL), small(given)
    match part.operator:
        case Operator.EQUAL:
            return bool(value == given)
        case Operator.NOT_EQUAL:
            return bool(value != given)
        case Operator.IN:
            return value in given
        case Operator.CONTAINS:
            return given in value
        case Operator.STARTS_WITH:
            return bool(value.startswith(given))
        case Operator.RANGE:
            lowest, highest = given
            return (lowest is None or value >= lowest) and (highest is None or value <= highest)
    return bool(
        {"lt": value < given, "lte": value <= given, "gt": value > given, "gte": value >= given}[part.operator.value]
    )


def small(given: Any) -> Any:
    return tuple(small(each) for each in given) if isinstance(given, tuple) else given.translate(SMALL)
