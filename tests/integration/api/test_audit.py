"""The audit log over HTTP."""

import httpx
import pytest
from sqlalchemy import Engine

from annotation.roles import Role
from storage.ledger import Ledger
from storage.tokens import Tokens
from tests.builders.ledger import PSEUDONYM
from tests.builders.registry import OBJECTS, OTHER_PSEUDONYM
from tests.integration.api.reading import items, open_lesion

AUDIT = "/api/v1/audit"


@pytest.fixture
def token(engine: Engine) -> str:
    return Tokens(engine).create("tests", roles=[Role.RADIOLOGIST, Role.CUSTODIAN])


@pytest.fixture(autouse=True)
def _images_have_arrived(ledger: Ledger) -> None:
    ledger.record(OBJECTS)


def test_entries_are_listed_page_by_page_the_newest_first(client: httpx.Client) -> None:
    for pseudonym in (PSEUDONYM, OTHER_PSEUDONYM, PSEUDONYM):
        open_lesion(client, pseudonym=pseudonym)

    found = items(client, AUDIT, limit=2, action="created", actor="tests")

    assert [entry["pseudonym"] for entry in found] == [PSEUDONYM, OTHER_PSEUDONYM, PSEUDONYM]
    assert {entry["via"] for entry in found} == {"POST /api/v1/patients/{pseudonym}/lesions"}
    assert found[0]["number"] > found[1]["number"] > found[2]["number"]


def test_what_is_asked_of_a_patient_is_noted_and_found(client: httpx.Client) -> None:
    answer = client.get(f"/api/v1/patients/{OTHER_PSEUDONYM}")

    (entry,) = client.get(AUDIT, params={"patient": OTHER_PSEUDONYM}).json()["items"]
    assert (entry["action"], entry["kind"], entry["object_id"]) == ("viewed", "patient", OTHER_PSEUDONYM)
    assert (entry["address"], entry["outcome"]) == ("127.0.0.1", "done")
    assert entry["request_id"] == answer.headers["X-Request-Id"]
    newest = client.get(AUDIT, params={"limit": 1}).json()["items"][0]
    assert (newest["action"], newest["kind"], newest["pseudonym"]) == ("listed", "audit", OTHER_PSEUDONYM)


def test_entries_are_found_by_their_time(client: httpx.Client) -> None:
    open_lesion(client)
    at = items(client, AUDIT, action="created", actor="tests")[0]["at"]

    assert len(items(client, AUDIT, action="created", actor="tests", since=at)) == 1
    assert items(client, AUDIT, action="created", actor="tests", until=at) == []


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "query", ["action=forgotten", "patient=%20", "since=2031-07-01T00:00:00", "cursor=x", "limit=0"]
)
def test_what_cannot_be_asked_is_refused(client: httpx.Client, query: str) -> None:
    assert client.get(f"{AUDIT}?{query}").status_code == 422
