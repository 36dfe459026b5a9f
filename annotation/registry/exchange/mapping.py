"""How the columns of a file that is not ours become variables: which, in which unit, with which words and dates."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from annotation.registry.dictionary import FORMS, form_named
from annotation.registry.errors import NoSuchFormError
from annotation.registry.exchange import cells
from annotation.registry.exchange.findings import Finding, Weight, shown
from annotation.registry.exchange.rows import RawRow, SourceRow
from annotation.registry.variables import DATES, Form, Variable

PATIENT = "patient"
FORM = "form"
LONGEST_HEADING = 60
_KEYS = frozenset({"variable", "unit", "unit_column", "values", "date_format"})


class MappingError(ValueError):
    """The mapping cannot be used; correct it. The message names the place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What one column of a file holds."""

    variable: Variable
    unit: str = ""
    unit_column: str = ""
    unit_words: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    date_format: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormMapping:
    """The columns of one form. `identifying` columns are read for nothing but to find their texts elsewhere."""

    form: str
    patient: str = PATIENT
    columns: Mapping[str, Column] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    identifying: frozenset[str] = frozenset()
    taken: frozenset[str] = field(init=False)
    headings: Mapping[str, str] = field(init=False)
    """The column of each variable."""

    def __post_init__(self) -> None:
        units = {column.unit_column for column in self.columns.values()}
        object.__setattr__(
            self, "taken", frozenset({self.patient, *units, *self.ignored, *self.identifying, *self.columns})
        )
        object.__setattr__(self, "headings", {each.variable.name: name for name, each in self.columns.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMapping:
    """One file: its forms by the file's own names for them, and whose numbers its patients have."""

    forms: Mapping[str, FormMapping]
    issuer: str | None = None


def own_mapping() -> FileMapping:
    """Columns are named as the variables are, with `_unit` beside those that have one."""
    return FileMapping(forms={form.name: _own(form) for form in FORMS})


def mapping_from(document: Any) -> FileMapping:
    """Raises MappingError."""
    if not isinstance(document, dict) or not isinstance(document.get("forms"), dict):
        raise MappingError("a mapping has 'forms'")
    issuer = document.get("issuer")
    if issuer is not None and not isinstance(issuer, str):
        raise MappingError("issuer: must be text")
    return FileMapping(
        forms={name: _form_from(name, given) for name, given in document["forms"].items()}, issuer=issuer
    )


def understood(row: SourceRow, mapping: FileMapping) -> Iterator[RawRow | Finding]:
    """The row with its values, after whatever is wrong with its cells."""
    known = mapping.forms.get(row.form)
    if known is None:
        yield _finding(row, FORM, row.form, "unknown_form", "the mapping has no such form")
        return
    for name in row.cells.keys() - known.taken:
        if row.cells[name].strip():
            yield _finding(row, name, row.cells[name], "unknown_column", "the mapping does not know this column")
    patient = row.cells.get(known.patient, "").strip()
    if not patient:
        yield _finding(row, known.patient, "", "missing", "a row is of a patient")
        return
    values: dict[str, Any] = {}
    unread = set()
    for name in row.cells:
        column = known.columns.get(name)
        if column is None:
            continue
        try:
            value = _value(row, name, column)
        except cells.CellError as error:
            yield _finding(row, name, row.cells.get(name, ""), "not_as_described", str(error))
            unread.add(column.variable.name)
            continue
        if value is not None:
            values[column.variable.name] = value
    yield RawRow(
        number=row.number,
        part=row.part,
        form=known.form,
        patient=patient,
        values=values,
        columns=known.headings,
        identifying=_identifying(row, known, patient),
        unread=frozenset(unread),
        state=row.state,
    )


def _value(row: SourceRow, name: str, column: Column) -> Any:
    text = row.cells.get(name, "")
    if column.variable.type in DATES and column.date_format and text.strip():
        return _date(text.strip(), column.date_format)
    unit = row.cells.get(column.unit_column, "").strip()
    unit = column.unit_words.get(unit, unit) or column.unit
    return cells.read(column.variable, text, unit, column.words)


def _date(text: str, form: str) -> str:
    """To the month or the year where the format says no more."""
    try:
        moment = datetime.strptime(text, form)  # noqa: DTZ007 - a calendar day has no time zone
    except ValueError:
        raise cells.CellError("not a date of the mapping's format") from None
    whole = moment.date().isoformat()
    return whole if "%d" in form else whole[:7] if "%m" in form else whole[:4]


def _identifying(row: SourceRow, known: FormMapping, patient: str) -> tuple[str, ...]:
    return (patient, *(row.cells[name].strip() for name in known.identifying if row.cells.get(name, "").strip()))


def _own(form: Form) -> FormMapping:
    columns = {
        each.name: Column(variable=each, unit_column=each.name + cells.UNIT_SUFFIX if each.units else "")
        for each in form.variables
    }
    return FormMapping(form=form.name, columns=columns, ignored=frozenset({FORM}))


def _form_from(name: str, given: Any) -> FormMapping:
    if not isinstance(given, dict) or not isinstance(given.get("columns"), dict):
        raise MappingError(f"forms.{name}: a form has 'columns'")
    try:
        form = form_named(str(given.get("form", name)))
    except NoSuchFormError:
        raise MappingError(f"forms.{name}: no such form of the dictionary") from None
    columns = {column: _column_from(form, f"forms.{name}.{column}", said) for column, said in given["columns"].items()}
    return FormMapping(
        form=form.name,
        patient=str(given.get("patient", PATIENT)),
        columns=columns,
        ignored=_names(given, "ignore", name),
        identifying=_names(given, "identifying", name),
    )


def _column_from(form: Form, place: str, said: Any) -> Column:
    said = {"variable": said} if isinstance(said, str) else said
    if not isinstance(said, dict) or set(said) - _KEYS:
        raise MappingError(f"{place}: may have {', '.join(sorted(_KEYS))}")
    variable = form.by_name.get(str(said.get("variable")))
    if variable is None:
        raise MappingError(f"{place}: the form {form.name} has no such variable")
    unit = str(said.get("unit", ""))
    if unit and variable.unit_called(unit) is None:
        raise MappingError(f"{place}: no unit of {variable.name}")
    words = {str(word): str(code) for word, code in dict(said.get("values", {})).items()}
    return Column(
        variable=variable,
        unit=unit,
        unit_column=str(said.get("unit_column", "")),
        words=words,
        date_format=str(said.get("date_format", "")),
    )


def _names(given: Mapping[str, Any], key: str, form: str) -> frozenset[str]:
    names: Iterable[Any] = given.get(key, ())
    if not isinstance(names, list | tuple):
        raise MappingError(f"forms.{form}.{key}: must be a list of columns")
    return frozenset(map(str, names))


def _finding(row: SourceRow, column: str, value: str, reason: str, detail: str) -> Finding:
    return Finding(
        weight=Weight.ERROR,
        row=row.number,
        part=row.part,
        column=shown_column(column),
        value=shown(value),
        reason=reason,
        detail=detail,
    )


def shown_column(name: str) -> str:
    """A heading, as far as it looks like one."""
    return (
        name
        if name.replace("_", "").replace("-", "").replace(" ", "").isalnum() and len(name) <= LONGEST_HEADING
        else "?"
    )
