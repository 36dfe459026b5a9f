"""The true moment of what was entered beside the patient's moved days: for those who take part, not for researchers."""

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine

from annotation.roles import Role
from storage.ledger import Ledger
from storage.tokens import Tokens
from tests.builders.ledger import PSEUDONYM
from tests.builders.programs import program
from tests.builders.registry import OBJECTS
from tests.integration.api.reading import Json, open_lesion, record_reading

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

OF_PATIENT = f"/api/v1/patients/{PSEUDONYM}"
MEETING_DAY = "2025-06-12"
DECIDED = {
    "meeting_date": MEETING_DAY,
    "question": "pain",
    "decision": ["surgery"],
    "decision_rationale": "Threatened.",
}

As = Callable[..., httpx.Client]


@pytest.fixture
def token(engine: Engine) -> str:
    return Tokens(engine).create("Dr entering", roles=[Role.RADIOLOGIST, Role.CLINICIAN])


@pytest.fixture
def someone(engine: Engine, url: str) -> Iterator[As]:
    opened: list[httpx.Client] = []

    def with_roles(*roles: Role) -> httpx.Client:
        headers = {"Authorization": f"Bearer {Tokens(engine).create('someone', roles=roles)}"}
        opened.append(httpx.Client(base_url=url, headers=headers, timeout=60))
        return opened[-1]

    yield with_roles
    for each in opened:
        each.close()


@pytest.fixture
def paths(client: httpx.Client, ledger: Ledger) -> list[str]:
    """Whatever shows the record, a context of a meeting, or the scores that it completes."""
    dated = [(each, each.study_date) for each in OBJECTS]  # before the meeting
    ledger.record([replace(each, study_date=day and day.replace(year=2025)) for each, day in dated])
    reading = record_reading(client, open_lesion(client))
    entered = client.post(f"{OF_PATIENT}/record/presentation", json={"values": DECIDED})
    clinical = {"clinical": {"karnofsky": "70", "sins_pain": "mechanical"}}
    made = client.post(f"{OF_PATIENT}/clinical-contexts", json={"meeting_date": "2025-06-13"} | clinical)
    assert (entered.status_code, made.status_code) == (201, 201), entered.text + made.text
    entry, context = entered.headers["Location"], made.headers["Location"]
    return [
        *(f"{OF_PATIENT}/{part}" for part in ("sheet", "record", "clinical-contexts", "scores")),
        *(f"{each}{part}" for each in (entry, context) for part in ("", "/revisions")),
        *(
            f"/api/v1/{part}/scores"
            for part in (f"readings/{reading['reading_id']}", f"lesions/{reading['lesion_id']}")
        ),
        f"/api/v1/data-quality?patient={PSEUDONYM}",
    ]


def times(answer: Any) -> list[Any]:
    """What stands under the names of true moments, in any depth."""
    if isinstance(answer, list):
        return [found for each in answer for found in times(each)]
    if not isinstance(answer, dict):
        return []
    own = [value for name, value in answer.items() if name in {"at", "entered_at", "since"}]
    return own + times(list(answer.values()))


def told(client: httpx.Client, path: str) -> Json:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.text)
    found: Json = answer.json()
    return found


def test_a_researcher_gets_all_but_the_true_moments(client: httpx.Client, paths: list[str], someone: As) -> None:
    researcher = someone(Role.RESEARCHER)
    for path in paths:
        full, less = told(client, path), told(researcher, path)
        assert any(times(full)), path
        assert (set(times(less)), len(times(less))) == ({None}, len(times(full))), path
    decision = told(researcher, f"{OF_PATIENT}/sheet")["decision"]
    assert (decision["meeting_date"], decision["labels"], decision["by"]) == (MEETING_DAY, ["Surgery"], "Dr entering")


@pytest.mark.parametrize("role", [Role.CUSTODIAN, Role.CLINICIAN, Role.RADIOLOGIST])
def test_a_researcher_who_knows_the_patients_anyway_gets_them(paths: list[str], someone: As, role: Role) -> None:
    both = someone(Role.RESEARCHER, role)
    assert all(any(times(told(both, path))) for path in paths)


@pytest.mark.usefixtures("paths")
def test_nor_are_they_on_the_researchers_paper(client: httpx.Client, someone: As, tmp_path: Path) -> None:
    program("pdftotext")

    def line(reader: httpx.Client) -> str:
        (tmp_path / "sheet.pdf").write_bytes(reader.get(f"{OF_PATIENT}/sheet.pdf").content)
        command = ["pdftotext", "-layout", str(tmp_path / "sheet.pdf"), "-"]
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        _before, _found, after = text.partition("Threatened.")
        return next(each for each in after.splitlines() if "Dr entering" in each)

    assert "Dr entering, " in line(client)
    assert "Dr entering," not in line(someone(Role.RESEARCHER))


def test_the_description_of_the_api_says_for_whom_they_are_null(client: httpx.Client) -> None:
    schemas = client.get("/api/v1/openapi.json").json()["components"]["schemas"]
    fields = [
        *(schemas[name]["properties"]["entered_at"] for name in ("EntryOut", "ContextOut")),
        *(schemas[name]["properties"]["at"] for name in ("SheetDecisionOut", "SheetSupplierOut", "SupplierOut")),
    ]
    for field in fields:
        assert "Null for who is no radiologist, clinician or custodian" in field["description"]
        assert {"type": "null"} in field["anyOf"]
