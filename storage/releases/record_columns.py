"""The tables of clinical records in a release: one for each form, and those that endpoints are computed from.

What is not in them: texts that somebody wrote, names of people, and the times of entry, which are true times and would
give the moved dates of a patient away.
"""

from collections.abc import Iterator

from annotation.endpoints.tables import TABLES
from annotation.endpoints.tables import Column as EndpointColumn
from annotation.endpoints.tables import Kind as EndpointKind
from annotation.registry.dictionary import COMPUTED, FORMS
from annotation.registry.variables import Form, Type, Variable
from lesion_model.labels import Label, label
from storage.releases.sheet_columns import PSEUDONYM, Column, ColumnType, Sheet

PREFIX = "record_"
ENTERED, UNIT = "_entered", "_unit"

ENTRY = Column(
    name="entry_id", type=ColumnType.TEXT, meaning=label("Entry of the record", "Saisie du dossier"), unit=None
)
VERSION = Column(
    name="version",
    type=ColumnType.INTEGER,
    meaning=label("Version of the entry, as released", "Version de la saisie, telle que diffusée"),
)
CONTEXT_VERSION = Column(
    name="context_version",
    type=ColumnType.INTEGER,
    meaning=label(
        "Version of the meeting's clinical context that it is merged with; 0: none",
        "Version du contexte clinique de la réunion qui la complète ; 0 : aucune",
    ),
)
_TYPES = {
    Type.YES_NO: ColumnType.YES_NO,
    Type.WHOLE: ColumnType.INTEGER,
    Type.NUMBER: ColumnType.NUMBER,
    Type.DATE: ColumnType.DATE,
}
_ENDPOINT_TYPES = {
    EndpointKind.NUMBER: ColumnType.NUMBER,
    EndpointKind.YES_NO: ColumnType.YES_NO,
    EndpointKind.DATE: ColumnType.DATE,
}


def released(form: Form) -> tuple[Variable, ...]:
    """Its variables without those that are free text."""
    return tuple(each for each in form.variables if each.type is not Type.TEXT)


def has_unit(variable: Variable) -> bool:
    """Such a number is there as it was entered too."""
    return variable.type is Type.NUMBER and bool(variable.units)


def form_sheet(form: Form) -> Sheet:
    """One row per final entry of this form."""
    columns = [PSEUDONYM, ENTRY, VERSION]
    if form.name == "presentation":
        columns.append(CONTEXT_VERSION)
    for variable in released(form):
        columns.extend(_columns(variable))
    for each in COMPUTED:
        if each.form == form.name:
            kind = ColumnType.NUMBER if each.unit else ColumnType.INTEGER
            said = Column(name=each.name, type=kind, meaning=each.label, unit=each.unit, formula=each.formula)
            columns.append(said)
    meaning = label(f"Clinical record: {form.label.en}, one row per entry", f"Dossier clinique : {form.label.fr}")
    return Sheet(name=f"{PREFIX}{form.name}", meaning=meaning, columns=tuple(columns))


def _columns(variable: Variable) -> Iterator[Column]:
    unit = variable.unit.code if variable.unit else None
    kind = ColumnType.TEXT if variable.partial else _TYPES.get(variable.type, ColumnType.TEXT)
    codes = tuple((each.code, each.label) for each in variable.choices)
    yield Column(name=variable.name, type=kind, meaning=variable.label, unit=unit, codes=codes)
    if has_unit(variable):
        entered, entered_unit = (
            _also(variable.label, "as entered", "tel que saisi"),
            _also(variable.label, "unit it was entered in", "unité de saisie"),
        )
        yield Column(name=f"{variable.name}{ENTERED}", type=ColumnType.NUMBER, meaning=entered, unit="see unit")
        yield Column(name=f"{variable.name}{UNIT}", type=ColumnType.TEXT, meaning=entered_unit)


def _also(words: Label, en: str, fr: str) -> Label:
    return label(f"{words.en}, {en}", f"{words.fr}, {fr}")


def _endpoint_column(column: EndpointColumn) -> Column:
    kind = _ENDPOINT_TYPES.get(column.kind, ColumnType.TEXT)
    return Column(
        name=column.name, type=kind, meaning=column.meaning, codes=tuple((each, None) for each in column.codes)
    )


FORM_SHEETS = tuple(form_sheet(form) for form in FORMS)
ENDPOINT_SHEETS = tuple(
    Sheet(name=table.name, meaning=table.meaning, columns=tuple(map(_endpoint_column, table.columns)))
    for table in TABLES
)
RECORD_SHEETS = (*FORM_SHEETS, *ENDPOINT_SHEETS)
