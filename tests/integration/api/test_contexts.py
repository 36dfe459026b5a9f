"""Clinical contexts over HTTP, and the scores that complete themselves from them."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import Engine, text

from annotation.roles import Role
from storage.ledger import Ledger
from storage.tokens import Tokens
from tests.builders.ledger import PSEUDONYM
from tests.builders.registry import OBJECTS, OTHER_PSEUDONYM
from tests.integration.api.reading import (
    FEMUR,
    FEMUR_FINDINGS,
    VERTEBRA_FINDINGS,
    Json,
    items,
    open_lesion,
    pointers,
    record_reading,
)

CONTEXTS = f"/api/v1/patients/{PSEUDONYM}/clinical-contexts"
CLINICAL: Json = {
    "sins_pain": "mechanical",
    "karnofsky": "70",
    "creatinine_clearance_ml_min": 39.5,
    "visceral": {"present": False, "resectable": None, "treatable": None},
    "life_expectancy": {"at_least": {"count": 6, "unit": "months"}, "at_most": None},
    "diagnosed_on": "2030-01-31",
}

# What is refused before anything is looked up is refused alike on every database.
ONCE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def token(engine: Engine) -> str:
    """Of somebody who reads the images and knows the patient."""
    return Tokens(engine).create("tests", roles=[Role.RADIOLOGIST, Role.CLINICIAN])


@pytest.fixture(autouse=True)
def _images_have_arrived(ledger: Ledger) -> None:
    ledger.record(OBJECTS)


def post(client: httpx.Client, clinical: Json, meeting: str = "2031-06-12", **more: Any) -> httpx.Response:
    return client.post(CONTEXTS, json={"meeting_date": meeting, "clinical": clinical} | more)


def enter(client: httpx.Client, clinical: Json, meeting: str = "2031-06-12", **more: Any) -> Json:
    answer = post(client, clinical, meeting, **more)
    assert answer.status_code == 201, answer.text
    context: Json = answer.json()
    return context


def revise(client: httpx.Client, context: Json, clinical: Json, if_match: str | None) -> httpx.Response:
    headers = {} if if_match is None else {"If-Match": if_match}
    path = f"/api/v1/clinical-contexts/{context['context_id']}"
    return client.put(path, json={"clinical": clinical}, headers=headers)


def test_a_context_comes_back_as_it_was_entered(client: httpx.Client) -> None:
    answer = post(client, CLINICAL)
    context = answer.json()
    assert answer.status_code == 201
    assert answer.headers["ETag"] == '"1"'
    assert answer.headers["Location"] == f"/api/v1/clinical-contexts/{context['context_id']}"
    assert (context["version"], context["entered_by"], context["lesion_id"]) == (1, "tests", None)
    assert (context["pseudonym"], context["meeting_date"]) == (PSEUDONYM, "2031-06-12")
    assert {name: value for name, value in context["clinical"].items() if value is not None} == CLINICAL
    stored = client.get(answer.headers["Location"])
    assert (stored.json(), stored.headers["ETag"]) == (context, '"1"')


def test_every_version_is_kept_and_a_stale_one_is_refused(client: httpx.Client) -> None:
    first = enter(client, CLINICAL)
    answer = revise(client, first, CLINICAL | {"karnofsky": "50"}, '"1"')
    second = answer.json()
    assert (answer.status_code, answer.headers["ETag"], second["version"]) == (200, '"2"', 2)
    stale = revise(client, first, {}, '"1"')
    assert (stale.status_code, stale.headers["ETag"]) == (412, '"2"')
    assert stale.json()["detail"] == "the clinical context is at version 2 by now"
    assert revise(client, first, {}, None).status_code == 428
    revisions = client.get(f"/api/v1/clinical-contexts/{first['context_id']}/revisions").json()
    assert revisions == {"items": [first, second]}


def test_a_meeting_has_one_context_of_a_patient(client: httpx.Client) -> None:
    first = enter(client, CLINICAL)
    again = post(client, {})
    assert again.status_code == 409
    assert first["context_id"] in again.json()["detail"]
    enter(client, {"sins_pain": "none"}, lesion_id=open_lesion(client)["lesion_id"])


def test_contexts_are_listed_in_pages(client: httpx.Client) -> None:
    entered = [enter(client, CLINICAL, f"2031-06-{day:02}") for day in (9, 5, 7)]
    assert items(client, CONTEXTS, limit=2) == entered
    assert items(client, f"/api/v1/patients/{OTHER_PSEUDONYM}/clinical-contexts") == []


@ONCE
@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        pytest.param({"meeting_date": "yesterday"}, ["#/meeting_date"], id="no date"),
        pytest.param({"lesion_id": str(uuid4())}, ["#/lesion_id"], id="no such lesion"),
        pytest.param({"clinical": {"karnofsky": 70}}, ["#/clinical/karnofsky"], id="a number for a decade"),
        pytest.param({"clinical": {"notes": "DUPONT"}}, ["#/clinical"], id="an unknown item"),
        pytest.param(
            {"clinical": {"sins_pain": "none", "pain_intensity": 4}}, ["#/clinical/pain_intensity"], id="painless pain"
        ),
        pytest.param(
            {"clinical": {"visceral": {"present": False, "treatable": True}}},
            ["#/clinical/visceral/treatable"],
            id="treatable and absent",
        ),
    ],
)
def test_a_context_that_cannot_be_is_refused_by_field(client: httpx.Client, changes: Json, wrong: list[str]) -> None:
    answer = client.post(CONTEXTS, json={"meeting_date": "2031-06-12", "clinical": {}} | changes)
    assert answer.status_code == 422
    assert pointers(answer) == wrong
    assert "DUPONT" not in answer.text


@ONCE
def test_of_a_lesion_only_its_pain_and_radiotherapy_are_taken(client: httpx.Client) -> None:
    lesion = open_lesion(client)
    answer = post(client, {"sins_pain": "none", "karnofsky": "70"}, lesion_id=lesion["lesion_id"])
    assert answer.status_code == 422
    assert pointers(answer) == ["#/clinical/karnofsky"]


@ONCE
def test_an_unknown_patient_or_context_is_not_found(client: httpx.Client) -> None:
    unknown = "/api/v1/patients/OST-00000-00000/clinical-contexts"
    assert client.get(unknown).status_code == 404
    assert client.post(unknown, json={"meeting_date": "2031-06-12", "clinical": {}}).status_code == 404
    assert client.get(f"/api/v1/clinical-contexts/{uuid4()}").status_code == 404
    assert client.get(f"/api/v1/clinical-contexts/{uuid4()}/revisions").status_code == 404


def test_scores_complete_themselves_and_say_who_supplied_what(client: httpx.Client) -> None:
    reading = record_reading(client, open_lesion(client), findings=VERTEBRA_FINDINGS)
    earlier = enter(client, {"sins_pain": "none"}, "2031-01-09")
    newest = enter(client, CLINICAL, "2031-06-12")
    for path in (f"readings/{reading['reading_id']}", f"lesions/{reading['lesion_id']}"):
        answer = client.get(f"/api/v1/{path}/scores").json()
        assert answer["sins"]["total"] == 10  # mobile 2, mechanical 3, lytic 2, normal 0, collapse 2, unilateral 1
        pain = answer["sins"]["supplied"]["pain"]
        assert pain == {
            "source": "clinical_context",
            "by": "tests",
            "at": newest["entered_at"],
            "id": newest["context_id"],
            "meeting_date": "2031-06-12",
        }
        collapse = answer["sins"]["supplied"]["collapse"]
        assert (collapse["source"], collapse["id"]) == ("reading", reading["reading_id"])
        assert collapse["at"] == reading["recorded_at"]
        assert answer["tokuhashi_revised"]["points"]["general"] == 1
        assert set(answer["tokuhashi_revised"]["supplied"]) == {"general", "visceral"}
        assert answer["concordance"]["discordant"] is None
        assert answer["rades"]["instrument"] == "rades"
        assert answer["genant"]["supplied"]["height_loss_percent"]["source"] == "reading"
        before = client.get(f"/api/v1/{path}/scores", params={"meeting_date": "2031-06-11"}).json()["sins"]
        assert (before["total"], before["supplied"]["pain"]["id"]) == (7, earlier["context_id"])
        asked = client.get(f"/api/v1/{path}/scores", params={"sins_pain": "non_mechanical"}).json()["sins"]
        assert asked["total"] == 8
        assert asked["supplied"]["pain"] == {
            "source": "request",
            "by": None,
            "at": None,
            "id": None,
            "meeting_date": None,
        }


def test_each_lesion_of_a_patient_is_scored_with_its_own_pain(client: httpx.Client) -> None:
    painful, other = open_lesion(client, FEMUR), open_lesion(client, {**FEMUR, "side": "right"})
    for lesion in (painful, other):
        record_reading(client, lesion, findings=FEMUR_FINDINGS)
    enter(client, {"mirels_pain": "mild"})
    enter(client, {"mirels_pain": "functional"}, lesion_id=painful["lesion_id"])
    answer = client.get(f"/api/v1/patients/{PSEUDONYM}/scores").json()
    assert [each["scores"]["mirels"]["total"] for each in answer["lesions"]] == [11, 9]  # 3 + 2 + 3, and pain 3 or 1
    assert [each["mirels"]["total"] for each in answer["bones"]] == [11, 9]
    earlier = client.get(f"/api/v1/patients/{PSEUDONYM}/scores", params={"meeting_date": "2031-01-01"}).json()
    assert [each["scores"]["mirels"]["total"] for each in earlier["lesions"]] == [None, None]


def test_a_damaged_context_is_the_servers_fault(client: httpx.Client, engine: Engine) -> None:
    context = enter(client, CLINICAL)
    forged = (
        "INSERT INTO clinical_context_version (context_id, version, clinical, entered_by, entered_at) "
        "VALUES (:id, 2, :document, 'x', '2031-07-01 09:30:00')"
    )
    with engine.begin() as connection:
        connection.execute(text(forged), {"id": context["context_id"], "document": '{"ecog": "secret"}'})
    answer = client.get(f"/api/v1/clinical-contexts/{context['context_id']}")
    assert answer.status_code == 500
    assert answer.json()["detail"] == "a stored clinical context is damaged"
    assert "secret" not in answer.text
