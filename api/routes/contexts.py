"""Clinical contexts: what the meeting knows of a patient.

Entering and revising is for clinicians; everyone who reads, discusses or studies the patient may look.
"""

from uuid import UUID

from fastapi import APIRouter, Response
from starlette.status import HTTP_201_CREATED

from annotation import clinical_contexts
from annotation.meeting_context import MeetingContext
from api.access import CLINICAL, IMAGES
from api.authentication import Reader
from api.openapi import problems
from api.pagination import PageAsked, PageOut, page_out
from api.preconditions import IfMatch, etag, expected_revision
from api.reading_pages import page_of, reading_after
from api.schemas.catalogue import Pseudonym
from api.schemas.contexts import ContextBody, ContextOut, ContextRevisionBody, ContextRevisionsOut
from api.true_times import TrueTimes, shown
from api.work import ReadUow, WriteUow, utc_now

router = APIRouter(tags=["clinical contexts"], responses=problems(401, 404, 422, 503))


@router.post(
    "/patients/{pseudonym}/clinical-contexts",
    status_code=HTTP_201_CREATED,
    responses=problems(409, 413, 415),
    dependencies=[CLINICAL],
)
def enter_clinical_context(
    pseudonym: Pseudonym, body: ContextBody, reader: Reader, uow: WriteUow, response: Response
) -> ContextOut:
    """Enter what is known of a patient, or of the pain at one lesion, for a meeting that has no such context yet."""
    entered = clinical_contexts.enter_context(
        pseudonym,
        body.meeting_date,
        body.lesion_id,
        body.clinical.to_domain(),
        by=reader.label,
        now=utc_now,
        uow=uow,
    )
    response.headers["Location"] = f"/api/v1/clinical-contexts/{entered.id}"
    return _tagged(entered, response)


@router.get("/patients/{pseudonym}/clinical-contexts", dependencies=[IMAGES])
def list_clinical_contexts(
    pseudonym: Pseudonym, uow: ReadUow, page: PageAsked, times: TrueTimes
) -> PageOut[ContextOut]:
    """Clinical contexts of one patient, in the order in which they were first entered."""
    after = reading_after(page.after("clinical-contexts"))
    found = clinical_contexts.contexts_of_patient(pseudonym, uow, after=after, limit=page.limit + 1)
    part = page_of(found, page.limit, lambda last: str(last.id))
    return shown(page_out("clinical-contexts", part, ContextOut.of), times)


@router.get("/clinical-contexts/{context_id}", dependencies=[IMAGES])
def read_clinical_context(context_id: UUID, uow: ReadUow, times: TrueTimes, response: Response) -> ContextOut:
    """The newest version of one clinical context; its ETag is needed to revise it."""
    return shown(_tagged(clinical_contexts.context(context_id, uow), response), times)


@router.put("/clinical-contexts/{context_id}", responses=problems(412, 413, 415, 428), dependencies=[CLINICAL])
def revise_clinical_context(
    *,
    context_id: UUID,
    body: ContextRevisionBody,
    reader: Reader,
    uow: WriteUow,
    response: Response,
    if_match: IfMatch = None,
) -> ContextOut:
    """Replace a clinical context by a new version; the earlier ones are kept."""
    revised = clinical_contexts.revise_context(
        context_id,
        expected_revision(if_match),
        body.clinical.to_domain(),
        by=reader.label,
        now=utc_now,
        uow=uow,
    )
    return _tagged(revised, response)


@router.get("/clinical-contexts/{context_id}/revisions", dependencies=[IMAGES])
def list_clinical_context_revisions(context_id: UUID, uow: ReadUow, times: TrueTimes) -> ContextRevisionsOut:
    """Every version of one clinical context, the first one first."""
    versions = clinical_contexts.context_history(context_id, uow)
    return shown(ContextRevisionsOut(items=[ContextOut.of(each) for each in versions]), times)


def _tagged(context: MeetingContext, response: Response) -> ContextOut:
    response.headers["ETag"] = etag(context.version)
    return ContextOut.of(context)
