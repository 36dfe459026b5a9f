"""Tables as they are written, cell by cell, into typed rows; what cannot be understood is told with its place."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from annotation.endpoints.problems import Problem, Reason, problem
from annotation.endpoints.records import (
    Adjudication,
    Cancer,
    Event,
    EventType,
    Patient,
    Presentation,
    Registry,
    VitalStatus,
)
from annotation.endpoints.tables import (
    BANDS,
    BIOLOGIES,
    BIOLOGY,
    CANCERS,
    EVENTS,
    NO_PRIMARY_FOUND,
    PRESENTATIONS,
    REGISTRY_PATIENTS,
    Column,
    Kind,
    Table,
)
from lesion_model.primary import PrimaryTumour

Cells = Mapping[str, str]
Rows = Sequence[Cells]
Value = str | float | bool | date | tuple[str, ...] | None
Row = TypeVar("Row")

YES_NO = {"true": True, "false": False}
NO_DAY = "2024-02"
FIRST_ROW = 2
"""As a spreadsheet numbers it: the head is row 1."""


class _CellError(Exception):
    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """Rows that could be understood, and what is wrong with the others."""

    registry: Registry
    problems: tuple[Problem, ...]


def parsed(tables: Mapping[str, Rows]) -> Parsed:
    """`tables`: rows of text cells by the name of the table, in order; what is not there is empty."""
    problems: list[Problem] = []
    known = {(values["pseudonym"], values["meeting_date"]): values for _, values in _rows(BIOLOGIES, tables, problems)}
    registry = Registry(
        patients=tuple(_made(_patient, REGISTRY_PATIENTS, tables, problems)),
        cancers=tuple(_made(_cancer, CANCERS, tables, problems)),
        presentations=tuple(
            _presentation(row, values, known.get((values["pseudonym"], values["meeting_date"]), {}))
            for row, values in _rows(PRESENTATIONS, tables, problems)
        ),
        events=tuple(_made(_event, EVENTS, tables, problems)),
    )
    return Parsed(registry=registry, problems=tuple(problems))


def _made(
    make: Callable[[int, Mapping[str, Value]], Row],
    table: Table,
    tables: Mapping[str, Rows],
    problems: list[Problem],
) -> Iterator[Row]:
    for row, values in _rows(table, tables, problems):
        yield make(row, values)


def _rows(
    table: Table, tables: Mapping[str, Rows], problems: list[Problem]
) -> Iterator[tuple[int, Mapping[str, Value]]]:
    """Each row whose cells are all understood, with its number; what is flagged only is understood."""
    for number, cells in enumerate(tables.get(table.name, ()), FIRST_ROW):
        values, wrong = _cells(table.columns, cells)
        who = cells.get("pseudonym", "").strip() or None
        if who is None:
            problems.append(problem(table.name, number, "pseudonym", Reason.NO_PSEUDONYM))
        else:
            problems += [problem(table.name, number, name, reason, who) for name, reason in wrong]
            if not any(reason.refuses for _, reason in wrong):
                yield number, values


def _cells(columns: Iterable[Column], cells: Cells) -> tuple[dict[str, Value], list[tuple[str, Reason]]]:
    values: dict[str, Value] = {}
    wrong = []
    for column in columns:
        text = cells.get(column.name, "").strip()
        try:
            values[column.name] = _value(column, text)
            if column.kind is Kind.DAY_OR_MONTH and len(text) == len(NO_DAY):
                wrong.append((column.name, Reason.NO_DAY))
        except _CellError as error:
            wrong.append((column.name, error.reason))
    return values, wrong


def _value(column: Column, text: str) -> Value:
    if not text:
        if column.required:
            raise _CellError(Reason.MISSING_VALUE)
        return None
    return _READERS[column.kind](column, text)


def _text(_: Column, text: str) -> Value:
    return text


def _date(_: Column, text: str) -> Value:
    if len(text) != len("2024-02-29"):
        raise _CellError(Reason.NOT_A_DATE)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _CellError(Reason.NOT_A_DATE) from None


def _day_or_month(column: Column, text: str) -> Value:
    """In the middle of the month, where the day is not known."""
    return _date(column, f"{text}-15" if len(text) == len(NO_DAY) else text)


def _month(column: Column, text: str) -> Value:
    return _date(column, f"{text}-01")


def _partial_date(column: Column, text: str) -> Value:
    """The earliest day that it may be."""
    return _date(column, text + "-01" * (2 - text.count("-")))


def _number(column: Column, text: str) -> Value:
    try:
        number = float(text)
    except ValueError:
        raise _CellError(Reason.NOT_A_NUMBER) from None
    if not math.isfinite(number) or not column.least <= number <= column.most:
        raise _CellError(Reason.NOT_A_NUMBER)
    return number


def _code(column: Column, text: str) -> Value:
    if text not in column.codes:
        raise _CellError(Reason.UNKNOWN_CODE)
    return text


def _codes(column: Column, text: str) -> Value:
    codes = tuple(each.strip() for each in text.split(";") if each.strip())
    if any(each not in column.codes for each in codes):
        raise _CellError(Reason.UNKNOWN_CODE)
    return tuple(dict.fromkeys(codes))


def _yes_no(_: Column, text: str) -> Value:
    if text.lower() not in YES_NO:
        raise _CellError(Reason.NOT_YES_OR_NO)
    return YES_NO[text.lower()]


_READERS: Mapping[Kind, Callable[[Column, str], Value]] = {
    Kind.TEXT: _text,
    Kind.DATE: _date,
    Kind.DAY_OR_MONTH: _day_or_month,
    Kind.MONTH: _month,
    Kind.PARTIAL_DATE: _partial_date,
    Kind.NUMBER: _number,
    Kind.CODE: _code,
    Kind.CODES: _codes,
    Kind.YES_NO: _yes_no,
}


def _patient(row: int, values: Mapping[str, Value]) -> Patient:
    status = _word(values["vital_status"])
    return Patient(
        row=row,
        pseudonym=str(values["pseudonym"]),
        sex=_word(values["sex"]),
        birth_month=_day(values["birth_month"]),
        vital_status=None if status is None else VitalStatus(status),
        death_date=_day(values["death_date"]),
        last_alive_date=_day(values["last_alive_date"]),
        last_bone_imaging_date=_day(values["last_bone_imaging_date"]),
        enrolment_date=_day(values["enrolment_date"]),
        lock_date=_day(values["lock_date"]),
        opposition_recorded=values["opposition_recorded"] is True,
    )


def _cancer(row: int, values: Mapping[str, Value]) -> Cancer:
    primary = _word(values["primary"])
    described = [each.name for each in CANCERS.columns if each.name not in {"pseudonym", "primary", "diagnosis_date"}]
    return Cancer(
        row=row,
        pseudonym=str(values["pseudonym"]),
        primary=PrimaryTumour.UNIDENTIFIED.value if primary == NO_PRIMARY_FOUND else primary,
        diagnosed_from=_day(values["diagnosis_date"]),
        described={name: _told(values[name]) for name in described},
    )


def _presentation(row: int, values: Mapping[str, Value], biology: Mapping[str, Value]) -> Presentation:
    number, decision = values["presentation_no"], values["decision"]
    bands = {name: _word(values[f"{name}_band"]) for name in BANDS}
    return Presentation(
        row=row,
        pseudonym=str(values["pseudonym"]),
        meeting_date=_needed_day(values["meeting_date"]),
        presentation_no=int(number) if isinstance(number, float) else None,
        decision=decision if isinstance(decision, tuple) else (),
        bands={name: band for name, band in bands.items() if band is not None},
        described={name: _told(values[name]) for name in ("karnofsky", "ecog", "question", "frankel")}
        | {name: _told(biology.get(name)) for name, _ in BIOLOGY},
    )


def _event(row: int, values: Mapping[str, Value]) -> Event:
    adjudicated = _word(values["adjudicated"])
    return Event(
        row=row,
        pseudonym=str(values["pseudonym"]),
        type=EventType(values["type"]),
        date=_needed_day(values["date"]),
        date_prev_negative=_day(values["date_prev_negative"]),
        adjudicated=None if adjudicated is None else Adjudication(adjudicated),
    )


def _day(value: Value) -> date | None:
    return value if isinstance(value, date) else None


def _needed_day(value: Value) -> date:
    """Of a required column, whose cell has been read as a date."""
    if not isinstance(value, date):
        raise TypeError(type(value).__name__)
    return value


def _word(value: Value) -> str | None:
    return value if isinstance(value, str) else None


def _told(value: Value) -> str | float | None:
    """Yes and no are levels as any other."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str | float) else None
