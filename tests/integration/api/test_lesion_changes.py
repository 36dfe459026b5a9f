"""Lesions over time over HTTP."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from storage.ledger import Ledger
from tests.builders.ledger import PSEUDONYM
from tests.builders.registry import NEW_STUDY, OBJECTS, OLD_STUDY, OTHER_PSEUDONYM, OTHER_STUDY
from tests.integration.api.drafting import begin, saved, signed
from tests.integration.api.reading import (
    FEMUR,
    VERTEBRA_FINDINGS,
    Json,
    items,
    open_lesion,
    pointers,
    post_reading,
    record_reading,
)

REASON = "Seen together on the whole spine."

# What is refused before anything is looked up is refused alike on every database.
ONCE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def _images_have_arrived(ledger: Ledger) -> None:
    ledger.record(OBJECTS)


@pytest.fixture
def lesion(client: httpx.Client) -> Json:
    return open_lesion(client)


def act(client: httpx.Client, lesion: Json, what: str, if_match: str | None = '"1"', **body: Any) -> httpx.Response:
    headers = {} if if_match is None else {"If-Match": if_match}
    path = f"/api/v1/lesions/{lesion['lesion_id']}"
    if not what:
        return client.patch(path, json={"reason": REASON} | body, headers=headers)
    return client.post(f"{path}/{what}", json={"reason": REASON} | body, headers=headers)


def found(client: httpx.Client, lesion: Json) -> httpx.Response:
    return client.get(f"/api/v1/lesions/{lesion['lesion_id']}")


def history(client: httpx.Client, lesion: Json) -> list[Json]:
    entries: list[Json] = client.get(f"/api/v1/lesions/{lesion['lesion_id']}/history").json()["items"]
    return entries


def readings_of(client: httpx.Client, lesion: Json) -> list[str]:
    return [each["reading_id"] for each in items(client, f"/api/v1/lesions/{lesion['lesion_id']}/readings")]


def test_a_new_lesion_is_at_its_first_version_with_its_opening_on_record(client: httpx.Client, lesion: Json) -> None:
    assert (lesion["version"], lesion["merged_into"], lesion["resolved_on"]) == (1, None, None)
    assert found(client, lesion).headers["ETag"] == '"1"'
    (first,) = history(client, lesion)
    assert (first["version"], first["what"], first["by"], first["reason"]) == (1, "opened", "tests", None)


def test_a_site_is_corrected_on_record(client: httpx.Client, lesion: Json) -> None:
    answer = act(client, lesion, "", site={"bone": "vertebra", "level": "L4"})
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    assert answer.json()["site"]["level"] == "L4"
    assert found(client, lesion).json() == answer.json()
    entry = history(client, lesion)[-1]
    assert (entry["what"], entry["reason"], entry["by"]) == ("site_corrected", REASON, "tests")
    assert (entry["site_before"]["level"], entry["site_after"]["name_fr"]) == ("L3", "vertèbre L4")


def test_a_site_that_its_readings_cannot_have_is_refused(client: httpx.Client, lesion: Json) -> None:
    record_reading(client, lesion, findings=VERTEBRA_FINDINGS)
    answer = act(client, lesion, "", site=FEMUR)
    assert answer.status_code == 422
    assert pointers(answer) == ["#/site"]
    assert found(client, lesion).json() == lesion


def test_a_lesion_that_was_recorded_twice_is_merged(client: httpx.Client, lesion: Json) -> None:
    again = open_lesion(client)
    mine, other = record_reading(client, lesion), record_reading(client, again)
    answer = act(client, lesion, "match", lesion_id=again["lesion_id"])
    assert (answer.status_code, answer.json()["version"]) == (200, 2)
    assert readings_of(client, lesion) == [mine["reading_id"], other["reading_id"]]
    assert client.get(f"/api/v1/readings/{other['reading_id']}").json()["lesion_label"] == "L1"
    merged = found(client, again)
    assert (merged.status_code, merged.json()["merged_into"]) == (200, lesion["lesion_id"])
    assert merged.headers["Link"] == f'</api/v1/lesions/{lesion["lesion_id"]}>; rel="successor-version"'
    entry = history(client, again)[-1]
    assert (entry["what"], entry["other_lesion_id"]) == ("merged", lesion["lesion_id"])
    assert entry["reading_ids"] == [other["reading_id"]]
    assert open_lesion(client)["label"] == "L3"
    for refused in (
        post_reading(client, again),
        act(client, again, "reopen", '"2"'),
        client.get(f"/api/v1/lesions/{again['lesion_id']}/scores"),
    ):
        assert (refused.status_code, refused.json()["merged_into"]) == (409, lesion["lesion_id"])


def test_what_is_being_written_goes_with_its_lesion(client: httpx.Client, lesion: Json) -> None:
    again = open_lesion(client)
    revised = record_reading(client, again)
    begun = saved(client, begin(client, again), note="Half written.")
    revision = client.post(f"/api/v1/readings/{revised['reading_id']}/drafts").json()
    assert act(client, lesion, "match", lesion_id=again["lesion_id"]).status_code == 200
    for draft in (begun, revision):
        found = client.get(f"/api/v1/drafts/{draft['draft_id']}").json()
        assert (found["lesion_id"], found["version"], found["note"]) == (
            lesion["lesion_id"],
            draft["version"],
            draft["note"],
        )
    assert signed(client, saved(client, begun, note="Whole."))["lesion_label"] == "L1"
    assert signed(client, revision, reason="Seen again.")["revision"] == 2


def test_drafts_of_both_lesions_on_one_study_are_told_before_they_are_merged(
    client: httpx.Client, lesion: Json
) -> None:
    again = open_lesion(client)
    drafts = [begin(client, each) for each in (lesion, again)]
    refused = act(client, lesion, "match", lesion_id=again["lesion_id"])
    assert (refused.status_code, refused.json()["detail"]) == (
        409,
        "you have drafts of both lesions on one study: sign or discard one of them first",
    )
    assert items(client, "/api/v1/drafts") == drafts
    assert found(client, again).json() == again


def test_two_lesions_that_were_recorded_as_one_are_split(client: httpx.Client, lesion: Json) -> None:
    stays, goes = record_reading(client, lesion), record_reading(client, lesion)
    site = {"bone": "vertebra", "level": "L4"}
    answer = act(client, lesion, "split", reading_ids=[goes["reading_id"]], site=site)
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    kept, new = answer.json()["lesion"], answer.json()["new_lesion"]
    assert (kept["label"], new["label"], new["site"]["level"], new["version"]) == ("L1", "L2", "L4", 1)
    assert (readings_of(client, kept), readings_of(client, new)) == ([stays["reading_id"]], [goes["reading_id"]])
    assert [each["what"] for each in history(client, new)] == ["split_off"]
    everything = act(client, lesion, "split", '"2"', reading_ids=[stays["reading_id"]])
    assert (everything.status_code, pointers(everything)) == (422, ["#/reading_ids"])


def test_a_lesion_is_resolved_and_reopened(client: httpx.Client, lesion: Json) -> None:
    resolved = act(client, lesion, "resolve", study_instance_uid=NEW_STUDY)
    assert (resolved.status_code, resolved.json()["resolved_on"]) == (200, NEW_STUDY)
    assert act(client, lesion, "resolve", '"2"', study_instance_uid=NEW_STUDY).status_code == 409
    reopened = act(client, lesion, "reopen", '"2"')
    assert (reopened.status_code, reopened.json()["resolved_on"], reopened.json()["version"]) == (200, None, 3)
    assert [each["what"] for each in history(client, lesion)] == ["opened", "resolved", "reopened"]


CHANGES: dict[str, Json] = {
    "": {"site": {"bone": "vertebra", "level": "L4"}},
    "match": {"lesion_id": str(uuid4())},
    "split": {"reading_ids": [str(uuid4())]},
    "resolve": {"study_instance_uid": OLD_STUDY},
    "reopen": {},
}


@pytest.mark.parametrize(("what", "body"), CHANGES.items())
def test_a_change_names_the_version_that_it_was_decided_on(
    client: httpx.Client, lesion: Json, what: str, body: Json
) -> None:
    stale = act(client, lesion, what, '"7"', **body)
    assert (stale.status_code, stale.headers["ETag"]) == (412, '"1"')
    assert stale.json()["detail"] == "the lesion is at version 1 by now"
    assert act(client, lesion, what, None, **body).status_code == 428
    assert act(client, lesion, what, "*", **body).status_code == 428
    assert found(client, lesion).json() == lesion


@ONCE
@pytest.mark.parametrize(("what", "body"), CHANGES.items())
def test_a_change_has_its_reason_and_its_lesion(client: httpx.Client, lesion: Json, what: str, body: Json) -> None:
    unknown = {"lesion_id": str(uuid4())}
    assert act(client, unknown, what, **body).status_code == 404
    for reason in ("", "x" * 501, None):
        refused = act(client, lesion, what, **body | {"reason": reason})
        assert (refused.status_code, pointers(refused)) == (422, ["#/reason"])
    assert client.get(f"/api/v1/lesions/{uuid4()}/history").status_code == 404


@ONCE
@pytest.mark.parametrize(
    ("what", "body", "wrong"),
    [
        ("match", {"lesion_id": str(uuid4())}, "#/lesion_id"),
        ("split", {"reading_ids": []}, "#/reading_ids"),
        ("split", {"reading_ids": [str(uuid4())]}, "#/reading_ids"),
        ("resolve", {"study_instance_uid": OTHER_STUDY}, "#/study_instance_uid"),
        ("", {"site": {"bone": "femur", "region": "shaft"}}, "#/site/side"),
    ],
)
def test_a_change_that_cannot_be_is_refused_by_field(
    client: httpx.Client, lesion: Json, what: str, body: Json, wrong: str
) -> None:
    answer = act(client, lesion, what, **body)
    assert (answer.status_code, pointers(answer)) == (422, [wrong])


@ONCE
def test_lesions_of_two_patients_are_never_one(client: httpx.Client, lesion: Json) -> None:
    stranger = open_lesion(client, pseudonym=OTHER_PSEUDONYM)
    answer = act(client, lesion, "match", lesion_id=stranger["lesion_id"])
    assert (answer.status_code, pointers(answer)) == (422, ["#/lesion_id"])


def test_the_prior_reading_is_carried_forward(client: httpx.Client, lesion: Json) -> None:
    prior = record_reading(client, lesion, findings=VERTEBRA_FINDINGS)
    path = f"/api/v1/lesions/{lesion['lesion_id']}/carry-forward"
    answer = client.post(path, json={"study_instance_uid": NEW_STUDY})
    carried = answer.json()
    assert answer.status_code == 200, answer.text
    assert (carried["from_reading"], carried["from_revision"]) == (prior["reading_id"], 1)
    assert (carried["from_study_instance_uid"], carried["study_instance_uid"]) == (OLD_STUDY, NEW_STUDY)
    assert {name: value for name, value in carried["findings"].items() if value is not None} == VERTEBRA_FINDINGS
    assert carried["carried"] == sorted(VERTEBRA_FINDINGS)
    nothing = client.post(path, json={"study_instance_uid": OLD_STUDY})
    assert (nothing.status_code, nothing.json()["detail"]) == (404, "this lesion has no reading on an earlier study")
    other = client.post(path, json={"study_instance_uid": OTHER_STUDY})
    assert (other.status_code, pointers(other)) == (422, ["#/study_instance_uid"])


def test_scores_of_a_patient_leave_merged_lesions_out(client: httpx.Client, lesion: Json) -> None:
    again = open_lesion(client)
    record_reading(client, again)
    act(client, lesion, "match", lesion_id=again["lesion_id"])
    answer = client.get(f"/api/v1/patients/{PSEUDONYM}/scores").json()
    assert [each["lesion"]["label"] for each in answer["lesions"]] == ["L1"]
    assert answer["unread"] == []
