"""Cohorts over HTTP: counted, looked at, saved; and what is wrong with a question is said."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine

from annotation.audit import Action, AuditFilter, Kind, Note
from annotation.roles import Role
from api.schemas.cohorts import UNSTABLE
from storage.audit_log import AuditLog
from storage.ledger import Ledger
from storage.tokens import Tokens
from tests.builders.registry import NEW_STUDY, OBJECTS, OLD_STUDY
from tests.integration.api.blind import ANNE, BEN, PEOPLE, Clients, assign, complete, make_protocol
from tests.integration.api.reading import Json, open_lesion, record_reading

SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
LYTIC = {"field": "reading.lesion_type", "op": "eq", "value": "lytic"}


@pytest.fixture
def clients(url: str, engine: Engine, ledger: Ledger) -> Iterator[Clients]:
    ledger.record(OBJECTS)
    with ExitStack() as stack:
        yield Clients(
            by_name={
                name: stack.enter_context(
                    httpx.Client(
                        base_url=url,
                        headers={"Authorization": f"Bearer {Tokens(engine).create(name, roles=frozenset(Role))}"},
                    )
                )
                for name in PEOPLE
            }
        )


def counted(client: httpx.Client, where: Json | None = None) -> Json:
    answer = client.post("/api/v1/cohorts/counts", json={"where": where})
    assert answer.status_code == 200, answer.text
    counts: Json = answer.json()
    return counts


def refused(client: httpx.Client, where: Any) -> list[Json]:
    answer = client.post("/api/v1/cohorts/counts", json={"where": where})
    assert answer.status_code == 422, answer.text
    errors: list[Json] = answer.json()["errors"]
    return errors


def test_counts_come_before_anything_is_built(clients: Clients) -> None:
    lesion = open_lesion(clients[ANNE])
    record_reading(clients[ANNE], lesion)

    assert counted(clients[BEN]) == {
        "patients": 2,
        "studies": 4,
        "series": 4,
        "objects": 4,
        "bytes": 4 * 526_336,
        "readings": 1,
    }
    assert counted(clients[BEN], LYTIC)["studies"] == 1
    assert set(counted(clients[BEN], {"field": "series.modality", "value": "US"}).values()) == {0}


def test_a_preview_goes_on_after_its_cursor_and_only_for_the_same_query(clients: Clients) -> None:
    first = clients[ANNE].post("/api/v1/cohorts/preview?limit=3", json={}).json()
    rest = clients[ANNE].post(f"/api/v1/cohorts/preview?cursor={first['next_cursor']}", json={}).json()
    other = clients[ANNE].post(f"/api/v1/cohorts/preview?cursor={first['next_cursor']}", json={"where": {"any": []}})

    found = [each["study_instance_uid"] for each in first["items"] + rest["items"]]
    assert len(found) == len(set(found)) == 4
    assert rest["next_cursor"] is None
    (new,) = [each for each in first["items"] + rest["items"] if each["study_instance_uid"] == NEW_STUDY]
    assert (new["day"], new["modalities"], new["objects"], new["sex"]) == (151, ["CT"], 1, "F")
    assert other.status_code == 422


def test_what_a_cohort_is_made_of_is_told_by_value(clients: Clients) -> None:
    lesion = open_lesion(clients[ANNE])
    record_reading(clients[ANNE], lesion)
    answer = clients[BEN].post("/api/v1/cohorts/distributions", json={"where": LYTIC})
    nothing = clients[BEN].post(
        "/api/v1/cohorts/distributions", json={"where": {"field": "series.modality", "value": "US"}}
    )

    found = answer.json()
    bands = {each["instrument"]: each["bands"] for each in found["scores"]}
    assert found["modalities"] == [{"value": "CT", "count": 1}]
    assert found["primary_tumours"] == [{"value": None, "count": 1}]
    assert found["bones"] == [{"value": "vertebra", "count": 1}]
    assert found["lesion_types"] == [{"value": "lytic", "count": 1}]
    assert [each["count"] for each in bands["sins"]] == [1]
    assert nothing.json() == {
        "primary_tumours": [],
        "modalities": [],
        "bones": [],
        "lesion_types": [],
        "scores": [],
    }


@SQLITE
@pytest.mark.parametrize(
    ("where", "pointer", "allowed"),
    [
        pytest.param({"field": "series.kernal"}, "#/where/field", "series.kernel", id="a misspelt field"),
        pytest.param({"field": "lesion_type"}, "#/where/field", "reading.lesion_type", id="a field without its thing"),
        pytest.param(
            {"all": [{"field": "lesion.bone", "op": "lt", "value": 1}]},
            "#/where/all/0/op",
            "in",
            id="an operator",
        ),
        pytest.param({"field": "lesion.bone", "value": "knee"}, "#/where/value", "femur", id="a value that is none"),
        pytest.param({"field": "study.day", "value": True}, "#/where/value", None, id="yes for a number"),
        pytest.param({"field": "study.day", "op": "range", "value": [3, 1]}, "#/where/value", None, id="a range"),
        pytest.param({"some": "table", "where": {}}, "#/where/some", "lesion", id="a thing that is none"),
        pytest.param({"and": []}, "#/where", "all", id="a shape that is none"),
    ],
)
def test_what_is_wrong_is_said_at_its_place_with_what_is_allowed(
    clients: Clients, where: Json, pointer: str, allowed: str | None
) -> None:
    (error,) = refused(clients[ANNE], where)

    assert error["pointer"] == pointer
    assert allowed in error.get("allowed", [None])


@SQLITE
def test_what_was_received_is_not_repeated(clients: Clients) -> None:
    answer = clients[ANNE].post("/api/v1/cohorts/counts", json={"where": {"field": "Dupont, Marie"}})

    assert answer.status_code == 422
    assert "Dupont" not in answer.text


@SQLITE
def test_a_query_without_end_is_refused(clients: Clients) -> None:
    deep: Json = {"all": []}
    for _ in range(40):
        deep = {"not": deep}

    assert refused(clients[ANNE], deep)[0]["pointer"] == "#/where"
    assert refused(clients[ANNE], {"any": [{"all": []}] * 6000})[0]["pointer"] == "#/where"


def test_a_saved_query_gets_a_new_version_and_the_old_one_stays(clients: Clients) -> None:
    first = clients[ANNE].post("/api/v1/cohorts", json={"name": "spine", "where": UNSTABLE})
    again = clients[BEN].post("/api/v1/cohorts", json={"name": "spine", "where": UNSTABLE})
    second = clients[BEN].post("/api/v1/cohorts", json={"name": "spine", "where": LYTIC})

    assert (first.status_code, first.json()["version"], first.json()["saved_by"]) == (201, 1, ANNE)
    assert again.json() == first.json()
    assert (second.json()["version"], second.json()["saved_by"]) == (2, BEN)
    assert clients[ANNE].get("/api/v1/cohorts/spine").json()["where"] == LYTIC
    assert clients[ANNE].get("/api/v1/cohorts/spine/versions/1").json()["where"] == UNSTABLE
    assert [each["version"] for each in clients[ANNE].get("/api/v1/cohorts/spine/versions").json()["items"]] == [1, 2]
    assert [each["version"] for each in clients[ANNE].get("/api/v1/cohorts").json()["items"]] == [2]
    assert clients[ANNE].get("/api/v1/cohorts/spine/versions/3").status_code == 404


@SQLITE
@pytest.mark.parametrize("name", ["fields", "Spine", "-", "a b", "x" * 65])
def test_a_name_that_cannot_stand_in_an_address_is_refused(clients: Clients, name: str) -> None:
    assert clients[ANNE].post("/api/v1/cohorts", json={"name": name}).status_code == 422


@SQLITE
def test_every_field_is_listed_with_what_it_takes(clients: Clients) -> None:
    items = clients[ANNE].get("/api/v1/cohorts/fields").json()["items"]

    (thickness,) = [each for each in items if each["name"] == "series.slice_thickness_mm"]
    assert (thickness["kind"], thickness["unit"], "range" in thickness["operators"]) == ("number", "mm", True)
    (side,) = [each for each in items if each["name"] == "lesion.side"]
    assert side["choices"] == ["left", "right"]


@SQLITE
def test_asking_is_noted_without_the_question(clients: Clients, engine: Engine) -> None:
    counted(clients[ANNE], {"field": "lesion.bone", "value": "femur"})
    clients[ANNE].post("/api/v1/cohorts/preview", json={})

    notes = [entry.note for entry in AuditLog(engine).newest(AuditFilter(), limit=2)]
    assert notes == [Note(action=Action.LISTED, kind=Kind.STUDY), Note(action=Action.VIEWED, kind=Kind.COHORT)]


def test_a_blind_reading_counts_in_no_cohort_until_both_have_signed(clients: Clients) -> None:
    """Not even for its author: what is counted is what could be released."""
    lesion = open_lesion(clients["manager"])
    given = assign(clients["manager"], make_protocol(clients["manager"]))
    record_reading(clients[ANNE], lesion)
    before = {name: (counted(clients[name], LYTIC)["studies"], counted(clients[name])["readings"]) for name in PEOPLE}
    complete(clients[ANNE], given)
    between = {name: (counted(clients[name], LYTIC)["studies"], counted(clients[name])["readings"]) for name in PEOPLE}
    complete(clients[BEN], given)
    after = {name: (counted(clients[name], LYTIC)["studies"], counted(clients[name])["readings"]) for name in PEOPLE}

    assert set(before.values()) == set(between.values()) == {(0, 0)}
    assert set(after.values()) == {(1, 1)}


def test_who_reads_a_study_blindly_is_not_told_of_it_by_a_cohort(clients: Clients) -> None:
    """An open reading of the study is kept from those who have yet to read it, and the others find it."""
    lesion = open_lesion(clients["manager"])
    record_reading(clients["manager"], lesion)
    assign(clients["manager"], make_protocol(clients["manager"]))

    found = {name: counted(clients[name], LYTIC)["studies"] for name in PEOPLE}
    scores = {"field": "score.instrument", "op": "exists"}
    scored = {name: counted(clients[name], scores)["studies"] for name in PEOPLE}

    types = {
        name: clients[name].post("/api/v1/cohorts/distributions", json={}).json()["lesion_types"] for name in PEOPLE
    }

    expected = {"anne": 0, "ben": 0, "judge": 0, "outsider": 1, "manager": 1}
    assert {name: len(each) for name, each in types.items()} == expected
    assert found == expected
    assert scored == expected
    assert OLD_STUDY not in clients[BEN].post("/api/v1/cohorts/preview", json={"where": LYTIC}).text


def test_a_lesion_that_a_blind_reader_opened_is_in_no_cohort(clients: Clients) -> None:
    assign(clients["manager"], make_protocol(clients["manager"]))
    open_lesion(clients[ANNE])

    found = {name: counted(clients[name], {"field": "lesion.bone", "op": "exists"})["patients"] for name in PEOPLE}

    assert set(found.values()) == {0}
