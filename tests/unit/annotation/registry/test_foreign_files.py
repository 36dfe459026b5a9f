"""Files as REDCap and foreign FHIR servers write them, made by hand after their documentation: no server is at hand.

REDCap: its help on data exports (raw and label exports, repeating instruments, checkboxes, missing data codes, the
columns that it adds). FHIR R4: references in bundles, contained resources, `modifierExtension`, statuses.
"""

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from annotation.registry.entries import State
from annotation.registry.exchange import redcap_records
from annotation.registry.exchange.checking import Checker
from annotation.registry.exchange.fhir_reading import rows_of as fhir_rows
from annotation.registry.exchange.fhir_writing import bundle
from annotation.registry.exchange.findings import Finding, Weight
from annotation.registry.exchange.mapping import understood
from annotation.registry.exchange.rows import ExportedEntry, RawRow
from tests.builders.records import ONE

TODAY = date(2026, 1, 1)
Json = dict[str, Any]
Told = list[tuple[int, str, str]]

REDCAP = (
    "record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,redcap_data_access_group,"
    "redcap_survey_identifier,patient_timestamp,sex,birth_month,patient_complete,"
    "meeting_date,karnofsky,decision___radiotherapy,decision___sbrt,decision____9,primary,presentation_complete,"
    "sample_date,calcium,calcium_unit,creatinine,creatinine_unit,biology_complete\r\n"
    f"{ONE},rcp_arm_1,,,lyon,,,F,1951-04,2,,,,,,,,,,,,,\r\n"
    f"{ONE},rcp_arm_1,presentation,1,lyon,,,,,,2025-06-12,70,1,1,0,breast,2,,,,,,\r\n"
    f"{ONE},rcp_arm_1,presentation,2,lyon,,,,,,2025-08-12,-9,0,0,1,NASK,2,,,,,,\r\n"
    f'{ONE},rcp_arm_1,biology,1,lyon,,,,,,,,,,,,,2025-06-10,"2,31",mmol_L,NASK,umol_L,0\r\n'
)
"""A longitudinal project with data access groups and the missing data codes NASK and -9, opened by two meetings."""
MISSING = ("NASK", "-9")


def from_redcap(text: str, missing: tuple[str, ...] = MISSING) -> tuple[list[ExportedEntry], Told]:
    checker = Checker(today=TODAY, identified=False, offset_of=lambda _number: 0)
    mapping = redcap_records.mapping()
    found, told = [], []
    for source in redcap_records.rows_of(io.StringIO(text, newline=""), missing=missing):
        for row in [source] if isinstance(source, Finding) else list(understood(source, mapping)):
            checked = checker.check(row) if isinstance(row, RawRow) else None
            if isinstance(row, Finding):
                told.append((row.row, row.column, row.reason))
            elif checked is not None:
                values = checked.values
                found.append(ExportedEntry(pseudonym=row.patient, form=row.form, values=values, state=row.state))
    checker.finish()
    return found, told + [(each.row, each.column, each.reason) for each in checker.findings]


def test_an_export_of_redcap_is_taken_in_with_its_missing_data_codes_and_goes_out_as_it_was() -> None:
    found, told = from_redcap(REDCAP)
    assert told == []
    assert [(each.form, dict(each.values), each.state) for each in found] == [
        ("patient", {"sex": "F", "birth_month": "1951-04"}, State.FINAL),
        (
            "presentation",
            {
                "meeting_date": "2025-06-12",
                "karnofsky": "70",
                "decision": ["radiotherapy", "SBRT"],
                "primary": "breast",
            },
            State.FINAL,
        ),
        ("presentation", {"meeting_date": "2025-08-12"}, State.FINAL),
        ("biology", {"sample_date": "2025-06-10", "calcium": {"value": "2.31", "unit": "mmol/L"}}, State.DRAFT),
    ]
    out = io.StringIO()
    redcap_records.write(out, found)
    assert from_redcap(out.getvalue(), ()) == (found, [])


def test_missing_data_codes_that_nobody_named_are_refused_at_their_cells() -> None:
    _found, told = from_redcap(REDCAP, ())
    assert told == [
        (4, "karnofsky", "unknown_code"),
        (4, "decision", "unknown_code"),
        (4, "primary", "unknown_code"),
        (5, "creatinine", "not_a_number"),
    ]


def test_an_export_of_labels_is_refused_and_no_tick_and_no_state_of_it_is_lost() -> None:
    labels = REDCAP.replace(",1,1,0,breast,2,", ",Checked,Unchecked,Unchecked,Breast,Complete,")
    found, told = from_redcap(labels)
    assert told == [(3, "primary", "unknown_code")]
    known = labels.replace("Breast", "breast")
    found, told = from_redcap(known)
    assert (dict(found[1].values)["decision"], found[1].state, told) == (["radiotherapy"], State.FINAL, [])
    _found, told = from_redcap(known.replace("Checked,Unchecked", "Oui,Unchecked").replace(",Complete,", ",Fini,"))
    assert told == [
        (3, "decision___radiotherapy", "not_as_described"),
        (3, "presentation_complete", "not_as_described"),
    ]


def test_an_export_with_labels_as_headings_is_refused_whole() -> None:
    with pytest.raises(redcap_records.RedcapError, match="record_id"):
        from_redcap("Record ID,Repeat Instrument,Sexe\n1,,Femme\n")


def test_a_draft_of_a_foreign_instrument_stays_a_draft() -> None:
    text = "record_id,redcap_repeat_instrument,redcap_repeat_instance,calcemie,labo_complete\n1,labo,1,2.3,1\n"
    (row,) = redcap_records.rows_of(io.StringIO(text), forms=["labo"])
    assert not isinstance(row, Finding)
    assert (row.state, dict(row.cells)) == (State.DRAFT, {"calcemie": "2.3", "patient": "1"})


PERSON: Json = {
    "resourceType": "Patient",
    "id": "p1",
    "meta": {"profile": ["https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient"]},
    "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/patient-birthPlace", "valueAddress": {"city": "X"}}],
    "identifier": [
        {"use": "old", "system": "urn:oid:1.2.3", "value": "OLD-1"},
        {"system": "urn:oid:1.2.250.1.213.1.4.8", "value": "251046900000000"},
        {
            "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]},
            "value": ONE,
        },
    ],
    "name": [{"family": "DURAND", "given": ["Anne"]}],
    "gender": "female",
    "birthDate": "1951-04-12",
}


def result(**changes: Any) -> Json:
    """Calcium, as a laboratory system sends it."""
    made: Json = {
        "resourceType": "Observation",
        "id": "o1",
        "meta": {"profile": ["http://example.org/unknown"]},
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "2000-8", "display": "Calcium"}]},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2025-06-10T07:45:00+02:00",
        "valueQuantity": {"value": Decimal("2.31"), "unit": "mmol/L", "system": "x", "code": "mmol/L"},
    }
    return made | changes


def of_server(*resources: Json, base: str = "https://fhir.example.org/r4") -> Json:
    entry = [{"fullUrl": f"{base}/{each['resourceType']}/{each['id']}", "resource": each} for each in resources]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entry}


def taken(document: Json) -> tuple[list[tuple[str, str, Json]], Told]:
    rows = list(fhir_rows(document))
    told = [(each.row, each.column, each.reason) for each in rows if isinstance(each, Finding)]
    return [(each.form, each.patient, dict(each.values)) for each in rows if isinstance(each, RawRow)], told


CALCIUM = {"sample_date": "2025-06-10", "calcium": {"value": "2.31", "unit": "mmol/L"}}
WOMAN = ("patient", ONE, {"sex": "F", "birth_month": "1951-04"})


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(of_server(PERSON, result()), id="relative"),
        pytest.param(of_server(PERSON, result(subject={"reference": "Patient/p1/_history/3"})), id="of a version"),
        pytest.param(
            of_server(PERSON, result(subject={"reference": "https://fhir.example.org/r4/Patient/p1"})), id="absolute"
        ),
        pytest.param(
            {
                "entry": [
                    {"fullUrl": "urn:uuid:6f1c", "resource": PERSON},
                    {"fullUrl": "urn:uuid:6f1d", "resource": result(subject={"reference": "urn:uuid:6f1c"})},
                ]
            },
            id="urn:uuid",
        ),
        pytest.param(
            of_server(PERSON, result(subject={"reference": "#own"}, contained=[PERSON | {"id": "own"}])), id="contained"
        ),
    ],
)
def test_a_result_is_of_the_patient_whom_it_refers_to_by_the_medical_record_number(document: Json) -> None:
    assert taken(document) == ([WOMAN, ("biology", ONE, CALCIUM)], [])


@pytest.mark.parametrize(
    "subject",
    [{"reference": "https://other.example.org/Patient/p1"}, {"reference": "Patient/p2"}, {"reference": "#p1"}, {}],
)
def test_a_result_of_nobody_in_the_bundle_is_an_error_with_its_place(subject: Json) -> None:
    assert taken(of_server(PERSON, result(subject=subject))) == ([WOMAN], [(2, "Observation.subject", "missing")])


def test_the_same_id_on_two_servers_is_not_the_same_patient() -> None:
    other = of_server(result(id="o2"), base="https://other.example.org/r4")
    document = of_server(PERSON, result())
    document["entry"] += other["entry"]
    assert taken(document)[1] == [(3, "Observation.subject", "missing")]


@pytest.mark.parametrize(
    ("changes", "column", "reason"),
    [
        ({"status": "entered-in-error"}, "Observation.status", "left_out"),
        ({"status": "preliminary"}, "Observation.status", "left_out"),
        ({"modifierExtension": [{"url": "http://example.org/not", "valueBoolean": True}]},
         "Observation.modifierExtension", "not_understood"),
        ({"code": {"coding": [{"system": "http://example.org", "code": "2000-8"}]}}, "Observation", "unknown_resource"),
    ],
)  # fmt: skip
def test_a_resource_that_does_not_count_or_is_not_understood_is_never_taken_for_a_result(
    changes: Json, column: str, reason: str
) -> None:
    rows = list(fhir_rows(of_server(PERSON, result(**changes))))
    (finding,) = (each for each in rows if isinstance(each, Finding))
    assert (finding.row, finding.column, finding.reason) == (2, column, reason)
    assert finding.weight is (Weight.FLAG if reason == "left_out" else Weight.ERROR)
    assert [each.form for each in rows if isinstance(each, RawRow)] == ["patient"]


def test_less_than_a_limit_is_no_number_and_an_absent_result_is_missing() -> None:
    less = result(valueQuantity={"value": Decimal(5), "comparator": "<", "code": "mmol/L"})
    (_woman, (_form, _patient, values)), _told = taken(of_server(PERSON, less))
    assert values["calcium"] == {"value": "<5", "unit": "mmol/L"}  # which a check refuses with its place
    absent = {
        name: value for name, value in result(dataAbsentReason={"text": "lost"}).items() if name != "valueQuantity"
    }
    assert taken(of_server(PERSON, absent))[0][1] == ("biology", ONE, {"sample_date": "2025-06-10"})


def test_two_values_of_one_day_do_not_hide_each_other() -> None:
    later = result(id="o2", valueQuantity={"value": Decimal("2.90"), "code": "mmol/L"})
    assert taken(of_server(PERSON, result(), later))[1] == [(3, "calcium", "duplicate")]
    assert taken(of_server(PERSON, result(), result(id="o2")))[1] == []


def test_what_came_from_a_foreign_server_goes_out_and_in_again_without_loss() -> None:
    creatinine = result(
        id="o2", code={"coding": [{"system": "http://loinc.org", "code": "2160-0"}]},
        valueQuantity={"value": Decimal("0.90"), "unit": "mg/dL", "code": "mg/dL"},
    )  # fmt: skip
    first = taken(of_server(PERSON, result(), creatinine))
    entries = [ExportedEntry(pseudonym=patient, form=form, values=values) for form, patient, values in first[0]]
    out = bundle(entries)
    again = taken(out)
    assert again == first
    assert (
        bundle([ExportedEntry(pseudonym=patient, form=form, values=values) for form, patient, values in again[0]])
        == out
    )
