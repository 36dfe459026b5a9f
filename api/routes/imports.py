"""Reports, segmentations and contours made elsewhere, as drafts of the one who imports them. For radiologists.

What an object says is never signed by this: every value waits to be confirmed. The log says nothing of the object.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.status import HTTP_200_OK, HTTP_201_CREATED

from annotation.audit import Kind
from annotation.importing.drafting import Imported
from annotation.importing.importing import import_file, import_stored
from annotation.importing.proposals import MOST_PARTS
from api.access import RECORDING
from api.audit_trail import trail_of
from api.authentication import Reader
from api.importing import read_whole
from api.limits import DICOM
from api.openapi import problems
from api.schemas.catalogue import INSTANCE_UID
from api.schemas.imports import ImportOut, chosen
from api.services import ImportingOf
from api.work import WriteUow, utc_now

router = APIRouter(tags=["imports"], dependencies=[RECORDING])

_RESPONSES: dict[int | str, dict[str, Any]] = {
    HTTP_200_OK: {"description": "No draft was made; why, is said of each part."},
    HTTP_201_CREATED: {"description": "Drafts were made."},
    **problems(400, 404, 409, 413, 415, 422, 500, 503),
}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "One DICOM file (PS3.10), not compressed: TID 1500 report, segmentation, or RT structure set.",
        "content": {DICOM: {"schema": {"type": "string", "format": "binary"}}},
    }
}

Lesions = Annotated[
    list[str],
    Query(
        alias="lesion",
        max_length=MOST_PARTS,
        description="Which lesion a part is about: the number of the part, a colon, and the lesion_id.",
    ),
]


@router.post("/imports", status_code=HTTP_201_CREATED, responses=_RESPONSES, openapi_extra=_BODY)
async def import_object(
    *,
    request: Request,
    response: Response,
    reader: Reader,
    uow: WriteUow,
    importing: ImportingOf,
    lesions: Lesions = [],  # noqa: B006 - FastAPI copies it
) -> ImportOut:
    """Make drafts of an object about a study of this node, which names its patient by the pseudonym alone."""
    choices = chosen(lesions)
    file = await read_whole(request.stream())
    imported = await importing.in_thread(
        lambda: import_file(file, choices, by=reader.label, now=utc_now, registry=importing.registry, uow=uow)
    )
    return _answered(imported, request, response)


@router.post("/imports/{sop_instance_uid}", status_code=HTTP_201_CREATED, responses=_RESPONSES)
async def import_stored_object(
    *,
    request: Request,
    response: Response,
    reader: Reader,
    uow: WriteUow,
    importing: ImportingOf,
    sop_instance_uid: Annotated[str, Path(max_length=64, examples=[INSTANCE_UID])],
    lesions: Lesions = [],  # noqa: B006 - FastAPI copies it
) -> ImportOut:
    """Make drafts of an object that came through the door."""
    choices = chosen(lesions)
    imported = await importing.in_thread(
        lambda: import_stored(
            sop_instance_uid, choices, by=reader.label, now=utc_now, registry=importing.registry, uow=uow
        )
    )
    return _answered(imported, request, response)


def _answered(imported: Imported, request: Request, response: Response) -> ImportOut:
    trail_of(request.scope).named.append((Kind.STUDY, imported.source.study_instance_uid))
    if not imported.drafts:
        response.status_code = HTTP_200_OK
    return ImportOut.of(imported)
