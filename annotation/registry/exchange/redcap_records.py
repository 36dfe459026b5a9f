"""REDCap's records, as it exports and imports them: raw values, one row for each form of each record."""

import csv
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import compress, groupby
from typing import IO

from annotation.registry.dictionary import FORMS, form_named
from annotation.registry.entries import State
from annotation.registry.exchange import cells
from annotation.registry.exchange.csv_files import FIRST_ROW
from annotation.registry.exchange.findings import Finding, Weight
from annotation.registry.exchange.mapping import (
    PATIENT,
    Column,
    FileMapping,
    FormMapping,
    own_mapping,
    shown_column,
)
from annotation.registry.exchange.redcap_dictionary import RECORD_ID, code_of_unit
from annotation.registry.exchange.rows import ExportedEntry, SourceRow
from annotation.registry.variables import Form, Type, Variable

INSTRUMENT, INSTANCE = "redcap_repeat_instrument", "redcap_repeat_instance"
COMPLETE = "_complete"
CHECKBOX = "___"
FINISHED, UNFINISHED = "2", "0"
STATES = {
    "": State.FINAL, FINISHED: State.FINAL, "complete": State.FINAL,
    UNFINISHED: State.DRAFT, "1": State.DRAFT, "incomplete": State.DRAFT, "unverified": State.DRAFT,
}  # fmt: skip
"""Of `<form>_complete`, as raw data and as labels; a form without it is taken for finished."""
TICKS = {"1": True, "checked": True, "0": False, "unchecked": False, "": False}
ITS_OWN = frozenset({"redcap_event_name", "redcap_data_access_group", "redcap_survey_identifier"})
"""Columns that REDCap adds to some projects, and that say nothing of the patient."""
STARTED = "_timestamp"
ONCE = FORMS[0].name
"""The form that does not repeat."""
_NO_WORD = re.compile(r"[^a-z0-9_]")


class RedcapError(ValueError):
    """The file is no export of raw data with raw headings. The message quotes nothing of it."""


def mapping() -> FileMapping:
    """Ours, with the lower-case codes that REDCap makes of a checkbox's columns."""
    return FileMapping(forms={name: _with_codes(form) for name, form in own_mapping().forms.items()})


def rows_of(
    text: IO[str], *, forms: Collection[str] = (), missing: Collection[str] = ()
) -> Iterator[SourceRow | Finding]:
    """Cells without those of other forms; what was ticked in a checkbox becomes a list.

    `forms`: the file's instruments, where they are not ours; `missing`: the project's missing data codes, whose cells
    are empty here. Raises RedcapError.
    """
    reader = csv.reader(text)
    names = next(reader, [])
    if RECORD_ID not in names:
        raise RedcapError("no column record_id: export the raw data, with the names of the fields as headings")
    instruments = {form.name for form in FORMS} | set(forms)
    said_once = {RECORD_ID, INSTRUMENT, INSTANCE, *(each + COMPLETE for each in instruments)}
    columns = _Headings(names, said_once, ITS_OWN | {each + STARTED for each in instruments}, missing)
    for number, row in enumerate(reader, start=FIRST_ROW):
        once, found, wrong = columns.read(row)
        for name in wrong:
            yield _finding(number, name, "a checkbox is 1 or 0")
        form = once.get(INSTRUMENT, "").strip() or ONCE
        said = once.get(form + COMPLETE, "").strip()
        if said.casefold() not in STATES:
            yield _finding(number, form + COMPLETE, "must be 0, 1 or 2")
        elif found or said:
            cells_of = found | {PATIENT: once.get(RECORD_ID, "")}
            yield SourceRow(number=number, form=form, cells=cells_of, state=STATES[said.casefold()])


class _Headings:
    """What each column is, looked at once and not in every row: most cells of a row are empty."""

    def __init__(
        self, names: Sequence[str], said_once: Collection[str], ignored: Collection[str], missing: Collection[str]
    ) -> None:
        self._columns = [None if name in ignored else (name, *_box(name)) for name in names]
        self._said_once = said_once
        self._missing = frozenset(missing)
        self._missing_boxes = frozenset(map(_in_a_heading, missing))

    def read(self, row: Sequence[str]) -> tuple[dict[str, str], dict[str, str], list[str]]:
        """What stands beside the fields, the fields, and the checkboxes that are neither ticked nor not.

        A ticked box of a missing data code says that nothing is known.
        """
        once, found, wrong = {}, {}, []
        ticked: dict[str, list[str]] = {}
        for column, value in compress(zip(self._columns, row, strict=False), row):
            if column is None or value.isspace():
                continue
            name, variable, code = column
            if variable:
                is_ticked = TICKS.get(value) if value in TICKS else TICKS.get(value.strip().casefold())
                if is_ticked is None:
                    wrong.append(name)
                elif is_ticked and code not in self._missing_boxes:
                    ticked.setdefault(variable, []).append(code)
            elif name in self._said_once:
                once[name] = value
            elif value not in self._missing:
                found[name] = value
        return once, found | {name: cells.BETWEEN.join(codes) for name, codes in ticked.items()}, wrong


def _box(name: str) -> tuple[str, str]:
    """Variable and code of a checkbox; nothing for another field."""
    variable, between, code = name.partition(CHECKBOX)
    return (variable, code) if between else ("", "")


def headings() -> list[str]:
    """In the order of the data dictionary, with the columns that REDCap adds."""
    found = [RECORD_ID, INSTRUMENT, INSTANCE]
    for form in FORMS:
        found += [column for variable in form.variables for column in _columns(variable)]
        found.append(form.name + COMPLETE)
    return found


def write(text: IO[str], entries: Iterable[ExportedEntry]) -> int:
    """Entries come patient by patient, form by form, in their order; how many rows were written."""
    writer = csv.DictWriter(text, headings(), restval="", lineterminator="\n")
    writer.writeheader()
    count = 0
    for (_pseudonym, _form), some in groupby(entries, key=lambda each: (each.pseudonym, each.form)):
        for instance, entry in enumerate(some, start=1):
            writer.writerow(_row(entry, instance))
            count += 1
    return count


def _row(entry: ExportedEntry, instance: int) -> dict[str, str]:
    form = form_named(entry.form)
    row = {RECORD_ID: entry.pseudonym, form.name + COMPLETE: FINISHED if entry.state is State.FINAL else UNFINISHED}
    if form.repeats:
        row |= {INSTRUMENT: form.name, INSTANCE: str(instance)}
    for variable in form.variables:
        row |= _cells(variable, entry)
    return row


def _cells(variable: Variable, entry: ExportedEntry) -> Mapping[str, str]:
    value = entry.values.get(variable.name)
    if variable.type is Type.CHOICES:
        ticked = value if isinstance(value, list) else []
        return {_tick(variable, code): "1" if code in ticked else "0" for code in variable.codes}
    if isinstance(value, dict):
        value = value | {"unit": code_of_unit(value["unit"])}
    return {} if value is None else cells.written(variable, value)


def _columns(variable: Variable) -> tuple[str, ...]:
    if variable.type is Type.CHOICES:
        return tuple(_tick(variable, code) for code in variable.codes)
    return cells.columns_of(variable)


def _tick(variable: Variable, code: str) -> str:
    return f"{variable.name}{CHECKBOX}{code.lower()}"


def _in_a_heading(code: str) -> str:
    """As REDCap makes the column of a checkbox of it: -9 is _9."""
    return _NO_WORD.sub("_", code.lower())


def _finding(number: int, column: str, detail: str) -> Finding:
    return Finding(
        weight=Weight.ERROR, row=number, column=shown_column(column), value="", reason="not_as_described", detail=detail
    )


def _with_codes(form_mapping: FormMapping) -> FormMapping:
    form: Form = form_named(form_mapping.form)
    columns = {name: _with_words(column, form.by_name[name]) for name, column in form_mapping.columns.items()}
    return replace(form_mapping, columns=columns)


def _with_words(column: Column, variable: Variable) -> Column:
    if variable.type is Type.CHOICES:
        return replace(column, words={code.lower(): code for code in variable.codes})
    return replace(column, unit_words={code_of_unit(each.code): each.code for each in variable.units})
