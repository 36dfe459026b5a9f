"""Entries as CSV: one form in a file, a column for each variable, read and written row by row."""

import csv
from collections.abc import Iterable, Iterator
from typing import IO

from annotation.registry.dictionary import form_named
from annotation.registry.exchange import cells
from annotation.registry.exchange.mapping import FORM, PATIENT
from annotation.registry.exchange.rows import ExportedEntry, SourceRow
from annotation.registry.variables import Form

SEPARATORS = ",;\t"
FIRST_ROW = 2
"""As a spreadsheet numbers it: the headings are the first."""


def rows_of(text: IO[str], form_name: str | None) -> Iterator[SourceRow]:
    """`form_name`: of all rows; without it, the column `form` says it of each."""
    for number, row in enumerate(csv.DictReader(text, delimiter=_separator(text)), start=FIRST_ROW):
        given = {str(name): value if isinstance(value, str) else "" for name, value in row.items() if name is not None}
        if None in row:
            given["?"] = "more cells than headings"
        if any(value.strip() for value in given.values()):
            yield SourceRow(number=number, form=form_name or given.get(FORM, ""), cells=given)


def headings(form: Form) -> list[str]:
    return [FORM, PATIENT, *(column for each in form.variables for column in cells.columns_of(each))]


def cells_of(entry: ExportedEntry) -> dict[str, str]:
    form = form_named(entry.form)
    found = {FORM: entry.form, PATIENT: entry.pseudonym}
    for name, value in entry.values.items():
        found |= cells.written(form.by_name[name], value)
    return found


def write(text: IO[str], form: Form, entries: Iterable[ExportedEntry]) -> int:
    """How many rows were written."""
    writer = csv.DictWriter(text, headings(form), restval="", lineterminator="\n")
    writer.writeheader()
    count = 0
    for entry in entries:
        writer.writerow(cells_of(entry))
        count += 1
    return count


def _separator(text: IO[str]) -> str:
    """The one that the first line has most of."""
    start = text.tell()
    line = text.readline()
    text.seek(start)
    return max(SEPARATORS, key=line.count)
