"""A filter as a condition of a query.

Every part is true or false, never NULL, so that `not` is what it says. Things that belong to others are looked up in
subqueries of their own, which the databases answer once, not for every row, and whose answers are small numbers.
"""

from collections.abc import Collection, Iterable, Mapping
from string import ascii_lowercase, ascii_uppercase
from typing import Any

from sqlalchemy import ColumnElement, Dialect, and_, bindparam, false, func, not_, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from annotation.cohorts.fields import Field, Kind, Operator, Scope
from annotation.cohorts.filters import AllOf, AnyOf, Condition, Filter, Not, Some, is_about, link
from annotation.sight import Sight
from storage.cohorts.sources import Source, as_it_is, sources
from storage.cohorts.visible import hidden_from

Bool = ColumnElement[bool]

_SMALL = str.maketrans(ascii_uppercase, ascii_lowercase)


class Conditions:
    """Conditions for one database, as far as one may look who asks.

    `patients`: the numbers of those to whom the enclosing query is limited; things are then looked up among theirs
    only. What is linked is always of one patient, so that nothing else changes. `left_out`: those who are in no cohort.
    """

    def __init__(
        self,
        dialect: Dialect,
        sight: Sight,
        patients: Collection[int] | None = None,
        *,
        left_out: Collection[int] = (),
    ) -> None:
        self._dialect = dialect
        self._sight = sight
        self._patients = patients
        self._left_out = left_out
        self._sources: Mapping[Scope, Source] = sources(dialect)

    def of(self, part: Filter, outside: Scope = Scope.SERIES) -> Bool:
        """On the search table of `outside` in the enclosing query."""
        match part:
            case Condition():
                return self._condition(part, outside)
            case AllOf():
                return and_(true(), *(self.of(each, outside) for each in self._gathered(part.parts, outside)))
            case AnyOf():
                return or_(false(), *(self.of(each, outside) for each in part.parts))
            case Not():
                return not_(self.of(part.part, outside))
            case Some():
                common = Scope.PATIENT if part.of_patient else link(outside, part.scope)
                return self._among(outside, part.scope, common, part.where)

    def of_anybody(self, patient: InstrumentedAttribute[int]) -> Bool:
        """That a patient is none who is left out."""
        if not self._left_out:
            return true()
        # Written into the statement: databases bound how many parameters it has.
        return patient.not_in(bindparam("left_out", sorted(self._left_out), expanding=True, literal_execute=True))

    def visible(self, scope: Scope) -> Bool:
        """What the one who asks may find of it."""
        hidden = hidden_from(self._sight, scope)
        return true() if hidden is None else hidden

    def probed(self, key: ColumnElement[int]) -> ColumnElement[int]:
        """The number of a study, so that SQLite goes through a table in its order, not by the list of what is wanted.

        It does not know how long that is: a hundred thousand studies, sought one by one, take twice as long as all.
        """
        return as_it_is(key, self._dialect)

    def _condition(self, part: Condition, outside: Scope) -> Bool:
        scope = part.field.scope
        if scope is outside:
            return _compared(self._text_of(part.field, self._sources[scope].columns[part.field.item]), part)
        common = scope if is_about(outside, part.field) else link(outside, scope)
        return self._among(outside, scope, common, part)

    def _among(self, outside: Scope, inside: Scope, common: Scope, where: Filter) -> Bool:
        """The thing outside is linked, by what both have in common, to some thing of which `where` holds."""
        found = self._sources[inside]
        wanted = select(found.keys[common]).select_from(found.table).where(self.of(where, inside))
        wanted = wanted.where(self.visible(inside))
        if self._patients is not None:
            wanted = wanted.where(found.keys[Scope.PATIENT].in_(self._patients))
        key = self._sources[outside].keys[common]
        return (self.probed(key) if common is Scope.STUDY else key).in_(wanted.correlate(None))

    def _gathered(self, parts: Iterable[Filter], outside: Scope) -> list[Filter]:
        """Conditions on one owner, of which there is one, are asked of it together."""
        others: list[Filter] = []
        of_owner: dict[Scope, list[Filter]] = {}
        for part in parts:
            if isinstance(part, Condition) and part.field.scope is not outside and is_about(outside, part.field):
                of_owner.setdefault(part.field.scope, []).append(part)
            else:
                others.append(part)
        for scope, conditions in of_owner.items():
            others.append(Some(scope=scope, where=AllOf(parts=tuple(conditions))))
        return others

    def _text_of(self, field: Field, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Both databases then take capital letters A to Z, and no others, for their small ones."""
        if field.kind is not Kind.TEXT:
            return column
        return func.lower(column.collate("C") if self._dialect.name == "postgresql" else column)


def _compared(column: ColumnElement[Any], part: Condition) -> Bool:
    value = _folded(part.value) if part.field.kind is Kind.TEXT else part.value
    if part.operator is Operator.EXISTS:
        return column.is_not(None) if value else column.is_(None)
    return and_(column.is_not(None), _holds(column, part.operator, value))


def _holds(column: ColumnElement[Any], operator: Operator, value: Any) -> Bool:
    holds: Bool
    match operator:
        case Operator.NOT_EQUAL:
            holds = column != value
        case Operator.IN:
            holds = column.in_(value)
        case Operator.LESS:
            holds = column < value
        case Operator.AT_MOST:
            holds = column <= value
        case Operator.MORE:
            holds = column > value
        case Operator.AT_LEAST:
            holds = column >= value
        case Operator.RANGE:
            lowest, highest = value
            ends = [] if lowest is None else [column >= lowest]
            holds = and_(*ends, *([] if highest is None else [column <= highest]))
        case Operator.CONTAINS:
            holds = column.contains(value, autoescape=True)
        case Operator.STARTS_WITH:
            holds = column.startswith(value, autoescape=True)
        case _:
            holds = column == value
    return holds


def _folded(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_folded(each) for each in value)
    return value.translate(_SMALL) if isinstance(value, str) else value
