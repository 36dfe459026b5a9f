"""Releases: begun and cancelled by the custodian and administrators, seen by those whom they are granted to."""

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api.access import ANYBODY, KEEPING, RELEASING
from api.openapi import problems
from api.pagination import PageAsked, PageOut, page_out
from api.release_desk import DeskOf, ReleaseDesk
from api.schemas.releases import (
    HIGHEST_NUMBER,
    Account,
    BegunOut,
    DifferenceOut,
    ErasedOut,
    ErasureBody,
    GrantBody,
    GrantOut,
    GrantsOut,
    Number,
    ReleaseBody,
    ReleaseOut,
)
from api.services import EngineOf
from api.work import utc_now
from storage.releases.comparing import compare
from storage.releases.records import NewRelease, RecordOf

router = APIRouter(prefix="/releases", tags=["releases"], responses=problems(401, 403, 422, 503))

BODY = problems(413, 415)
NAMED_AT_MOST = 500


@router.post("", status_code=HTTPStatus.ACCEPTED, responses=problems(404) | BODY, dependencies=[RELEASING])
def begin_release(body: ReleaseBody, desk: DeskOf, response: Response) -> BegunOut:
    """Give a release its number, and have it built; its state is at the address in `Location`."""
    body.check()
    contents = body.contents.to_domain()
    query, cohort = _query(body, desk)
    wanted = NewRelease(
        name=body.name,
        query=desk.parts.cohorts.checked(query, may_be_empty=contents.record is RecordOf.REGISTRY),
        cohort=cohort,
        contents=contents,
        readings=body.readings,
        versions=desk.parts.versions(),
        data_use=body.data_use,
        previous=body.previous,
    )
    begun = desk.store.begin(wanted, lambda connection, number: desk.parts.builds.ask(connection, number, desk.behalf))
    response.headers["Location"] = f"/api/v1/releases/{begun.number}"
    return BegunOut(number=begun.number, job=begun.job)


@router.get("", dependencies=[ANYBODY])
def list_releases(desk: DeskOf, page: PageAsked) -> PageOut[ReleaseOut]:
    """Releases, the newest first: all for who manages them, otherwise those that are granted to the one who asks."""
    granted_to = None if desk.sees_all else desk.caller.label
    found = desk.store.all(limit=page.limit, after=page.after("releases"), granted_to=granted_to)
    return page_out("releases", replace(found, items=desk.told(*found.items)), ReleaseOut.of)


@router.post("/erasures", responses=problems(404, 507) | BODY, dependencies=[KEEPING])
def erase_everywhere(body: ErasureBody, desk: DeskOf) -> ErasedOut:
    """Erase a patient from every release that has them; later ones leave them out. It cannot be undone."""
    return ErasedOut(releases=desk.eraser.erase_everywhere(body.pseudonym, body.reason))


@router.get("/{number}", responses=problems(404), dependencies=[ANYBODY])
def read_release(number: Number, desk: DeskOf) -> ReleaseOut:
    """One release, with its state while it is built."""
    return ReleaseOut.of(desk.shown(number))


@router.post("/{number}/cancel", responses=problems(404, 409) | BODY, dependencies=[RELEASING])
def cancel_release(number: Number, desk: DeskOf) -> ReleaseOut:
    """Give up a release that is not ready: what was made for it is removed, its number stays."""
    found = desk.store.cancel(number)
    if found.job is not None:
        desk.parts.builds.cancel(found.job, desk.behalf)
    desk.parts.made.remove_all(number)
    return ReleaseOut.of(found)


@router.post(
    "/{number}/resume", status_code=HTTPStatus.ACCEPTED, responses=problems(404, 409) | BODY, dependencies=[RELEASING]
)
def resume_release(number: Number, desk: DeskOf) -> BegunOut:
    """Have a release that failed built again, from where it had come to: once there is room, or the object is back."""
    builds = desk.parts.builds
    found = desk.store.resume(
        number, lambda connection, number: builds.ask(connection, number, desk.behalf), builds.is_over
    )
    return BegunOut(number=found.number, job=found.job)


@router.post("/{number}/erasures", responses=problems(404, 409, 507) | BODY, dependencies=[KEEPING])
def erase_from_release(number: Number, body: ErasureBody, desk: DeskOf) -> ReleaseOut:
    """Erase a patient from one release: files, rows of tables, entries of the manifest. It cannot be undone."""
    (left,) = desk.told(desk.eraser.erase(number, body.pseudonym, body.reason))
    return ReleaseOut.of(left)


@router.get("/{number}/diff", responses=problems(404, 409), dependencies=[ANYBODY])
def compare_releases(
    number: Number,
    desk: DeskOf,
    engine: EngineOf,
    other: Annotated[
        int, Query(alias="with", ge=1, le=HIGHEST_NUMBER, description="The earlier release.", examples=[11])
    ],
    limit: Annotated[int, Query(ge=0, le=NAMED_AT_MOST, description="How many of each are named.")] = 100,
) -> DifferenceOut:
    """What this release has that the other one has not, and the reverse; both must be granted."""
    for each in (number, other):
        desk.given_with_readings(each)
    return DifferenceOut.of(compare(engine, other, number, limit))


@router.get("/{number}/grants", responses=problems(404), dependencies=[RELEASING])
def list_grants(number: Number, desk: DeskOf) -> GrantsOut:
    """Who may have the release, and who could."""
    return GrantsOut(items=[GrantOut.of(each) for each in desk.grants.of(number)])


@router.put("/{number}/grants/{account}", responses=problems(404) | BODY, dependencies=[RELEASING])
def grant_release(number: Number, account: Account, body: GrantBody, desk: DeskOf) -> GrantOut:
    """Let somebody have the release, by user name or by the label of a token, until then."""
    return GrantOut.of(desk.grants.grant(number, account, body.until(utc_now())))


@router.delete("/{number}/grants/{account}", responses=problems(404), dependencies=[RELEASING])
def revoke_release(number: Number, account: Account, desk: DeskOf) -> GrantOut:
    """Take the release back at once; what was fetched stays with them."""
    return GrantOut.of(desk.grants.revoke(number, account))


def _query(body: ReleaseBody, desk: ReleaseDesk) -> tuple[Any, tuple[str, int] | None]:
    if body.cohort is None:
        return body.query, None
    query, version = desk.parts.cohorts.saved(body.cohort.name, body.cohort.version)
    return query, (body.cohort.name, version)
