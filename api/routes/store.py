"""STOW-RS (PS3.18 10.5): DICOM objects uploaded by HTTP, relayed one by one to the door as they come."""

import logging
from collections.abc import Iterator
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect

from api.access import SENDING
from api.errors import (
    MalformedUploadError,
    NotAcceptableError,
    NotADicomUploadError,
    TooManyPartsError,
)
from api.intake import PROCESSING_FAILURE, Fate, Intake
from api.multipart import ContentType, MultipartReader, Part, read_content_type
from api.negotiated import accepts
from api.openapi import problems
from api.problems import RETRY_AFTER_S, problem
from api.services import UploadsOf
from api.store_answer import DICOM_JSON, body_of, counted, status_of

log = logging.getLogger(__name__)

DICOM, RELATED = "application/dicom", "multipart/related"
MOST_PARTS = 100_000
_OF_METADATA = ("application/dicom+json", "application/dicom+xml")
_LONGEST_UID = 64

router = APIRouter(tags=["dicomweb"])

_OUTCOMES = {
    "content": {DICOM_JSON: {"schema": {"type": "object", "description": "Store Instances Response Module"}}},
}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    **problems(400, 401, 406, 413, 415, 503),
    200: {"description": "All objects are stored.", **_OUTCOMES},
    202: {"description": "Some objects are stored; the others are named with the reason.", **_OUTCOMES},
    409: {"description": "No object is stored; each is named with the reason.", **_OUTCOMES},
}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": 'Each part one DICOM file (PS3.10) of type `application/dicom`; `type="application/dicom"`.',
        "content": {
            RELATED: {"schema": {"type": "array", "items": {"type": "string", "format": "binary"}}},
            DICOM: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


def _acceptable(request: Request) -> None:
    """Raises NotAcceptableError before anything is read."""
    if not accepts(request.headers.get("accept"), DICOM_JSON, "application/json"):
        raise NotAcceptableError(f"the answer is {DICOM_JSON}")


@router.post(
    "/studies",
    response_class=Response,
    responses=_RESPONSES,
    openapi_extra=_BODY,
    dependencies=[SENDING, Depends(_acceptable)],
)
async def store_instances(request: Request, uploads: UploadsOf) -> Response:
    """Upload objects of any study; they are pseudonymised like those that come by C-STORE."""
    return await _store(request, uploads, None)


@router.post(
    "/studies/{study_instance_uid}",
    response_class=Response,
    responses=_RESPONSES | problems(422),
    openapi_extra=_BODY,
    dependencies=[SENDING, Depends(_acceptable)],
)
async def store_study_instances(
    request: Request,
    uploads: UploadsOf,
    study_instance_uid: Annotated[str, Path(description="As in the objects that are sent.")],
) -> Response:
    """Upload objects of one study; those of another fail."""
    if not 0 < len(study_instance_uid) <= _LONGEST_UID or set(study_instance_uid) - set("0123456789."):
        raise MalformedUploadError("the path does not name a study by its UID")
    return await _store(request, uploads, study_instance_uid)


async def _store(request: Request, uploads: UploadsOf, study: str | None) -> Response:
    kind = _checked(read_content_type(request.headers.get("content-type")))
    try:
        fates = await uploads.read_in_thread(
            request.stream(), lambda pieces: _receive(_parts(pieces, kind), uploads.intake, study)
        )
    except ClientDisconnect:
        log.info("an upload was broken off")
        return problem(HTTPStatus.BAD_REQUEST, "the body is not whole")
    log.info("upload: %s", counted(fates))
    status = status_of(fates)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return problem(status, "nothing can be stored at present", headers={"Retry-After": str(RETRY_AFTER_S)})
    return JSONResponse(body_of(fates), status_code=status, media_type=DICOM_JSON)


def _checked(kind: ContentType) -> ContentType:
    if kind.media_type == DICOM:
        return kind
    if kind.media_type in _OF_METADATA or kind.type in _OF_METADATA:
        raise NotADicomUploadError("metadata with bulk data is not supported: send DICOM files, application/dicom")
    if kind.media_type != RELATED or kind.type not in {None, DICOM}:
        raise NotADicomUploadError('send multipart/related; type="application/dicom", or application/dicom')
    if kind.boundary is None:
        raise MalformedUploadError("the Content-Type names no boundary")
    return kind


def _parts(pieces: Iterator[bytes], kind: ContentType) -> Iterator[Part]:
    if kind.media_type == DICOM:
        return iter([Part(DICOM, pieces)])
    return iter(MultipartReader(pieces, kind.boundary or ""))


def _receive(parts: Iterator[Part], intake: Intake, study: str | None) -> list[Fate]:
    """Relay the parts. What is malformed after objects were stored is a failure beside them."""
    fates: list[Fate] = []
    with intake.open(study) as relay:
        try:
            for part in parts:
                if len(fates) == MOST_PARTS:
                    raise TooManyPartsError(
                        f"more than {MOST_PARTS} parts; those are dealt with, send the others again"
                    )
                fates.append(
                    relay.store(part.content) if part.media_type in {None, DICOM} else Fate(status=PROCESSING_FAILURE)
                )
                if fates[0].is_passing and len(fates) == 1:
                    break  # the door is closed: the client need not send the rest
        except MalformedUploadError:
            if not any(fate.is_stored for fate in fates):
                raise
            fates.append(Fate(status=PROCESSING_FAILURE))
    if not fates:
        raise MalformedUploadError("the body has no part")
    return fates
