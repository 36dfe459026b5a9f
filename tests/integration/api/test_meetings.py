"""Sessions of the multidisciplinary meeting over HTTP: planned, arranged, presented, decided, closed."""

from dataclasses import replace

import httpx
import pytest
from sqlalchemy import Engine

from annotation.registry.quality import Lack
from annotation.roles import Role
from storage.ledger import Ledger
from storage.tokens import Tokens
from tests.builders.ledger import PSEUDONYM
from tests.builders.registry import NEW_STUDY, OBJECTS, OLD_STUDY, OTHER_PSEUDONYM
from tests.integration.api.meetings import (
    HELD_ON,
    MEETINGS,
    NEXT,
    PRESENTED_NEXT,
    PRESENTED_ON,
    add,
    change,
    decide,
    dossier,
    enter,
    plan,
)
from tests.integration.api.reading import Json, open_lesion, pointers, record_reading

ONCE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def token(engine: Engine) -> str:
    return Tokens(engine).create("tests", roles=[Role.RADIOLOGIST, Role.CLINICIAN])


@pytest.fixture(autouse=True)
def _images_have_arrived(ledger: Ledger) -> None:
    """Before the presentations."""
    dated = [(each, each.study_date) for each in OBJECTS]
    ledger.record([replace(each, study_date=day and day.replace(year=2025)) for each, day in dated])


def test_sessions_are_listed_by_day_the_newest_first(client: httpx.Client) -> None:
    for day in ("2026-06-05", "2026-06-19", "2026-06-12"):
        plan(client, day)
    first = client.get(MEETINGS, params={"limit": 2}).json()
    rest = client.get(MEETINGS, params={"limit": 2, "cursor": first["next_cursor"]}).json()
    days = [each["held_on"] for each in first["items"] + rest["items"]]
    assert (days, rest["next_cursor"]) == (["2026-06-19", "2026-06-12", "2026-06-05"], None)
    within = client.get(MEETINGS, params={"since": "2026-06-06", "until": "2026-06-18"}).json()["items"]
    assert [each["held_on"] for each in within] == ["2026-06-12"]


def test_a_day_has_one_session_of_a_title(client: httpx.Client) -> None:
    planned = plan(client, title="Bone meeting")
    again = client.post(MEETINGS, json={"held_on": HELD_ON, "title": "Bone meeting"})
    assert (again.status_code, planned["meeting_id"] in again.json()["detail"]) == (409, True)
    plan(client, title="Spine meeting")
    plan(client)


def test_patients_are_added_arranged_and_taken_off_with_a_reason(client: httpx.Client) -> None:
    meeting = plan(client)
    add(client, meeting)
    add(client, meeting, OTHER_PSEUDONYM)
    assert change(client, meeting, "POST", "/dossiers", {"pseudonym": PSEUDONYM}).status_code == 409
    assert change(client, meeting, "POST", "/dossiers", {"pseudonym": "OST-8CAMD-EH645"}).status_code == 404
    arranged = change(client, meeting, "PUT", "/order", {"order": [OTHER_PSEUDONYM, PSEUDONYM]}).json()
    assert [each["pseudonym"] for each in arranged["dossiers"]] == [OTHER_PSEUDONYM, PSEUDONYM]
    gone = change(client, meeting, "POST", f"/dossiers/{OTHER_PSEUDONYM}/removal", {"reason": "presented elsewhere"})
    assert [each["pseudonym"] for each in gone.json()["dossiers"]] == [PSEUDONYM]
    (removed,) = gone.json()["removed"]
    assert (removed["pseudonym"], removed["reason"], removed["removed_by"]) == (
        OTHER_PSEUDONYM,
        "presented elsewhere",
        "tests",
    )
    back = add(client, meeting, OTHER_PSEUDONYM)
    assert ([each["pseudonym"] for each in back["dossiers"]], len(back["removed"])) == ([PSEUDONYM, OTHER_PSEUDONYM], 1)


def test_of_two_who_change_a_session_at_once_the_second_is_told(client: httpx.Client) -> None:
    meeting = plan(client)
    add(client, meeting)
    stale = change(client, meeting, "PUT", "/order", {"order": [PSEUDONYM]}, etag='"1"')
    assert (stale.status_code, stale.headers["ETag"]) == (412, '"2"')
    assert client.put(f"{MEETINGS}/{meeting['meeting_id']}", json={"held_on": HELD_ON}).status_code == 428


@ONCE
@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("", {"held_on": HELD_ON, "title": "Mme Dupont"}, None),
        ("/dossiers/" + PSEUDONYM + "/removal", {"reason": "cf. IPP 12345678"}, None),
        ("", {"held_on": "1026-06-12"}, "#/held_on"),
        ("/dossiers/" + PSEUDONYM, {"next_on": HELD_ON}, "#/next_on"),
        ("/order", {"order": []}, "#/order"),
    ],
)
def test_what_names_somebody_or_cannot_be_is_refused(
    client: httpx.Client, path: str, body: Json, pointer: str | None
) -> None:
    meeting = plan(client)
    add(client, meeting)
    answer = change(client, meeting, "POST" if path.endswith("removal") else "PUT", path, body)
    assert answer.status_code == 422
    if pointer is None:
        assert answer.json()["type"].endswith("identifying-text")
    else:
        assert pointers(answer) == [pointer]


def test_the_patients_own_day_of_a_later_session_follows_from_the_earlier_one(client: httpx.Client) -> None:
    add(client, plan(client), presented_on=PRESENTED_ON)
    later = plan(client, NEXT)
    added = add(client, later)
    assert added["dossiers"][0]["presented_on"] == PRESENTED_NEXT
    other = change(client, later, "PUT", f"/dossiers/{PSEUDONYM}", {"presented_on": "2025-09-12"})
    assert (other.status_code, pointers(other)) == (422, ["#/presented_on"])


def test_who_was_to_be_presented_again_is_expected_until_they_are_on_a_session(client: httpx.Client) -> None:
    meeting = plan(client)
    add(client, meeting, presented_on=PRESENTED_ON)
    change(client, meeting, "PUT", f"/dossiers/{PSEUDONYM}", {"presented_on": PRESENTED_ON, "next_on": NEXT})
    early, later = plan(client, "2026-09-04"), plan(client, NEXT)
    assert (early["expected"], later["expected"]) == ([], [PSEUDONYM])
    assert add(client, later)["expected"] == []


def test_who_was_taken_off_is_expected_no_more_until_a_session_names_another_day(client: httpx.Client) -> None:
    meeting, later, last = plan(client), plan(client, NEXT), plan(client, "2026-12-11")
    place = f"/dossiers/{PSEUDONYM}"
    add(client, meeting, presented_on=PRESENTED_ON)
    change(client, meeting, "PUT", place, {"presented_on": PRESENTED_ON, "next_on": NEXT})
    add(client, later)
    gone = change(client, later, "POST", f"{place}/removal", {"reason": "presented elsewhere"}).json()
    assert gone["expected"] == []
    enter(client, "presentation", {"meeting_date": PRESENTED_NEXT})
    for each in (later, last):
        assert client.get(f"{MEETINGS}/{each['meeting_id']}").json()["expected"] == []
    add(client, later)
    change(client, later, "PUT", place, {"presented_on": PRESENTED_NEXT, "next_on": "2026-12-11"})
    assert client.get(f"{MEETINGS}/{last['meeting_id']}").json()["expected"] == [PSEUDONYM]


@pytest.mark.parametrize(
    ("form", "values"),
    [
        ("patient", {"vital_status": "dead"}),
        ("patient", {"death_date": "2025-08"}),
        ("event", {"event_type": "death", "event_date": "2025-08-02"}),
    ],
)
@ONCE
def test_who_is_known_to_have_died_is_not_expected(client: httpx.Client, form: str, values: Json) -> None:
    meeting, later = plan(client), plan(client, NEXT)
    add(client, meeting, presented_on=PRESENTED_ON)
    change(client, meeting, "PUT", f"/dossiers/{PSEUDONYM}", {"presented_on": PRESENTED_ON, "next_on": NEXT})
    draft = enter(client, form, values, state="draft")
    expected = [client.get(f"{MEETINGS}/{later['meeting_id']}").json()["expected"]]
    path = f"/api/v1/record-entries/{draft['entry_id']}"
    tag = {"If-Match": client.get(path).headers["ETag"]}
    assert client.put(path, json={"state": "final", "values": values}, headers=tag).status_code == 200
    expected.append(client.get(f"{MEETINGS}/{later['meeting_id']}").json()["expected"])
    assert expected == [[PSEUDONYM], []]


@ONCE
def test_a_presentation_of_the_day_of_a_session_has_the_patient_expected(client: httpx.Client) -> None:
    """Once it is known how the dates of the patient are moved; before, nobody can tell."""
    enter(client, "presentation", {"meeting_date": PRESENTED_NEXT})
    assert plan(client, NEXT, title="Too early to tell")["expected"] == []
    add(client, plan(client), presented_on=PRESENTED_ON)
    assert plan(client, NEXT)["expected"] == [PSEUDONYM]


@ONCE
def test_a_session_that_is_put_off_takes_the_patients_days_along_unless_they_were_presented(
    client: httpx.Client,
) -> None:
    meeting = plan(client)
    add(client, meeting, presented_on=PRESENTED_ON)
    moved = change(client, meeting, "PUT", "", {"held_on": "2026-06-19"}).json()
    assert moved["dossiers"][0]["presented_on"] == "2025-06-19"
    enter(client, "presentation", {"meeting_date": "2025-06-19"})
    refused = change(client, meeting, "PUT", "", {"held_on": HELD_ON})
    assert (refused.status_code, pointers(refused)) == (422, ["#/held_on"])


def test_a_dossier_shows_what_is_known_and_what_is_missing(client: httpx.Client) -> None:
    lesion = open_lesion(client)
    record_reading(client, lesion, study_instance_uid=OLD_STUDY)
    record_reading(client, lesion, study_instance_uid=NEW_STUDY, geometry=None)
    enter(client, "presentation", {"meeting_date": "2025-03-13", "karnofsky": "80", "primary": "breast"})
    enter(
        client,
        "presentation",
        {"meeting_date": PRESENTED_ON, "pain": False, "creatinine_clearance": "35", "karnofsky": "70"},
    )
    enter(client, "event", {"event_type": "new_bone_lesion", "event_date": "2025-05-02", "adjudicated": "confirmed"})
    enter(client, "event", {"event_type": "SRE_RT", "event_date": "2025-05-20"})
    meeting = plan(client)
    add(client, meeting, presented_on=PRESENTED_ON)

    shown = dossier(client, meeting, language="fr")

    assert [(each["name"], each["said"]) for each in shown["points"] if each["said"] != "not_said"] == [
        ("pain", "said")
    ]
    since = shown["since"]
    assert (since["number"], since["after"], since["recurrences"]) == (2, "2025-03-13", 1)
    assert {each["kind"]: each["counted"] for each in since["counts"]} == {"new_bone_lesion": 1, "SRE_RT": 1}
    zoledronic = next(each for each in shown["rules"] if each["rule"] == "zoledronic_acid")
    assert (zoledronic["answer"], zoledronic["used"]) == (
        "3,0 mg",
        [
            {
                "label": "Clairance de la créatinine (Cockcroft et Gault)",
                "value": "35 mL/min",
                "origin": "presentation",
            }
        ],
    )
    assert [each["rule"] for each in shown["lesion_rules"][0]["rules"]] == [
        "stereotactic_radiotherapy",
        "percutaneous_screw",
    ]
    assert Lack.PRESENTATION_INCOMPLETE.value in {each["kind"] for each in shown["lacks"]}
    assert [each["label"] for each in shown["sheet"]["lesions"]] == ["L1"]
    assert shown["proposed_next"] == "2026-09-11"  # 13 March to 12 June are 91 days, and so are 12 June to 11 September
    of_prognosis = shown["sheet"]["prognosis"][0]["score"]["items"]
    assert {item["points"] is None for item in of_prognosis if item["decides"]} == {True}


@ONCE
def test_scores_are_told_as_they_stood_on_each_day_since_the_last_presentation(client: httpx.Client) -> None:
    """SINS of L3: location 2, lytic 2, alignment 0, collapse under half 2, one side behind 1; then 0 to 3 for pain."""
    lesion = open_lesion(client)
    record_reading(client, lesion, study_instance_uid=OLD_STUDY)
    enter(client, "presentation", {"meeting_date": "2025-03-13"})
    context = {"meeting_date": PRESENTED_ON, "clinical": {"sins_pain": "mechanical"}}
    assert client.post(f"/api/v1/patients/{PSEUDONYM}/clinical-contexts", json=context).status_code == 201
    enter(client, "presentation", {"meeting_date": PRESENTED_ON})
    meeting = plan(client)
    add(client, meeting, presented_on=PRESENTED_ON)
    told = [(each["on"], each["instrument"], each["amount"]) for each in dossier(client, meeting)["history"]]
    assert told == [("2025-03-13", "sins", "7–10/18"), (PRESENTED_ON, "sins", "10/18")]


def test_the_decision_is_a_version_of_the_presentation(client: httpx.Client) -> None:
    presentation = {"meeting_date": PRESENTED_ON, "karnofsky": "70", "question": "fracture_risk"}
    entered = enter(client, "presentation", presentation)
    meeting = plan(client)
    add(client, meeting, presented_on=PRESENTED_ON)
    revision = dossier(client, meeting)["decision"]["revision"]

    decided = decide(client, meeting, revision, decision=["surgery", "radiotherapy"], rationale="Threatened fracture.")

    assert decided.status_code == 200, decided.text
    assert decided.json()["labels"] == ["Radiotherapy", "Surgery"]
    entry = client.get(f"/api/v1/record-entries/{entered['entry_id']}").json()
    assert (entry["version"], entry["values"]) == (
        2,
        presentation | {"decision": ["radiotherapy", "surgery"], "decision_rationale": "Threatened fracture."},
    )
    assert decided.headers["ETag"] == f'"{dossier(client, meeting)["decision"]["revision"]}"'
    assert decide(client, meeting, revision, decision=["surveillance"]).status_code == 412


def test_a_decision_without_a_presentation_begins_one_and_needs_the_patients_day(client: httpx.Client) -> None:
    meeting = plan(client)
    add(client, meeting)
    assert pointers(decide(client, meeting, 0, decision=["surgery"])) == ["#/presented_on"]
    change(client, meeting, "PUT", f"/dossiers/{PSEUDONYM}", {"presented_on": PRESENTED_ON})
    assert dossier(client, meeting)["decision"]["revision"] == 0
    assert decide(client, meeting, 7, decision=["surgery"]).status_code == 412
    assert decide(client, meeting, 0, decision=["surgery"]).status_code == 200
    assert decide(client, meeting, 0, decision=["surveillance"]).status_code == 412
    shown = dossier(client, meeting)
    assert (shown["presentation"]["state"], shown["decision"]["codes"]) == ("final", ["surgery"])


@ONCE
def test_a_draft_becomes_final_with_the_decision_and_is_for_clinicians_before(
    client: httpx.Client, url: str, engine: Engine
) -> None:
    enter(client, "presentation", {"meeting_date": PRESENTED_ON, "pain": False}, state="draft")
    meeting = plan(client)
    add(client, meeting, presented_on=PRESENTED_ON)
    headers = {"Authorization": f"Bearer {Tokens(engine).create('reader', roles=[Role.RADIOLOGIST])}"}
    with httpx.Client(base_url=url, headers=headers, timeout=60) as radiologist:
        assert dossier(radiologist, meeting)["presentation"] is None
        shown = dossier(client, meeting)
        assert shown["presentation"]["state"] == "draft"
        assert decide(client, meeting, shown["decision"]["revision"], decision=["surgery"]).status_code == 200
        assert dossier(radiologist, meeting)["presentation"]["values"]["pain"] is False


def test_reasons_that_name_somebody_are_refused_until_they_were_looked_at(client: httpx.Client) -> None:
    meeting = plan(client)
    add(client, meeting, presented_on=PRESENTED_ON)
    named: Json = {"decision": ["surgery"], "rationale": "Discussed with Dr Martin."}
    refused = decide(client, meeting, 0, **named)
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:osteon:problem:identifying-text")
    assert "Martin" not in refused.text
    assert decide(client, meeting, 0, **named, text_checked=True).status_code == 200


def test_a_closed_session_is_changed_no_more_until_it_is_opened_again(client: httpx.Client) -> None:
    meeting = plan(client)
    add(client, meeting, presented_on=PRESENTED_ON)
    closed = change(client, meeting, "PUT", "", {"held_on": HELD_ON, "state": "closed"})
    assert closed.json()["state"] == "closed"
    assert decide(client, meeting, 0, decision=["surgery"]).json()["type"] == "urn:osteon:problem:meeting-closed"
    assert change(client, meeting, "PUT", "/order", {"order": [PSEUDONYM]}).status_code == 409
    assert change(client, meeting, "PUT", "", {"held_on": HELD_ON, "state": "held"}).status_code == 200
    assert decide(client, meeting, 0, decision=["surgery"]).status_code == 200


def test_what_is_not_there_is_404(client: httpx.Client) -> None:
    nowhere: Json = {"meeting_id": "00000000-0000-4000-8000-000000000000"}
    assert client.get(f"{MEETINGS}/{nowhere['meeting_id']}").status_code == 404
    meeting = plan(client)
    assert client.get(f"{MEETINGS}/{meeting['meeting_id']}/dossiers/{PSEUDONYM}").status_code == 404
    assert decide(client, meeting, 0, decision=["surgery"]).status_code == 404
