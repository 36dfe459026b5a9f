"""Protocols, and studies that are given to readers.

Making and giving is for radiologists and administrators, who may look at what was given too; signing, comparing and
adjudicating is for radiologists. Which protocols there are, and how far readers agree, is for researchers too.
"""

from uuid import UUID

from fastapi import APIRouter, Response
from starlette.status import HTTP_201_CREATED

from annotation import adjudication, assigning, protocol_agreement
from api.access import COMPARING, GIVING, READING
from api.authentication import Reader
from api.errors import CursorError
from api.openapi import problems
from api.pagination import PageAsked, PageOut, page_out
from api.reading_pages import page_of
from api.schemas.adjudication import AdjudicationBody, ComparisonOut
from api.schemas.agreement import AgreementOut
from api.schemas.protocols import AssignedOut, AssignmentOut, AssignmentsBody, ProtocolBody, ProtocolOut
from api.work import ReadUow, WriteUow, utc_now
from storage.catalogue_records import PageKey

router = APIRouter(tags=["protocols"], responses=problems(401, 403, 422, 503))


@router.post("/protocols", status_code=HTTP_201_CREATED, responses=problems(413, 415), dependencies=[GIVING])
def make_protocol(body: ProtocolBody, reader: Reader, uow: WriteUow, response: Response) -> ProtocolOut:
    """Make a protocol; it cannot be changed later."""
    made = assigning.make_protocol(
        body.name, body.kind, frozenset(body.modalities), by=reader.label, now=utc_now, uow=uow
    )
    response.headers["Location"] = f"/api/v1/protocols/{made.id}"
    return ProtocolOut.of(made)


@router.get("/protocols", dependencies=[COMPARING])
def list_protocols(uow: ReadUow, page: PageAsked) -> PageOut[ProtocolOut]:
    """Protocols, by name."""
    found = assigning.protocols(uow, after=_name(page.after("protocols")), limit=page.limit + 1)
    return page_out("protocols", page_of(found, page.limit, lambda last: last.name), ProtocolOut.of)


@router.get("/protocols/{protocol_id}", responses=problems(404), dependencies=[COMPARING])
def read_protocol(protocol_id: UUID, uow: ReadUow) -> ProtocolOut:
    """One protocol."""
    return ProtocolOut.of(assigning.protocol(protocol_id, uow))


@router.get("/protocols/{protocol_id}/agreement", responses=problems(404, 409), dependencies=[COMPARING])
def read_agreement(protocol_id: UUID, uow: ReadUow) -> AgreementOut:
    """How far the blind readers of a protocol agree, on the studies that are no longer read blindly."""
    return AgreementOut.of(protocol_agreement.agreement_of(protocol_id, uow))


@router.post(
    "/protocols/{protocol_id}/assignments",
    status_code=HTTP_201_CREATED,
    responses=problems(404, 413, 415),
    dependencies=[GIVING],
)
def assign_studies(protocol_id: UUID, body: AssignmentsBody, reader: Reader, uow: WriteUow) -> AssignedOut:
    """Give studies to readers: those that are named, or as many as fit; what was given cannot be taken back."""
    adjudicator = body.adjudicator.strip() if body.adjudicator else None
    return AssignedOut.of(
        assigning.assign(
            body.to_domain(protocol_id), adjudicator, limit=body.limit, by=reader.label, now=utc_now, uow=uow
        )
    )


@router.get("/assignments/{assignment_id}", responses=problems(404), dependencies=[GIVING])
def read_assignment(assignment_id: UUID, uow: ReadUow) -> AssignmentOut:
    """One assignment, as far as the one who asks may know it."""
    return AssignmentOut.seen(assigning.assignment(assignment_id, uow))


@router.post("/assignments/{assignment_id}/complete", responses=problems(404, 409), dependencies=[READING])
def complete_assignment(assignment_id: UUID, reader: Reader, uow: WriteUow) -> AssignmentOut:
    """Sign that the study is read, be there a lesion or none, once you have no drafts on it. It cannot be undone."""
    return AssignmentOut.seen(assigning.complete(assignment_id, by=reader.label, now=utc_now, uow=uow))


@router.get("/assignments/{assignment_id}/comparison", responses=problems(404, 409), dependencies=[READING])
def compare_readings(assignment_id: UUID, uow: ReadUow) -> ComparisonOut:
    """Both blind readings side by side, once both are signed; what differs is marked."""
    return ComparisonOut.of(adjudication.compare(assignment_id, uow))


@router.post(
    "/assignments/{assignment_id}/adjudicate",
    status_code=HTTP_201_CREATED,
    responses=problems(404, 409, 413, 415),
    dependencies=[READING],
)
def adjudicate(assignment_id: UUID, body: AdjudicationBody, reader: Reader, uow: WriteUow) -> ComparisonOut:
    """Decide between the two readings, all lesions at once; the adjudicated readings can be revised like others."""
    decided = adjudication.adjudicate(
        assignment_id, body.to_domain(), body.dismissed, by=reader.label, now=utc_now, uow=uow
    )
    return ComparisonOut.of(decided)


def _name(key: PageKey | None) -> str:
    if key is None:
        return ""
    if len(key) != 1:
        raise CursorError("the cursor is not one of this list")
    return key[0]
