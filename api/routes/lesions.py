"""Lesions of a patient."""

from uuid import UUID

from fastapi import APIRouter, Response
from starlette.status import HTTP_201_CREATED

from annotation import lesions
from api.access import IMAGES, RECORDING
from api.authentication import Reader
from api.openapi import problems
from api.pagination import PageAsked, PageOut, page_out
from api.preconditions import etag
from api.reading_pages import number_after, page_of
from api.schemas.catalogue import Pseudonym
from api.schemas.lesions import LesionBody, LesionOut
from api.work import ReadUow, WriteUow, utc_now

router = APIRouter(tags=["lesions"], responses=problems(401, 404, 422, 503))


@router.post(
    "/patients/{pseudonym}/lesions",
    status_code=HTTP_201_CREATED,
    responses=problems(413, 415),
    dependencies=[RECORDING],
)
def open_lesion(pseudonym: Pseudonym, body: LesionBody, reader: Reader, uow: WriteUow, response: Response) -> LesionOut:
    """Open a lesion on a patient; it gets the patient's next number."""
    opened = lesions.open_lesion(pseudonym, body.site.to_domain(), by=reader.label, now=utc_now, uow=uow)
    response.headers["Location"] = f"/api/v1/lesions/{opened.id}"
    response.headers["ETag"] = etag(opened.version)
    return LesionOut.of(opened)


@router.get("/patients/{pseudonym}/lesions", dependencies=[IMAGES])
def list_lesions(pseudonym: Pseudonym, uow: ReadUow, page: PageAsked) -> PageOut[LesionOut]:
    """Lesions of one patient, by number."""
    after = number_after(page.after("lesions"))
    found = lesions.lesions_of_patient(pseudonym, uow, after=after, limit=page.limit + 1)
    return page_out("lesions", page_of(found, page.limit, lambda last: str(last.number)), LesionOut.of)


@router.get("/lesions/{lesion_id}", dependencies=[IMAGES])
def read_lesion(lesion_id: UUID, uow: ReadUow, response: Response) -> LesionOut:
    """One lesion; its ETag is needed to change it. One that was merged says into which, and links to that."""
    found = lesions.lesion(lesion_id, uow)
    response.headers["ETag"] = etag(found.version)
    if found.merged_into is not None:
        response.headers["Link"] = f'</api/v1/lesions/{found.merged_into}>; rel="successor-version"'
    return LesionOut.of(found)
