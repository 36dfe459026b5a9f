"""A session and the clinical record: what decides changes nothing else, and no day leaves what was entered of it."""

from dataclasses import replace
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine

from annotation.roles import Role
from storage.ledger import Ledger
from storage.tokens import Tokens
from tests.builders.ledger import PSEUDONYM
from tests.builders.registry import OBJECTS
from tests.integration.api.meetings import (
    HELD_ON,
    PRESENTED_ON,
    add,
    change,
    decide,
    dossier,
    enter,
    plan,
)
from tests.integration.api.reading import Json, open_lesion, pointers

ONCE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
CONTEXTS = f"/api/v1/patients/{PSEUDONYM}/clinical-contexts"
KNOWN = {"karnofsky": "70", "pain_intensity": 6, "sins_pain": "mechanical"}


@pytest.fixture
def token(engine: Engine) -> str:
    return Tokens(engine).create("tests", roles=[Role.RADIOLOGIST, Role.CLINICIAN])


@pytest.fixture(autouse=True)
def _images_have_arrived(ledger: Ledger) -> None:
    """Before the presentations."""
    dated = [(each, each.study_date) for each in OBJECTS]
    ledger.record([replace(each, study_date=day and day.replace(year=2025)) for each, day in dated])


def know(client: httpx.Client, clinical: Json, on: str = PRESENTED_ON) -> None:
    answer = client.post(CONTEXTS, json={"meeting_date": on, "clinical": clinical})
    assert answer.status_code == 201, answer.text


def known(client: httpx.Client) -> Json:
    """What the newest version of the only context says."""
    (context,) = client.get(CONTEXTS).json()["items"]
    return {name: value for name, value in context["clinical"].items() if value is not None}


def revise(client: httpx.Client, entry: Json, values: Json, **more: Any) -> httpx.Response:
    """As the entry is now."""
    path = f"/api/v1/record-entries/{entry['entry_id']}"
    tag = client.get(path).headers["ETag"]
    return client.put(path, json={"state": "final", "values": values} | more, headers={"If-Match": tag})


def test_a_decision_leaves_the_clinical_context_of_the_meeting_as_it_was(client: httpx.Client) -> None:
    know(client, KNOWN)
    meeting = plan(client)
    add(client, meeting, presented_on=PRESENTED_ON)
    assert decide(client, meeting, 0, decision=["surgery"]).status_code == 200
    assert known(client) == KNOWN
    values = dossier(client, meeting)["presentation"]["values"]
    assert (values["karnofsky"], values["pain_nrs"], values["decision"]) == ("70", 6, ["surgery"])


def test_a_decision_on_a_draft_leaves_what_the_draft_does_not_say_as_it_was(client: httpx.Client) -> None:
    enter(client, "presentation", {"meeting_date": PRESENTED_ON, "karnofsky": "50"}, state="draft")
    know(client, KNOWN)
    meeting = plan(client)
    add(client, meeting, presented_on=PRESENTED_ON)
    revision = dossier(client, meeting)["decision"]["revision"]
    decided = decide(client, meeting, revision, decision=["surgery"])
    assert decided.status_code == 200
    assert known(client) == KNOWN | {"karnofsky": "50"}
    assert decided.headers["ETag"] == f'"{dossier(client, meeting)["decision"]["revision"]}"'


@ONCE
def test_the_first_final_presentation_withdraws_no_fact_that_it_had_no_sight_of(client: httpx.Client) -> None:
    know(client, KNOWN)
    entered = enter(client, "presentation", {"meeting_date": PRESENTED_ON, "pain_nrs": 2})
    assert known(client) == KNOWN | {"pain_intensity": 2}
    assert entered["values"] == {"meeting_date": PRESENTED_ON, "pain_nrs": 2, "karnofsky": "70"}
    assert revise(client, entered, {"meeting_date": PRESENTED_ON, "pain_nrs": 2}).status_code == 200
    assert known(client) == {"pain_intensity": 2, "sins_pain": "mechanical"}


@ONCE
def test_a_draft_of_a_final_presentation_withdraws_what_that_one_said_and_nothing_newer(client: httpx.Client) -> None:
    entered = enter(client, "presentation", {"meeting_date": PRESENTED_ON, "karnofsky": "70"})
    assert revise(client, entered, {"meeting_date": PRESENTED_ON}, state="draft").status_code == 200
    (context,) = client.get(CONTEXTS).json()["items"]
    newer = {"clinical": {"karnofsky": "70", "pain_intensity": 6}}
    tag = {"If-Match": f'"{context["version"]}"'}
    assert client.put(f"/api/v1/clinical-contexts/{context['context_id']}", json=newer, headers=tag).status_code == 200
    assert revise(client, entered, {"meeting_date": PRESENTED_ON}).status_code == 200
    assert known(client) == {"pain_intensity": 6}


LATER, PRESENTED_LATER = "2026-06-19", "2025-06-19"


def moves(client: httpx.Client, meeting: Json) -> list[tuple[int, list[str]]]:
    """What comes of moving the patient's own day, of forgetting it, and of putting the session off."""
    asked: list[tuple[str, Json]] = [
        (f"/dossiers/{PSEUDONYM}", {"presented_on": PRESENTED_LATER}),
        (f"/dossiers/{PSEUDONYM}", {"presented_on": None}),
        ("", {"held_on": LATER}),
    ]
    answers = [change(client, meeting, "PUT", path, body) for path, body in asked]
    return [(each.status_code, pointers(each)) for each in answers]


STAYS = [(422, ["#/presented_on"]), (422, ["#/presented_on"]), (422, ["#/held_on"])]


def test_a_day_with_a_decision_is_not_moved_away_from_it(client: httpx.Client) -> None:
    meeting = plan(client)
    add(client, meeting, presented_on=PRESENTED_ON)
    assert decide(client, meeting, 0, decision=["surgery"]).status_code == 200
    assert moves(client, meeting) == STAYS
    again: Json = {"presented_on": PRESENTED_ON, "next_on": "2026-09-11"}
    assert change(client, meeting, "PUT", f"/dossiers/{PSEUDONYM}", again).status_code == 200
    assert dossier(client, meeting)["decision"]["codes"] == ["surgery"]


def test_a_day_with_a_draft_is_moved_once_the_draft_is_withdrawn(client: httpx.Client) -> None:
    draft = enter(client, "presentation", {"meeting_date": PRESENTED_ON}, state="draft")
    meeting = plan(client)
    add(client, meeting, presented_on=PRESENTED_ON)
    assert moves(client, meeting) == STAYS
    assert revise(client, draft, {}, state="withdrawn").status_code == 200
    assert change(client, meeting, "PUT", "", {"held_on": LATER}).status_code == 200
    assert dossier(client, meeting)["place"]["presented_on"] == PRESENTED_LATER


@ONCE
@pytest.mark.parametrize("of_lesion", [False, True])
def test_a_day_with_a_clinical_context_is_moved_once_the_context_is_empty(
    client: httpx.Client, of_lesion: bool
) -> None:
    lesion = {"lesion_id": open_lesion(client)["lesion_id"]} if of_lesion else {}
    body = {"meeting_date": PRESENTED_ON, "clinical": {"sins_pain": "mechanical"}} | lesion
    context = client.post(CONTEXTS, json=body)
    assert context.status_code == 201, context.text
    meeting = plan(client)
    add(client, meeting, presented_on=PRESENTED_ON)
    assert moves(client, meeting) == STAYS
    emptied = client.put(context.headers["Location"], json={"clinical": {}}, headers={"If-Match": '"1"'})
    assert emptied.status_code == 200
    assert change(client, meeting, "PUT", "", {"held_on": LATER}).status_code == 200
    assert change(client, meeting, "PUT", "", {"held_on": HELD_ON}).status_code == 200


def test_a_decision_is_of_who_took_it_whoever_edits_the_presentation_later(
    client: httpx.Client, url: str, engine: Engine
) -> None:
    meeting = plan(client)
    add(client, meeting, presented_on=PRESENTED_ON)
    taken = decide(client, meeting, 0, decision=["surgery"]).json()
    shown = dossier(client, meeting)["presentation"]
    headers = {"Authorization": f"Bearer {Tokens(engine).create('second', roles=[Role.CLINICIAN])}"}
    with httpx.Client(base_url=url, headers=headers, timeout=60) as other:
        assert revise(other, shown, shown["values"] | {"pain": False}).status_code == 200
        later = dossier(client, meeting)
        assert later["presentation"]["entered_by"] == "second"
        assert (later["decision"]["entered_by"], later["decision"]["entered_at"]) == ("tests", taken["entered_at"])
        # Said again as it was, it is still the decision of who took it; another one is of who changes it.
        again = decide(other, meeting, later["decision"]["revision"], decision=["surgery"]).json()
        assert (again["entered_by"], again["entered_at"]) == ("tests", taken["entered_at"])
        changed = decide(other, meeting, again["revision"], decision=["surveillance"]).json()
        assert changed["entered_by"] == "second"


@ONCE
def test_a_treatment_in_force_is_said_at_a_glance_while_somebody_drafts_another_version(client: httpx.Client) -> None:
    enter(client, "presentation", {"meeting_date": PRESENTED_ON, "prior_local_treatment": True})
    given = {"treatment_type": "radiotherapy", "treatment_start": "2025-02-01", "treatment_site": "L3"}
    entered = enter(client, "treatment", given)
    meeting = plan(client)
    said = add(client, meeting, presented_on=PRESENTED_ON)["dossiers"][0]["said"]
    assert said[3] == "said"
    assert revise(client, entered, given | {"treatment_site": "L4"}, state="draft").status_code == 200
    assert client.get(f"/api/v1/meetings/{meeting['meeting_id']}").json()["dossiers"][0]["said"] == said


def test_what_a_closed_session_decided_stays_in_the_presentation_until_it_is_opened_again(client: httpx.Client) -> None:
    meeting = plan(client)
    add(client, meeting, presented_on=PRESENTED_ON)
    assert decide(client, meeting, 0, decision=["surgery"], rationale="Threatened fracture.").status_code == 200
    shown = dossier(client, meeting)["presentation"]
    values, other = shown["values"], shown["values"] | {"decision": ["surveillance"]}
    assert change(client, meeting, "PUT", "", {"held_on": HELD_ON, "state": "closed"}).status_code == 200

    refused = [
        revise(client, shown, other),
        revise(client, shown, values | {"decision_rationale": "Refused by the patient."}),
        revise(client, shown, {"meeting_date": PRESENTED_ON}),
        revise(client, shown, values, state="withdrawn"),
    ]
    assert [(each.status_code, pointers(each)) for each in refused] == [
        (422, ["#/values/decision"]),
        (422, ["#/values/decision_rationale"]),
        (422, ["#/values/decision", "#/values/decision_rationale"]),
        (422, ["#/state"]),
    ]
    assert revise(client, shown, values | {"pain": False}).status_code == 200
    assert revise(client, shown, other, state="draft").status_code == 200  # in force nowhere
    assert revise(client, shown, other).status_code == 422
    assert revise(client, shown, values).status_code == 200
    assert change(client, meeting, "PUT", "", {"held_on": HELD_ON, "state": "held"}).status_code == 200
    assert revise(client, shown, other).status_code == 200


@ONCE
def test_no_decision_is_added_after_closing_but_to_who_was_taken_off(client: httpx.Client) -> None:
    meeting = plan(client)
    add(client, meeting, presented_on=PRESENTED_ON)
    change(client, meeting, "PUT", "", {"held_on": HELD_ON, "state": "closed"})
    decided: Json = {"meeting_date": PRESENTED_ON, "decision": ["surgery"]}
    path = f"/api/v1/patients/{PSEUDONYM}/record/presentation"
    assert pointers(client.post(path, json={"values": decided})) == ["#/values/decision"]
    enter(client, "presentation", decided | {"meeting_date": "2025-06-13"})
    enter(client, "presentation", {"meeting_date": PRESENTED_ON})
    change(client, meeting, "PUT", "", {"held_on": HELD_ON, "state": "held"})
    change(client, meeting, "POST", f"/dossiers/{PSEUDONYM}/removal", {"reason": "presented elsewhere"})
    change(client, meeting, "PUT", "", {"held_on": HELD_ON, "state": "closed"})
    (entry,) = (
        each
        for each in client.get(f"/api/v1/patients/{PSEUDONYM}/record").json()["entries"]
        if each["values"].get("meeting_date") == PRESENTED_ON
    )
    assert revise(client, entry, decided).status_code == 200
