"""OHIF's files, as set-up unpacked them: which there are, and one of them as an answer."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from types import MappingProxyType

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from api.viewer.policy import DECODER, SCRIPT

MARK = "installed.json"
"""Written last by set-up (`osteon.ohif`): without it, the folder is not whole."""

MEDIA_TYPES = MappingProxyType(
    {
        ".css": "text/css; charset=utf-8",
        ".ico": "image/x-icon",
        ".js": "text/javascript; charset=utf-8",
        ".json": "application/json",
        ".png": "image/png",
        ".svg": "image/svg+xml",
        ".wasm": "application/wasm",
        ".woff2": "font/woff2",
    }
)

FOREVER = "public, max-age=31536000, immutable"
ALWAYS_ASKED = "no-cache"
_HASHED = re.compile(r"(^|\.)[0-9a-f]{16}\.")
_DECODER = re.compile(r"8097\.bundle\.[0-9a-f]+\.js")
"""The pinned version's worker that decodes images; a browser test decodes with it."""
_MAIN = re.compile(r"app\.bundle\.[0-9a-f]+\.js")


@dataclass(frozen=True, slots=True)
class Package:
    """What is there, by the path at which it is asked for."""

    files: Mapping[str, Path]

    @property
    def main_script(self) -> str | None:
        """Its name holds a checksum, which changes with the version."""
        return next((path for path in self.files if _MAIN.fullmatch(path.removeprefix("/"))), None)


def read_package(folder: Path) -> Package:
    """Empty where the viewer was not set up."""
    if not (folder / MARK).is_file():
        return Package({})
    found = (file for file in folder.rglob("*") if file.suffix in MEDIA_TYPES and file.name != MARK)
    return Package(MappingProxyType({f"/{file.relative_to(folder).as_posix()}": file for file in found}))


def file_answer(request: Request, file: Path) -> Response:
    """The file, compressed as set-up did, for who takes that; kept for good where its name holds a checksum."""
    headers = {
        "Cache-Control": FOREVER if _HASHED.search(file.name) else ALWAYS_ASKED,
        "Content-Security-Policy": DECODER if _DECODER.fullmatch(file.name) else SCRIPT,
        "Vary": "Accept-Encoding",
    }
    sent = file
    packed = file.with_name(f"{file.name}.gz")
    if packed.is_file() and _takes_gzip(request):
        sent = packed
        headers["Content-Encoding"] = "gzip"
    answer = FileResponse(sent, media_type=MEDIA_TYPES[file.suffix], headers=headers, stat_result=sent.stat())
    if answer.headers["ETag"] in _known(request):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers | {"ETag": answer.headers["ETag"]})
    return answer


def _takes_gzip(request: Request) -> bool:
    for each in request.headers.get("Accept-Encoding", "").split(","):
        name, _, quality = each.partition(";")
        if name.strip() in {"gzip", "*"}:
            return not re.fullmatch(r"\s*q=0(\.0*)?\s*", quality)
    return False


def _known(request: Request) -> list[str]:
    return [each.strip().removeprefix("W/") for each in request.headers.get("If-None-Match", "").split(",")]
