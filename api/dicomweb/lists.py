"""Searches across studies: asked for page by page, and only what the reader may see is passed on."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection
from contextlib import AsyncExitStack, aclosing
from typing import Any

from anyio import to_thread
from fastapi import Request, Response

from api.dicomweb.addresses import JsonAddresses, own_root
from api.dicomweb.answers import DICOM_JSON, check
from api.dicomweb.archive import Archive, DicomWebSource
from api.dicomweb.relaying import HeldStream, while_connected
from api.dicomweb.retrieving import PREFIX, asked_for_json
from api.dicomweb.searches import STUDY, Search, page
from storage.errors import ImageStoreFailedError

LARGEST_PAGE = 200
SMALLEST_PAGE = 20
MOST_PAGE_BYTES = 64 * 1024 * 1024

Seen = Callable[[Collection[str]], frozenset[str]]
Items = list[dict[str, Any]]


async def relay_list(request: Request, archive: Archive, level: str, search: Search, seen: Seen) -> Response:
    """`level`: studies, series or instances. `seen`: those of these studies that the reader may see; it may block."""
    root = own_root(request, PREFIX)
    asked = asked_for_json(request)

    async def make(held: AsyncExitStack) -> Response:
        source = await held.enter_async_context(archive.place())
        pages = await held.enter_async_context(aclosing(_pages(source, level, search, asked, seen)))
        first: Items = await anext(pages, [])  # what fails, fails before the answer has begun
        pieces = await held.enter_async_context(aclosing(_document(_cut(first, pages, search), root)))
        return HeldStream(pieces, held, headers={"content-type": DICOM_JSON})

    return await while_connected(request, make)


async def _pages(
    source: DicomWebSource, level: str, search: Search, asked: dict[str, str], seen: Seen
) -> AsyncGenerator[Items, None]:
    """Page by page, what may be seen of it. Items that do not say of which study they are, are left out."""
    wanted = LARGEST_PAGE if search.limit is None else search.offset + search.limit
    size = max(SMALLEST_PAGE, min(wanted, LARGEST_PAGE))
    since = 0
    while True:
        items = await _page(source, level, [*search.all_pages(STUDY), *page(since, size)], asked)
        studies = [study_of(item) for item in items]
        shown = await to_thread.run_sync(seen, {study for study in studies if study is not None})
        yield [item for item, study in zip(items, studies, strict=True) if study in shown]
        if len(items) < size:
            return
        since += size


async def _page(source: DicomWebSource, level: str, query: list[tuple[str, str]], asked: dict[str, str]) -> Items:
    body = bytearray()
    async with aclosing(await source.open([level], query, asked)) as answer:
        check(answer)
        async for piece in answer.pieces():
            body += piece
            if len(body) > MOST_PAGE_BYTES:
                raise ImageStoreFailedError("a page of the image store is too long")
    try:
        items = json.loads(body or b"[]")
    except ValueError:
        items = None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ImageStoreFailedError("the image store answered with something else")
    return items


def study_of(item: dict[str, Any]) -> str | None:
    """Study Instance UID of an item in DICOM JSON."""
    try:
        uid = item[STUDY]["Value"][0]
    except (KeyError, IndexError, TypeError):
        return None
    return uid if isinstance(uid, str) else None


async def _cut(first: Items, others: AsyncIterator[Items], search: Search) -> AsyncIterator[Items]:
    """From `offset` on, `limit` of them: counted over what is shown."""
    skip, left = search.offset, search.limit
    items: Items | None = first
    while items is not None:
        shown = items[skip : None if left is None else skip + left]
        skip = max(skip - len(items), 0)
        yield shown
        if left is not None:
            left -= len(shown)
            if left <= 0:
                return
        items = await anext(others, None)


async def _document(pages: AsyncIterator[Items], root: bytes) -> AsyncGenerator[bytes, None]:
    """As one JSON array."""
    addresses = JsonAddresses(root)
    before = "["
    async for items in pages:
        if items:
            text = before + ",".join(json.dumps(item, ensure_ascii=False) for item in items)
            yield addresses.feed(text.encode())
            before = ","
    yield addresses.feed(b"[]" if before == "[" else b"]") + addresses.end()
