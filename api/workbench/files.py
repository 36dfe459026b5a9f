"""Where the workbench's files are, and one of them as an answer: with an ETag, asked about each time."""

import hashlib
import re
from http import HTTPStatus
from pathlib import Path
from types import MappingProxyType

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

MEDIA_TYPES = MappingProxyType(
    {
        ".css": "text/css; charset=utf-8",
        ".html": "text/html; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".json": "application/json",
        ".png": "image/png",
        ".svg": "image/svg+xml",
        ".woff2": "font/woff2",
    }
)
"""What is served at all, and as what: browsers are told not to guess."""

ALWAYS_ASKED = "no-cache"
"""Kept, but asked about before each use, so that an update is seen at once."""

_PART = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_MOST_PARTS = 8


def workbench_folder() -> Path:
    """In a wheel inside this package, in a checkout beside it."""
    here = Path(__file__).parent
    inside = here / "web"
    return inside if inside.is_dir() else here.parents[1] / "web"


def file_in(folder: Path, path: str) -> Path:
    """A file of a kind that is served, at a path that was received. Raises HTTPException (404) for all else."""
    parts = path.split("/")
    if len(parts) <= _MOST_PARTS and all(_PART.fullmatch(part) for part in parts):
        file = folder.joinpath(*parts)
        if file.suffix in MEDIA_TYPES and file.is_file():
            return file
    raise HTTPException(HTTPStatus.NOT_FOUND, "there is no such page")


def file_answer(request: Request, file: Path, headers: dict[str, str]) -> Response:
    """The file, or 304 for a browser that has it."""
    content = file.read_bytes()
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    told = {"ETag": tag, "Cache-Control": ALWAYS_ASKED, **headers}
    if tag in (each.strip().removeprefix("W/") for each in request.headers.get("If-None-Match", "").split(",")):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=told)
    return Response(content, media_type=MEDIA_TYPES[file.suffix], headers=told)
