"""REDCap's data dictionary: the file that a project is made from, written from ours and read back."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields
from typing import IO

from annotation.registry.dictionary import FORMS
from annotation.registry.exchange.cells import UNIT_SUFFIX
from annotation.registry.variables import Choice, Form, Group, Type, Variable

HEADINGS = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
)
RECORD_ID = "record_id"
PARTIAL_NOTE = "AAAA-MM-JJ, AAAA-MM ou AAAA / YYYY-MM-DD, YYYY-MM or YYYY"
MONTH_NOTE = "AAAA-MM / YYYY-MM"
LIST_NOTE = "séparés par ; / separated by ;"


class DictionaryError(ValueError):
    """The file is no data dictionary of REDCap; the message says what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One line, column by column in the order of `HEADINGS`."""

    name: str
    form: str
    section: str = ""
    kind: str = "text"
    label: str = ""
    choices: str = ""
    note: str = ""
    validation: str = ""
    least: str = ""
    most: str = ""
    identifier: str = ""
    branching: str = ""
    required: str = ""
    alignment: str = ""
    question: str = ""
    matrix: str = ""
    ranking: str = ""
    annotation: str = ""

    @property
    def codes(self) -> tuple[str, ...]:
        """The permitted values of a list."""
        if self.kind == "yesno":
            return ("1", "0")
        if self.kind not in ("dropdown", "radio", "checkbox"):
            return ()
        return tuple(choice.partition(",")[0].strip() for choice in self.choices.split("|") if choice.strip())


def fields_of(language: str = "fr") -> Iterator[Field]:
    """Our dictionary as REDCap's, with labels of one language ("fr" or "en")."""
    yield Field(name=RECORD_ID, form=FORMS[0].name, label="Pseudonyme" if language == "fr" else "Pseudonym")
    for form in FORMS:
        for group in form.groups:
            yield from _of_group(form, group, language)


def write(text: IO[str], lines: Iterable[Field]) -> None:
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADINGS)
    writer.writerows(astuple(line) for line in lines)


def read(text: IO[str]) -> list[Field]:
    """Raises DictionaryError."""
    reader = csv.reader(text)
    headings = tuple(next(reader, ()))
    if headings != HEADINGS:
        missing = [heading for heading in HEADINGS if heading not in headings]
        raise DictionaryError(f"not REDCap's data dictionary; missing: {', '.join(missing) or 'the usual order'}")
    names = [field.name for field in fields(Field)]
    lines = [row for row in reader if row]
    if any(len(row) != len(names) for row in lines):
        raise DictionaryError("a line has more or fewer columns than the headings")
    return [Field(**dict(zip(names, row, strict=True))) for row in lines]


def differences(project: Iterable[Field]) -> list[str]:
    """In which of the fields that a project has from us it differs from ours; further fields of its own count not."""
    ours = {field.name: field for field in fields_of()}
    found = []
    for field in project:
        own = ours.get(field.name)
        if own is not None and (own.form, own.kind, own.codes) != (field.form, field.kind, field.codes):
            found.append(field.name)
    return found


def code_of_unit(unit: str) -> str:
    """REDCap takes no slash in a code."""
    return unit.replace("/", "_")


def _of_group(form: Form, group: Group, language: str) -> Iterator[Field]:
    section = group.label.fr if language == "fr" else group.label.en
    for variable in group.variables:
        yield _field(form, variable, section, language)
        section = ""
        if variable.units:
            units = " | ".join(f"{code_of_unit(each.code)}, {each.code}" for each in variable.units)
            label = f"{_label(variable, language)} ({'unité' if language == 'fr' else 'unit'})"
            yield Field(name=variable.name + UNIT_SUFFIX, form=form.name, kind="dropdown", label=label, choices=units)


def _field(form: Form, variable: Variable, section: str, language: str) -> Field:
    return Field(
        name=variable.name,
        form=form.name,
        section=section,
        kind=_KINDS.get(variable.type, "text"),
        label=_label(variable, language),
        choices=" | ".join(_choice(each, language) for each in variable.choices),
        note=_note(variable),
        validation=_validation(variable),
        least=f"{variable.allowed.least:f}" if variable.allowed and variable.type is Type.WHOLE else "",
        most=f"{variable.allowed.most:f}" if variable.allowed and variable.type is Type.WHOLE else "",
        required="y" if variable.required else "",
    )


def _label(variable: Variable, language: str) -> str:
    return variable.label.fr if language == "fr" else variable.label.en


def _choice(choice: Choice, language: str) -> str:
    words = choice.label.fr if language == "fr" else choice.label.en
    return f"{choice.code}, {words.replace('|', '/')}"


def _note(variable: Variable) -> str:
    if variable.type is Type.MONTH:
        return MONTH_NOTE
    if variable.type is Type.CODES:
        return LIST_NOTE
    return PARTIAL_NOTE if variable.partial else ""


def _validation(variable: Variable) -> str:
    if variable.type is Type.DATE and not variable.partial:
        return "date_ymd"
    return {Type.WHOLE: "integer", Type.NUMBER: "number"}.get(variable.type, "")


_KINDS = {Type.CHOICE: "dropdown", Type.CHOICES: "checkbox", Type.YES_NO: "yesno", Type.TEXT: "notes"}
