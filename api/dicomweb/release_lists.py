"""Searches and metadata within a release: only its objects are found, and counts are of what is in it."""

from collections.abc import AsyncGenerator, Sequence
from typing import Any

from anyio import to_thread
from fastapi import Request, Response

from api.dicomweb.archive import Archive, DicomWebSource
from api.dicomweb.lists import EVERYTHING, Items, found, items_of, relay_items
from api.dicomweb.retrieving import PREFIX, asked_for_json
from api.dicomweb.searches import INSTANCE, SERIES, STUDY, Search
from storage.releases.scope import ReleaseScope, ScopedSeries

STUDIES_AT_ONCE = 20
"""Studies that the image store is asked about in one search."""

MODALITIES = "00080061"
OF_STUDY_SERIES, OF_STUDY_OBJECTS, OF_SERIES_OBJECTS = "00201206", "00201208", "00201209"


async def search_release(
    request: Request, archive: Archive, scope: ReleaseScope, level: str, search: Search, *, within: Sequence[str] = ()
) -> Response:
    """`level`: studies, series or instances; `within`: the study, or study and series, of the path."""
    asked = asked_for_json(request)
    given = dict(zip((STUDY, SERIES), within, strict=False))
    if given:
        search.within(*given)  # raises SearchError
    named = search.values(STUDY)
    query = [(name, value) for name, value in search.all_pages(STUDY, SERIES, INSTANCE) if name != STUDY]
    query += [(name, value) for name, value in given.items() if name != STUDY]

    async def pages(source: DicomWebSource) -> AsyncGenerator[Items, None]:
        studies = [within[0]] if within else await to_thread.run_sync(scope.studies)
        wanted = [each for each in studies if named is None or each in named]
        for start in range(0, len(wanted), STUDIES_AT_ONCE):
            some = wanted[start : start + STUDIES_AT_ONCE]
            shown = await to_thread.run_sync(_Shown, scope, level, some)
            async for items in found(source, [level], [*query, (STUDY, ",".join(some))], asked, shown=shown):
                yield items

    return await relay_items(request, archive, pages, search, prefix=prefix_of(scope.number))


async def metadata_of_release(
    request: Request, archive: Archive, scope: ReleaseScope, study: str, series: Sequence[str]
) -> Response:
    """Of all objects of these series of a study that are in the release."""
    asked = asked_for_json(request)

    async def pages(source: DicomWebSource) -> AsyncGenerator[Items, None]:
        shown = await to_thread.run_sync(_Shown, scope, "instances", [study])
        for each in series:
            items = await items_of(source, ["studies", study, "series", each, "metadata"], (), asked)
            yield shown(items)

    return await relay_items(request, archive, pages, EVERYTHING, prefix=prefix_of(scope.number))


def prefix_of(number: int) -> str:
    """Where addresses in answers lead: a client that follows them stays in the release."""
    return f"{PREFIX}/releases/{number}"


class _Shown:
    """Which items are of the release, with numbers that say no more than what is in it."""

    def __init__(self, scope: ReleaseScope, level: str, studies: Sequence[str]) -> None:
        self._level = level
        self._series = scope.series(studies)
        self._objects: frozenset[tuple[str | None, ...]] = frozenset()
        if level == "instances":
            self._objects = frozenset(
                (each.study_instance_uid, each.series_instance_uid, each.sop_instance_uid)
                for each in scope.objects(studies)
            )

    def __call__(self, items: Items) -> Items:
        return [shown for item in items if (shown := self._item(item)) is not None]

    def _item(self, item: dict[str, Any]) -> dict[str, Any] | None:
        study, series, instance = (_value(item, each) for each in (STUDY, SERIES, INSTANCE))
        of_study = self._series.get(study or "", ())
        if self._level == "studies":
            return item | _counts(of_study) if of_study else None
        if self._level == "instances":
            return item if (study, series, instance) in self._objects else None
        one = next((each for each in of_study if each.series_instance_uid == series), None)
        if one is None:
            return None
        return item | {OF_SERIES_OBJECTS: _number(one.objects)}


def _counts(series: Sequence[ScopedSeries]) -> dict[str, Any]:
    modalities = sorted({each.modality for each in series if each.modality})
    return {
        MODALITIES: {"vr": "CS", "Value": modalities},
        OF_STUDY_SERIES: _number(len(series)),
        OF_STUDY_OBJECTS: _number(sum(each.objects for each in series)),
    }


def _number(value: int) -> dict[str, Any]:
    return {"vr": "IS", "Value": [value]}


def _value(item: dict[str, Any], attribute: str) -> str | None:
    found_in = item.get(attribute)
    values = found_in.get("Value") if isinstance(found_in, dict) else None
    value = values[0] if isinstance(values, list) and values else None
    return value if isinstance(value, str) else None
