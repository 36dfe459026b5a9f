"""Files of clinical records: what comes out of one format goes in again without loss, and bad rows have their place."""

import csv
import io
from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from annotation.registry.dictionary import FORMS
from annotation.registry.exchange import csv_files, redcap_dictionary, redcap_records
from annotation.registry.exchange.checking import Checker
from annotation.registry.exchange.cleaning import cleaned
from annotation.registry.exchange.fhir_reading import rows_of as fhir_rows
from annotation.registry.exchange.fhir_writing import bundle
from annotation.registry.exchange.findings import Finding, shown
from annotation.registry.exchange.mapping import MappingError, mapping_from, own_mapping, understood
from annotation.registry.exchange.rows import ExportedEntry, RawRow, SourceRow
from tests.builders.records import DRAFT, EVERYTHING, ONE, SAMPLE

TODAY = date(2026, 1, 1)


def checker(**changes: Any) -> Checker:
    values: dict[str, Any] = {"today": TODAY, "identified": False, "offset_of": lambda _number: 0}
    return Checker(**(values | changes))


def taken_in(rows: Iterable[RawRow | Finding], checking: Checker) -> list[ExportedEntry]:
    found = []
    for row in rows:
        assert isinstance(row, RawRow), row
        checked = checking.check(row)
        assert checked is not None, checking.findings.items
        found.append(ExportedEntry(pseudonym=row.patient, form=row.form, values=checked.values, state=checked.state))
    checking.finish()
    assert checking.findings.errors == 0
    return found


def from_redcap(text: str) -> list[ExportedEntry]:
    mapping = redcap_records.mapping()
    rows = (each for row in redcap_records.rows_of(io.StringIO(text)) for each in understood(source(row), mapping))
    return taken_in(rows, checker())


def source(row: SourceRow | Finding) -> SourceRow:
    assert isinstance(row, SourceRow), row
    return row


def to_redcap(entries: Iterable[ExportedEntry]) -> str:
    text = io.StringIO()
    redcap_records.write(text, entries)
    return text.getvalue()


def test_records_go_out_to_redcap_and_in_again_without_loss() -> None:
    out = to_redcap((*EVERYTHING, DRAFT))
    again = from_redcap(out)
    assert again == [*EVERYTHING, DRAFT]
    assert to_redcap(again) == out


def test_redcap_has_a_column_for_each_tick_and_one_for_each_form_that_is_finished() -> None:
    rows = list(csv.DictReader(io.StringIO(to_redcap(EVERYTHING))))
    presentation = next(row for row in rows if row["redcap_repeat_instrument"] == "presentation")
    assert (presentation["decision___sbrt"], presentation["decision___surgery"]) == ("1", "0")
    assert (presentation["redcap_repeat_instance"], presentation["presentation_complete"]) == ("1", "2")
    assert presentation["visceral_mets"] == "unknown"


def test_the_data_dictionary_of_redcap_is_read_back_as_it_was_written() -> None:
    for language in ("fr", "en"):
        text = io.StringIO()
        redcap_dictionary.write(text, redcap_dictionary.fields_of(language))
        lines = redcap_dictionary.read(io.StringIO(text.getvalue()))
        again = io.StringIO()
        redcap_dictionary.write(again, lines)
        assert again.getvalue() == text.getvalue()
        assert redcap_dictionary.differences(lines) == []


def test_every_column_of_the_records_is_a_field_of_the_data_dictionary() -> None:
    fields = {field.name for field in redcap_dictionary.fields_of()}
    added = {"redcap_repeat_instrument", "redcap_repeat_instance", *(f"{form.name}_complete" for form in FORMS)}
    assert {heading.partition("___")[0] for heading in redcap_records.headings()} - added == fields


def test_a_project_with_other_codes_differs_in_that_field() -> None:
    lines = [
        redcap_dictionary.Field(name="sex", form="patient", kind="dropdown", choices="1, Homme | 2, Femme"),
        redcap_dictionary.Field(name="ward", form="patient"),
    ]
    assert redcap_dictionary.differences(lines) == ["sex"]


def test_what_is_no_data_dictionary_is_refused() -> None:
    with pytest.raises(redcap_dictionary.DictionaryError, match="Form Name"):
        redcap_dictionary.read(io.StringIO("record_id,sex\n"))


def test_records_go_out_as_fhir_and_in_again_without_loss() -> None:
    out = bundle(EVERYTHING)
    again = taken_in(fhir_rows(out), checker())
    assert {_shape(each) for each in again} == {_shape(each) for each in EVERYTHING}
    by_patient = sorted(again, key=lambda each: [_shape(other) for other in EVERYTHING].index(_shape(each)))
    assert bundle(by_patient) == out


def _shape(entry: ExportedEntry) -> str:
    return repr((entry.pseudonym, entry.form, sorted(entry.values.items())))


def test_fhir_says_with_its_own_words_what_it_has_words_for() -> None:
    resources = [each["resource"] for each in bundle(EVERYTHING)["entry"]]
    calcium = next(each for each in resources if each.get("code", {}).get("coding", [{}])[0].get("code") == "calcium")
    assert calcium["code"]["coding"][1] == {"system": "http://loinc.org", "code": "17861-6"}  # mass, as entered
    assert (str(calcium["valueQuantity"]["value"]), calcium["valueQuantity"]["code"]) == ("9.20", "mg/dL")
    woman = next(each for each in resources if each.get("gender") == "female")
    assert (woman["birthDate"], woman["deceasedDateTime"]) == ("1951-04", "2025-09")


def test_a_resource_that_says_nothing_of_the_record_is_an_error_with_its_place() -> None:
    found = list(fhir_rows({"entry": [{"resource": {"resourceType": "Device"}}]}))
    assert [(each.row, each.reason) for each in found if isinstance(each, Finding)] == [(1, "unknown_resource")]


def test_a_laboratory_result_with_loinc_alone_is_understood() -> None:
    observation = {
        "resourceType": "Observation",
        "code": {"coding": [{"system": "http://loinc.org", "code": "2160-0"}]},
        "subject": {"reference": "urn:uuid:1"},
        "effectiveDateTime": "2025-06-10T08:30:00+02:00",
        "valueQuantity": {"value": 1, "unit": "mg/dL", "code": "mg/dL"},
    }
    person = {"resourceType": "Patient", "identifier": [{"value": ONE}], "name": [{"family": "Durand"}]}
    entries = [{"fullUrl": "urn:uuid:1", "resource": person}, {"resource": observation}]
    (row,) = (each for each in fhir_rows({"entry": entries}) if isinstance(each, RawRow))
    assert row.values == {"sample_date": "2025-06-10", "creatinine": {"value": "1", "unit": "mg/dL"}}
    assert "Durand" in row.identifying


def test_csv_goes_out_and_in_again_without_loss() -> None:
    for form in FORMS:
        entries = [each for each in EVERYTHING if each.form == form.name]
        text = io.StringIO()
        csv_files.write(text, form, entries)
        rows = csv_files.rows_of(io.StringIO(text.getvalue()), None)
        found = taken_in((each for row in rows for each in understood(row, own_mapping())), checker())
        assert found == entries


MAPPING = {
    "issuer": "LYON",
    "forms": {
        "labo": {
            "form": "biology",
            "patient": "IPP",
            "identifying": ["NOM"],
            "ignore": ["SERVICE"],
            "columns": {
                "DATE": {"variable": "sample_date", "date_format": "%d/%m/%Y"},
                "CALCEMIE": {"variable": "calcium", "unit": "mg/dL"},
                "CREAT": {"variable": "creatinine", "unit_column": "CREAT_U"},
            },
        }
    },
}


def source_row(**cells: str) -> SourceRow:
    return SourceRow(number=7, form="labo", cells={"IPP": "8005551234", "NOM": "DURAND", "SERVICE": "x"} | cells)


def test_a_mapping_knows_columns_units_words_and_dates_of_another_file() -> None:
    (row,) = understood(
        source_row(DATE="10/06/2025", CALCEMIE="9,2", CREAT="80", CREAT_U="µmol/L"), mapping_from(MAPPING)
    )
    assert isinstance(row, RawRow)
    assert (row.form, row.patient, row.identifying) == ("biology", "8005551234", ("8005551234", "DURAND"))
    assert row.values == {
        "sample_date": "2025-06-10",
        "calcium": {"value": "9.2", "unit": "mg/dL"},
        "creatinine": {"value": "80", "unit": "µmol/L"},
    }


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"DATE": "2025-06-10"}, ("DATE", "9999-99-99", "not_as_described")),
        ({"DATE": "10/06/2025", "GLYCEMIE": "5"}, ("GLYCEMIE", "5", "unknown_column")),
        ({"IPP": ""}, ("IPP", "", "missing")),
    ],
)
def test_a_cell_that_is_not_understood_is_named(cells: dict[str, str], expected: tuple[str, str, str]) -> None:
    found = [each for each in understood(source_row(**cells), mapping_from(MAPPING)) if isinstance(each, Finding)]
    assert [(each.row, each.column, each.value, each.reason) for each in found] == [(7, *expected)]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"forms": {"labo": {"form": "biology", "columns": {"X": "glucose"}}}}, "labo.X"),
        ({"forms": {"labo": {"columns": {}}}}, "forms.labo"),
        ({"forms": {"biology": {"columns": {"X": {"variable": "calcium", "unit": "kg"}}}}}, "biology.X"),
        ({"forms": []}, "forms"),
    ],
)
def test_a_mapping_that_cannot_be_used_is_refused_with_its_place(change: Any, place: str) -> None:
    with pytest.raises(MappingError, match=place):
        mapping_from(change)


def raw(**changes: Any) -> RawRow:
    values: dict[str, Any] = {"number": 2, "part": "", "form": "biology", "patient": "8005551234"}
    values |= {"values": dict(SAMPLE), "identifying": ("8005551234", "Durand", "Jeanne")}
    return RawRow(**(values | changes))


def found_in(*rows: RawRow, identified: bool = True) -> list[tuple[int, str, str, str, str]]:
    checking = checker(identified=identified)
    for row in rows:
        checking.check(row)
    checking.finish()
    return [(each.row, each.column, each.value, each.reason, each.weight.value) for each in checking.findings]


def test_the_same_entry_twice_is_an_error_at_the_second() -> None:
    assert found_in(raw(), raw(number=9)) == [(9, "sample_date", "", "duplicate", "error")]


def test_a_unit_mixed_up_is_flagged_at_its_cell() -> None:
    row = raw(values={"sample_date": "2025-06-10", "calcium": "9.2"}, columns={"calcium": "CA"})
    assert found_in(row) == [(2, "CA", "9.2", "unit_mixed_up", "flag")]


def test_death_before_diagnosis_is_found_across_the_rows_of_a_patient() -> None:
    dead = raw(form="patient", values={"death_date": "2020-01-01"})
    seen = raw(number=3, form="presentation", values={"meeting_date": "2025-06-12", "diagnosis_date": "2024-05-01"})
    assert found_in(dead, seen) == [
        (3, "diagnosis_date", "", "impossible_order", "error"),
        (3, "meeting_date", "", "impossible_order", "error"),
    ]


def test_a_hospital_number_in_a_text_is_taken_out_and_flagged() -> None:
    checking = checker(identified=True)
    values = {"meeting_date": "2025-06-12", "decision_rationale": "DURAND J., IPP 8005551234, opérée le 03/05/2025"}
    checked = checking.check(raw(form="presentation", values=values))
    assert checked is not None
    assert checked.values["decision_rationale"] == "[…] J., IPP […], opérée le […]"
    assert [(each.column, each.reason) for each in checking.findings] == [("decision_rationale", "identifying_text")]


def test_a_hospital_number_in_a_code_is_refused() -> None:
    row = raw(form="presentation", values={"meeting_date": "2025-06-12", "centre": "8005551234"})
    assert found_in(row) == [(2, "centre", "", "identifying_value", "error")]


@pytest.mark.parametrize(
    ("value", "reason"),
    [("Durand", "unknown_code"), ("M. Dupont-Aignan", "unknown_code"), ("8005551234", "unknown_code")],
)
def test_a_report_never_shows_what_may_name_somebody(value: str, reason: str) -> None:
    ((_row, column, masked, found, _weight),) = found_in(raw(form="patient", values={"sex": value}))
    assert (column, found) == ("sex", reason)
    assert not any(part in masked for part in ("Dur", "Dup", "800"))


def test_short_numbers_and_codes_are_shown_and_all_else_by_its_shape() -> None:
    assert [shown(each) for each in ("9.2", "Breast", "Durand 8005551234", "12/06/1951")] == [
        "9.2",
        "Breast",
        "Aaaaaa 9999999999",
        "99/99/9999",
    ]


def test_dates_of_an_identified_file_move_by_the_patients_days() -> None:
    checking = checker(identified=True, offset_of=lambda number: {"8005551234": -400}[number])
    checked = checking.check(raw())
    assert checked is not None
    assert checked.values["sample_date"] == "2024-05-06"


def test_a_future_date_is_found_before_it_is_moved() -> None:
    checking = checker(identified=True, offset_of=lambda _number: -400)
    assert checking.check(raw(values={"sample_date": "2026-01-02"})) is None
    assert [each.reason for each in checking.findings] == ["future"]


def test_names_are_found_whatever_their_accents_and_only_as_whole_words() -> None:
    assert cleaned("Hélène Petit-Roux, petitesse", ["HELENE", "Petit-Roux"]) == ("[…] […], petitesse", 2)
    assert cleaned("Lésion de L3", ["L3", "X"]) == ("Lésion de L3", 0)
