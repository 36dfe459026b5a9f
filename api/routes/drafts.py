"""Drafts of readings: begun, saved as they are made, signed. Only their author sees them.

Every route here is for radiologists.
"""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from starlette.status import HTTP_200_OK, HTTP_201_CREATED, HTTP_204_NO_CONTENT

from annotation import drafts
from annotation.draft import LesionDraft
from annotation.draft_saving import save_draft
from annotation.signing import sign_draft
from api.access import RECORDING
from api.authentication import Reader
from api.openapi import problems
from api.pagination import PageAsked, PageOut, page_out
from api.preconditions import IfMatch, etag, expected_revision
from api.reading_pages import draft_after, draft_key
from api.schemas.drafts import DraftBody, DraftChangeBody, DraftOut, SignatureBody
from api.schemas.readings import ReadingOut
from api.work import DraftUow, ReadUow, WriteUow, utc_now
from storage.catalogue_records import Page

router = APIRouter(tags=["drafts"], responses=problems(401, 403, 404, 422, 503), dependencies=[RECORDING])

BEGUN: dict[int | str, dict[str, Any]] = {HTTP_200_OK: {"description": "The draft that was begun before."}}


@router.post(
    "/lesions/{lesion_id}/drafts",
    status_code=HTTP_201_CREATED,
    response_model=DraftOut,
    responses={**BEGUN, **problems(409, 413, 415)},
)
def begin_draft(lesion_id: UUID, body: DraftBody, reader: Reader, uow: WriteUow, response: Response) -> DraftOut:
    """Begin to read a lesion on one study, or go on: there is one draft at most for you, the lesion and the study."""
    started = drafts.start_draft(
        lesion_id, body.study_instance_uid, body.from_reading, by=reader.label, now=utc_now, uow=uow
    )
    return _begun(started, response)


@router.post(
    "/readings/{reading_id}/drafts",
    status_code=HTTP_201_CREATED,
    response_model=DraftOut,
    responses={**BEGUN, **problems(409)},
)
def begin_revision(reading_id: UUID, reader: Reader, uow: WriteUow, response: Response) -> DraftOut:
    """Begin to revise a signed reading from its newest revision, or go on with the revision that you have begun."""
    return _begun(drafts.start_revision(reading_id, by=reader.label, now=utc_now, uow=uow), response)


@router.get("/drafts", responses=problems(422))
def list_drafts(reader: Reader, uow: ReadUow, page: PageAsked) -> PageOut[DraftOut]:
    """Your drafts, in the order in which they were begun."""
    after = draft_after(page.after("drafts"))
    found = drafts.drafts(by=reader.label, uow=uow, after=after, limit=page.limit + 1)
    items = tuple(found[: page.limit])
    following = draft_key(items[-1].draft) if len(found) > page.limit else None
    return page_out("drafts", Page(items=items, next_key=following), DraftOut.of)


@router.get("/drafts/{draft_id}")
def read_draft(draft_id: UUID, reader: Reader, uow: ReadUow, response: Response) -> DraftOut:
    """One of your drafts; its ETag is needed to save, sign or discard it."""
    return _tagged(drafts.draft(draft_id, by=reader.label, uow=uow), response)


@router.patch("/drafts/{draft_id}", responses=problems(412, 413, 415, 428))
def change_draft(
    *,
    draft_id: UUID,
    body: DraftChangeBody,
    reader: Reader,
    uow: DraftUow,
    response: Response,
    if_match: IfMatch = None,
) -> DraftOut:
    """Save what has changed. The same change from the same version is made once, however often it is sent.

    From a version that is no longer the last, nothing is changed: the problem's `current` is the draft as it is.
    """
    saved = save_draft(draft_id, expected_revision(if_match), body.to_domain(), by=reader.label, now=utc_now, uow=uow)
    return _tagged(saved, response)


@router.delete("/drafts/{draft_id}", status_code=HTTP_204_NO_CONTENT, responses=problems(412, 428))
def discard_draft(draft_id: UUID, reader: Reader, uow: WriteUow, if_match: IfMatch = None) -> None:
    """Give a draft up."""
    drafts.discard_draft(draft_id, expected_revision(if_match), by=reader.label, now=utc_now, uow=uow)


@router.post("/drafts/{draft_id}/sign", status_code=HTTP_201_CREATED, responses=problems(409, 412, 413, 415, 428))
def sign(
    *,
    draft_id: UUID,
    body: SignatureBody,
    reader: Reader,
    uow: WriteUow,
    response: Response,
    if_match: IfMatch = None,
) -> ReadingOut:
    """Make a reading of a draft, or a revision of the reading that it revises; it may be incomplete.

    Signed again, because the answer was lost, it gives the same reading.
    """
    signed = sign_draft(
        draft_id,
        expected_revision(if_match),
        reason=body.reason,
        text_checked=body.text_checked,
        by=reader.label,
        now=utc_now,
        uow=uow,
    )
    response.headers["Location"] = f"/api/v1/readings/{signed.reading.id}"
    response.headers["ETag"] = etag(signed.reading.revision)
    return ReadingOut.of(signed)


def _begun(started: drafts.Started, response: Response) -> DraftOut:
    response.headers["Location"] = f"/api/v1/drafts/{started.found.draft.id}"
    if not started.new:
        response.status_code = HTTP_200_OK
    return _tagged(started.found, response)


def _tagged(found: LesionDraft, response: Response) -> DraftOut:
    response.headers["ETag"] = etag(found.draft.version)
    return DraftOut.of(found)
