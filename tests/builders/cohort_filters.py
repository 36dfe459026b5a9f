"""Any filter of cohorts, and rows to ask it of: few values, so that conditions meet."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st

from annotation.cohorts.catalogue import FIELDS
from annotation.cohorts.fields import Field, Kind, Operator, Scope
from annotation.cohorts.filters import AllOf, AnyOf, Condition, Filter, Not, Some

DEEPEST = 12
TEXTS = ("B70f", "b70F", "Br40", "100%_x", "É", "é", "SIEMENS")
CODES = ("CT", "MR", "PT")
NUMBERS = (0.5, 1.0, 1.25, 3.0)
WHOLES = (0, 1, 2, 3)

_VALUES: Mapping[Kind, tuple[Any, ...]] = MappingProxyType(
    {
        Kind.TEXT: TEXTS,
        Kind.CODE: CODES,
        Kind.NUMBER: NUMBERS,
        Kind.WHOLE: WHOLES,
        Kind.YES_NO: (True, False),
    }
)


def values_of(field: Field) -> tuple[Any, ...]:
    """Those that rows and conditions have."""
    return field.choices[:3] if field.kind is Kind.CHOICE else _VALUES[field.kind]


def conditions() -> st.SearchStrategy[Condition]:
    return st.sampled_from([*FIELDS.values()]).flatmap(_condition)


def _condition(field: Field) -> st.SearchStrategy[Condition]:
    return st.sampled_from(field.operators).flatmap(
        lambda operator: st.builds(
            Condition, field=st.just(field), operator=st.just(operator), value=_value(field, operator)
        )
    )


def _value(field: Field, operator: Operator) -> st.SearchStrategy[Any]:
    one = st.sampled_from(values_of(field))
    match operator:
        case Operator.EXISTS:
            return st.booleans()
        case Operator.IN:
            return st.lists(one, min_size=1, max_size=3, unique=True).map(tuple)
        case Operator.RANGE:
            ends = st.tuples(one, one).map(lambda pair: tuple(sorted(pair)))
            return ends | one.map(lambda end: (None, end)) | one.map(lambda end: (end, None))
        case Operator.CONTAINS | Operator.STARTS_WITH:
            return one.flatmap(lambda text: st.integers(1, len(text)).map(lambda length: text[:length]))
    return one


def _wider(parts: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
    several = st.lists(parts, max_size=3).map(tuple)
    return (
        several.map(lambda some: AllOf(parts=some))
        | several.map(lambda some: AnyOf(parts=some))
        | parts.map(lambda part: Not(part=part))
        | st.builds(Some, scope=st.sampled_from(Scope), where=parts, of_patient=st.booleans())
    )


filters: st.SearchStrategy[Filter] = st.recursive(conditions(), _wider, max_leaves=DEEPEST)
