"""The workbench's pages: which file is shown at which address. A new page is a line in the table.

Pages hold no data and are shown to everybody; what they show comes from /api/v1, to who is signed in. What stands
in an address is read by the page's own script.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from types import MappingProxyType

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.workbench.files import file_answer, file_in, workbench_folder
from api.workbench.policy import HEADERS

PAGES = MappingProxyType(
    {
        "/": "start",
        "/sign-in": "sign-in",
        "/patients/{pseudonym}/reading": "reading",
        "/patients/{pseudonym}": "patient",
        "/patients/{pseudonym}/sheet": "sheet",
        "/patients/{pseudonym}/record": "record",
        "/adjudication/{assignment_id}": "adjudication",
        "/meetings": "meetings",
        "/meetings/{meeting_id}": "meeting",
        "/meetings/{meeting_id}/projector": "projector",
        "/protocols": "protocols",
        "/protocols/{protocol_id}/agreement": "agreement",
        "/research": "research",
        "/custody": "custody",
        "/data-quality": "data-quality",
    }
)
"""Address: name of the file in web/pages."""

FILES = "/workbench/{path:path}"

Endpoint = Callable[[Request], Awaitable[Response]]


def workbench_routes(folder: Path | None = None) -> list[Route]:
    """Of every page, and of the files that pages are made of. `folder`: where they are, unless it is ours."""
    root = folder or workbench_folder()
    pages = [Route(address, _page(root, f"pages/{name}.html"), methods=["GET"]) for address, name in PAGES.items()]
    return [*pages, Route(FILES, _file(root), methods=["GET"])]


def _page(root: Path, name: str) -> Endpoint:
    async def show(request: Request) -> Response:
        return file_answer(request, file_in(root, name), dict(HEADERS))

    return show


def _file(root: Path) -> Endpoint:
    async def give(request: Request) -> Response:
        return file_answer(request, file_in(root, request.path_params["path"]), dict(HEADERS))

    return give
