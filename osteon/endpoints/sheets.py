"""Results as tables: one list of rows each, written as CSV and as Parquet, the same bytes for the same results."""

import csv
import importlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotation.endpoints.problems import Problem
from annotation.endpoints.study import Endpoints

Cell = str | int | float | None
DIGITS = 10
"""Significant: what is beyond differs between processors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """`types` by column: str, int or float."""

    name: str
    types: Mapping[str, type]
    rows: tuple[tuple[Cell, ...], ...]


def sheets(found: Endpoints, problems: Sequence[Problem]) -> tuple[Sheet, ...]:
    """All tables of the results."""
    return (
        _estimates(found),
        _curves(found),
        _comparisons(found),
        _presentations(found),
        _epidemiology(found),
        _counted(found),
        _problems(problems),
    )


def write_csv(sheet: Sheet, file: Path) -> None:
    """UTF-8, with a head; an empty cell is "not known"."""
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(sheet.types)
        writer.writerows(sheet.rows)


def write_parquet(sheet: Sheet, file: Path) -> None:
    """Typed, and compressed."""
    arrow: Any = importlib.import_module("pyarrow")
    parquet: Any = importlib.import_module("pyarrow.parquet")
    kinds = {str: arrow.string(), int: arrow.int64(), float: arrow.float64()}
    columns = [
        arrow.array([row[index] for row in sheet.rows], kinds[kind]) for index, kind in enumerate(sheet.types.values())
    ]
    parquet.write_table(arrow.table(columns, names=list(sheet.types)), file, compression="zstd")


def _estimates(found: Endpoints) -> Sheet:
    types = {"measure": str, "by": str, "group": str, "horizon_days": int, "patients": int, "events": int}
    types |= {"at_risk": int, "value": float, "low": float, "high": float, "unit": str}
    rows = [
        (
            each.measure.value,
            each.by,
            each.group,
            each.horizon,
            each.patients,
            each.events,
            each.at_risk,
            *_rounded(each.estimate.value, each.estimate.low, each.estimate.high),
            each.measure.defined.unit.value,
        )
        for each in found.estimates
    ]
    return Sheet(name="estimates", types=types, rows=tuple(rows))


def _curves(found: Endpoints) -> Sheet:
    types = {"measure": str, "by": str, "group": str, "day": int, "value": float, "low": float, "high": float}
    rows = [
        (
            curve.measure.value,
            curve.by,
            curve.group,
            point.day,
            *_rounded(point.estimate.value, point.estimate.low, point.estimate.high),
            point.at_risk,
        )
        for curve in found.curves
        for point in curve.points
    ]
    return Sheet(name="curves", types=types | {"at_risk": int}, rows=tuple(rows))


def _comparisons(found: Endpoints) -> Sheet:
    rows = [(each.measure.value, each.by, each.groups, each.test, *_rounded(each.p)) for each in found.comparisons]
    types = {"measure": str, "by": str, "groups": int, "test": str, "p": float}
    return Sheet(name="comparisons", types=types, rows=tuple(rows))


def _presentations(found: Endpoints) -> Sheet:
    types: dict[str, type] = dict.fromkeys(("number", "patients", "recurrences", "with_0", "with_1", "with_2"), int)
    types |= {"with_3_or_more": int, "with_history": int, "mean": float, "person_years": float}
    rows = [
        (
            each.number,
            each.patients,
            each.recurrences,
            *each.by_count,
            each.with_history,
            *_rounded(each.mean, each.person_years),
        )
        for each in found.presentations
    ]
    return Sheet(name="presentations", types=types, rows=tuple(rows))


def _epidemiology(found: Endpoints) -> Sheet:
    types = {"variable": str, "level": str, "known": int, "missing": int, "count": int, "percent": float}
    rows = [
        (
            each.variable,
            each.level,
            each.known,
            each.missing,
            each.count,
            *_rounded(each.percent, *(each.quartiles or (None, None, None))),
        )
        for each in found.described
    ]
    return Sheet(
        name="epidemiology",
        types=types | {"first_quartile": float, "median": float, "third_quartile": float},
        rows=tuple(rows),
    )


def _counted(found: Endpoints) -> Sheet:
    return Sheet(name="counted", types={"what": str, "reason": str, "count": int}, rows=tuple(_counts(found)))


def _counts(found: Endpoints) -> Iterator[tuple[Cell, ...]]:
    cohort = found.cohort
    yield "patients", "counted", len(cohort.followed)
    for status in sorted({each.status.value for each in cohort.followed}):
        yield "patients", status, sum(each.status.value == status for each in cohort.followed)
    for why, count in sorted(cohort.left_out.items(), key=lambda each: each[0].value):
        yield "patients_left_out", why.value, count
    yield "recurrence_free_endpoints_left_out", "recurred_before_enrolment", found.recurred_before_entry
    for adjudicated, count in sorted(cohort.not_confirmed.items()):
        yield "events_not_counted", adjudicated, count


def _problems(problems: Sequence[Problem]) -> Sheet:
    rows = [
        (
            each.place.table,
            each.place.row,
            each.place.column,
            each.reason.value,
            "refused" if each.reason.refuses else "flagged",
        )
        for each in problems
    ]
    types = {"table": str, "row": int, "column": str, "reason": str, "what": str}
    return Sheet(name="problems", types=types, rows=tuple(rows))


def _rounded(*values: float | None) -> Iterator[float | None]:
    return (None if each is None else float(f"{each:.{DIGITS}g}") for each in values)
