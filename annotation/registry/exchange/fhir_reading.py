"""FHIR R4 resources as rows of the record; each row's number is the place in the bundle, from 1."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from annotation.registry.dictionary import form_named
from annotation.registry.exchange.fhir_codes import GENDERS, OWN, Json, own_code
from annotation.registry.exchange.fhir_people import People, names, number_of_patient
from annotation.registry.exchange.fhir_values import from_components, from_extensions, number_of
from annotation.registry.exchange.findings import Finding, Weight
from annotation.registry.exchange.rows import RawRow

_SEXES = MappingProxyType({theirs: ours for ours, theirs in GENDERS.items()})
_ERROR = "entered-in-error"
_COUNT_NOT: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "Observation": frozenset({_ERROR, "cancelled", "preliminary", "registered"}),
        "Procedure": frozenset({_ERROR, "not-done"}),
        "Condition": frozenset({_ERROR, "refuted"}),
    }
)
"""What `status` or `verificationStatus` says of a resource that does not count."""
Values = dict[str, Any]


def rows_of(bundle: Json) -> Iterator[RawRow | Finding]:
    """Results of one sample, and the resources of one presentation, make one row, numbered as the first of them.

    What a resource says of itself that it does not count (entered in error, preliminary, not done) is left out and
    flagged; one with a modifier extension, which may turn its meaning round, is an error.
    """
    people = People(bundle)
    joined: dict[tuple[str, str, str], RawRow] = {}
    for number, each in enumerate(bundle.get("entry", []), start=1):
        resource = each.get("resource", {})
        kind = str(resource.get("resourceType", ""))
        refused = _refused(number, kind, resource)
        if refused is not None:
            yield refused
            continue
        found = _READERS.get(kind, _nothing)(resource)
        if found is None:
            yield _finding(number, kind, "unknown_resource", "not a resource of the clinical record")
            continue
        form, values = found
        person = people.of(resource, str(each.get("fullUrl", "")))
        patient = number_of_patient(person, resource)
        if patient is None:
            yield _finding(number, f"{kind}.subject", "missing", "names no patient by identifier")
            continue
        identifying = tuple(identity for identity in (patient, *names(person)) if identity)
        row = RawRow(number=number, part="", form=form, patient=patient, values=values, identifying=identifying)
        when = form_named(form).when
        if form not in ("biology", "presentation") or when is None:
            if form != "patient" or values:
                yield row
            continue
        key = (patient, form, str(values.get(when, "")))
        before = joined.get(key)
        for name in _contradicting(before, row):
            yield _finding(number, name, "duplicate", "the bundle has another value of the same day")
        joined[key] = row if before is None else replace(before, values={**before.values, **row.values})
    yield from joined.values()


def _contradicting(before: RawRow | None, row: RawRow) -> list[str]:
    """Of one sample, or one presentation, two values of the same thing."""
    return (
        []
        if before is None
        else [name for name in row.values if before.values.get(name, row.values[name]) != row.values[name]]
    )


def _refused(number: int, kind: str, resource: Json) -> Finding | None:
    if "modifierExtension" in resource:
        return _finding(number, f"{kind}.modifierExtension", "not_understood", "may turn round what the resource says")
    said = {str(resource.get("status", "")), own_status(resource.get("verificationStatus"))} & _COUNT_NOT.get(
        kind, frozenset()
    )
    if not said:
        return None
    return _finding(number, f"{kind}.status", "left_out", f"says that it does not count: {min(said)}", Weight.FLAG)


def own_status(concept: Json | None) -> str:
    codings = (concept or {}).get("coding", [])
    return str(next((each.get("code") for each in codings), ""))


def _nothing(_resource: Json) -> None:
    return None


def _person(resource: Json) -> tuple[str, Values]:
    values: Values = {
        "sex": _SEXES.get(resource.get("gender", ""), resource.get("gender")),
        "birth_month": resource.get("birthDate", "")[:7],
        "death_date": str(resource.get("deceasedDateTime", ""))[:10],
    }
    given = {name: value for name, value in values.items() if value}
    if resource.get("deceasedBoolean") is True:
        given["vital_status"] = "dead"
    return "patient", given | from_extensions(form_named("patient"), resource.get("extension", []))


def _observation(resource: Json) -> tuple[str, Values] | None:
    code, on = (
        own_code(resource.get("code")),
        str(resource.get("effectiveDateTime") or resource.get("effectiveInstant", ""))[:10],
    )
    if code == "presentation":
        values = from_components(form_named("presentation"), resource.get("component", []))
        return "presentation", {"meeting_date": on} | values
    if code == "sample":
        return "biology", {"sample_date": on}
    if code is None:
        return None
    if "valueQuantity" not in resource and "dataAbsentReason" in resource:
        return "biology", {"sample_date": on}
    return "biology", {"sample_date": on, code: number_of(resource.get("valueQuantity", {}))}


def _condition(resource: Json) -> tuple[str, Values] | None:
    category = own_code(next(iter(resource.get("category", [])), None))
    if category == "cancer":
        values: Values = {"meeting_date": resource.get("recordedDate", "")[:10]}
        values |= _coded("primary", resource.get("code"))
        return "presentation", values | _known("diagnosis_date", resource.get("onsetDateTime"))
    if category != "event":
        return None
    values = _coded("event_type", resource.get("code")) | _known("event_date", resource.get("onsetDateTime"))
    values |= _coded("event_site", next(iter(resource.get("bodySite", [])), None))
    return "event", values | from_extensions(form_named("event"), resource.get("extension", []))


def _procedure(resource: Json) -> tuple[str, Values] | None:
    category = own_code(resource.get("category"))
    if category == "imaging":
        values = _coded("imaging_modality", resource.get("code"))
        values |= _known("imaging_date", resource.get("performedDateTime"))
        return "imaging", values | from_extensions(form_named("imaging"), resource.get("extension", []))
    if category != "treatment":
        return None
    period = resource.get("performedPeriod", {"start": resource.get("performedDateTime")})
    values = _coded("treatment_type", resource.get("code"))
    values |= _known("treatment_start", period.get("start")) | _known("treatment_end", period.get("end"))
    values |= _coded("treatment_site", next(iter(resource.get("bodySite", [])), None))
    return "treatment", values | from_extensions(form_named("treatment"), resource.get("extension", []))


def _coded(variable: str, concept: Json | None) -> Values:
    """Our code of the variable; of a concept without one, its first code, which is then refused with its place."""
    codings = (concept or {}).get("coding", [])
    ours = [each.get("code") for each in codings if each.get("system") == f"{OWN}:{variable}"]
    found = next(iter(ours or [each.get("code") for each in codings]), None)
    return {} if found is None else {variable: found}


def _known(variable: str, moment: object) -> Values:
    """The day of a moment: its time is not asked for."""
    return {} if not moment else {variable: str(moment)[:10]}


def _finding(number: int, column: str, reason: str, detail: str, weight: Weight = Weight.ERROR) -> Finding:
    return Finding(weight=weight, row=number, column=column, value="", reason=reason, detail=detail)


_READERS: Mapping[str, Callable[[Json], tuple[str, Values] | None]] = MappingProxyType(
    {"Patient": _person, "Observation": _observation, "Condition": _condition, "Procedure": _procedure}
)
