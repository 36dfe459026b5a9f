"""The files themselves: DICOM Part 10, whole or in part, to be checked against the ledger's SHA-256."""

import base64
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Response

from api.access import IMAGES
from api.openapi import problems
from api.ranges import cut, is_unchanged, wanted_bytes
from api.schemas.catalogue import Uid
from api.services import CatalogueOf, ImagesOf
from api.streaming import ClosingStream, begun
from storage.catalogue_records import ObjectRecord

DICOM = "application/dicom"
FILE_PATH = "/instances/{sop_instance_uid}/file"

router = APIRouter(tags=["files"])

RESPONSES = {
    **problems(401, 404, 416, 422, 500, 503),
    200: {
        "description": "The whole file; `ETag` is its SHA-256.",
        "content": {DICOM: {"schema": {"type": "string", "format": "binary"}}},
    },
    206: {"description": "The bytes of one `Range`.", "content": {DICOM: {}}},
    304: {"description": "`If-None-Match` names the file that the client has."},
}


class Conditions:
    """What a request says about the file that the client has, and the part that it wants."""

    def __init__(
        self,
        if_none_match: Annotated[str | None, Header()] = None,
        if_range: Annotated[str | None, Header()] = None,
        wanted: Annotated[str | None, Header(alias="Range", examples=["bytes=524288-"])] = None,
    ) -> None:
        self.if_none_match = if_none_match
        self.if_range = if_range
        self.wanted = wanted


Asked = Annotated[Conditions, Depends()]


@router.get(FILE_PATH, response_class=Response, responses=RESPONSES, dependencies=[IMAGES])
def read_instance_file(sop_instance_uid: Uid, catalogue: CatalogueOf, images: ImagesOf, asked: Asked) -> Response:
    """One object as a file, streamed; resume with `Range` and `If-Range`."""
    record = catalogue.object(sop_instance_uid)
    if is_unchanged(asked.if_none_match, _etag(record)):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={"ETag": _etag(record)})
    wanted = wanted_bytes(asked.wanted, asked.if_range, _etag(record), record.size)
    source = images.read(record.orthanc_id)
    pieces = begun(source if wanted is None else cut(source, wanted))
    part = {} if wanted is None else _part(wanted, record.size)
    return ClosingStream(
        pieces,
        source=source,
        status_code=HTTPStatus.OK if wanted is None else HTTPStatus.PARTIAL_CONTENT,
        headers=_headers(record) | part,
        media_type=DICOM,
    )


@router.head(FILE_PATH, response_class=Response, include_in_schema=False, dependencies=[IMAGES])
def head_instance_file(sop_instance_uid: Uid, catalogue: CatalogueOf, asked: Asked) -> Response:
    """What a GET would say of the file, without asking the image store."""
    record = catalogue.object(sop_instance_uid)
    if is_unchanged(asked.if_none_match, _etag(record)):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={"ETag": _etag(record)})
    return Response(headers=_headers(record), media_type=DICOM)


def _etag(record: ObjectRecord) -> str:
    return f'"{record.sha256}"'


def _headers(record: ObjectRecord) -> dict[str, str]:
    digest = base64.b64encode(bytes.fromhex(record.sha256)).decode()
    return {
        "ETag": _etag(record),
        "Content-Length": str(record.size),
        "Content-Disposition": f'attachment; filename="{record.sop_instance_uid}.dcm"',
        "Accept-Ranges": "bytes",
        "Repr-Digest": f"sha-256=:{digest}:",
    }


def _part(wanted: range, size: int) -> dict[str, str]:
    return {
        "Content-Length": str(len(wanted)),
        "Content-Range": f"bytes {wanted.start}-{wanted.stop - 1}/{size}",
    }
