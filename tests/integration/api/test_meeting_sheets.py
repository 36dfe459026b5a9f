"""A session on paper, and the decision on a patient's sheet."""

import subprocess
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine

from annotation.roles import Role
from storage.ledger import Ledger
from storage.tokens import Tokens
from tests.builders.images import FakeImages
from tests.builders.meeting import PATIENT, Json, furnish
from tests.builders.programs import program

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

MEETINGS = "/api/v1/meetings"
PRESENTED_ON = "2025-06-12"
NAUGHTY = 'Bone "meeting" \\ } @page { size: 1mm } <b>'


@pytest.fixture
def token(engine: Engine) -> str:
    return Tokens(engine).create("Dr deciding", roles=[Role.CLINICIAN])


@pytest.fixture
def meeting(engine: Engine, ledger: Ledger, images: FakeImages, url: str, client: httpx.Client) -> Json:
    def client_of(name: str) -> httpx.Client:
        role = {"reader": Role.RADIOLOGIST, "clinician": Role.CLINICIAN}[name]
        token = Tokens(engine).create(f"Dr {name}", roles=[role])
        return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60)

    furnish(ledger, images, client_of)
    planned: Json = client.post(MEETINGS, json={"held_on": "2026-06-12", "title": NAUGHTY}).json()
    added = client.post(
        f"{MEETINGS}/{planned['meeting_id']}/dossiers",
        json={"pseudonym": PATIENT, "presented_on": PRESENTED_ON},
        headers={"If-Match": '"1"'},
    )
    assert added.status_code == 200, added.text
    return planned


def decide(client: httpx.Client, meeting: Json, revision: int = 0) -> httpx.Response:
    return client.put(
        f"{MEETINGS}/{meeting['meeting_id']}/dossiers/{PATIENT}/decision",
        json={"decision": ["surgery", "cementoplasty"], "rationale": "Threatened fracture of the femur."},
        headers={"If-Match": f'"{revision}"'},
    )


def enter(client: httpx.Client, values: Json) -> None:
    answer = client.post(f"/api/v1/patients/{PATIENT}/record/presentation", json={"values": values})
    assert answer.status_code == 201, answer.text


def printed(client: httpx.Client, meeting: Json, folder: Path, language: str) -> str:
    program("pdftotext")
    answer = client.get(f"{MEETINGS}/{meeting['meeting_id']}/sheet.pdf", params={"language": language})
    assert answer.headers["Content-Type"] == "application/pdf"
    file = folder / "session.pdf"
    file.write_bytes(answer.content)
    text = subprocess.run(["pdftotext", file, "-"], check=True, capture_output=True, text=True).stdout
    return "\f".join(" ".join(page.split()) for page in text.split("\f"))


def test_the_session_is_printed_as_a_summary_and_the_sheet_of_each_patient(
    client: httpx.Client, meeting: Json, tmp_path: Path
) -> None:
    enter(client, {"meeting_date": PRESENTED_ON, "question": "fracture_risk", "anticoagulant": "DOAC"})
    shown = client.get(f"{MEETINGS}/{meeting['meeting_id']}/dossiers/{PATIENT}").json()
    assert decide(client, meeting, shown["decision"]["revision"]).status_code == 200

    text = printed(client, meeting, tmp_path, "fr")

    summary, _page, patient = text.partition("\f")
    for part in ("12 juin 2026", PATIENT, "Risque fracturaire", "Cimentoplastie", "SINS 7–10/18", "Bone", "<b>"):
        assert part in summary, part
    for part in ("Les sept points de la demande", "AOD", "Décision de la RCP du 12 juin 2025"):
        assert part in patient, part
    assert "Threatened fracture of the femur." in patient
    assert "lésions du patient" not in summary


def test_an_empty_session_is_printed_too(client: httpx.Client, tmp_path: Path) -> None:
    empty: Json = client.post(MEETINGS, json={"held_on": "2026-06-19"}).json()
    assert "No patient is on this meeting." in printed(client, empty, tmp_path, "en")


def test_the_sheet_of_a_patient_has_the_decision_under_the_name_of_who_recorded_it(
    client: httpx.Client, meeting: Json
) -> None:
    address = f"/api/v1/patients/{PATIENT}/sheet"
    assert client.get(address).json()["decision"] is None
    enter(client, {"meeting_date": PRESENTED_ON})
    assert client.get(address).json()["decision"] == {
        "meeting_date": PRESENTED_ON,
        "labels": [],
        "rationale": None,
        "by": None,
        "at": None,
    }
    shown = client.get(f"{MEETINGS}/{meeting['meeting_id']}/dossiers/{PATIENT}").json()
    decided = decide(client, meeting, shown["decision"]["revision"]).json()
    decision = client.get(address, params={"language": "fr"}).json()["decision"]
    assert (decision["labels"], decision["by"]) == (["Chirurgie", "Cimentoplastie"], "Dr deciding")
    assert decision["at"] == decided["entered_at"]


def test_the_list_of_a_session_tells_how_far_each_patient_is(client: httpx.Client, meeting: Json) -> None:
    address = f"{MEETINGS}/{meeting['meeting_id']}"
    (before,) = client.get(address).json()["dossiers"]
    assert (set(before["said"]), before["presentation"], before["decided"]) == ({"not_said"}, None, False)
    enter(client, {"meeting_date": PRESENTED_ON, "pain": True, "anticoagulant": "none", "decision": ["surveillance"]})
    (after,) = client.get(address).json()["dossiers"]
    assert after["said"] == ["not_said", "partly", "not_said", "not_said", "not_said", "said", "not_said"]
    assert (after["presentation"], after["decided"]) == ("final", True)
