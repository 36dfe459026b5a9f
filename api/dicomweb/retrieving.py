"""One resource of the image store, from the request to the streamed answer."""

from collections.abc import Sequence
from contextlib import AsyncExitStack, aclosing

from fastapi import Request, Response

from api.dicomweb.addresses import own_root
from api.dicomweb.answers import DICOM_JSON, JSON, asked_of_source, changed, check, rewriting, told_of
from api.dicomweb.archive import Archive
from api.dicomweb.relaying import HeldStream, while_connected
from api.errors import NotAcceptableError
from api.negotiated import accepts

PREFIX = "/dicom-web"
Query = Sequence[tuple[str, str]]


async def relay_objects(
    request: Request, archive: Archive, path: Sequence[str], query: Query = (), *, prefix: str = PREFIX
) -> Response:
    """Objects, frames, bulk data or rendered images, in whatever form the client accepts.

    `prefix`: where addresses in the answer are to lead.
    """
    root = own_root(request, prefix)
    return await _relay(request, archive, path, query, asked_of_source(request.headers), root=root, is_json=False)


async def relay_json(
    request: Request, archive: Archive, path: Sequence[str], query: Query = (), *, prefix: str = PREFIX
) -> Response:
    """Metadata, or the answers to a search. Parts of it cannot be had, since addresses change in it."""
    root = own_root(request, prefix)
    return await _relay(request, archive, path, query, asked_for_json(request), root=root, is_json=True)


def asked_for_json(request: Request) -> dict[str, str]:
    """The headers of our own request for DICOM JSON. Raises NotAcceptableError."""
    if not accepts(request.headers.get("accept"), DICOM_JSON, JSON):
        raise NotAcceptableError(f"the answer is {DICOM_JSON}")
    return asked_of_source({"accept": DICOM_JSON})


async def _relay(
    request: Request,
    archive: Archive,
    path: Sequence[str],
    query: Query,
    asked: dict[str, str],
    *,
    root: bytes,
    is_json: bool,
) -> Response:
    async def make(held: AsyncExitStack) -> Response:
        source = await held.enter_async_context(archive.place())
        answer = await held.enter_async_context(aclosing(await source.open(path, query, asked)))
        check(answer)
        change = rewriting(answer, root=root, is_json=is_json)
        pieces = await held.enter_async_context(aclosing(changed(answer.pieces(), change)))
        return HeldStream(
            pieces,
            held,
            status_code=answer.status,
            headers=told_of(answer, root, is_changed=change is not None),
        )

    return await while_connected(request, make)
