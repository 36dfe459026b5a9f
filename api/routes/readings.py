"""Readings of lesions, their revisions, and lists of them."""

from uuid import UUID

from fastapi import APIRouter, Response
from starlette.status import HTTP_201_CREATED

from annotation import readings
from annotation.ports import ReadingFilter
from annotation.reading_history import history_of
from api.access import IMAGES, RECORDING
from api.authentication import Reader
from api.openapi import problems
from api.pagination import PageAsked, PageOut, PageRequest, page_out
from api.preconditions import IfMatch, etag, expected_revision
from api.reading_pages import page_of, reading_after
from api.schemas.catalogue import Pseudonym, Uid
from api.schemas.history import HistoryEntryOut, HistoryOut
from api.schemas.readings import ReadingBody, ReadingOut, RevisionBody, RevisionsOut
from api.work import ReadUow, WriteUow, utc_now
from storage.unit_of_work import SqlUnitOfWork

router = APIRouter(tags=["readings"], responses=problems(401, 404, 422, 503))


@router.post(
    "/lesions/{lesion_id}/readings",
    status_code=HTTP_201_CREATED,
    responses=problems(409, 413, 415),
    dependencies=[RECORDING],
)
def record_reading(lesion_id: UUID, body: ReadingBody, reader: Reader, uow: WriteUow, response: Response) -> ReadingOut:
    """Record what is seen of a lesion on one study of its patient."""
    recorded = readings.record_reading(
        lesion_id,
        body.study_instance_uid,
        body.findings.to_domain(),
        body.geometry.to_domain() if body.geometry else None,
        by=reader.label,
        now=utc_now,
        uow=uow,
    )
    response.headers["Location"] = f"/api/v1/readings/{recorded.reading.id}"
    return _tagged(recorded, response)


@router.get("/lesions/{lesion_id}/readings", dependencies=[IMAGES])
def list_readings_of_lesion(lesion_id: UUID, uow: ReadUow, page: PageAsked) -> PageOut[ReadingOut]:
    """Readings of one lesion, in the order in which they were first recorded."""
    return _page(ReadingFilter(lesion_id=lesion_id), uow, page)


@router.get("/patients/{pseudonym}/readings", dependencies=[IMAGES])
def list_readings_of_patient(pseudonym: Pseudonym, uow: ReadUow, page: PageAsked) -> PageOut[ReadingOut]:
    """Readings of one patient's lesions, in the order in which they were first recorded."""
    return _page(ReadingFilter(pseudonym=pseudonym), uow, page)


@router.get("/studies/{study_instance_uid}/readings", dependencies=[IMAGES])
def list_readings_of_study(study_instance_uid: Uid, uow: ReadUow, page: PageAsked) -> PageOut[ReadingOut]:
    """Readings made on one study, in the order in which they were first recorded."""
    return _page(ReadingFilter(study_instance_uid=study_instance_uid), uow, page)


@router.get("/readings/{reading_id}", dependencies=[IMAGES])
def read_reading(reading_id: UUID, uow: ReadUow, response: Response) -> ReadingOut:
    """The newest revision of one reading; its ETag is needed to revise it."""
    return _tagged(readings.reading(reading_id, uow), response)


@router.put("/readings/{reading_id}", responses=problems(409, 412, 413, 415, 428), dependencies=[RECORDING])
def revise_reading(
    *,
    reading_id: UUID,
    body: RevisionBody,
    reader: Reader,
    uow: WriteUow,
    response: Response,
    if_match: IfMatch = None,
) -> ReadingOut:
    """Replace a reading by a new revision; the earlier ones are kept."""
    revised = readings.revise_reading(
        reading_id,
        expected_revision(if_match),
        body.findings.to_domain(),
        body.geometry.to_domain() if body.geometry else None,
        reason=body.reason,
        by=reader.label,
        now=utc_now,
        uow=uow,
        text_checked=body.text_checked,
    )
    return _tagged(revised, response)


@router.get("/readings/{reading_id}/history", dependencies=[IMAGES])
def read_history(reading_id: UUID, uow: ReadUow) -> HistoryOut:
    """What each revision changed, by whom, when and why, as data and in words."""
    entries = history_of(reading_id, uow)
    return HistoryOut(
        reading_id=reading_id,
        lesion_label=entries[0].lesion.label,
        items=[HistoryEntryOut.of(each) for each in entries],
    )


@router.get("/readings/{reading_id}/revisions", dependencies=[IMAGES])
def list_revisions(reading_id: UUID, uow: ReadUow) -> RevisionsOut:
    """Every revision of one reading, the first one first."""
    return RevisionsOut(items=[ReadingOut.of(each) for each in readings.history(reading_id, uow)])


@router.get("/readings/{reading_id}/revisions/{revision}", dependencies=[IMAGES])
def read_revision(reading_id: UUID, revision: int, uow: ReadUow) -> ReadingOut:
    """One revision of one reading."""
    return ReadingOut.of(readings.revision(reading_id, revision, uow))


def _tagged(found: readings.LesionReading, response: Response) -> ReadingOut:
    response.headers["ETag"] = etag(found.reading.revision)
    return ReadingOut.of(found)


def _page(wanted: ReadingFilter, uow: SqlUnitOfWork, page: PageRequest) -> PageOut[ReadingOut]:
    after = reading_after(page.after("readings"))
    found = readings.readings(wanted, uow, after=after, limit=page.limit + 1)
    return page_out("readings", page_of(found, page.limit, lambda last: str(last.reading.id)), ReadingOut.of)
