"""A meeting that is prepared: three sessions, and on one of them patients who are prepared to different degrees."""

from collections.abc import Callable, Sequence

import httpx

from tests.integration.api.reading import Json

HELD_ON, NEXT_ON, BEFORE = "2026-12-03", "2026-12-10", "2026-09-03"
PRESENTED_ON, PRESENTED_BEFORE = "2025-06-12", "2025-03-13"
"""Of every patient here: 91 days apart, as the sessions are."""

WHOLE: Json = {
    "meeting_date": PRESENTED_ON,
    "question": "fracture_risk",
    "karnofsky": "70",
    "frankel": "E",
    "primary": "breast",
    "diagnosis_date": "2019-04",
    "visceral_mets": "none",
    "n_vertebral_mets": 2,
    "n_extraspinal_bone": 1,
    "n_all_mets": 3,
    "oncologic_control": "stable",
    "creatinine_clearance": "46",
    "life_expectancy_min": 13,
    "circumstances": "pain",
    "bone_diagnosis_date": "2023-11",
    "pain": True,
    "pain_types": ["mechanical", "nocturnal"],
    "pain_nrs": 6,
    "drugs": ["L02BG04", "N02AA05"],
    "prior_local_treatment": True,
    "bone_agent": "denosumab",
    "bone_agent_start": "2024-02-01",
    "bone_agent_last_dose": "2025-05-28",
    "dental_check_date": "2025-01",
    "anticoagulant": "none",
    "intent": "disease_control",
    "prognosis_and_plan": "Second line going on, stable outside of bone.",
}
BEGUN: Json = {
    "meeting_date": PRESENTED_ON,
    "question": "pain",
    "primary": "prostate",
    "pain": True,
    "intent": "symptom",
}
RECORD: tuple[tuple[str, Json], ...] = (
    ("presentation", {"meeting_date": PRESENTED_BEFORE, "primary": "breast", "decision": ["antiresorptive"]}),
    ("treatment", {"treatment_type": "radiotherapy", "treatment_start": "2024-03-04", "treatment_site": "T11"}),
    (
        "event",
        {
            "event_type": "new_bone_lesion",
            "event_date": "2025-05-20",
            "event_site": "femur_left",
            "adjudicated": "confirmed",
        },
    ),
    ("event", {"event_type": "progression_treated_lesion", "event_date": "2025-06-02", "event_site": "T11"}),
    ("event", {"event_type": "SRE_RT", "event_date": "2025-04-10", "event_site": "T11"}),
)


def furnish_meeting(client_of: Callable[[str], httpx.Client], patients: Sequence[str]) -> str:
    """Identifier of the session. The first patient has a whole request, the second one that is begun."""
    with client_of("clinician") as clinician:
        for day in (NEXT_ON, BEFORE):
            post(clinician, "meetings", {"held_on": day, "title": "Bone meeting"})
        session = post(clinician, "meetings", {"held_on": HELD_ON, "title": "Bone meeting", "place": "Room 2"})
        meeting = str(session["meeting_id"])
        for version, each in enumerate(patients, start=1):
            body: Json = {"pseudonym": each}
            if version < len(patients):
                body["presented_on"] = PRESENTED_ON
            answer = clinician.post(
                f"/api/v1/meetings/{meeting}/dossiers", json=body, headers={"If-Match": f'"{version}"'}
            )
            assert answer.is_success, answer.text
        first, second = patients[:2]
        for form, values in (*RECORD, ("presentation", WHOLE)):
            post(clinician, f"patients/{first}/record/{form}", {"values": values})
        post(clinician, f"patients/{second}/record/presentation", {"values": BEGUN, "state": "draft"})
    return meeting


def post(client: httpx.Client, path: str, body: Json) -> Json:
    answer = client.post(f"/api/v1/{path}", json=body)
    assert answer.is_success, answer.text
    made: Json = answer.json()
    return made
