"""Where the fields of each kind of thing are found: its search table, and by which columns it is linked to others."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Dialect, FromClause, Integer, UnaryExpression, case, cast, exists, func
from sqlalchemy.sql.operators import custom_op

from annotation.cohorts.catalogue import FIELDS
from annotation.cohorts.fields import OWNERS, Scope
from annotation.cohorts.image_fields import ADJUDICATED, IN_PROGRESS, READ, TO_ADJUDICATE
from storage.cohorts.tables import (
    SearchLesionRow,
    SearchPatientRow,
    SearchReadingRow,
    SearchScoreRow,
    SearchSeriesRow,
    SearchStudyRow,
)
from storage.protocol_tables import AssignmentRow, ProtocolRow, TaskRow
from storage.tables import Base

_TABLES: Mapping[Scope, type[Base]] = MappingProxyType(
    {
        Scope.PATIENT: SearchPatientRow,
        Scope.STUDY: SearchStudyRow,
        Scope.SERIES: SearchSeriesRow,
        Scope.ASSIGNMENT: AssignmentRow,
        Scope.LESION: SearchLesionRow,
        Scope.READING: SearchReadingRow,
        Scope.SCORE: SearchScoreRow,
    }
)
_OWNING = frozenset(owner for owners in OWNERS.values() for owner in owners)
_DAY = "_day"
_AS_IT_IS = custom_op[Any]("+")

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """`columns` by the fields' items; `keys` are the numbers of the thing itself and of its owners in search tables."""

    table: FromClause
    columns: Mapping[str, ColumnElement[Any]]
    keys: Mapping[Scope, ColumnElement[int]]


def sources(dialect: Dialect) -> Mapping[Scope, Source]:
    """One for each kind of thing."""
    return MappingProxyType({scope: _source(scope, dialect) for scope in Scope})


def as_it_is(column: ColumnElement[Value], dialect: Dialect) -> ColumnElement[Value]:
    """For SQLite, the value of a column that it is not to seek rows by: it would take nine of ten for few."""
    if dialect.name != "sqlite":
        return column
    return UnaryExpression(column, operator=_AS_IT_IS, type_=column.type)


def _source(scope: Scope, dialect: Dialect) -> Source:
    row = _TABLES[scope]
    table = row.__table__
    keys = {owner: table.columns[f"{owner.value}_id"] for owner in OWNERS[scope] if scope is not Scope.ASSIGNMENT}
    if scope in _OWNING:
        keys[scope] = table.columns["id"]
    items = [field.item for field in FIELDS.values() if field.scope is scope]
    match scope:
        case Scope.PATIENT:
            columns = {item: _patient_column(item, dialect) for item in items}
            return Source(table=table, columns=columns, keys=keys)
        case Scope.ASSIGNMENT:
            of_study = SearchStudyRow.__table__
            joined = table.join(ProtocolRow.__table__, ProtocolRow.id == AssignmentRow.protocol_id).join(
                of_study, of_study.columns["study_instance_uid"] == table.columns["study_instance_uid"]
            )
            keys = {Scope.STUDY: of_study.columns["id"], Scope.PATIENT: of_study.columns["patient_id"]}
            named = {"protocol": ProtocolRow.__table__.columns["name"], "kind": table.columns["kind"]}
            return Source(table=joined, columns={**named, "state": _reading_state()}, keys=keys)
    return Source(table=table, columns={item: table.columns[item] for item in items}, keys=keys)


def _patient_column(item: str, dialect: Dialect) -> ColumnElement[Any]:
    columns = SearchPatientRow.__table__.columns
    if item in columns or not item.endswith(_DAY):
        return columns[item]
    day, baseline = columns[f"{item.removesuffix(_DAY)}_on"], columns["baseline"]
    if dialect.name == "postgresql":
        return day - baseline
    return cast(func.julianday(day) - func.julianday(baseline), Integer)


def _reading_state() -> ColumnElement[str]:
    """While anybody has yet to sign, who has signed already makes no difference."""

    def some(*states: str) -> ColumnElement[bool]:
        of_it = TaskRow.assignment_id == AssignmentRow.id
        return exists().where(of_it, TaskRow.state.in_(states)).correlate(AssignmentRow)

    return case(
        (AssignmentRow.blind | some("unread", "draft"), IN_PROGRESS),
        (some("to_adjudicate"), TO_ADJUDICATE),
        (some("adjudicated"), ADJUDICATED),
        else_=READ,
    )
