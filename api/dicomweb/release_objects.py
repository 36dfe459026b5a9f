"""Several objects of a release in one multipart answer, as they are stored and checked against the release's sums."""

import secrets
from collections.abc import Iterator

from api.errors import NotAcceptableError
from storage.releases.records import FileRecord

DICOM = "application/dicom"
_HEADERS = b"Content-Type: application/dicom\r\n\r\n"


def check_accepts_stored(header: str | None) -> None:
    """Raises NotAcceptableError for one who wants other forms: several objects are given as they are stored."""
    if header is None or not header.strip():
        return
    for item in header.lower().split(","):
        kind, *parameters = (piece.strip() for piece in item.split(";"))
        given = dict(piece.replace('"', "").split("=", 1) for piece in parameters if "=" in piece)
        takes_kind = kind in {"*/*", "multipart/*", "multipart/related"} and given.get("type", DICOM) in {DICOM, "*/*"}
        if takes_kind and given.get("transfer-syntax", "*") == "*":
            return
    raise NotAcceptableError('several objects are given as multipart/related; type="application/dicom", as stored')


def new_boundary() -> str:
    return secrets.token_hex(16)


def content_type(boundary: str) -> str:
    return f'multipart/related; type="{DICOM}"; boundary={boundary}'


def parts(files: Iterator[tuple[FileRecord, Iterator[bytes]]], boundary: str) -> Iterator[bytes]:
    """One part each (RFC 2046 5.1)."""
    between = f"--{boundary}\r\n".encode()
    for _, pieces in files:
        yield between + _HEADERS
        yield from pieces
        between = f"\r\n--{boundary}\r\n".encode()
    yield f"\r\n--{boundary}--\r\n".encode()
