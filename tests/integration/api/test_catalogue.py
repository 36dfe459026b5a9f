"""The catalogue over HTTP, on both databases."""

from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
from sqlalchemy import Engine, text

from storage.database import writing
from storage.ledger import Ledger
from storage.ledger_records import StoredObject
from storage.study_lifecycle import Reason
from storage.study_records import SourceAnswer
from storage.study_states import StudyStates
from tests.builders.ledger import (
    FRAME_OF_REFERENCE_UID,
    INSTANCE_UID,
    PSEUDONYM,
    SERIES_UID,
    STUDY_UID,
    stored_object,
)


def one_study_each(count: int) -> list[StoredObject]:
    """As many patients with one object each; they arrive a minute apart."""
    return [
        stored_object(
            pseudonym=f"OST-{number:05}",
            study_instance_uid=f"2.25.1{number:05}",
            series_instance_uid=f"2.25.2{number:05}",
            sop_instance_uid=f"2.25.3{number:05}",
            stored_at=stored_object().stored_at + timedelta(minutes=number),
        )
        for number in range(count)
    ]


def every_item(client: httpx.Client, path: str, **parameters: str | int) -> list[dict[str, object]]:
    items: list[dict[str, object]] = []
    cursor: str | None = None
    while True:
        asked = parameters if cursor is None else parameters | {"cursor": cursor}
        page = client.get(path, params=asked).raise_for_status().json()
        assert len(page["items"]) <= int(parameters.get("limit", 50))
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return items


def test_a_patient_is_shown_with_its_studies_counted(client: httpx.Client, ledger: Ledger) -> None:
    ledger.record(objects=[stored_object()])

    answer = client.get(f"/api/v1/patients/{PSEUDONYM}")

    assert answer.status_code == 200
    assert answer.json() == {
        "pseudonym": PSEUDONYM,
        "patient_sex": "F",
        "study_count": 1,
        "first_stored_at": "2031-04-06T07:08:10.654321Z",
    }


def test_a_study_is_shown_with_the_modalities_of_its_series(client: httpx.Client, ledger: Ledger) -> None:
    ledger.record(
        objects=[
            stored_object(),
            stored_object(sop_instance_uid="2.25.31", series_instance_uid="2.25.21", modality="PT"),
            stored_object(sop_instance_uid="2.25.32", series_instance_uid="2.25.22", modality=None),
            stored_object(sop_instance_uid="2.25.33", series_instance_uid="2.25.22", modality=None),
        ]
    )

    shown = client.get(f"/api/v1/studies/{STUDY_UID}").json()

    since = shown.pop("state_since")
    assert datetime.now(UTC) - timedelta(minutes=5) < datetime.fromisoformat(since) <= datetime.now(UTC)
    assert shown == {
        "study_instance_uid": STUDY_UID,
        "pseudonym": PSEUDONYM,
        "study_date": date(2031, 4, 5).isoformat(),
        "modalities": ["CT", "PT"],
        "series_count": 3,
        "instance_count": 4,
        "first_stored_at": "2031-04-06T07:08:10.654321Z",
        "state": "receiving",
        "state_reason": None,
        "revision": 1,
        "objects_expected": None,
    }


def test_a_series_is_shown_with_its_instances_counted(client: httpx.Client, ledger: Ledger) -> None:
    ledger.record(objects=[stored_object(), stored_object(sop_instance_uid="2.25.31")])
    series = {
        "series_instance_uid": SERIES_UID,
        "study_instance_uid": STUDY_UID,
        "pseudonym": PSEUDONYM,
        "modality": "CT",
        "series_number": 3,
        "frame_of_reference_uid": FRAME_OF_REFERENCE_UID,
        "instance_count": 2,
    }

    assert client.get(f"/api/v1/series/{SERIES_UID}").json() == series
    assert client.get(f"/api/v1/studies/{STUDY_UID}/series").json() == {"items": [series], "next_cursor": None}


def test_an_instance_is_shown_with_what_is_needed_to_verify_its_file(client: httpx.Client, ledger: Ledger) -> None:
    stored = stored_object()
    ledger.record(objects=[stored])

    shown = client.get(f"/api/v1/instances/{INSTANCE_UID}").json()

    assert shown == {
        "sop_instance_uid": INSTANCE_UID,
        "series_instance_uid": SERIES_UID,
        "study_instance_uid": STUDY_UID,
        "pseudonym": PSEUDONYM,
        "sop_class_uid": stored.sop_class_uid,
        "transfer_syntax_uid": stored.transfer_syntax_uid,
        "modality": "CT",
        "frame_of_reference_uid": FRAME_OF_REFERENCE_UID,
        "instance_number": 17,
        "rows": 512,
        "columns": 512,
        "number_of_frames": None,
        "size": 526_336,
        "sha256": stored.sha256,
        "stored_at": "2031-04-06T07:08:10.654321Z",
    }
    assert client.get(f"/api/v1/series/{SERIES_UID}/instances").json()["items"] == [shown]
    assert client.get(f"/api/v1/studies/{STUDY_UID}/instances").json()["items"] == [shown]


@pytest.mark.parametrize("limit", [1, 3, 7, 500])
def test_pages_hold_every_patient_once_in_order(client: httpx.Client, ledger: Ledger, limit: int) -> None:
    ledger.record(objects=one_study_each(7))

    found = [item["pseudonym"] for item in every_item(client, "/api/v1/patients", limit=limit)]

    assert found == [f"OST-{number:05}" for number in range(7)]


@pytest.mark.parametrize("limit", [1, 3, 7, 500])
def test_pages_hold_every_study_once_the_last_to_arrive_first(client: httpx.Client, ledger: Ledger, limit: int) -> None:
    ledger.record(objects=one_study_each(7))

    found = [item["study_instance_uid"] for item in every_item(client, "/api/v1/studies", limit=limit)]

    assert found == [f"2.25.1{number:05}" for number in reversed(range(7))]


def test_studies_that_arrived_in_the_same_instant_are_all_listed(client: httpx.Client, ledger: Ledger) -> None:
    ledger.record(
        objects=[
            stored_object(
                sop_instance_uid=f"2.25.3{number}",
                series_instance_uid=f"2.25.2{number}",
                study_instance_uid=f"2.25.1{number}",
            )
            for number in range(5)
        ]
    )

    assert len({str(item["study_instance_uid"]) for item in every_item(client, "/api/v1/studies", limit=2)}) == 5


def test_a_study_that_arrives_between_two_pages_disturbs_neither(client: httpx.Client, ledger: Ledger) -> None:
    *early, late = one_study_each(5)
    ledger.record(objects=early)
    first = client.get("/api/v1/studies", params={"limit": 2}).json()

    ledger.record(objects=[late])
    second = client.get("/api/v1/studies", params={"limit": 2, "cursor": first["next_cursor"]}).json()

    found = [item["study_instance_uid"] for item in [*first["items"], *second["items"]]]
    assert found == [f"2.25.1{number:05}" for number in (3, 2, 1, 0)]


def test_pages_hold_every_instance_of_a_study_once(client: httpx.Client, ledger: Ledger) -> None:
    ledger.record(
        objects=[
            stored_object(sop_instance_uid=f"2.25.3{series}{number}", series_instance_uid=f"2.25.2{series}")
            for series in range(3)
            for number in range(4)
        ]
    )

    found = every_item(client, f"/api/v1/studies/{STUDY_UID}/instances", limit=5)

    assert [item["sop_instance_uid"] for item in found] == [
        f"2.25.3{series}{number}" for series in range(3) for number in range(4)
    ]


def test_studies_can_be_asked_for_by_patient_and_by_modality(client: httpx.Client, ledger: Ledger) -> None:
    ledger.record(
        objects=[
            *one_study_each(3),
            stored_object(
                pseudonym="OST-00001",
                study_instance_uid="2.25.8",
                series_instance_uid="2.25.81",
                sop_instance_uid="2.25.82",
                modality="PT",
            ),
        ]
    )

    def uids(**parameters: str) -> list[object]:
        return [item["study_instance_uid"] for item in every_item(client, "/api/v1/studies", **parameters)]

    assert uids(patient="OST-00001") == ["2.25.100001", "2.25.8"]
    assert uids(modality="PT") == ["2.25.8"]
    assert uids(patient="OST-00001", modality="CT") == ["2.25.100001"]
    assert uids(patient="OST-NOBODY") == []


def test_a_study_is_shown_with_how_complete_it_is_taken_to_be(
    client: httpx.Client, ledger: Ledger, engine: Engine
) -> None:
    ledger.record(objects=[stored_object(), stored_object(sop_instance_uid="2.25.31")])
    states = StudyStates(engine)
    told = ("state", "state_reason", "revision", "instance_count", "objects_expected")

    def shown() -> list[object]:
        study = client.get(f"/api/v1/studies/{STUDY_UID}").json()
        return [study[name] for name in told]

    states.settle(STUDY_UID, states.of([STUDY_UID])[STUDY_UID].version)
    settled = shown()
    fewer = SourceAnswer(ae_title="PACS", objects_expected=3, reason=Reason.FEWER_THAN_SOURCE)
    states.answered(STUDY_UID, states.of([STUDY_UID])[STUDY_UID].version, fewer)
    short = shown()
    enough = SourceAnswer(ae_title="PACS", objects_expected=2)
    states.answered(STUDY_UID, states.of([STUDY_UID])[STUDY_UID].version, enough)
    confirmed = shown()
    ledger.record(objects=[stored_object(sop_instance_uid="2.25.32")])

    assert settled == ["provisional", None, 1, 2, None]
    assert short == ["provisional", "fewer_than_source", 1, 2, 3]
    assert confirmed == ["confirmed", None, 1, 2, 2]
    assert shown() == ["revised", None, 2, 3, None]


def test_studies_can_be_asked_for_by_state(client: httpx.Client, ledger: Ledger, engine: Engine) -> None:
    ledger.record(objects=one_study_each(5))
    states = StudyStates(engine)
    for uid in ("2.25.100001", "2.25.100003"):
        states.settle(uid, states.of([uid])[uid].version)

    def uids(state: str) -> list[object]:
        return [item["study_instance_uid"] for item in every_item(client, "/api/v1/studies", state=state, limit=1)]

    assert uids("provisional") == ["2.25.100003", "2.25.100001"]
    assert uids("receiving") == ["2.25.100004", "2.25.100002", "2.25.100000"]
    assert uids("confirmed") == []


def test_a_state_that_there_is_not_is_refused_with_those_that_there_are(client: httpx.Client) -> None:
    answer = client.get("/api/v1/studies", params={"state": "complete"})

    assert answer.status_code == 422
    (problem,) = answer.json()["errors"]
    assert (problem["parameter"], problem["allowed"]) == (
        "state",
        ["receiving", "provisional", "confirmed", "revised"],
    )


def test_a_study_whose_state_was_lost_is_shown_as_the_least_sure_one(
    client: httpx.Client, ledger: Ledger, engine: Engine
) -> None:
    ledger.record(objects=[stored_object()])
    with writing(engine).begin() as connection:
        connection.execute(text("DELETE FROM study_state"))

    shown = client.get("/api/v1/studies", params={"state": "receiving"}).json()["items"]

    assert [(item["study_instance_uid"], item["state"], item["revision"]) for item in shown] == [
        (STUDY_UID, "receiving", 1)
    ]


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/api/v1/patients/OST-NOBODY", id="patient"),
        pytest.param("/api/v1/studies/2.25.9", id="study"),
        pytest.param("/api/v1/studies/2.25.9/series", id="series of a study"),
        pytest.param("/api/v1/studies/2.25.9/instances", id="instances of a study"),
        pytest.param("/api/v1/series/2.25.9", id="series"),
        pytest.param("/api/v1/series/2.25.9/instances", id="instances of a series"),
        pytest.param("/api/v1/instances/2.25.9", id="instance"),
        pytest.param("/api/v1/instances/2.25.9/file", id="file"),
    ],
)
def test_what_is_not_there_is_not_found(client: httpx.Client, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "2.25.9" not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/api/v1/patients?cursor=nonsense", id="a cursor that is none"),
        pytest.param("/api/v1/patients?cursor=WyJzdHVkaWVzIiwiYSJd", id="a cursor of another list"),
        pytest.param("/api/v1/studies?cursor=WyJzdHVkaWVzIiwiYSIsImIiXQ", id="a cursor with no time in it"),
        pytest.param("/api/v1/studies?cursor=WyJzdHVkaWVzIl0", id="a cursor that is too short"),
        pytest.param("/api/v1/patients?cursor=WyJwYXRpZW50cyIsIlx1MDAwMCJd", id="a cursor with a zero byte"),
        pytest.param("/api/v1/patients?limit=0", id="no items"),
        pytest.param("/api/v1/patients?limit=501", id="too many items"),
        pytest.param("/api/v1/patients/OST%00", id="a pseudonym with a zero byte"),
        pytest.param("/api/v1/studies/DUPONT", id="a UID that is none"),
        pytest.param("/api/v1/studies?patient=dupont%20jean", id="a name instead of a pseudonym"),
    ],
)
def test_what_cannot_be_asked_is_refused_without_being_repeated(client: httpx.Client, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "dupont" not in answer.text.lower()
    assert "nonsense" not in answer.text
