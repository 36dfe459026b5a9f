"""Lists in pages: how many, where to go on, and the answer's shape."""

import base64
import binascii
import json
from collections.abc import Callable
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from api.errors import CursorError
from storage.catalogue_records import Page, PageKey

DEFAULT_LIMIT = 50
MAX_LIMIT = 500
MAX_CURSOR_LENGTH = 1024

Item = TypeVar("Item")
Record = TypeVar("Record")


class PageOut(BaseModel, Generic[Item]):
    """One page of a list; send `next_cursor` back as `cursor` for the next, until it is null."""

    items: list[Item]
    next_cursor: str | None = Field(examples=["WyJzdHVkaWVzIiwiMi4yNS4xIl0", None])


class PageRequest:
    """What every list takes: `limit` and `cursor`."""

    def __init__(self, limit: int, cursor: str | None) -> None:
        self.limit = limit
        self._cursor = cursor

    def after(self, name: str) -> PageKey | None:
        """The key to go on after in the list of this name; None for the first page."""
        return None if self._cursor is None else decode(name, self._cursor)


async def _page_asked(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="At most so many items.")] = DEFAULT_LIMIT,
    cursor: Annotated[
        str | None,
        Query(max_length=MAX_CURSOR_LENGTH, description="`next_cursor` of the page before."),
    ] = None,
) -> PageRequest:
    return PageRequest(limit, cursor)


PageAsked = Annotated[PageRequest, Depends(_page_asked)]


def page_out(name: str, page: Page[Record], item: Callable[[Record], Item]) -> PageOut[Item]:
    """The answer for one page of the list of this name, each record translated by `item`."""
    following = None if page.next_key is None else encode(name, page.next_key)
    return PageOut(items=[item(record) for record in page.items], next_cursor=following)


def encode(name: str, key: PageKey) -> str:
    """A cursor: opaque to clients, and good for the list of this name only."""
    text = json.dumps([name, *key], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(name: str, cursor: str) -> PageKey:
    """The key inside a cursor of the list of this name; CursorError when it is not one."""
    try:
        parts = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        raise CursorError("the cursor is not one of this list") from None
    if not isinstance(parts, list) or not all(isinstance(part, str) and part.isprintable() for part in parts):
        raise CursorError("the cursor is not one of this list")
    if not parts or parts[0] != name:
        raise CursorError("the cursor is not one of this list")
    return tuple(parts[1:])
