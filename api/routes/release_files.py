"""The files of a release: listed, one by one with checksums and ranges, and all in one stream."""

import base64
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from types import MappingProxyType
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from annotation.audit import Action, Kind, Note
from api.access import ANYBODY
from api.audit_trail import trail_of
from api.openapi import problems
from api.pagination import PageAsked, PageOut, page_out
from api.places import Place
from api.ranges import cut, is_unchanged, wanted_bytes
from api.release_desk import DeskOf, ReleaseDesk
from api.routes.files import Asked, Conditions
from api.schemas.releases import BundleIn, FilePath, Number, ReleaseFileOut
from api.streaming import ClosingStream, begun
from storage.releases.archive import ArchiveFormat, archive, archive_name, bundle
from storage.releases.layout import MANIFEST
from storage.releases.reading_ahead import checked
from storage.releases.records import FileKind, FileRecord

router = APIRouter(prefix="/releases/{number}", tags=["releases"], responses=problems(401, 403, 404, 409, 422, 503))

OF_READINGS = frozenset({FileKind.TABLE, FileKind.SR, FileKind.MASK, FileKind.BAG})
"""Kinds of files that can tell of a reading."""

MEDIA_TYPES = MappingProxyType(
    {
        "dcm": "application/dicom",
        "gz": "application/gzip",
        "json": "application/json",
        "csv": "text/csv",
        "parquet": "application/vnd.apache.parquet",
        "md": "text/markdown",
        "txt": "text/plain",
    }
)
OCTETS = "application/octet-stream"
ARCHIVE_TYPES = MappingProxyType({ArchiveFormat.TAR: "application/x-tar", ArchiveFormat.ZIP: "application/zip"})
WHOLE_BYTES = 2 << 20
"""Files up to this size are read whole, and checked, before the answer begins."""

BYTES = {"schema": {"type": "string", "format": "binary"}}
RESPONSES = {
    **problems(410, 416, 429, 500),
    200: {"description": "The whole file; `ETag` is its SHA-256.", "content": {"application/octet-stream": BYTES}},
    206: {"description": "The bytes of one `Range`.", "content": {"application/octet-stream": {}}},
    304: {"description": "`If-None-Match` names the file that the client has."},
}
OfKind = Annotated[FileKind | None, Query(description="Only of this kind.")]


@router.get("/files", dependencies=[ANYBODY])
def list_release_files(number: Number, desk: DeskOf, page: PageAsked, kind: OfKind = None) -> PageOut[ReleaseFileOut]:
    """Files by path, with sizes and checksums; none that tell of readings for who reads a study of it blindly."""
    desk.given(number)
    hidden = OF_READINGS if desk.grants.blind_to([number], desk.caller.label) else frozenset()
    after = page.after("release_files")
    found = desk.files.page(number, limit=page.limit, after=after, kind=kind, without=hidden)
    return page_out("release_files", found, lambda file: ReleaseFileOut.of(number, file))


@router.get("/manifest", response_class=Response, responses=RESPONSES, dependencies=[ANYBODY])
def read_release_manifest(number: Number, desk: DeskOf, request: Request, asked: Asked) -> Response:
    """The manifest, which lists every file; `ETag` is its SHA-256 as the release has it."""
    return _given(number, MANIFEST, desk, request, asked)


@router.get("/files/{path:path}", response_class=Response, responses=RESPONSES, dependencies=[ANYBODY])
def read_release_file(number: Number, path: FilePath, desk: DeskOf, request: Request, asked: Asked) -> Response:
    """One file, streamed; resume with `Range` and `If-Range`. 410 says that its patient was erased."""
    return _given(number, path, desk, request, asked)


@router.head("/files/{path:path}", response_class=Response, include_in_schema=False, dependencies=[ANYBODY])
def head_release_file(number: Number, path: FilePath, desk: DeskOf, request: Request, asked: Asked) -> Response:
    """What a GET would say of the file."""
    file = _found(number, path, desk, request)
    if is_unchanged(asked.if_none_match, _etag(file)):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={"ETag": _etag(file)})
    return Response(headers=_headers(file), media_type=_media_type(file))


@router.get(
    "/archive",
    response_class=Response,
    responses=problems(429, 500)
    | {200: {"description": "The bag.", "content": dict.fromkeys(ARCHIVE_TYPES.values(), BYTES)}},
    dependencies=[ANYBODY],
)
def read_release_archive(
    number: Number,
    desk: DeskOf,
    request: Request,
    wanted: Annotated[ArchiveFormat, Query(alias="format", description="Stored, not deflated.")] = ArchiveFormat.TAR,
) -> Response:
    """All files in one stream, for browsers. It cannot be resumed: fetch file by file for that."""
    found = desk.given_with_readings(number)
    trail_of(request.scope).looked_up = tuple(_notes_of_all(number, desk.files.patients(number)))
    place = desk.parts.archive_places.take(desk.caller.label)
    name = f"{archive_name(number)}.{wanted.value}"
    return _streamed(
        desk.while_given(found, place.reading(archive(found, wanted, desk.files, desk.content))),
        place,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
        media_type=ARCHIVE_TYPES[wanted],
    )


@router.post(
    "/bundle",
    response_class=Response,
    responses=problems(410, 429, 500) | {200: {"description": "Their bytes.", "content": {OCTETS: BYTES}}},
    dependencies=[ANYBODY],
)
def read_release_bundle(number: Number, desk: DeskOf, request: Request, body: BundleIn) -> Response:
    """The bytes of some files, one after the other, as the list gives their sizes and checksums.

    For many small files, faster than one by one. Each is noted as given.
    """
    release = desk.given(number)
    found = desk.files.some(number, body.paths)
    if any(file.kind in OF_READINGS for file in found):
        desk.grants.check_sight(number, desk.caller.label)
    trail_of(request.scope).looked_up = tuple(note_of_file(number, file) for file in found)
    place = desk.parts.file_places.take(desk.caller.label)
    pieces = desk.while_given(release, place.reading(bundle(release, found, desk.files, desk.content)))
    size = sum(file.size for file in found)
    return _streamed(pieces, place, headers={"Content-Length": str(size)}, media_type=OCTETS)


def _given(number: int, path: str, desk: ReleaseDesk, request: Request, asked: Conditions) -> Response:
    file = _found(number, path, desk, request)
    if is_unchanged(asked.if_none_match, _etag(file)):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={"ETag": _etag(file)})
    wanted = wanted_bytes(asked.wanted, asked.if_range, _etag(file), file.size)
    part = {} if wanted is None else _part(file, wanted)
    status = HTTPStatus.OK if wanted is None else HTTPStatus.PARTIAL_CONTENT
    place = desk.parts.file_places.take(desk.caller.label)
    with place.given_back_on_failure():
        if file.size <= WHOLE_BYTES:
            content = _whole(number, file, desk)
            place.close()
            given = content if wanted is None else content[wanted.start : wanted.stop]
            return Response(given, status_code=status, headers=_headers(file) | part, media_type=_media_type(file))
        pieces = desk.while_file_given(number, file, place.reading(_pieces(number, file, desk, wanted)))
    return _streamed(pieces, place, headers=_headers(file) | part, media_type=_media_type(file), status=status)


def _part(file: FileRecord, wanted: range) -> dict[str, str]:
    return {
        "Content-Length": str(len(wanted)),
        "Content-Range": f"bytes {wanted.start}-{wanted.stop - 1}/{file.size}",
    }


def _whole(number: int, file: FileRecord, desk: ReleaseDesk) -> bytes:
    """A small file is checked before anything of it is sent. Raises AlteredFileError."""
    return b"".join(checked(file, iter((desk.content.whole(number, file),))))


def _found(number: int, path: str, desk: ReleaseDesk, request: Request) -> FileRecord:
    """The file, noted as what this request is about: which release, whose, and which of its files."""
    desk.check_may_have(number)
    file = desk.files.one(number, path)
    if file.kind in OF_READINGS:
        desk.grants.check_sight(number, desk.caller.label)
    trail_of(request.scope).looked_up = (note_of_file(number, file),)
    return file


def note_of_file(number: int, file: FileRecord) -> Note:
    """That one of its files is given."""
    return Note(
        action=Action.EXPORTED,
        kind=Kind.RELEASE,
        object_id=f"{number}/{file.sop_instance_uid or file.sha256[:40]}",
        pseudonym=file.pseudonym,
        study_instance_uid=file.study_instance_uid,
    )


def _notes_of_all(number: int, patients: Sequence[str]) -> Iterator[Note]:
    """That all of it is given, and so what it has of each patient; one for each file would be too many."""
    for pseudonym in (None, *patients):
        yield Note(action=Action.EXPORTED, kind=Kind.RELEASE, object_id=str(number), pseudonym=pseudonym)


def _pieces(number: int, file: FileRecord, desk: ReleaseDesk, wanted: range | None) -> Iterator[bytes]:
    if wanted is None:
        return desk.content.read(number, file)
    if file.orthanc_id is None:
        return cut(desk.content.read(number, file, wanted.start), range(len(wanted)))
    return cut(desk.content.read(number, file), wanted)


def _streamed(
    pieces: Iterator[bytes],
    place: Place,
    *,
    headers: dict[str, str],
    media_type: str,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    """The place is given back whatever happens, and the source with it."""
    with place.given_back_on_failure():
        first = begun(pieces)
    return ClosingStream(first, source=place, status_code=status, headers=headers, media_type=media_type)


def _etag(file: FileRecord) -> str:
    return f'"{file.sha256}"'


def _headers(file: FileRecord) -> dict[str, str]:
    digest = base64.b64encode(bytes.fromhex(file.sha256)).decode()
    return {
        "ETag": _etag(file),
        "Content-Length": str(file.size),
        "Content-Disposition": f'attachment; filename="{file.path.rsplit("/", 1)[-1]}"',
        "Accept-Ranges": "bytes",
        "Repr-Digest": f"sha-256=:{digest}:",
    }


def _media_type(file: FileRecord) -> str:
    return MEDIA_TYPES.get(file.path.rsplit(".", 1)[-1], "application/octet-stream")
