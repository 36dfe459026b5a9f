"""Entries as FHIR R4 AuditEvent: elements, cardinalities and codes as hl7.org/fhir/R4/auditevent.html has them."""

import re
from typing import Any

import pytest

from annotation.audit import Action, Entry, Kind, Note, Outcome, Source
from annotation.audit_fhir import audit_event
from tests.builders.ledger import PSEUDONYM
from tests.builders.registry import OLD_STUDY, START

READING = "3d3f0f3c-6a51-4e39-9f2c-7d7d0b3b0a4e"
SOURCE = Source(roles=("radiologist",), address="192.0.2.7", via="GET /x", request_id="r-1")

# Of the definition: which elements there are (required ones first), and which are lists.
REQUIRED = {"resourceType", "type", "recorded", "agent", "source"}
ALLOWED = REQUIRED | {"id", "subtype", "action", "outcome", "entity"}
AGENT = {"requestor", "who", "role", "network"}
ENTITY = {"what", "type", "role", "detail"}
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z")
ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


def entry(action: Action, **changes: Any) -> Entry:
    values: dict[str, Any] = {
        "kind": Kind.READING,
        "object_id": READING,
        "pseudonym": PSEUDONYM,
        "study_instance_uid": OLD_STUDY,
    }
    note = Note(action=action, **(values | changes))
    return Entry(number=7, at=START, actor="reader one", note=note, source=SOURCE)


def check_coding(coding: dict[str, str]) -> None:
    assert set(coding) == {"system", "code", "display"}
    assert coding["system"].startswith("http://")
    assert all(value == value.strip() and value for value in coding.values())


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("kind", [None, *Kind])
def test_every_entry_has_what_the_definition_requires_and_nothing_else(action: Action, kind: Kind | None) -> None:
    event = audit_event(entry(action, kind=kind))

    assert set(event) >= REQUIRED
    assert set(event) <= ALLOWED
    assert event["resourceType"] == "AuditEvent"
    assert ID.fullmatch(event["id"])
    assert INSTANT.fullmatch(event["recorded"])
    assert event["action"] in {"C", "R", "U", "D", "E"}
    assert event["outcome"] in {"0", "4", "8", "12"}
    for coding in (event["type"], *event.get("subtype", []), *event["source"]["type"]):
        check_coding(coding)
    (agent,) = event["agent"]
    assert set(agent) <= AGENT
    assert agent["requestor"] is True
    assert agent["network"] == {"address": "192.0.2.7", "type": "2"}
    assert event["source"]["observer"]
    for entity in event["entity"]:
        assert set(entity) <= ENTITY
        check_coding(entity["type"])
        for detail in entity.get("detail", []):
            assert set(detail) == {"type", "valueString"}


@pytest.mark.parametrize(
    ("action", "letter", "kind_of_event", "subtype"),
    [
        pytest.param(Action.VIEWED, "R", "rest", "read", id="viewed"),
        pytest.param(Action.CREATED, "C", "rest", "create", id="created"),
        pytest.param(Action.CHANGED, "U", "rest", "update", id="changed"),
        pytest.param(Action.REMOVED, "D", "rest", "delete", id="removed"),
        pytest.param(Action.LISTED, "E", "rest", "search-type", id="listed"),
        pytest.param(Action.EXPORTED, "R", "110106", None, id="exported"),
        pytest.param(Action.UPLOADED, "C", "110107", None, id="uploaded"),
        pytest.param(Action.SIGNED_IN, "E", "110114", "110122", id="signed in"),
    ],
)
def test_what_was_done_is_told_in_the_standards_words(
    action: Action, letter: str, kind_of_event: str, subtype: str | None
) -> None:
    event = audit_event(entry(action))

    assert (event["action"], event["type"]["code"]) == (letter, kind_of_event)
    assert [coding["code"] for coding in event.get("subtype", [])] == ([subtype] if subtype else [])


def test_the_patient_is_an_entity_by_pseudonym_only() -> None:
    thing, person = audit_event(entry(Action.VIEWED))["entity"]

    assert thing["what"] == {"identifier": {"system": "urn:osteon:id", "value": READING}}
    assert person["what"] == {"identifier": {"system": "urn:osteon:pseudonym", "value": PSEUDONYM}}
    assert (person["type"]["code"], person["role"]["code"]) == ("1", "1")


def test_a_study_is_named_as_dicom_uids_are() -> None:
    event = audit_event(entry(Action.EXPORTED, kind=Kind.STUDY, object_id=OLD_STUDY))

    assert event["entity"][0]["what"] == {"identifier": {"system": "urn:dicom:uid", "value": f"urn:oid:{OLD_STUDY}"}}


def test_a_list_of_a_patients_studies_names_the_patient() -> None:
    event = audit_event(entry(Action.LISTED, kind=Kind.STUDY, object_id=PSEUDONYM, study_instance_uid=None))

    assert event["entity"][0]["what"]["identifier"] == {"system": "urn:osteon:pseudonym", "value": PSEUDONYM}


def test_nobody_is_somebody_who_was_refused() -> None:
    note = Note(action=Action.REFUSED, outcome=Outcome.REFUSED)
    event = audit_event(Entry(number=1, at=START, actor=None, note=note))

    assert event["outcome"] == "4"
    assert event["agent"] == [{"requestor": True, "who": {"display": "nobody signed in"}}]
    assert len(event["entity"]) == 1
