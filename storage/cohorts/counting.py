"""Statements that count a cohort, whole and study by study; each database is asked in the way that it is quick at."""

from typing import Any

from sqlalchemy import ColumnElement, Dialect, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute

from annotation.cohorts.fields import Scope
from annotation.cohorts.filters import CohortQuery
from storage.cohorts.conditions import Bool, Conditions
from storage.cohorts.tables import SearchReadingRow, SearchSeriesRow

AnySelect = Select[*tuple[Any, ...]]


def in_cohort(query: CohortQuery, conditions: Conditions) -> Bool:
    """Of `SearchSeriesRow` in the enclosing query. Whom releases leave out is in no cohort."""
    of_anybody = conditions.of_anybody(SearchSeriesRow.patient_id)
    return (SearchSeriesRow.objects > 0) & of_anybody & conditions.of(query.where)


def totals(query: CohortQuery, conditions: Conditions, dialect: Dialect) -> AnySelect:
    """Patients, studies, series, objects, bytes and readings: one row, from one moment."""
    if dialect.name != "postgresql":
        return _by_study(query, conditions)
    return _at_once(query, conditions)


def studies(query: CohortQuery, conditions: Conditions, *parts: InstrumentedAttribute[Any]) -> AnySelect:
    """Sums of each study's series in the cohort, and as many of its readings as may be seen; by `parts` too."""
    of_study = (SearchSeriesRow.patient_id, SearchSeriesRow.study_id, *parts)
    return (
        select(
            *of_study,
            func.count().label("series"),
            func.sum(SearchSeriesRow.objects).label("objects"),
            func.sum(SearchSeriesRow.bytes).label("bytes"),
            _readings_of_one(conditions).label("readings"),
        )
        .where(in_cohort(query, conditions))
        .group_by(*of_study)
    )


def _by_study(query: CohortQuery, conditions: Conditions) -> AnySelect:
    """SQLite has the series in the order of their studies, and looks the filter's other things up once."""
    found = studies(query, conditions).subquery()
    return select(
        func.count(found.c.patient_id.distinct()).label("patients"),
        func.count().label("studies"),
        *(_sum(found.c[name]).label(name) for name in ("series", "objects", "bytes", "readings")),
    )


def _at_once(query: CohortQuery, conditions: Conditions) -> AnySelect:
    """PostgreSQL finds the series once, and counts studies and their readings by joins, not one by one."""
    counted = (SearchSeriesRow.patient_id, SearchSeriesRow.study_id, SearchSeriesRow.objects, SearchSeriesRow.bytes)
    found = select(*counted).where(in_cohort(query, conditions)).cte("found").prefix_with("MATERIALIZED")
    readings = _readings(conditions).where(SearchReadingRow.study_id.in_(select(found.c.study_id)))
    return select(
        func.count(found.c.patient_id.distinct()).label("patients"),
        func.count(found.c.study_id.distinct()).label("studies"),
        func.count().label("series"),
        _sum(found.c.objects).label("objects"),
        _sum(found.c.bytes).label("bytes"),
        readings.scalar_subquery().label("readings"),
    ).select_from(found)


def _readings_of_one(conditions: Conditions) -> ColumnElement[int]:
    of_it = _readings(conditions).where(SearchReadingRow.study_id == SearchSeriesRow.study_id)
    return of_it.correlate(SearchSeriesRow).scalar_subquery()


def _readings(conditions: Conditions) -> Select[int]:
    return select(func.count()).select_from(SearchReadingRow).where(conditions.visible(Scope.READING))


def _sum(column: Any) -> ColumnElement[int]:
    return func.coalesce(func.sum(column), 0)
