"""A release by QIDO-RS and WADO-RS: only its objects, for whoever has it, as it is now."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from annotation.audit import Action, Kind, Note
from api.access import ANYBODY
from api.audit_trail import trail_of
from api.dicomweb.answers import DICOM_JSON, RELATED
from api.dicomweb.release_lists import metadata_of_release, prefix_of, search_release
from api.dicomweb.release_objects import check_accepts_stored, content_type, new_boundary, parts
from api.dicomweb.rendering import Rendering
from api.dicomweb.retrieving import relay_json, relay_objects
from api.dicomweb.visibility import Uid
from api.openapi import problems
from api.release_desk import DeskOf
from api.routes.dicomweb_retrieve import FRAMES_PATH, INSTANCE_PATH, SERIES_PATH, STUDY_PATH, Attribute, Frame, Frames
from api.routes.dicomweb_search import Asked
from api.routes.release_files import note_of_file
from api.schemas.releases import Number
from api.services import ArchiveOf
from api.streaming import ClosingStream, begun
from storage.releases.archive import one_by_one
from storage.releases.errors import NoSuchReleaseFileError, StillBlindError
from storage.releases.records import FileKind, FileRecord
from storage.releases.scope import OBJECT_KINDS, ReleaseScope

router = APIRouter(
    prefix="/releases/{number}", tags=["dicomweb"], dependencies=[ANYBODY], responses=problems(401, 403, 404, 409, 422)
)

_FOUND: dict[int | str, dict[str, Any]] = {
    **problems(400, 406, 410, 502, 503, 504),
    200: {"description": "What matches.", "content": {DICOM_JSON: {"schema": {"type": "array", "items": {}}}}},
}
_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_OBJECTS: dict[int | str, dict[str, Any]] = {
    **problems(400, 406, 410, 416, 429, 500, 502, 503, 504),
    200: {"description": "One part each.", "content": {RELATED: _BINARY}},
}
_PICTURE: dict[int | str, dict[str, Any]] = {
    **problems(400, 406, 410, 416, 502, 503, 504),
    200: {"description": "A picture.", "content": {"image/jpeg": _BINARY, "image/png": _BINARY}},
}


def _scope(number: Number, desk: DeskOf) -> ReleaseScope:
    """What the one who asks may have of it: nothing that tells of readings while they have to read blindly."""
    desk.given(number)
    try:
        desk.grants.check_sight(number, desk.caller.label)
    except StillBlindError:
        return ReleaseScope(desk.files.engine, number, {FileKind.DICOM})
    return ReleaseScope(desk.files.engine, number, OBJECT_KINDS)


ScopeOf = Annotated[ReleaseScope, Depends(_scope)]


def _study(study_instance_uid: Uid, scope: ScopeOf, request: Request) -> str:
    """A study of the release, noted with its patient."""
    trail_of(request.scope).looked_up = (_note(scope, request, study_instance_uid),)
    return study_instance_uid


def _series(study_instance_uid: Uid, series_instance_uid: Uid, scope: ScopeOf, request: Request) -> list[str]:
    trail_of(request.scope).looked_up = (_note(scope, request, study_instance_uid, series_instance_uid),)
    return [study_instance_uid, series_instance_uid]


def _instance(
    study_instance_uid: Uid, series_instance_uid: Uid, sop_instance_uid: Uid, scope: ScopeOf, request: Request
) -> list[str]:
    file = scope.one(study_instance_uid, series_instance_uid, sop_instance_uid)
    trail_of(request.scope).looked_up = (note_of_file(scope.number, file),)
    return ["studies", study_instance_uid, "series", series_instance_uid, "instances", sop_instance_uid]


def _series_of_study(study: Annotated[str, Depends(_study)], scope: ScopeOf) -> list[str]:
    return [each.series_instance_uid for each in scope.series([study]).get(study, ())]


def _note(scope: ReleaseScope, request: Request, study: str, series: str | None = None) -> Note:
    """Of several objects at once. What is found or described is listed, what is fetched is exported."""
    is_list = request.url.path.endswith(("/series", "/instances", "/metadata"))
    return Note(
        action=Action.LISTED if is_list else Action.EXPORTED,
        kind=Kind.RELEASE,
        object_id=f"{scope.number}/{series or study}",
        pseudonym=scope.check(study),
        study_instance_uid=study,
    )


Study = Annotated[str, Depends(_study)]
Series = Annotated[list[str], Depends(_series)]
SeriesOfStudy = Annotated[list[str], Depends(_series_of_study)]
Instance = Annotated[list[str], Depends(_instance)]
Drawn = Annotated[Rendering, Depends()]


@router.get("/studies", response_class=Response, responses=_FOUND)
async def search_studies_of_release(request: Request, scope: ScopeOf, asked: Asked, archive: ArchiveOf) -> Response:
    """Studies of the release that match."""
    return await search_release(request, archive, scope, "studies", asked)


@router.get("/series", response_class=Response, responses=_FOUND)
async def search_series_of_release(request: Request, scope: ScopeOf, asked: Asked, archive: ArchiveOf) -> Response:
    """Series of the release that match."""
    return await search_release(request, archive, scope, "series", asked)


@router.get("/instances", response_class=Response, responses=_FOUND)
async def search_instances_of_release(request: Request, scope: ScopeOf, asked: Asked, archive: ArchiveOf) -> Response:
    """Objects of the release that match."""
    return await search_release(request, archive, scope, "instances", asked)


@router.get(STUDY_PATH + "/series", response_class=Response, responses=_FOUND)
async def search_series_of_study_of_release(
    request: Request, scope: ScopeOf, study: Study, asked: Asked, archive: ArchiveOf
) -> Response:
    """Series of one study of the release."""
    return await search_release(request, archive, scope, "series", asked, within=[study])


@router.get(STUDY_PATH + "/instances", response_class=Response, responses=_FOUND)
async def search_instances_of_study_of_release(
    request: Request, scope: ScopeOf, study: Study, asked: Asked, archive: ArchiveOf
) -> Response:
    """Objects of one study of the release."""
    return await search_release(request, archive, scope, "instances", asked, within=[study])


@router.get(SERIES_PATH + "/instances", response_class=Response, responses=_FOUND)
async def search_instances_of_series_of_release(
    request: Request, scope: ScopeOf, series: Series, asked: Asked, archive: ArchiveOf
) -> Response:
    """Objects of one series of the release."""
    return await search_release(request, archive, scope, "instances", asked, within=series)


@router.get(STUDY_PATH, response_class=Response, responses=_OBJECTS)
def retrieve_study_of_release(request: Request, scope: ScopeOf, study: Study, desk: DeskOf) -> Response:
    """The objects of a study that are in the release, as they are stored."""
    return _objects(request, desk, scope, scope.objects([study]))


@router.get(SERIES_PATH, response_class=Response, responses=_OBJECTS)
def retrieve_series_of_release(request: Request, scope: ScopeOf, series: Series, desk: DeskOf) -> Response:
    """The objects of a series that are in the release, as they are stored."""
    return _objects(request, desk, scope, scope.objects(series[:1], series[1]))


@router.get(INSTANCE_PATH, response_class=Response, responses=_OBJECTS)
async def retrieve_instance_of_release(
    request: Request, scope: ScopeOf, instance: Instance, archive: ArchiveOf
) -> Response:
    """One object."""
    return await relay_objects(request, archive, instance, prefix=prefix_of(scope.number))


@router.get(STUDY_PATH + "/metadata", response_class=Response, responses=_FOUND)
async def retrieve_study_metadata_of_release(
    request: Request, scope: ScopeOf, study: Study, series: SeriesOfStudy, archive: ArchiveOf
) -> Response:
    """Metadata of the objects of a study that are in the release."""
    return await metadata_of_release(request, archive, scope, study, series)


@router.get(SERIES_PATH + "/metadata", response_class=Response, responses=_FOUND)
async def retrieve_series_metadata_of_release(
    request: Request, scope: ScopeOf, series: Series, archive: ArchiveOf
) -> Response:
    """Metadata of the objects of a series that are in the release."""
    return await metadata_of_release(request, archive, scope, series[0], series[1:])


@router.get(INSTANCE_PATH + "/metadata", response_class=Response, responses=_FOUND)
async def retrieve_instance_metadata_of_release(
    request: Request, scope: ScopeOf, instance: Instance, archive: ArchiveOf
) -> Response:
    """Metadata of one object."""
    return await relay_json(request, archive, [*instance, "metadata"], prefix=prefix_of(scope.number))


@router.get(FRAMES_PATH, response_class=Response, responses=_OBJECTS)
async def retrieve_frames_of_release(
    request: Request, scope: ScopeOf, instance: Instance, frames: Frames, archive: ArchiveOf
) -> Response:
    """Frames of one object; compressed ones need `transfer-syntax=*` in `Accept`."""
    return await relay_objects(request, archive, [*instance, "frames", frames], prefix=prefix_of(scope.number))


@router.get(INSTANCE_PATH + "/bulk/{attribute:path}", response_class=Response, responses=_OBJECTS)
async def retrieve_bulk_data_of_release(
    request: Request, scope: ScopeOf, instance: Instance, attribute: Attribute, archive: ArchiveOf
) -> Response:
    """One large value of one object, as its `BulkDataURI` names it."""
    path = [*instance, "bulk", *attribute.split("/")]
    return await relay_objects(request, archive, path, prefix=prefix_of(scope.number))


@router.get(INSTANCE_PATH + "/rendered", response_class=Response, responses=_PICTURE)
async def retrieve_rendered_instance_of_release(
    request: Request, scope: ScopeOf, instance: Instance, drawn: Drawn, archive: ArchiveOf
) -> Response:
    """An object as a picture."""
    path = [*instance, "rendered"]
    return await relay_objects(request, archive, path, drawn.query, prefix=prefix_of(scope.number))


@router.get(FRAMES_PATH + "/rendered", response_class=Response, responses=_PICTURE)
async def retrieve_rendered_frame_of_release(
    request: Request, *, scope: ScopeOf, instance: Instance, frame: Frame, drawn: Drawn, archive: ArchiveOf
) -> Response:
    """A frame as a picture."""
    path = [*instance, "frames", frame, "rendered"]
    return await relay_objects(request, archive, path, drawn.query, prefix=prefix_of(scope.number))


def _objects(request: Request, desk: DeskOf, scope: ReleaseScope, found: Sequence[FileRecord]) -> Response:
    if not found:
        raise NoSuchReleaseFileError
    check_accepts_stored(request.headers.get("accept"))
    boundary = new_boundary()
    place = desk.parts.file_places.take(desk.caller.label)
    with place.given_back_on_failure():
        release = desk.files.ready(scope.number)
        files = one_by_one(release, found, desk.files, desk.content)
        pieces = begun(desk.while_given(release, place.reading(parts(files, boundary))))
    return ClosingStream(pieces, source=place, status_code=HTTPStatus.OK, headers={}, media_type=content_type(boundary))
