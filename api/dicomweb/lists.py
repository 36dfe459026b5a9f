"""Searches across studies: asked for page by page, and only what the reader may see is passed on."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
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
Shown = Callable[[Items], Items]
"""Those that may be seen, and as they may; it may block."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Which part of what is found is given."""

    limit: int | None
    offset: int


EVERYTHING = Cut(None, 0)
Pages = Callable[[DicomWebSource], AsyncGenerator[Items, None]]


async def relay_list(request: Request, archive: Archive, level: str, search: Search, seen: Seen) -> Response:
    """`level`: studies, series or instances. `seen`: those of these studies that the reader may see; it may block."""
    asked = asked_for_json(request)

    def shown(items: Items) -> Items:
        studies = [study_of(item) for item in items]
        may_see = seen({study for study in studies if study is not None})
        return [item for item, study in zip(items, studies, strict=True) if study in may_see]

    def pages(source: DicomWebSource) -> AsyncGenerator[Items, None]:
        wanted = None if search.limit is None else search.offset + search.limit
        return found(source, [level], search.all_pages(STUDY), asked, shown=shown, wanted=wanted)

    return await relay_items(request, archive, pages, search)


async def relay_items(
    request: Request, archive: Archive, pages: Pages, search: Search | Cut, *, prefix: str = PREFIX
) -> Response:
    """What the pages hold, from the search's offset on and up to its limit, as one document."""
    root = own_root(request, prefix)

    async def make(held: AsyncExitStack) -> Response:
        source = await held.enter_async_context(archive.place())
        coming = await held.enter_async_context(aclosing(pages(source)))
        first: Items = await anext(coming, [])  # what fails, fails before the answer has begun
        pieces = await held.enter_async_context(aclosing(_document(_cut(first, coming, search), root)))
        return HeldStream(pieces, held, headers={"content-type": DICOM_JSON})

    return await while_connected(request, make)


async def found(
    source: DicomWebSource,
    path: Sequence[str],
    query: Sequence[tuple[str, str]],
    asked: dict[str, str],
    *,
    shown: Shown,
    wanted: int | None = None,
) -> AsyncGenerator[Items, None]:
    """Page by page, what may be seen of it; `wanted`: how many at most, where that is known."""
    size = max(SMALLEST_PAGE, min(wanted or LARGEST_PAGE, LARGEST_PAGE))
    since = 0
    while True:
        items = await items_of(source, path, [*query, *page(since, size)], asked)
        yield await to_thread.run_sync(shown, items)
        if len(items) < size:
            return
        since += size


async def items_of(
    source: DicomWebSource, path: Sequence[str], query: Sequence[tuple[str, str]], asked: dict[str, str]
) -> Items:
    """One answer of the image store, whole. Raises ImageStoreFailedError for one that is too long or no list."""
    body = bytearray()
    async with aclosing(await source.open(path, query, asked)) as answer:
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


async def _cut(first: Items, others: AsyncIterator[Items], search: Search | Cut) -> AsyncIterator[Items]:
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
