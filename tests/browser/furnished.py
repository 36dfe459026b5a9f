"""A registry with something in it to look at: one patient's course over a year, and a worklist in every state."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx

from storage.ledger import Ledger
from storage.ledger_records import StoredObject
from tests.builders.ledger import stored_object
from tests.integration.api.reading import Json

PATIENT = "OST-7K3M9-QPXRC"
START = date(2031, 1, 6)
COURSE: dict[str, tuple[int, tuple[str, ...]]] = {
    "2.25.5001": (0, ("CT",)),
    "2.25.5002": (92, ("CT", "PT")),
    "2.25.5003": (178, ("CT",)),
    "2.25.5004": (365, ("MR",)),
}
"""Studies of PATIENT: days since the first, and what they are made of."""

FIRST, SECOND, THIRD, FOURTH = COURSE
OTHERS = 57
"""Patients with one CT each: more than a page of a list."""

READER_LABEL, SECOND_LABEL, JUDGE_LABEL = "Dr reader", "Dr second", "Dr judge"
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

L3: Json = {"bone": "vertebra", "level": "L3"}
T11: Json = {"bone": "vertebra", "level": "T11"}
FEMUR: Json = {"bone": "femur", "region": "subtrochanteric", "side": "left"}
ILIUM: Json = {"bone": "pelvis", "region": "ilium", "side": "right"}
RIB: Json = {"bone": "rib", "number": 5, "side": "right"}

COLLAPSED: Json = {
    "lesion_type": "lytic",
    "vertebral_collapse": {"present": True, "height_loss_percent": 32},
    "posterolateral": [{"structure": "pedicle", "side": "left"}],
    "alignment": "normal",
    "retropulsion": False,
}
WORSE = COLLAPSED | {
    "vertebral_collapse": {"present": True, "height_loss_percent": 58},
    "posterolateral": [{"structure": "pedicle", "side": side} for side in ("left", "right")],
    "alignment": "de_novo_deformity",
}
BLASTIC: Json = {
    "lesion_type": "blastic",
    "vertebral_collapse": {"present": False},
    "posterolateral": [],
    "alignment": "normal",
}
SMALL: Json = {"lesion_type": "mixed", "cortical_involvement": {"category": "lt_1_3"}, "pathological_fracture": False}
LARGE = SMALL | {"lesion_type": "lytic", "cortical_involvement": {"category": "gt_2_3"}}
PLAIN: Json = {"lesion_type": "mixed"}

READINGS: tuple[tuple[Json, tuple[tuple[str, Json], ...]], ...] = (
    (L3, ((FIRST, COLLAPSED), (SECOND, COLLAPSED), (THIRD, WORSE))),
    (FEMUR, ((FIRST, SMALL), (THIRD, LARGE))),
    (ILIUM, ((SECOND, PLAIN), (THIRD, PLAIN))),
    (RIB, ((FIRST, PLAIN),)),
    (T11, ((THIRD, BLASTIC), (FOURTH, BLASTIC))),
    ({"bone": "sternum"}, ()),
)
"""Lesions of PATIENT, and what was found of each on which study."""

UNREAD, BEGUN, SIGNED, TO_ADJUDICATE = 53, 1, 2, 1
"""Tasks of the reader."""


def furnish(ledger: Ledger, client_of: Callable[[str], httpx.Client]) -> None:
    """Images first, then what the reader found on them, then what there is to read. `client_of`: by user name."""
    with client_of("reader") as reader, client_of("clinician") as clinician:
        _record(ledger, reader, clinician)
        _assign(reader)
        adjudicated = _protocol(reader, "Long bones, two blind readers")
        others = {"readers": [SECOND_LABEL, JUDGE_LABEL], "adjudicator": READER_LABEL}
        (given,) = _give(reader, adjudicated, [other_study(5)], **others)
    for name in ("second", "judge"):
        with client_of(name) as client:
            _post(client, f"assignments/{given['assignment_id']}/complete", None)


RECORD: tuple[tuple[str, Json], ...] = (
    ("patient", {"sex": "F", "birth_month": "1961-03", "vital_status": "alive", "vital_source": "hospital"}),
    ("treatment", {"treatment_type": "denosumab", "treatment_start": "2025-01-10", "treatment_dental_check": True}),
    ("treatment", {"treatment_type": "radiotherapy", "treatment_start": "2025-02", "rt_scheme": "1x8"}),
    (
        "biology",
        {
            "sample_date": "2025-06-10",
            "weight": 64,
            "calcium": {"value": "9.2", "unit": "mg/dL"},
            "albumin": {"value": "3.0", "unit": "g/dL"},
            "creatinine": {"value": "78", "unit": "umol/L"},
            "crp": "12",
        },
    ),
    ("biology", {"sample_date": "2025-03-04", "calcium": {"value": "9.4", "unit": "mmol/L"}}),
    (
        "presentation",
        {
            "meeting_date": "2025-06-12",
            "question": "fracture_risk",
            "karnofsky": "70",
            "primary": "breast",
            "diagnosis_date": "2021-04",
            "pain": True,
            "pain_types": ["mechanical"],
            "opioid_oxycodone": 40,
            "decision": ["radiotherapy", "cementoplasty"],
        },
    ),
    ("event", {"event_type": "new_bone_lesion", "event_date": "2025-06", "event_site": "T11"}),
    ("imaging", {"imaging_date": "2025-06-02", "imaging_modality": "CT", "imaging_purpose": "meeting"}),
)
"""A clinical record of PATIENT; its dates are past, as the record demands."""


def furnish_record(clinician: httpx.Client) -> str:
    """Enter RECORD, and tell the presentation's identifier."""
    made = {form: _post(clinician, f"patients/{PATIENT}/record/{form}", {"values": values}) for form, values in RECORD}
    return str(made["presentation"]["entry_id"])


def _record(ledger: Ledger, reader: httpx.Client, clinician: httpx.Client) -> None:
    ledger.record([*_course(), *(_of_another(number) for number in range(OTHERS))])
    for site, found in READINGS:
        lesion = _post(reader, f"patients/{PATIENT}/lesions", {"site": site})
        for study, findings in found:
            body = {"study_instance_uid": study, "findings": findings}
            _post(reader, f"lesions/{lesion['lesion_id']}/readings", body)
        if site == RIB:
            _change(reader, lesion, "resolve", {"study_instance_uid": THIRD, "reason": "Seen no more."})
    pain = {"clinical": {"sins_pain": "mechanical"}, "meeting_date": str(START + timedelta(days=180))}
    _post(clinician, f"patients/{PATIENT}/clinical-contexts", pain)


def other_patient(number: int) -> str:
    """Pseudonyms that sort as they are counted."""
    return f"OST-2B8RT-XW{LETTERS[number // 32]}{LETTERS[number % 32]}D"


def other_study(number: int) -> str:
    return f"2.25.{6000 + number}"


def _assign(reader: httpx.Client) -> None:
    routine = _post(reader, "protocols", {"name": "Routine", "kind": "single"})
    blind = _protocol(reader, "Spine CT, two blind readers")
    numbers = [number for number in range(OTHERS) if number not in (1, 2, 5)]
    given = _give(reader, routine, [other_study(number) for number in numbers], readers=[READER_LABEL])
    for each in given[-2:]:
        _post(reader, f"assignments/{each['assignment_id']}/complete", None)
    _begin(reader, other_patient(4), other_study(4))
    both = {"readers": [SECOND_LABEL, READER_LABEL], "adjudicator": JUDGE_LABEL}
    _give(reader, blind, [other_study(1), other_study(2)], **both)


def _protocol(reader: httpx.Client, name: str) -> Json:
    return _post(reader, "protocols", {"name": name, "kind": "double_blind", "modalities": ["CT"]})


def _give(reader: httpx.Client, protocol: Json, studies: list[str], **people: Any) -> list[Json]:
    body = {"study_instance_uids": studies, **people}
    given: list[Json] = _post(reader, f"protocols/{protocol['protocol_id']}/assignments", body)["items"]
    return sorted(given, key=lambda each: str(each["study_instance_uid"]))


def _begin(reader: httpx.Client, pseudonym: str, study: str) -> None:
    lesion = _post(reader, f"patients/{pseudonym}/lesions", {"site": L3})
    _post(reader, f"lesions/{lesion['lesion_id']}/drafts", {"study_instance_uid": study})


def _post(client: httpx.Client, path: str, body: Json | None, **headers: str) -> Json:
    answer = client.post(f"/api/v1/{path}", json=body, headers=headers)
    assert answer.is_success, answer.text
    made: Json = answer.json()
    return made


def _change(reader: httpx.Client, lesion: Json, act: str, body: Json) -> None:
    found = reader.get(f"/api/v1/lesions/{lesion['lesion_id']}")
    answer = reader.post(
        f"/api/v1/lesions/{lesion['lesion_id']}/{act}", json=body, headers={"If-Match": found.headers["ETag"]}
    )
    assert answer.is_success, answer.text


def _course() -> list[StoredObject]:
    return [
        image(PATIENT, study, days, modality, series)
        for study, (days, modalities) in COURSE.items()
        for series, modality in enumerate(modalities)
    ]


def _of_another(number: int) -> StoredObject:
    return image(other_patient(number), other_study(number), 10 + number * 3, "CT" if number % 3 else "MR", 0)


def image(pseudonym: str, study: str, days: int, modality: str, series: int) -> StoredObject:
    arrived = datetime(2031, 1, 7, 8, 30, tzinfo=UTC) + timedelta(days=days)
    return stored_object(
        pseudonym=pseudonym,
        study_instance_uid=study,
        series_instance_uid=f"{study}.{series}",
        sop_instance_uid=f"{study}.{series}.1",
        frame_of_reference_uid=f"{study}.9",
        modality=modality,
        study_date=START + timedelta(days=days),
        received_at=arrived,
        stored_at=arrived,
    )
