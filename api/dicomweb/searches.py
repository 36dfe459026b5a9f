"""What a search may say (PS3.18 8.3.4), read, checked and written anew; nothing else reaches the image store."""

import re
from collections.abc import Iterable, Sequence
from typing import Annotated

from fastapi import Query, Request
from pydicom.datadict import tag_for_keyword

from api.errors import SearchError

STUDY, SERIES, INSTANCE = "0020000D", "0020000E", "00080018"
MOST_PARAMETERS = 64
LONGEST_VALUE = 8192
_NUMBER = re.compile(r"[0-9A-Fa-f]{8}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_OURS = frozenset({"limit", "offset", "includefield", "fuzzymatching"})


class Search:
    """The query of a search: by attributes, `StudyDate=20310101-20311231` or `00080060=CT`."""

    def __init__(
        self,
        request: Request,
        limit: Annotated[int | None, Query(ge=1, le=1_000_000, description="How many, at most.")] = None,
        offset: Annotated[int, Query(ge=0, le=1_000_000_000, description="How many are left out first.")] = 0,
        includefield: Annotated[
            list[str] | None,
            Query(description="Attributes to give as well, or `all`.", examples=[["StudyDescription"]]),
        ] = None,
        fuzzymatching: Annotated[bool | None, Query(description="Match names by their sound.")] = None,
    ) -> None:
        self.limit = limit
        self.offset = offset
        self._fuzzy = fuzzymatching
        fields = [field for text in includefield or () for field in text.split(",") if field]
        self._fields = [field if field == "all" else _attribute(field) for field in fields]
        matched = [(name, value) for name, value in request.query_params.multi_items() if name not in _OURS]
        if len(matched) + len(fields) > MOST_PARAMETERS * 4 or len(matched) > MOST_PARAMETERS:
            raise SearchError("the search has too many parameters")
        self._matched = [(_attribute(name), _value(value)) for name, value in matched]

    def all_pages(self, *fields: str) -> list[tuple[str, str]]:
        """For the image store, without limit and offset, and with these attributes in the answers."""
        wanted = [*self._fields, *(field for field in fields if field not in self._fields)]
        fuzzy = [] if self._fuzzy is None else [("fuzzymatching", str(self._fuzzy).lower())]
        return [*self._matched, *(("includefield", field) for field in wanted), *fuzzy]

    def values(self, attribute: str) -> frozenset[str] | None:
        """The values that an attribute is searched for, as a list (PS3.4 C.2.2.2.2); None when it is not."""
        found = [value for name, value in self._matched if name == attribute]
        return frozenset(each for value in found for each in re.split(r"[,\\\\]", value)) if found else None

    def within(self, *given: str) -> list[tuple[str, str]]:
        """For the image store, below a study or series; SearchError when that is searched for as well."""
        if any(name in given for name, _ in self._matched):
            raise SearchError("the path says already which study or series")
        page = [("offset", str(self.offset))] if self.offset else []
        return [*self.all_pages(), *page, *([] if self.limit is None else [("limit", str(self.limit))])]


def page(since: int, size: int) -> Sequence[tuple[str, str]]:
    """Where a page of the image store begins, and how long it is."""
    return (("limit", str(size)), ("offset", str(since)))


def _attribute(text: str) -> str:
    """An attribute, or one in a sequence, by number: the image store passes over keywords that it does not know."""
    return ".".join(_numbers(text.split(".")))


def _numbers(names: Iterable[str]) -> Iterable[str]:
    for name in names:
        if _NUMBER.fullmatch(name):
            yield name.upper()
            continue
        tag = tag_for_keyword(name)
        if tag is None:
            raise SearchError("search and includefield take attributes, by keyword or as eight hexadecimal digits")
        yield f"{tag:08X}"


def _value(text: str) -> str:
    if len(text) > LONGEST_VALUE or _CONTROL.search(text):
        raise SearchError("a value to search for is too long, or holds control characters")
    return text
