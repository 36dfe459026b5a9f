"""Structured reports of readings: which there are, and the files."""

from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter, Response

from annotation import readings
from api.access import IMAGES
from api.openapi import problems
from api.schemas.reports import ReportOut, ReportsOut, Revision
from api.services import ImagesOf
from api.streaming import ClosingStream, begun
from api.work import ReadUow
from storage.errors import NotInCatalogueError
from storage.report_records import ReportState

DICOM = "application/dicom"
router = APIRouter(tags=["readings"], responses=problems(401, 404, 422, 503))


@router.get("/readings/{reading_id}/reports", dependencies=[IMAGES])
def list_reports_of_reading(reading_id: UUID, uow: ReadUow) -> ReportsOut:
    """The DICOM structured report of each revision, and whether it is in the image store."""
    readings.reading(reading_id, uow)  # who may not see it is told that there is none
    with uow:
        found = uow.reports.of_reading(reading_id)
    return ReportsOut(items=[ReportOut.of(each) for each in found])


@router.get(
    "/readings/{reading_id}/reports/{revision}/file",
    response_class=Response,
    responses={
        200: {
            "description": "The report as a DICOM file.",
            "content": {DICOM: {"schema": {"type": "string", "format": "binary"}}},
        }
    },
    dependencies=[IMAGES],
)
def read_report_file(reading_id: UUID, revision: Revision, uow: ReadUow, images: ImagesOf) -> Response:
    """One report, as it was written to the image store. 404 as long as it is not there."""
    readings.reading(reading_id, uow)
    with uow:
        found = [each for each in uow.reports.of_reading(reading_id) if each.revision == revision]
    if not found or found[0].state is not ReportState.WRITTEN:
        raise NotInCatalogueError("there is no such report, or it is not written yet")
    source = images.read(found[0].orthanc_id)
    return ClosingStream(
        begun(source),
        source=source,
        status_code=HTTPStatus.OK,
        headers={"Content-Disposition": f'attachment; filename="{found[0].sop_instance_uid}.dcm"'},
        media_type=DICOM,
    )
