"""QIDO-RS (PS3.18 10.6): studies, series and instances that match, for any role that reads images."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from api.access import IMAGES
from api.authentication import Reader
from api.dicomweb.answers import DICOM_JSON
from api.dicomweb.lists import Seen, relay_list
from api.dicomweb.retrieving import relay_json
from api.dicomweb.searches import SERIES, STUDY, Search
from api.dicomweb.visibility import SeenStudy, Uid, visible
from api.openapi import problems
from api.services import ArchiveOf, CatalogueOf

router = APIRouter(tags=["dicomweb"], dependencies=[IMAGES])

_FOUND: dict[int | str, dict[str, Any]] = {
    **problems(400, 401, 406, 422, 502, 503, 504),
    200: {"description": "What matches.", "content": {DICOM_JSON: {"schema": {"type": "array", "items": {}}}}},
}
_FOUND_IN = _FOUND | problems(404)
Asked = Annotated[Search, Depends()]


def _seen(reader: Reader, catalogue: CatalogueOf) -> Seen:
    return lambda uids: visible(reader, uids, catalogue)


SeenOnly = Annotated[Seen, Depends(_seen)]


@router.get("/studies", response_class=Response, responses=_FOUND)
async def search_studies(request: Request, asked: Asked, archive: ArchiveOf, seen: SeenOnly) -> Response:
    """Studies that match and that you may see."""
    return await relay_list(request, archive, "studies", asked, seen)


@router.get("/series", response_class=Response, responses=_FOUND)
async def search_series(request: Request, asked: Asked, archive: ArchiveOf, seen: SeenOnly) -> Response:
    """Series that match, of the studies that you may see."""
    return await relay_list(request, archive, "series", asked, seen)


@router.get("/instances", response_class=Response, responses=_FOUND)
async def search_instances(request: Request, asked: Asked, archive: ArchiveOf, seen: SeenOnly) -> Response:
    """Instances that match, of the studies that you may see."""
    return await relay_list(request, archive, "instances", asked, seen)


@router.get("/studies/{study_instance_uid}/series", response_class=Response, responses=_FOUND_IN)
async def search_series_of_study(request: Request, study: SeenStudy, asked: Asked, archive: ArchiveOf) -> Response:
    """Series of one study."""
    return await relay_json(request, archive, ["studies", study, "series"], asked.within(STUDY))


@router.get("/studies/{study_instance_uid}/instances", response_class=Response, responses=_FOUND_IN)
async def search_instances_of_study(request: Request, study: SeenStudy, asked: Asked, archive: ArchiveOf) -> Response:
    """Instances of one study."""
    return await relay_json(request, archive, ["studies", study, "instances"], asked.within(STUDY))


@router.get(
    "/studies/{study_instance_uid}/series/{series_instance_uid}/instances",
    response_class=Response,
    responses=_FOUND_IN,
)
async def search_instances_of_series(
    request: Request, study: SeenStudy, series_instance_uid: Uid, asked: Asked, archive: ArchiveOf
) -> Response:
    """Instances of one series."""
    path = ["studies", study, "series", series_instance_uid, "instances"]
    return await relay_json(request, archive, path, asked.within(STUDY, SERIES))
