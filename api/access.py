"""Which roles the routes need: the sets that several of them share, and the whole table of an application."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from annotation.roles import Role, in_order
from api.authentication import RolesNeeded, needs, signed_in

ANYBODY = needs(*Role)
"""Whoever is signed in."""

STOCK = needs(Role.RADIOLOGIST, Role.CLINICIAN, Role.RESEARCHER, Role.CUSTODIAN)
"""What there is: pseudonyms, studies, series, objects. The custodian looks for what did not arrive."""

IMAGES = needs(Role.RADIOLOGIST, Role.CLINICIAN, Role.RESEARCHER)
"""The images, and what was found on them."""

RECORDING = needs(Role.RADIOLOGIST)
"""What is found on the images is recorded by those who read them."""

CLINICAL = needs(Role.CLINICIAN)
"""What the meeting knows of a patient is entered by clinicians."""

MEETING = needs(Role.RADIOLOGIST, Role.CLINICIAN)
"""Sessions, which tell true days beside those of patients, are for those who take part in them."""

GIVING = needs(Role.RADIOLOGIST, Role.ADMINISTRATOR)
"""Protocols are made, and studies given to readers, by those who read or who run the registry."""

READING = needs(Role.RADIOLOGIST)
"""What there is to read, and what became of it, is for those who read."""

COHORTS = needs(Role.RADIOLOGIST, Role.CLINICIAN, Role.RESEARCHER)
"""What a cohort finds tells of findings: for those who may see them. The custodian, who can name a patient, may not."""

QUERIES = needs(Role.RADIOLOGIST, Role.CLINICIAN, Role.RESEARCHER, Role.CUSTODIAN, Role.ADMINISTRATOR)
"""How a cohort is asked for, which tells of no patient."""

COMPARING = needs(Role.RADIOLOGIST, Role.RESEARCHER, Role.ADMINISTRATOR)
"""How far readers agree is for those who read, who study it, or who give the studies: it names no patient."""

RELEASING = needs(Role.CUSTODIAN, Role.ADMINISTRATOR)
"""Releases are made, and given to people, by those who keep or run the registry."""

CUSTODY = needs(Role.CUSTODIAN, Role.ADMINISTRATOR)
"""What came in and what was set aside, never whose it is: for those who answer for it or keep the node running."""

KEEPING = needs(Role.CUSTODIAN)
"""Patients are erased by the custodian."""

SENDING = needs(Role.RADIOLOGIST, Role.CUSTODIAN, Role.ADMINISTRATOR)
"""Objects are uploaded by those who bring images to the registry, or who set up what does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteAccess:
    """One route, and who may use it: None is everyone, without signing in; no role at all: it states none."""

    method: str
    path: str
    roles: tuple[Role, ...] | None


def access_of(app: FastAPI) -> Iterator[RouteAccess]:
    """Every route of an application, in the order of path and method, those that are not described included."""
    found = [
        RouteAccess(method=method, path=context.path, roles=_roles(getattr(context, "dependant", None)))
        for context in iter_route_contexts(app.routes)
        for method in context.methods or ()
        if context.path is not None
    ]
    yield from sorted(found, key=lambda each: (each.path, each.method))


def _roles(dependant: Dependant | None) -> tuple[Role, ...] | None:
    """Several `needs` of one route must all be met by somebody: what they have in common is what it needs."""
    calls = [each.call for each in _all(dependant)] if dependant is not None else []
    stated = [call.roles for call in calls if isinstance(call, RolesNeeded)]
    if not stated:
        return () if signed_in in calls else None
    return in_order(frozenset.intersection(*stated))


def _all(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for each in dependant.dependencies:
        yield from _all(each)


def as_table(routes: Iterable[RouteAccess]) -> str:
    """The signed-in routes and their roles, in Markdown."""
    head = ["| route | " + " | ".join(role.value for role in Role) + " |", "|---" * (1 + len(Role)) + "|"]
    rows = [
        f"| `{each.method} {each.path}` | " + " | ".join("yes" if role in each.roles else "" for role in Role) + " |"
        for each in routes
        if each.roles is not None
    ]
    return "\n".join(head + rows)
