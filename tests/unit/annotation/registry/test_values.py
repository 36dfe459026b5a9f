"""Values, units, dates and formulas of the record."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from annotation.registry.consistency import Course, entry_faults
from annotation.registry.dictionary import FORMS, form_named
from annotation.registry.flags import flags_of
from annotation.registry.formulas import corrected_calcium, creatinine_clearance, morphine_equivalent
from annotation.registry.partial_dates import completed_years, moved, span_of
from annotation.registry.values import in_own_unit, kept

TODAY = date(2031, 6, 30)
BIOLOGY, EVENT, PATIENT = form_named("biology"), form_named("event"), form_named("patient")
PRESENTATION, TREATMENT = form_named("presentation"), form_named("treatment")


def _reasons(form: Any, values: dict[str, Any]) -> list[tuple[str, str]]:
    good, faults = kept(form, values)
    faults += entry_faults(form, good, TODAY)
    return [(fault.variable, fault.reason) for fault in faults]


@pytest.mark.parametrize(
    ("form", "values", "expected"),
    [
        (EVENT, {"event_type": "metastasis", "event_date": "2031-01-01"}, [("event_type", "unknown_code")]),
        (EVENT, {"event_type": "death", "event_date": "2031-02-30"}, [("event_date", "not_a_date")]),
        (EVENT, {"event_type": "death", "event_date": "2031-07-01"}, [("event_date", "future")]),
        (EVENT, {"event_type": "death"}, [("event_date", "missing")]),
        (PATIENT, {"name": "x"}, [("name", "unknown_variable")]),
        (PATIENT, {"birth_month": "1960-04-02"}, [("birth_month", "not_a_month")]),
        (PATIENT, {"vital_status": "alive", "death_date": "2031"}, [("vital_status", "contradiction")]),
        (PATIENT, {"opposition_recorded": 0}, [("opposition_recorded", "not_yes_or_no")]),
        (
            PATIENT,
            {"death_date": "2030-01-01", "last_alive_date": "2030-02"},
            [("last_alive_date", "impossible_order")],
        ),
        (BIOLOGY, {"sample_date": "2031-01"}, [("sample_date", "not_a_day")]),
        (BIOLOGY, {"sample_date": "2031-01-02", "crp": {"value": 1, "unit": "g/L"}}, [("crp", "unknown_unit")]),
        (BIOLOGY, {"sample_date": "2031-01-02", "crp": -1}, [("crp", "out_of_range")]),
        (BIOLOGY, {"sample_date": "2031-01-02", "crp": float("nan")}, [("crp", "not_a_number")]),
        (PRESENTATION, {"meeting_date": "2031-01-02", "n_all_mets": "3"}, [("n_all_mets", "not_a_number")]),
        (
            PRESENTATION,
            {"meeting_date": "2031-01-02", "pain_types": ["none", "nocturnal"]},
            [("pain_types", "contradiction")],
        ),
        (
            TREATMENT,
            {"treatment_type": "sbrt", "treatment_start": "2031-02", "treatment_end": "2031-01-30"},
            [("treatment_start", "impossible_order")],
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_place_and_reason(
    form: Any, values: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert _reasons(form, values) == expected


def test_what_is_missing_stays_missing() -> None:
    values, faults = kept(BIOLOGY, {"sample_date": "2031-01-02", "crp": None, "ldh": ""})
    assert (values, faults) == ({"sample_date": "2031-01-02"}, [])


def test_a_zero_is_kept_as_a_zero() -> None:
    values, _faults = kept(PRESENTATION, {"meeting_date": "2031-01-02", "n_all_mets": 0, "pain": False})
    assert (values["n_all_mets"], values["pain"]) == (0, False)


@pytest.mark.parametrize(
    ("variable", "value", "unit", "expected"),
    [
        ("calcium", "10.0", "mg/dL", "2.4951"),  # 100 mg/L at 40.078 g/mol
        ("creatinine", "1.0", "mg/dL", "88.4017"),  # 10 mg/L at 113.12 g/mol
        ("albumin", "3.5", "g/dL", "35"),
        ("bilirubin", "1", "mg/dL", "17.104"),
        ("vitamin_d", "30", "ng/mL", "74.8802"),
        ("platelets", "250000", "/mm3", "250"),
        ("ldh", "4", "µkat/L", "240"),
        ("weight", "150", "lb", "68.0389"),
    ],
)
def test_units_are_converted_and_kept_as_entered(variable: str, value: str, unit: str, expected: str) -> None:
    values, faults = kept(BIOLOGY, {"sample_date": "2031-01-02", variable: {"value": value, "unit": unit}})
    assert not faults
    assert values[variable] == {"value": value, "unit": unit.replace("µ", "u")}
    assert in_own_unit(BIOLOGY.by_name[variable], values) == Decimal(expected)


@pytest.mark.parametrize(
    ("variable", "value", "looks_like"),
    [
        ("calcium", "9.4", "mg/dL"),
        ("creatinine", "0.9", "mg/dL"),
        ("albumin", "3.8", "g/dL"),
        ("haemoglobin", "11.2", "g/dL"),
        ("platelets", "210000", "/mm3"),
        ("ldh", "3.9", "ukat/L"),
        ("weight", "400", "lb"),
    ],
)
def test_a_value_in_another_unit_is_flagged_with_the_unit_it_looks_like(
    variable: str, value: str, looks_like: str
) -> None:
    values, faults = kept(BIOLOGY, {"sample_date": "2031-01-02", variable: value})
    assert not faults
    assert [(flag.variable, flag.looks_like) for flag in flags_of(BIOLOGY, values)] == [(variable, looks_like)]


def test_plausible_values_are_not_flagged() -> None:
    values, _faults = kept(BIOLOGY, {"sample_date": "2031-01-02", "calcium": "2.31", "creatinine": 80, "albumin": 38})
    assert list(flags_of(BIOLOGY, values)) == []


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        (
            [(PATIENT, {"death_date": "2029-05"}), (PRESENTATION, {"meeting_date": "2030-01-01"})],
            [(1, "meeting_date")],
        ),
        (
            [
                (PATIENT, {"death_date": "2029-05-02"}),
                (PRESENTATION, {"meeting_date": "2029-05-01", "diagnosis_date": "2030"}),
            ],
            [(1, "diagnosis_date")],
        ),
        (
            [
                (PATIENT, {"death_date": "2029-05-02"}),
                (EVENT, {"event_type": "death", "event_date": "2029-06-02"}),
            ],
            [(1, "event_date")],
        ),
        ([(PATIENT, {"birth_month": "2030-05"}), (BIOLOGY, {"sample_date": "2029-05-02"})], [(1, "sample_date")]),
        ([(PATIENT, {"death_date": "2029-05"}), (BIOLOGY, {"sample_date": "2029-05-31"})], []),
    ],
)
def test_dates_of_a_patient_that_cannot_be_together_are_found(entries: Any, expected: Any) -> None:
    course = Course()
    for place, (form, values) in enumerate(entries):
        course.see(form, values, place)
    assert [(place, fault.variable) for place, fault in course.faults()] == expected


def test_partial_dates_mean_every_day_that_they_can() -> None:
    assert (span_of("2028-02").first, span_of("2028-02").last) == (date(2028, 2, 1), date(2028, 2, 29))
    assert (span_of("2031").first, span_of("2031").last) == (date(2031, 1, 1), date(2031, 12, 31))


@pytest.mark.parametrize("text", ["2031-13", "31-01-2031", "2031-02-29", "2031-6-1", "0000", ""])
def test_what_is_no_date_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"date|month|day|year"):
        span_of(text)


def test_moving_keeps_the_precision_and_for_days_the_interval() -> None:
    assert moved("2031-06-12", -1000) == "2028-09-15"
    assert moved("2031-06", -30) == "2031-05"
    assert moved("2031", -400) == "2030"


def test_age_counts_completed_years_from_the_middle_of_the_month() -> None:
    born = span_of("1960-04")
    assert [completed_years(born, date(2031, 4, day)) for day in (14, 15)] == [70, 71]


def test_corrected_calcium_adds_a_fiftieth_millimole_for_each_gram_below_forty() -> None:
    assert corrected_calcium(Decimal("2.30"), Decimal(30)).value == Decimal("2.50")
    assert corrected_calcium(Decimal("2.30"), None).missing == ("albumin",)


def test_creatinine_clearance_is_that_of_cockcroft_and_gault() -> None:
    # 60 years, 72 kg, 1.00 mg/dL: (140 - 60) x 72 / 72 = 80, and 68 for a woman.
    micromoles = Decimal(1) * 10 / Decimal("113.12") * 1000
    assert creatinine_clearance(micromoles, Decimal(72), 60, "M").value == Decimal("80.0")
    assert creatinine_clearance(micromoles, Decimal(72), 60, "F").value == Decimal("68.0")
    unknown = creatinine_clearance(None, Decimal(72), 60, "X")
    assert (unknown.value, unknown.missing) == (None, ("creatinine", "sex"))


def test_morphine_equivalents_are_summed_with_the_published_factors() -> None:
    # CDC 2022: oxycodone 1.5, fentanyl patch 2.4 for each ug/h: 40 x 1.5 + 25 x 2.4 = 120.
    result = morphine_equivalent({"oxycodone": Decimal(40), "fentanyl_patch": Decimal(25)})
    assert result.value == Decimal("120.0")
    assert "CDC" in result.formula
    assert morphine_equivalent({}).value is None


def test_every_form_keeps_its_key_and_date_among_its_variables() -> None:
    for form in FORMS:
        assert {*form.key, *((form.when,) if form.when else ())} <= set(form.by_name)
