"""Protocols, assignments, worklists and adjudication over HTTP."""

from collections.abc import Iterator
from contextlib import ExitStack
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import Engine

from storage.ledger import Ledger
from storage.tokens import Tokens
from tests.builders.registry import NEW_STUDY, OBJECTS, OLD_FRAME, OLD_STUDY, OTHER_STUDY, UNDATED_STUDY
from tests.integration.api.blind import (
    ANNE,
    BEN,
    JUDGE,
    MANAGER,
    OUTSIDER,
    PEOPLE,
    Clients,
    assign,
    complete,
    make_protocol,
)
from tests.integration.api.drafting import begin, signed
from tests.integration.api.reading import (
    VERTEBRA,
    VERTEBRA_FINDINGS,
    Json,
    items,
    open_lesion,
    pointers,
    record_reading,
)
from tests.integration.api.test_lesion_changes import act

ONCE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def clients(url: str, engine: Engine, ledger: Ledger) -> Iterator[Clients]:
    ledger.record(OBJECTS)
    with ExitStack() as stack:
        yield Clients(
            by_name={
                name: stack.enter_context(
                    httpx.Client(
                        base_url=url, headers={"Authorization": f"Bearer {Tokens(engine).create(name)}"}, timeout=30
                    )
                )
                for name in PEOPLE
            }
        )


def drawn_at(x: float) -> Json:
    return {"frame_of_reference_uid": OLD_FRAME, "points": [{"x": x, "y": 0, "z": 0}, {"x": x + 2, "y": 0, "z": 0}]}


def test_a_protocol_is_made_listed_and_read(clients: Clients) -> None:
    spine = make_protocol(clients[MANAGER], modalities=["MR", "CT"])
    chest = make_protocol(clients[MANAGER], name="Chest", kind="single")
    assert (spine["modalities"], spine["created_by"], chest["modalities"]) == (["CT", "MR"], MANAGER, [])
    assert clients[ANNE].get(f"/api/v1/protocols/{spine['protocol_id']}").json() == spine
    assert items(clients[ANNE], "/api/v1/protocols", limit=1) == [chest, spine]


@ONCE
def test_what_cannot_be_assigned_is_refused_by_field(clients: Clients) -> None:
    spine = make_protocol(clients[MANAGER])
    path = f"/api/v1/protocols/{spine['protocol_id']}/assignments"
    wrong = {
        "#/readers": {"readers": [ANNE], "adjudicator": JUDGE},
        "#/adjudicator": {"readers": [ANNE, BEN]},
        "#/study_instance_uids/1": {
            "readers": [ANNE, BEN],
            "adjudicator": JUDGE,
            "study_instance_uids": [OLD_STUDY, "2.25.9"],
        },
    }
    for pointer, body in wrong.items():
        answer = clients[MANAGER].post(path, json=body)
        assert (answer.status_code, pointers(answer)) == (422, [pointer])
    assert items(clients[MANAGER], "/api/v1/worklist") == []
    again = clients[MANAGER].post("/api/v1/protocols", json={"name": "Spine", "kind": "single"})
    assert pointers(again) == ["#/name"]


def test_a_whole_reading_from_assignment_to_adjudication(clients: Clients) -> None:
    assignment = assign(clients[MANAGER], make_protocol(clients[MANAGER]))
    path = f"/api/v1/assignments/{assignment['assignment_id']}"
    near, far = open_lesion(clients[ANNE]), open_lesion(clients[ANNE])
    only = open_lesion(clients[BEN])
    first = record_reading(clients[ANNE], near, geometry=drawn_at(10))
    dropped = record_reading(clients[ANNE], far, geometry=drawn_at(50))
    second = record_reading(
        clients[BEN], only, geometry=drawn_at(13), findings=VERTEBRA_FINDINGS | {"lesion_type": "mixed"}
    )
    assert complete(clients[ANNE], assignment)["state"] == "signed"
    early = clients[JUDGE].get(f"{path}/comparison")
    assert early.status_code == 409
    assert complete(clients[BEN], assignment)["state"] == "to_adjudicate"

    compared = clients[JUDGE].get(f"{path}/comparison").json()
    both, alone = compared["pairs"]
    assert (both["first"], both["second"], both["distance_mm"]) == (first, second, 3)
    assert (alone["first"], alone["second"]) == (dropped, None)
    assert [each["item"] for each in both["items"] if each["differs"]] == ["lesion_type", "geometry"]
    (kind,) = [each for each in both["items"] if each["item"] == "lesion_type"]
    assert (kind["first"], kind["second"]) == ("lytic", "mixed")

    decision = {
        "lesion_id": near["lesion_id"],
        "decided_from": [first["reading_id"], second["reading_id"]],
        "findings": VERTEBRA_FINDINGS,
        "geometry": drawn_at(11),
    }
    body = {"decisions": [decision], "dismissed": [dropped["reading_id"]]}
    assert clients[ANNE].post(f"{path}/adjudicate", json=body).status_code == 403
    unfit = decision | {"geometry": drawn_at(0) | {"frame_of_reference_uid": "2.25.9"}}
    refused = clients[JUDGE].post(f"{path}/adjudicate", json=body | {"decisions": [unfit]})
    assert pointers(refused) == ["#/decisions/0/geometry/frame_of_reference_uid"]
    incomplete = clients[JUDGE].post(f"{path}/adjudicate", json={"decisions": [decision]})
    assert pointers(incomplete) == ["#/dismissed"]

    decided = clients[JUDGE].post(f"{path}/adjudicate", json=body)
    assert decided.status_code == 201
    (final,) = decided.json()["adjudicated"]
    assert (final["decided_from"], final["recorded_by"]) == (decision["decided_from"], JUDGE)
    assert clients[OUTSIDER].get(f"/api/v1/readings/{final['reading_id']}").json() == final
    assert clients[OUTSIDER].get(path).json()["state"] == "adjudicated"
    assert clients[JUDGE].post(f"{path}/adjudicate", json=body).status_code == 409
    frozen = clients[ANNE].put(
        f"/api/v1/readings/{first['reading_id']}",
        json={"findings": {}, "reason": "Now I see."},
        headers={"If-Match": '"1"'},
    )
    assert frozen.status_code == 409


def test_the_worklist_is_filtered_sorted_counted_and_in_pages(clients: Clients) -> None:
    spine = make_protocol(clients[MANAGER])
    for study in (OLD_STUDY, NEW_STUDY, UNDATED_STUDY, OTHER_STUDY):
        assignment = assign(clients[MANAGER], spine, study_instance_uids=[study])
        if study == NEW_STUDY:
            complete(clients[ANNE], assignment)

    def studies(name: str, **query: str | int) -> list[str]:
        return [each["study_instance_uid"] for each in items(clients[name], "/api/v1/worklist", **query)]

    assert studies(ANNE, limit=1) == [NEW_STUDY, OTHER_STUDY, OLD_STUDY, UNDATED_STUDY]
    assert studies(ANNE, sort="oldest", limit=3) == [UNDATED_STUDY, OLD_STUDY, OTHER_STUDY, NEW_STUDY]
    assert studies(ANNE, sort="state", limit=1) == [UNDATED_STUDY, OLD_STUDY, OTHER_STUDY, NEW_STUDY]
    assert studies(ANNE, state="signed", reader="me") == [NEW_STUDY]
    assert studies(BEN, reader=ANNE) == studies(ANNE, modality="MR") == []
    assert len(studies(MANAGER, limit=3)) == 8
    counts = clients[ANNE].get("/api/v1/worklist/counts").json()
    assert counts == {"unread": 3, "draft": 0, "signed": 1, "to_adjudicate": 0, "adjudicated": 0}
    following = clients[ANNE].get("/api/v1/worklist/next").json()["item"]
    assert (following["study_instance_uid"], following["study_date"], following["modalities"]) == (
        UNDATED_STUDY,
        None,
        ["CT"],
    )
    assert clients[OUTSIDER].get("/api/v1/worklist/next").json() == {"item": None}


@ONCE
def test_a_cursor_is_good_for_its_own_order_only(clients: Clients) -> None:
    spine = make_protocol(clients[MANAGER])
    assign(clients[MANAGER], spine)
    cursor = clients[MANAGER].get("/api/v1/worklist", params={"limit": 1}).json()["next_cursor"]
    for query in ({"cursor": cursor, "sort": "oldest"}, {"cursor": "WyJ3b3JrbGlzdC1uZXdlc3QiLCJ4Il0"}, {"cursor": "x"}):
        assert clients[MANAGER].get("/api/v1/worklist", params=query).status_code == 422


@ONCE
def test_what_does_not_exist_is_not_found(clients: Clients) -> None:
    client = clients[MANAGER]
    for path in ("protocols/{}", "assignments/{}", "assignments/{}/comparison"):
        assert client.get(f"/api/v1/{path.format(uuid4())}").status_code == 404
    assert client.post(f"/api/v1/assignments/{uuid4()}/complete").status_code == 404
    assert client.post(f"/api/v1/assignments/{uuid4()}/adjudicate", json={"decisions": []}).status_code == 404
    body = {"readers": [ANNE]}
    assert client.post(f"/api/v1/protocols/{uuid4()}/assignments", json=body).status_code == 404


@ONCE
def test_a_study_is_signed_by_its_readers_only(clients: Clients) -> None:
    assignment = assign(clients[MANAGER], make_protocol(clients[MANAGER]))
    path = f"/api/v1/assignments/{assignment['assignment_id']}/complete"
    assert [clients[name].post(path).status_code for name in (JUDGE, OUTSIDER, ANNE, ANNE)] == [403, 403, 200, 200]
    late = clients[ANNE].post(
        f"/api/v1/lesions/{open_lesion(clients[ANNE], VERTEBRA)['lesion_id']}/readings",
        json={"study_instance_uid": OLD_STUDY, "findings": {}},
    )
    assert late.status_code == 409


def test_readings_come_with_the_assignment_that_they_were_made_under(clients: Clients) -> None:
    routine = make_protocol(clients[MANAGER], name="Routine", kind="single")
    assignment = assign(clients[MANAGER], routine, readers=[ANNE], adjudicator=None)
    lesion = open_lesion(clients[ANNE])
    made = record_reading(clients[ANNE], lesion)
    other = record_reading(clients[OUTSIDER], lesion)
    assert (made["assignment_id"], other["assignment_id"]) == (assignment["assignment_id"], None)


def test_one_study_after_the_other_is_given_out_in_bulk(clients: Clients) -> None:
    spine = make_protocol(clients[MANAGER])
    path = f"/api/v1/protocols/{spine['protocol_id']}/assignments"
    body = {"readers": [ANNE, BEN], "adjudicator": JUDGE, "limit": 3}
    found: list[httpx.Response] = [clients[MANAGER].post(path, json=body) for _ in range(3)]
    assert [(len(each.json()["items"]), each.json()["more"]) for each in found] == [(3, True), (1, False), (0, False)]


@ONCE
def test_a_study_is_signed_once_its_reader_has_no_drafts_on_it(clients: Clients) -> None:
    lesion = open_lesion(clients[OUTSIDER])
    assignment = assign(clients[MANAGER], make_protocol(clients[MANAGER]))
    path = f"/api/v1/assignments/{assignment['assignment_id']}/complete"
    draft = begin(clients[ANNE], lesion)
    assert items(clients[ANNE], "/api/v1/worklist", state="draft") != []
    assert clients[ANNE].post(path).status_code == 409
    assert clients[BEN].post(path).status_code == 200
    reading = signed(clients[ANNE], draft)
    assert reading["assignment_id"] == assignment["assignment_id"]
    assert clients[BEN].post(f"/api/v1/readings/{reading['reading_id']}/drafts").status_code == 404
    assert clients[ANNE].post(path).status_code == 200


@ONCE
def test_a_signed_blind_reading_is_frozen_for_drafts_too(clients: Clients) -> None:
    lesion = open_lesion(clients[OUTSIDER])
    assignment = assign(clients[MANAGER], make_protocol(clients[MANAGER]))
    reading = signed(clients[ANNE], begin(clients[ANNE], lesion))
    complete(clients[ANNE], assignment)
    on_lesion = f"/api/v1/lesions/{lesion['lesion_id']}/drafts"
    for name in (ANNE, JUDGE):
        assert clients[name].post(on_lesion, json={"study_instance_uid": OLD_STUDY}).status_code == 409
    assert clients[ANNE].post(f"/api/v1/readings/{reading['reading_id']}/drafts").status_code == 409
    complete(clients[BEN], assignment)
    for name in (ANNE, BEN, OUTSIDER):
        assert clients[name].post(f"/api/v1/readings/{reading['reading_id']}/drafts").status_code == 409


def test_lesions_that_both_readers_opened_become_one_by_adjudication(clients: Clients) -> None:
    assignment = assign(clients[MANAGER], make_protocol(clients[MANAGER]))
    path = f"/api/v1/assignments/{assignment['assignment_id']}"
    mine, theirs = open_lesion(clients[ANNE]), open_lesion(clients[BEN])
    first, second = record_reading(clients[ANNE], mine), record_reading(clients[BEN], theirs)
    for name in (ANNE, BEN):
        complete(clients[name], assignment)
    decision = {
        "lesion_id": theirs["lesion_id"],
        "decided_from": [first["reading_id"], second["reading_id"]],
        "findings": VERTEBRA_FINDINGS,
        "match_reason": "Seen by both.",
    }
    alone = {**decision, "decided_from": [second["reading_id"]]}
    for wrong in (
        {"decisions": [alone], "dismissed": [first["reading_id"]]},
        {"decisions": [decision | {"match_reason": "\u0007"}]},
    ):
        refused = clients[JUDGE].post(f"{path}/adjudicate", json=wrong)
        assert (refused.status_code, pointers(refused)) == (422, ["#/decisions/0/match_reason"])

    decided = clients[JUDGE].post(f"{path}/adjudicate", json={"decisions": [decision]})
    assert decided.status_code == 201, decided.text
    (final,) = decided.json()["adjudicated"]
    (pair,) = decided.json()["pairs"]
    assert {each["lesion_id"] for each in (final, pair["first"], pair["second"])} == {theirs["lesion_id"]}
    merged = clients[OUTSIDER].get(f"/api/v1/lesions/{mine['lesion_id']}").json()
    assert merged["merged_into"] == theirs["lesion_id"]
    history = clients[OUTSIDER].get(f"/api/v1/lesions/{mine['lesion_id']}/history").json()["items"]
    assert [(each["what"], each["by"], each["reason"]) for each in history] == [
        ("opened", ANNE, None),
        ("merged", JUDGE, "Seen by both."),
    ]
    kept = {
        each["reading_id"]: each for each in items(clients[OUTSIDER], f"/api/v1/lesions/{theirs['lesion_id']}/readings")
    }
    assert kept.keys() == {first["reading_id"], second["reading_id"], final["reading_id"]}
    for each in (first, second):
        same = ("findings", "recorded_by", "recorded_at", "revision")
        assert [kept[each["reading_id"]][name] for name in same] == [each[name] for name in same]


@ONCE
def test_lesions_are_not_matched_by_adjudication_while_another_study_is_read_blindly(clients: Clients) -> None:
    protocol = make_protocol(clients[MANAGER])
    assignment = assign(clients[MANAGER], protocol)
    mine, theirs = open_lesion(clients[ANNE]), open_lesion(clients[BEN])
    first, second = record_reading(clients[ANNE], mine), record_reading(clients[BEN], theirs)
    assign(clients[MANAGER], protocol, study_instance_uids=[NEW_STUDY])
    for name in (ANNE, BEN):
        complete(clients[name], assignment)
    path = f"/api/v1/assignments/{assignment['assignment_id']}/adjudicate"
    decision = {
        "lesion_id": mine["lesion_id"],
        "decided_from": [first["reading_id"], second["reading_id"]],
        "findings": VERTEBRA_FINDINGS,
    }
    matching = clients[JUDGE].post(path, json={"decisions": [decision | {"match_reason": "The same."}]})
    assert matching.status_code == 409
    assert clients[JUDGE].post(path, json={"decisions": [decision]}).status_code == 201


@ONCE
def test_lesions_stay_as_they_are_until_a_blind_reading_of_their_patient_is_over(clients: Clients) -> None:
    lesion, duplicate = open_lesion(clients[OUTSIDER]), open_lesion(clients[OUTSIDER])
    assignment = assign(clients[MANAGER], make_protocol(clients[MANAGER]))
    for name in (ANNE, OUTSIDER):
        for what, body in (
            ("match", {"lesion_id": duplicate["lesion_id"]}),
            ("split", {"reading_ids": [str(uuid4())]}),
            ("resolve", {"study_instance_uid": OLD_STUDY}),
            ("reopen", {}),
        ):
            assert act(clients[name], lesion, what, **body).status_code == 409
        assert act(clients[name], lesion, "", site=VERTEBRA | {"level": "L4"}).status_code == 409
    for name in (ANNE, BEN):
        complete(clients[name], assignment)
    assert act(clients[OUTSIDER], lesion, "match", lesion_id=duplicate["lesion_id"]).status_code == 200
