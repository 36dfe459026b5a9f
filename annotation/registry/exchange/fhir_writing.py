"""Entries as FHIR R4 resources: Patient, Condition, Observation and Procedure in a Bundle.

What a resource has a place for stands there; all other variables are components (Observation) or extensions, so that
nothing is lost.
"""

import uuid
from collections.abc import Iterable, Iterator

from annotation.registry.dictionary import form_named
from annotation.registry.exchange.fhir_codes import (
    CATEGORIES,
    CLINICAL,
    GENDERS,
    OWN,
    PSEUDONYMS,
    Json,
    analyte,
    own,
)
from annotation.registry.exchange.fhir_values import components, extensions, quantity
from annotation.registry.exchange.rows import ExportedEntry
from annotation.registry.values import Value
from annotation.registry.variables import Form

_NAMES = uuid.UUID("6f1c1b0a-5d0e-4c8e-9a53-0c1b7a1f2e11")
CANCER = ("primary", "diagnosis_date")
"""What the Condition of a presentation holds."""


def bundle(entries: Iterable[ExportedEntry]) -> Json:
    """A collection; entries come patient by patient. What was withdrawn, and drafts, are left out."""
    resources = [resource for each in entries for resource in resources_of(each)]
    pseudonyms = dict.fromkeys(each["subject"]["identifier"]["value"] for each in resources if "subject" in each)
    there = {each["identifier"][0]["value"] for each in resources if each["resourceType"] == "Patient"}
    bare = [
        _patient(ExportedEntry(pseudonym=each, form="patient", values={})) for each in pseudonyms if each not in there
    ]
    everything = [*bare, *resources]
    for number, resource in enumerate(everything):
        resource["id"] = str(uuid.uuid5(_NAMES, f"{number}"))
    entry = [{"fullUrl": f"urn:uuid:{each['id']}", "resource": each} for each in everything]
    return {"resourceType": "Bundle", "type": "collection", "entry": entry}


def resources_of(entry: ExportedEntry) -> Iterator[Json]:
    yield from _WRITERS[entry.form](entry)


def _patient(entry: ExportedEntry) -> Json:
    rest = dict(entry.values)
    resource: Json = {
        "resourceType": "Patient",
        "identifier": [{"system": PSEUDONYMS, "value": entry.pseudonym}],
    }
    if "sex" in rest:
        resource["gender"] = GENDERS[str(rest.pop("sex"))]
    if "birth_month" in rest:
        resource["birthDate"] = rest.pop("birth_month")
    if "death_date" in rest:
        resource["deceasedDateTime"] = rest.pop("death_date")
    return resource | _extended(entry, rest) | ({} if entry.values else {"active": True})


def _patients(entry: ExportedEntry) -> Iterator[Json]:
    yield _patient(entry)


def _presentations(entry: ExportedEntry) -> Iterator[Json]:
    rest = dict(entry.values)
    meeting = rest.pop("meeting_date")
    cancer = {name: rest.pop(name) for name in CANCER if name in rest}
    yield _observation(entry, own("presentation"), meeting, "exam") | _list("component", components(_form(entry), rest))
    if cancer:
        condition = _resource("Condition", entry) | {
            "clinicalStatus": {"coding": [{"system": CLINICAL, "code": "active"}]},
            "category": [own("cancer")],
            "recordedDate": meeting,
        }
        if "primary" in cancer:
            condition["code"] = {"coding": [{"system": f"{OWN}:primary", "code": cancer["primary"]}]}
        if "diagnosis_date" in cancer:
            condition["onsetDateTime"] = cancer["diagnosis_date"]
        yield condition


def _samples(entry: ExportedEntry) -> Iterator[Json]:
    """An Observation for each result; for a sample without any, one that says so."""
    results = {name: value for name, value in entry.values.items() if isinstance(value, dict)}
    on = entry.values["sample_date"]
    if not results:
        absent = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
        missing = {"dataAbsentReason": {"coding": [{"system": absent, "code": "unknown"}]}}
        yield _observation(entry, own("sample"), on, "laboratory") | missing
    for name, value in results.items():
        category = "vital-signs" if name == "weight" else "laboratory"
        yield _observation(entry, analyte(name, value["unit"]), on, category) | {"valueQuantity": quantity(value)}


def _treatments(entry: ExportedEntry) -> Iterator[Json]:
    rest = dict(entry.values)
    kind, start, end = rest.pop("treatment_type"), rest.pop("treatment_start"), rest.pop("treatment_end", None)
    site = rest.pop("treatment_site", None)
    procedure = _resource("Procedure", entry) | {
        "status": "completed" if end else "unknown",
        "category": own("treatment"),
        "code": {"coding": [{"system": f"{OWN}:treatment_type", "code": kind}]},
        "performedPeriod": {"start": start} | ({"end": end} if end else {}),
    }
    yield procedure | _body_site("treatment_site", site) | _extended(entry, rest)


def _events(entry: ExportedEntry) -> Iterator[Json]:
    rest = dict(entry.values)
    kind, on, site = rest.pop("event_type"), rest.pop("event_date"), rest.pop("event_site", None)
    condition = _resource("Condition", entry) | {
        "category": [own("event")],
        "code": {"coding": [{"system": f"{OWN}:event_type", "code": kind}]},
        "onsetDateTime": on,
    }
    sites = _body_site("event_site", site)
    yield condition | sites | _extended(entry, rest)


def _announced(entry: ExportedEntry) -> Iterator[Json]:
    rest = dict(entry.values)
    on, modality = rest.pop("imaging_date"), rest.pop("imaging_modality")
    procedure = _resource("Procedure", entry) | {
        "status": "preparation",
        "category": own("imaging"),
        "code": {"coding": [{"system": f"{OWN}:imaging_modality", "code": modality}]},
        "performedDateTime": on,
    }
    yield procedure | _extended(entry, rest)


def _resource(kind: str, entry: ExportedEntry) -> Json:
    return {"resourceType": kind, "subject": {"identifier": {"system": PSEUDONYMS, "value": entry.pseudonym}}}


def _observation(entry: ExportedEntry, code: Json, on: Value, category: str) -> Json:
    return _resource("Observation", entry) | {
        "status": "final",
        "category": [{"coding": [{"system": CATEGORIES, "code": category}]}],
        "code": code,
        "effectiveDateTime": on,
    }


def _body_site(name: str, site: Value | None) -> Json:
    return {} if site is None else {"bodySite": [{"coding": [{"system": f"{OWN}:{name}", "code": site}]}]}


def _extended(entry: ExportedEntry, rest: dict[str, Value]) -> Json:
    return _list("extension", extensions(_form(entry), rest))


def _list(name: str, items: Iterable[Json]) -> Json:
    """FHIR has no empty lists."""
    found = list(items)
    return {name: found} if found else {}


def _form(entry: ExportedEntry) -> Form:
    return form_named(entry.form)


_WRITERS = {
    "patient": _patients,
    "presentation": _presentations,
    "biology": _samples,
    "treatment": _treatments,
    "event": _events,
    "imaging": _announced,
}
