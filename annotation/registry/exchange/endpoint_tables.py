"""The record of a patient as the rows that `osteon endpoints` computes from: `annotation.endpoints.tables`."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from annotation.endpoints.tables import BIOLOGIES, BIOLOGY, CANCERS, EVENTS, PRESENTATIONS, REGISTRY_PATIENTS, Table
from annotation.registry.computing import Person, biology_results
from annotation.registry.exchange.cells import BETWEEN
from annotation.registry.exchange.rows import ExportedEntry
from annotation.registry.forms.biology import BIOLOGY as BIOLOGY_FORM
from annotation.registry.values import Value, Values, day_of, in_own_unit

Cells = dict[str, str]

STALE = timedelta(days=90)
"""A sample that is older was not what the meeting knew."""
OURS: Mapping[str, str] = {
    "CRP": "crp",
    "LDH": "ldh",
    "ALP": "alp",
    "25OH_vitD": "vitamin_d",
    "Hb": "haemoglobin",
}
"""Our names of results that the data model calls otherwise."""


def rows_of(entries: Sequence[ExportedEntry]) -> Iterator[tuple[Table, Cells]]:
    """Of one patient's final entries. The cancer is that of the first presentation, as the endpoints describe it."""
    if not entries:
        return
    pseudonym = entries[0].pseudonym
    patient: Values = next(iter(_values(entries, "patient")), {})
    meetings = sorted(_values(entries, "presentation"), key=lambda each: str(each["meeting_date"]))
    yield REGISTRY_PATIENTS, _cells(REGISTRY_PATIENTS, pseudonym, patient)
    if meetings:
        yield CANCERS, _cells(CANCERS, pseudonym, meetings[0])
    for number, meeting in enumerate(meetings, start=1):
        cells = _cells(PRESENTATIONS, pseudonym, meeting) | {"presentation_no": str(number)}
        yield PRESENTATIONS, cells | {"frankel": cells.get("frankel", "")[:1]}
        sample = _sample_of(meeting, _values(entries, "biology"))
        if sample is not None:
            said = {"pseudonym": pseudonym, "meeting_date": str(meeting["meeting_date"])}
            yield BIOLOGIES, said | _results(sample, patient)
    for event in _values(entries, "event"):
        plain = {"type": event["event_type"], "date": event["event_date"], **event}
        yield EVENTS, _cells(EVENTS, pseudonym, plain)


def _values(entries: Sequence[ExportedEntry], form: str) -> list[Values]:
    return [each.values for each in entries if each.form == form]


def _cells(table: Table, pseudonym: str, values: Values) -> Cells:
    found = {column.name: _text(values[column.name]) for column in table.columns if column.name in values}
    return {"pseudonym": pseudonym} | found


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return BETWEEN.join(value) if isinstance(value, list) else str(value)


def _sample_of(meeting: Values, samples: Sequence[Values]) -> Values | None:
    """The newest that the meeting knew."""
    on = day_of(meeting["meeting_date"])
    known = [(taken, each) for each in samples if (taken := day_of(each["sample_date"])) and _is_known(taken, on)]
    return max(known, key=lambda each: each[0])[1] if known else None


def _is_known(taken: date, on: date | None) -> bool:
    return on is not None and taken <= on <= taken + STALE


def _results(sample: Values, patient: Values) -> Cells:
    """In the units of the table, which are those of the dictionary; what nobody measured is computed, if it can be."""
    sex, born = patient.get("sex"), patient.get("birth_month")
    person = Person(sex=str(sex) if sex else None, birth_month=str(born) if born else None)
    computed = biology_results(sample, person)
    instead = {"calcium_corrected": "calcium_corrected_computed", "crcl_cockcroft": "crcl_cockcroft"}
    cells = {}
    for name, _unit in BIOLOGY:
        variable = BIOLOGY_FORM.by_name.get(OURS.get(name, name))
        number = None if variable is None else in_own_unit(variable, sample)
        number = computed[instead[name]].value if number is None and name in instead else number
        if number is not None:
            cells[name] = format(number, "f")
    return cells
