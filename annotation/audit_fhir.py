"""Entries of the audit log as FHIR R4 AuditEvent resources (hl7.org/fhir/R4/auditevent.html)."""

from typing import Any

from annotation.audit import Action, Entry, Kind, Note, Outcome, instant

Resource = dict[str, Any]

_DCM = "http://dicom.nema.org/resources/ontology/DCM"
_TYPES = "http://terminology.hl7.org/CodeSystem/audit-event-type"
_INTERACTIONS = "http://hl7.org/fhir/restful-interaction"
_ENTITY_TYPES = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
_OBJECT_ROLES = "http://terminology.hl7.org/CodeSystem/object-role"
_SOURCE_TYPES = "http://terminology.hl7.org/CodeSystem/security-source-type"
_UIDS = "urn:dicom:uid"
OWN = "urn:osteon:"
"""Systems of the identifiers that this node gives."""

_REST = (_TYPES, "rest", "RESTful Operation")
_LOGIN = (_DCM, "110114", "User Authentication")
_KINDS_OF_EVENT: dict[Action, tuple[str, str, str]] = {
    Action.EXPORTED: (_DCM, "110106", "Export"),
    Action.UPLOADED: (_DCM, "110107", "Import"),
    Action.REFUSED: (_DCM, "110113", "Security Alert"),
    Action.SIGNED_IN: _LOGIN,
    Action.SIGNED_OUT: _LOGIN,
}
_SUBTYPES: dict[Action, tuple[str, str, str]] = {
    Action.VIEWED: (_INTERACTIONS, "read", "read"),
    Action.LISTED: (_INTERACTIONS, "search-type", "search-type"),
    Action.CREATED: (_INTERACTIONS, "create", "create"),
    Action.CHANGED: (_INTERACTIONS, "update", "update"),
    Action.SIGNED: (_INTERACTIONS, "update", "update"),
    Action.REVOKED: (_INTERACTIONS, "update", "update"),
    Action.REMOVED: (_INTERACTIONS, "delete", "delete"),
    Action.SIGNED_IN: (_DCM, "110122", "Login"),
    Action.SIGNED_OUT: (_DCM, "110123", "Logout"),
}
_LETTERS: dict[Action, str] = {
    Action.VIEWED: "R",
    Action.EXPORTED: "R",
    Action.CREATED: "C",
    Action.UPLOADED: "C",
    Action.CHANGED: "U",
    Action.SIGNED: "U",
    Action.REVOKED: "U",
    Action.REMOVED: "D",
}
_EXECUTED = "E"
_OUTCOMES = {Outcome.DONE: "0", Outcome.REFUSED: "4"}
_DICOM_KINDS = frozenset({Kind.STUDY, Kind.SERIES, Kind.INSTANCE})
_IP_ADDRESS = "2"


def audit_event(entry: Entry) -> Resource:
    """One entry. Extra things that it says are details of its entities."""
    action = entry.note.action
    subtype = _SUBTYPES.get(action)
    return {
        "resourceType": "AuditEvent",
        "id": f"osteon-audit-{entry.number}",
        "type": _coding(*_KINDS_OF_EVENT.get(action, _REST)),
        **({"subtype": [_coding(*subtype)]} if subtype else {}),
        "action": _LETTERS.get(action, _EXECUTED),
        "recorded": instant(entry.at),
        "outcome": _OUTCOMES[entry.note.outcome],
        "agent": [_agent(entry)],
        "source": {
            "observer": {"display": "Osteon"},
            "type": [_coding(_SOURCE_TYPES, "4", "Application Server")],
        },
        "entity": _entities(entry),
    }


def _agent(entry: Entry) -> Resource:
    source = entry.source
    agent: Resource = {"requestor": True, "who": {"display": entry.actor or "nobody signed in"}}
    if source.roles:
        agent["role"] = [{"text": role} for role in source.roles]
    if source.address:
        agent["network"] = {"address": source.address, "type": _IP_ADDRESS}
    return agent


def _entities(entry: Entry) -> list[Resource]:
    note = entry.note
    thing: Resource = {"type": _coding(_ENTITY_TYPES, "2", "System Object"), "detail": _details(entry)}
    if note.object_id is not None:
        thing["what"] = {"identifier": _identifier(_system(note), note.object_id)}
    entities = [thing]
    if note.pseudonym is not None:
        entities.append(
            {
                "what": {"identifier": _identifier(OWN + "pseudonym", note.pseudonym)},
                "type": _coding(_ENTITY_TYPES, "1", "Person"),
                "role": _coding(_OBJECT_ROLES, "1", "Patient"),
            }
        )
    return entities


def _system(note: Note) -> str:
    """What was asked for may be a list of another kind of thing: of a patient's studies, of a study's readings."""
    if note.object_id == note.pseudonym:
        return OWN + "pseudonym"
    return _UIDS if note.kind in _DICOM_KINDS or note.object_id == note.study_instance_uid else OWN + "id"


def _details(entry: Entry) -> list[Resource]:
    said = {
        "action": entry.note.action.value,
        "kind": entry.note.kind.value if entry.note.kind else None,
        "study": entry.note.study_instance_uid,
        "via": entry.source.via,
        "request": entry.source.request_id,
    }
    return [{"type": name, "valueString": value} for name, value in said.items() if value]


def _identifier(system: str, value: str) -> Resource:
    return {"system": system, "value": f"urn:oid:{value}" if system == _UIDS else value}


def _coding(system: str, code: str, display: str) -> Resource:
    return {"system": system, "code": code, "display": display}
