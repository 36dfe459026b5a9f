"""Background jobs: those that there are, how far one is, and calling one off."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from api.access import RELEASING
from api.audit_trail import source_of, trail_of
from api.authentication import Reader
from api.errors import CursorError
from api.openapi import problems
from api.pagination import PageAsked, PageOut, PageRequest, page_out
from api.schemas.jobs import JobOut
from api.services import EngineOf
from storage.audit_behalf import Behalf
from storage.catalogue_records import Page
from storage.jobs.records import Job, JobState
from storage.jobs.requests import JobPlace, JobRequests

LIST = "jobs"
router = APIRouter(prefix="/jobs", tags=["jobs"], responses=problems(401, 404, 422, 503))


@router.get("", dependencies=[RELEASING])
def list_jobs(
    engine: EngineOf,
    page: PageAsked,
    state: Annotated[JobState | None, Query(description="Only those in this state.")] = None,
) -> PageOut[JobOut]:
    """Jobs, the newest first."""
    found = JobRequests(engine).newest(limit=page.limit + 1, before=_before(page), state=state)
    return page_out(LIST, _page(found, page.limit), JobOut.of)


@router.get("/{job_id}", dependencies=[RELEASING])
def read_job(job_id: UUID, engine: EngineOf) -> JobOut:
    """One job, and how far it is."""
    return JobOut.of(JobRequests(engine).get(job_id))


@router.post("/{job_id}/cancel", responses=problems(409), dependencies=[RELEASING])
def cancel_job(job_id: UUID, reader: Reader, engine: EngineOf, request: Request) -> JobOut:
    """Call one off: it is not begun any more, or its worker lets go of it at its next step. Twice is as once."""
    noted = trail_of(request.scope).count_note
    behalf = Behalf(by=reader.label, source=source_of(request.scope), noted=noted)
    return JobOut.of(JobRequests(engine).cancel(job_id, behalf))


def _page(found: list[Job], limit: int) -> Page[Job]:
    shown = tuple(found[:limit])
    last = shown[-1] if len(found) > limit else None
    return Page(items=shown, next_key=None if last is None else (last.created_at.isoformat(), str(last.id)))


def _before(page: PageRequest) -> JobPlace | None:
    key = page.after(LIST)
    if key is None:
        return None
    try:
        created_at, job_id = key
        place = JobPlace(created_at=datetime.fromisoformat(created_at), job_id=UUID(job_id))
    except ValueError:
        raise CursorError("the cursor is not one of this list") from None
    if place.created_at.tzinfo is None:
        raise CursorError("the cursor is not one of this list")
    return place
