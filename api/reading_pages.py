"""Pages of lists that go on after a lesion's number, a reading's identifier, a draft's place or a name."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from annotation.draft import Draft
from annotation.ports import DraftPlace
from api.errors import CursorError
from storage.catalogue_records import Page, PageKey

Item = TypeVar("Item")

_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


def page_of(found: Sequence[Item], limit: int, key: Callable[[Item], str]) -> Page[Item]:
    """`found` holds one item more than the page when there are more to come."""
    items = tuple(found[:limit])
    return Page(items=items, next_key=(key(items[-1]),) if len(found) > limit else None)


def number_after(key: PageKey | None) -> int:
    text = _only(key)
    if text is None:
        return 0
    if not _NUMBER.fullmatch(text):
        raise CursorError("the cursor is not one of this list")
    return int(text)


def text_after(key: PageKey | None) -> str:
    return _only(key) or ""


def reading_after(key: PageKey | None) -> UUID | None:
    text = _only(key)
    try:
        return None if text is None else UUID(text)
    except ValueError:
        raise CursorError("the cursor is not one of this list") from None


def draft_key(draft: Draft) -> PageKey:
    return draft.created_at.isoformat(), str(draft.id)


def draft_after(key: PageKey | None) -> DraftPlace | None:
    if key is None:
        return None
    try:
        moment, draft_id = key
        begun = datetime.fromisoformat(moment)
        place = begun, UUID(draft_id)
    except ValueError:
        raise CursorError("the cursor is not one of this list") from None
    if begun.tzinfo is None:
        raise CursorError("the cursor is not one of this list")
    return place


def _only(key: PageKey | None) -> str | None:
    if key is None:
        return None
    if len(key) != 1:
        raise CursorError("the cursor is not one of this list")
    return key[0]
