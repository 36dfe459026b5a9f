"""The viewer's addresses: its page, our settings and extension, and OHIF's own files at the root beside all else.

Nothing here is data, and all of it is shown to everybody: images come from /dicom-web, to who is signed in.
"""

import hashlib
import re
from http import HTTPStatus
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, NoMatchFound, Route
from starlette.types import Receive, Scope, Send

from api.viewer.package import ALWAYS_ASKED, MEDIA_TYPES, Package, file_answer, read_package
from api.viewer.policy import ISOLATED, PAGE, SCRIPT
from api.workbench.files import workbench_folder

PACKAGE_FOLDER = "ohif"
OURS_FOLDER = "viewer"

PAGES = ("/viewer", "/viewer/{rest:path}")
"""Addresses that OHIF reads by itself: one page for all."""
SETTINGS = "/app-config.js"
EXTENSION = "/ext/{name}"

_PLACE_OF_MAIN = "{{main-script}}"
_NAME = re.compile(r"[a-z-]+\.(css|js)")


def viewer_routes(web: Path | None = None) -> list[BaseRoute]:
    """`web`: the folder in which the package is, or is not; the workbench's, unless another is named."""
    site = _Site(web or workbench_folder())
    pages = [Route(address, site.page, methods=["GET"]) for address in PAGES]
    ours = [
        Route(SETTINGS, site.settings, methods=["GET"]),
        Route(EXTENSION, site.extension, methods=["GET"]),
    ]
    return [*pages, *ours, _PackageRoute(site)]


class _Site:
    """Reads the package again until it is there: set-up may end after the start."""

    def __init__(self, web: Path) -> None:
        self._web = web
        self._package = Package({})

    @property
    def package(self) -> Package:
        if not self._package.files:
            self._package = read_package(self._web / PACKAGE_FOLDER)
        return self._package

    async def page(self, request: Request) -> Response:
        main = self.package.main_script
        name = "viewer.html" if main else "missing.html"
        status = HTTPStatus.OK if main else HTTPStatus.SERVICE_UNAVAILABLE
        html = (self._ours / name).read_text("utf-8").replace(_PLACE_OF_MAIN, main or "")
        return _answer(request, html.encode(), "text/html; charset=utf-8", PAGE, status)

    async def settings(self, request: Request) -> Response:
        return self._one_of_ours(request, "app-config.js")

    async def extension(self, request: Request) -> Response:
        return self._one_of_ours(request, str(request.path_params["name"]))

    @property
    def _ours(self) -> Path:
        return self._web / OURS_FOLDER

    def _one_of_ours(self, request: Request, name: str) -> Response:
        file = self._ours / name
        if not _NAME.fullmatch(name) or not file.is_file():
            raise HTTPException(HTTPStatus.NOT_FOUND, "there is no such file of the viewer")
        return _answer(request, file.read_bytes(), MEDIA_TYPES[file.suffix], SCRIPT, HTTPStatus.OK)


class _PackageRoute(BaseRoute):
    """Matches the files that are there and nothing else, so that every other address stays what it was."""

    path = "/{file of the viewer}"

    def __init__(self, site: _Site) -> None:
        self._site = site

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] == "http" and scope["method"] in {"GET", "HEAD"} and scope["path"] in self._site.package.files:
            return Match.FULL, {"route": self}
        return Match.NONE, {}

    def url_path_for(self, name: str, /, **path_params: object) -> NoMatchFound:  # type: ignore[override]
        raise NoMatchFound(name, dict(path_params))

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = file_answer(Request(scope), self._site.package.files[scope["path"]])
        await answer(scope, receive, send)


def _answer(request: Request, content: bytes, media_type: str, policy: str, status: HTTPStatus) -> Response:
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": ALWAYS_ASKED, "Content-Security-Policy": policy, **ISOLATED}
    if status is HTTPStatus.OK and tag in request.headers.get("If-None-Match", ""):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(content, status, headers=headers, media_type=media_type)
