"""A cohort's filter as a tree. It is asked of each series; what it says of other things, some such thing must meet.

Conditions on a series, on its study and on its patient are about these. A condition on anything else (a lesion, a
reading, a score, an assignment) says that there is one of which it holds: a reading, a score or an assignment of the
same study, a lesion of the same patient. Two such conditions may be met by two things; `Some` asks both of one and the
same. Inside `Some`, conditions on the thing and on its owners are about these, and what else is named is, again, some
thing that belongs to it (`link`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from annotation.cohorts.fields import OWNERS, Field, Operator, Scope

Single: TypeAlias = str | bool | int | float
Value: TypeAlias = Single | tuple[Single | None, ...]
"""One; several for `in`; lowest and highest, both included and either None, for `range`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One field compared with a value."""

    field: Field
    operator: Operator
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf:
    """Every part holds; so does no part at all."""

    parts: tuple["Filter", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """One part at least holds; no part at all does not."""

    parts: tuple["Filter", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """The part does not hold: where it is false because something is not known, this is true."""

    part: "Filter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Some:
    """There is one thing of this kind of which `where` holds.

    `of_patient`: any of the same patient, not only what belongs to the thing outside.
    """

    scope: Scope
    where: "Filter"
    of_patient: bool = False


Filter: TypeAlias = Condition | AllOf | AnyOf | Not | Some

EVERYTHING = AllOf(parts=())


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortQuery:
    """Which series: those of which `where` holds."""

    where: Filter = EVERYTHING


def is_about(outside: Scope, field: Field) -> bool:
    """Whether the field is one of the thing itself or of one of its owners, of which there is one each."""
    return field.scope is outside or field.scope in OWNERS[outside]


_P, _ST, _L, _R = Scope.PATIENT, Scope.STUDY, Scope.LESION, Scope.READING
_KEYS: Mapping[Scope, frozenset[Scope]] = MappingProxyType(
    {scope: frozenset({scope, *owners}) for scope, owners in OWNERS.items()}
)


def link(outside: Scope, inside: Scope) -> Scope:
    """What both things must have in common: the most particular owner, or thing, that both have.

    A reading in a lesion is of that lesion, a score in a study of that study, a series in a lesion of its patient.
    A second study or lesion is another one of the same patient, a second series another one of the same study.
    """
    common = _KEYS[outside] & _KEYS[inside]
    if outside is inside:
        common -= {inside}
    return next((scope for scope in (_R, _L, _ST) if scope in common), _P)
