"""WADO-RS (PS3.18 10.4): objects, metadata, frames, bulk data and pictures, for any role that reads images."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response

from api.access import IMAGES
from api.dicomweb.answers import DICOM_JSON, RELATED
from api.dicomweb.rendering import Rendering, Thumbnail
from api.dicomweb.retrieving import relay_json, relay_objects
from api.dicomweb.visibility import SeenStudy, Uid
from api.openapi import problems
from api.services import ArchiveOf

router = APIRouter(tags=["dicomweb"], dependencies=[IMAGES])

STUDY_PATH = "/studies/{study_instance_uid}"
SERIES_PATH = STUDY_PATH + "/series/{series_instance_uid}"
INSTANCE_PATH = SERIES_PATH + "/instances/{sop_instance_uid}"
FRAMES_PATH = INSTANCE_PATH + "/frames/{frames}"

_PROBLEMS = problems(400, 401, 404, 422, 502, 503, 504)
_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_OBJECTS: dict[int | str, dict[str, Any]] = {
    **_PROBLEMS,
    **problems(406, 416),
    200: {"description": "One part each, in the form that `Accept` names.", "content": {RELATED: _BINARY}},
}
_PICTURE: dict[int | str, dict[str, Any]] = {
    **_PROBLEMS,
    **problems(406, 416),
    200: {"description": "A picture.", "content": {"image/jpeg": _BINARY, "image/png": _BINARY}},
}
_METADATA: dict[int | str, dict[str, Any]] = {
    **_PROBLEMS,
    **problems(406),
    200: {
        "description": "Everything but the pixels; large values by `BulkDataURI`.",
        "content": {DICOM_JSON: {"schema": {"type": "array", "items": {}}}},
    },
}


# These do nothing that blocks: a thread for each would cost more than they do.
async def _study(study: SeenStudy) -> list[str]:
    return ["studies", study]


async def _series(study: SeenStudy, series_instance_uid: Uid) -> list[str]:
    return ["studies", study, "series", series_instance_uid]


async def _instance(study: SeenStudy, series_instance_uid: Uid, sop_instance_uid: Uid) -> list[str]:
    return ["studies", study, "series", series_instance_uid, "instances", sop_instance_uid]


Study = Annotated[list[str], Depends(_study)]
Series = Annotated[list[str], Depends(_series)]
Instance = Annotated[list[str], Depends(_instance)]
Frames = Annotated[
    str, Path(pattern=r"^[1-9][0-9]{0,8}(,[1-9][0-9]{0,8})*$", max_length=8000, description="From 1.", examples=["1,2"])
]
Frame = Annotated[str, Path(alias="frames", pattern=r"^[1-9][0-9]{0,8}$", description="From 1.", examples=["1"])]
Attribute = Annotated[
    str,
    Path(
        pattern=r"^[0-9A-Fa-f]{8}(/[1-9][0-9]{0,8}/[0-9A-Fa-f]{8})*$",
        max_length=1000,
        description="As in `BulkDataURI`: a number, or sequence, item and number.",
        examples=["7fe00010"],
    ),
]
Drawn = Annotated[Rendering, Depends()]
Small = Annotated[Thumbnail, Depends()]
Answer = Callable[..., Awaitable[Response]]


def _get(path: str, responses: dict[int | str, dict[str, Any]]) -> Callable[[Answer], Answer]:
    return router.get(path, response_class=Response, responses=responses)


@_get(STUDY_PATH, _OBJECTS)
async def retrieve_study(request: Request, study: Study, archive: ArchiveOf) -> Response:
    """All objects of a study."""
    return await relay_objects(request, archive, study)


@_get(SERIES_PATH, _OBJECTS)
async def retrieve_series(request: Request, series: Series, archive: ArchiveOf) -> Response:
    """All objects of a series."""
    return await relay_objects(request, archive, series)


@_get(INSTANCE_PATH, _OBJECTS)
async def retrieve_instance(request: Request, instance: Instance, archive: ArchiveOf) -> Response:
    """One object."""
    return await relay_objects(request, archive, instance)


@_get(STUDY_PATH + "/metadata", _METADATA)
async def retrieve_study_metadata(request: Request, study: Study, archive: ArchiveOf) -> Response:
    """Metadata of all objects of a study."""
    return await relay_json(request, archive, [*study, "metadata"])


@_get(SERIES_PATH + "/metadata", _METADATA)
async def retrieve_series_metadata(request: Request, series: Series, archive: ArchiveOf) -> Response:
    """Metadata of all objects of a series."""
    return await relay_json(request, archive, [*series, "metadata"])


@_get(INSTANCE_PATH + "/metadata", _METADATA)
async def retrieve_instance_metadata(request: Request, instance: Instance, archive: ArchiveOf) -> Response:
    """Metadata of one object."""
    return await relay_json(request, archive, [*instance, "metadata"])


@_get(FRAMES_PATH, _OBJECTS)
async def retrieve_frames(request: Request, instance: Instance, frames: Frames, archive: ArchiveOf) -> Response:
    """Frames of one object; compressed ones need `transfer-syntax=*` in `Accept`."""
    return await relay_objects(request, archive, [*instance, "frames", frames])


@_get(INSTANCE_PATH + "/bulk/{attribute:path}", _OBJECTS)
async def retrieve_bulk_data(
    request: Request, instance: Instance, attribute: Attribute, archive: ArchiveOf
) -> Response:
    """One large value of one object, as its `BulkDataURI` names it."""
    return await relay_objects(request, archive, [*instance, "bulk", *attribute.split("/")])


@_get(STUDY_PATH + "/rendered", _PICTURE)
async def retrieve_rendered_study(request: Request, study: Study, drawn: Drawn, archive: ArchiveOf) -> Response:
    """A study as a picture."""
    return await relay_objects(request, archive, [*study, "rendered"], drawn.query)


@_get(SERIES_PATH + "/rendered", _PICTURE)
async def retrieve_rendered_series(request: Request, series: Series, drawn: Drawn, archive: ArchiveOf) -> Response:
    """A series as a picture."""
    return await relay_objects(request, archive, [*series, "rendered"], drawn.query)


@_get(INSTANCE_PATH + "/rendered", _PICTURE)
async def retrieve_rendered_instance(
    request: Request, instance: Instance, drawn: Drawn, archive: ArchiveOf
) -> Response:
    """An object as a picture."""
    return await relay_objects(request, archive, [*instance, "rendered"], drawn.query)


@_get(FRAMES_PATH + "/rendered", _PICTURE)
async def retrieve_rendered_frame(
    request: Request, instance: Instance, frame: Frame, drawn: Drawn, archive: ArchiveOf
) -> Response:
    """A frame as a picture."""
    return await relay_objects(request, archive, [*instance, "frames", frame, "rendered"], drawn.query)


# Older image stores make no thumbnails; a small picture is one.
@_get(STUDY_PATH + "/thumbnail", _PICTURE)
async def retrieve_study_thumbnail(request: Request, study: Study, small: Small, archive: ArchiveOf) -> Response:
    """A small picture of a study."""
    return await relay_objects(request, archive, [*study, "rendered"], small.query)


@_get(SERIES_PATH + "/thumbnail", _PICTURE)
async def retrieve_series_thumbnail(request: Request, series: Series, small: Small, archive: ArchiveOf) -> Response:
    """A small picture of a series."""
    return await relay_objects(request, archive, [*series, "rendered"], small.query)


@_get(INSTANCE_PATH + "/thumbnail", _PICTURE)
async def retrieve_instance_thumbnail(
    request: Request, instance: Instance, small: Small, archive: ArchiveOf
) -> Response:
    """A small picture of an object."""
    return await relay_objects(request, archive, [*instance, "rendered"], small.query)


@_get(FRAMES_PATH + "/thumbnail", _PICTURE)
async def retrieve_frame_thumbnail(
    request: Request, instance: Instance, frame: Frame, small: Small, archive: ArchiveOf
) -> Response:
    """A small picture of a frame."""
    return await relay_objects(request, archive, [*instance, "frames", frame, "rendered"], small.query)
