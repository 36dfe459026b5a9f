"""Clinical records to export, and files to import."""

from annotation.registry.entries import State
from annotation.registry.exchange.rows import ExportedEntry
from annotation.registry.values import Value
from storage.pseudonyms import check_character

ONE = "OST-7K3M9-QPXR" + check_character("7K3M9QPXR")
OTHER = "OST-2B8RT-XW4H" + check_character("2B8RTXW4H")

PATIENT: dict[str, Value] = {
    "sex": "F",
    "birth_month": "1951-04",
    "vital_status": "dead",
    "death_date": "2025-09",
    "last_alive_date": "2025-08-30",
    "vital_source": "INSEE",
    "opposition_recorded": False,
}
PRESENTATION: dict[str, Value] = {
    "meeting_date": "2025-06-12",
    "centre": "LYON-1",
    "question": "fracture_risk",
    "karnofsky": "70",
    "frankel": "D2",
    "life_expectancy_min": 3,
    "creatinine_clearance": "39.50",
    "decision": ["radiotherapy", "SBRT"],
    "decision_rationale": 'Lytic; "mixed" lesion,\nsecond line.',
    "primary": "breast",
    "histology": "8500/3",
    "molecular": ["HR", "HER2"],
    "pdl1_percent": 0,
    "diagnosis_date": "2019",
    "haematologic": False,
    "visceral_mets": "unknown",
    "n_vertebral_mets": 0,
    "pain_types": ["nocturnal", "mechanical"],
    "pain_nrs": 6,
    "opioid_oxycodone": "40",
    "drugs": ["N02AA05", "M05BA08"],
    "bone_agent": "zoledronate",
    "bone_agent_start": "2025-01-02",
}
SAMPLE: dict[str, Value] = {
    "sample_date": "2025-06-10",
    "weight": {"value": "61.5", "unit": "kg"},
    "calcium": {"value": "9.20", "unit": "mg/dL"},
    "albumin": {"value": "38", "unit": "g/L"},
    "platelets": {"value": "210", "unit": "G/L"},
}
TREATMENT: dict[str, Value] = {
    "treatment_type": "radiotherapy",
    "treatment_start": "2025-06",
    "treatment_end": "2025-07-01",
    "treatment_site": "L3",
    "rt_scheme": "5x4",
    "rt_dose_gy": "20",
    "rt_fractions": 5,
}
EVENT: dict[str, Value] = {
    "event_type": "SRE_fracture",
    "event_date": "2025-08-01",
    "date_prev_negative": "2025-05",
    "adjudicated": "confirmed",
    "event_site": "femur_left",
}
IMAGING: dict[str, Value] = {"imaging_date": "2025-07-01", "imaging_modality": "CT", "imaging_purpose": "follow_up"}


def _entry(pseudonym: str, form: str, values: dict[str, Value], state: State = State.FINAL) -> ExportedEntry:
    return ExportedEntry(pseudonym=pseudonym, form=form, values=values, state=state)


EVERYTHING = (
    _entry(OTHER, "patient", {"sex": "M"}),
    _entry(OTHER, "biology", {"sample_date": "2025-06-10"}),
    _entry(ONE, "patient", PATIENT),
    _entry(ONE, "presentation", PRESENTATION),
    _entry(ONE, "presentation", {"meeting_date": "2025-08-12"}),
    _entry(ONE, "biology", SAMPLE),
    _entry(ONE, "treatment", TREATMENT),
    _entry(ONE, "event", EVENT),
    _entry(ONE, "imaging", IMAGING),
)
"""Two patients, every form, as an export gives them: in the order of pseudonyms, forms and entry."""

DRAFT = _entry(ONE, "imaging", {"imaging_modality": "MR"}, State.DRAFT)
