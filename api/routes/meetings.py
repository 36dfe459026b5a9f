"""Sessions of the multidisciplinary meeting: planned, filled with patients, put in order, held and closed."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from starlette.status import HTTP_201_CREATED

from annotation.meetings import planning
from annotation.meetings.meeting import Meeting
from annotation.meetings.overview import overview
from annotation.meetings.ports import MeetingPlace, MeetingsWanted
from api.access import CLINICAL, MEETING
from api.authentication import Reader
from api.callers import Caller
from api.errors import CursorError
from api.openapi import problems
from api.pagination import PageAsked, PageOut, page_out
from api.preconditions import IfMatch, etag, expected_revision
from api.routes.record import sees_drafts
from api.schemas.catalogue import Pseudonym
from api.schemas.meetings import (
    AddedBody,
    DaysBody,
    MeetingBody,
    MeetingOut,
    MeetingSummaryOut,
    OrderBody,
    RemovalBody,
)
from api.work import ReadUow, WriteUow, utc_now
from storage.catalogue_records import Page, PageKey
from storage.unit_of_work import SqlUnitOfWork

router = APIRouter(tags=["meetings"], responses=problems(401, 404, 422, 503))

LIST = "meetings"
_CHANGES = problems(409, 412, 413, 415, 428)


@router.get("/meetings", dependencies=[MEETING])
def list_meetings(
    uow: ReadUow,
    page: PageAsked,
    since: Annotated[date | None, Query(description="Held on this day or later.")] = None,
    until: Annotated[date | None, Query(description="Held on this day or earlier.")] = None,
) -> PageOut[MeetingSummaryOut]:
    """Sessions, the newest day first. Their days are true ones, unlike the dates of patients."""
    wanted = MeetingsWanted(since=since, until=until)
    with uow:
        found = uow.meetings.matching(wanted, after=_place(page.after(LIST)), limit=page.limit + 1)
    items = tuple(found[: page.limit])
    following = (items[-1].held_on.isoformat(), str(items[-1].id)) if len(found) > page.limit else None
    return page_out(LIST, Page(items=items, next_key=following), MeetingSummaryOut.of)


@router.post("/meetings", status_code=HTTP_201_CREATED, responses=problems(409, 413, 415), dependencies=[CLINICAL])
def create_meeting(body: MeetingBody, reader: Reader, uow: WriteUow, response: Response) -> MeetingOut:
    """Plan a session."""
    created = planning.create(body.to_domain(), by=reader.label, now=utc_now, uow=uow)
    response.headers["Location"] = f"/api/v1/meetings/{created.id}"
    return _out(created, reader, uow, response)


@router.get("/meetings/{meeting_id}", dependencies=[MEETING])
def read_meeting(meeting_id: UUID, reader: Reader, uow: ReadUow, response: Response) -> MeetingOut:
    """One session with its patients in their order; its ETag is needed for every change of it."""
    with uow:
        meeting = uow.meetings.get(meeting_id)
    return _out(meeting, reader, uow, response)


@router.put("/meetings/{meeting_id}", responses=_CHANGES, dependencies=[CLINICAL])
def revise_meeting(
    *,
    meeting_id: UUID,
    body: MeetingBody,
    reader: Reader,
    uow: WriteUow,
    response: Response,
    if_match: IfMatch = None,
) -> MeetingOut:
    """Change its day, title or place, or hold, close or open it again."""
    revised = planning.revise(
        meeting_id, expected_revision(if_match), body.to_domain(), by=reader.label, now=utc_now, uow=uow
    )
    return _out(revised, reader, uow, response)


@router.post("/meetings/{meeting_id}/dossiers", responses=_CHANGES, dependencies=[CLINICAL])
def add_dossier(
    *, meeting_id: UUID, body: AddedBody, reader: Reader, uow: WriteUow, response: Response, if_match: IfMatch = None
) -> MeetingOut:
    """Put a patient at the end of a session."""
    changed = planning.add(
        meeting_id,
        expected_revision(if_match),
        body.pseudonym,
        body.presented_on,
        by=reader.label,
        now=utc_now,
        uow=uow,
    )
    return _out(changed, reader, uow, response)


@router.put("/meetings/{meeting_id}/order", responses=_CHANGES, dependencies=[CLINICAL])
def arrange_meeting(
    *, meeting_id: UUID, body: OrderBody, reader: Reader, uow: WriteUow, response: Response, if_match: IfMatch = None
) -> MeetingOut:
    """Present the patients in another order."""
    changed = planning.arrange(
        meeting_id, expected_revision(if_match), body.order, by=reader.label, now=utc_now, uow=uow
    )
    return _out(changed, reader, uow, response)


@router.put("/meetings/{meeting_id}/dossiers/{pseudonym}", responses=_CHANGES, dependencies=[CLINICAL])
def set_dossier_days(
    *,
    meeting_id: UUID,
    pseudonym: Pseudonym,
    body: DaysBody,
    reader: Reader,
    uow: WriteUow,
    response: Response,
    if_match: IfMatch = None,
) -> MeetingOut:
    """The day of the session in the patient's own calendar, and when they are to be presented again."""
    changed = planning.set_days(
        meeting_id,
        expected_revision(if_match),
        pseudonym,
        body.presented_on,
        body.next_on,
        by=reader.label,
        now=utc_now,
        uow=uow,
    )
    return _out(changed, reader, uow, response)


@router.post("/meetings/{meeting_id}/dossiers/{pseudonym}/removal", responses=_CHANGES, dependencies=[CLINICAL])
def remove_dossier(
    *,
    meeting_id: UUID,
    pseudonym: Pseudonym,
    body: RemovalBody,
    reader: Reader,
    uow: WriteUow,
    response: Response,
    if_match: IfMatch = None,
) -> MeetingOut:
    """Take a patient off a session, with the reason; both are kept."""
    changed = planning.remove(
        meeting_id,
        expected_revision(if_match),
        pseudonym,
        body.reason,
        checked=body.text_checked,
        by=reader.label,
        now=utc_now,
        uow=uow,
    )
    return _out(changed, reader, uow, response)


def _out(meeting: Meeting, reader: Caller, uow: SqlUnitOfWork, response: Response) -> MeetingOut:
    briefs = overview(meeting, uow, drafts=sees_drafts(reader))
    with uow:
        expected = uow.meetings.expected(meeting)
    response.headers["ETag"] = etag(meeting.version)
    return MeetingOut.whole(meeting, briefs, list(expected))


def _place(key: PageKey | None) -> MeetingPlace | None:
    if key is None:
        return None
    try:
        day, meeting_id = key
        return date.fromisoformat(str(day)), UUID(str(meeting_id))
    except ValueError:
        raise CursorError("the cursor is not one of this list") from None
