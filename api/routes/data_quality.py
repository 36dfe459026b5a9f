"""What is missing of patients and of the study: for everyone who can do something about it."""

from typing import Annotated

from fastapi import APIRouter, Query

from annotation.registry.quality import Lack, Shortfall
from api.access import IMAGES
from api.errors import CursorError
from api.openapi import problems
from api.pagination import PageAsked, PageOut, page_out
from api.schemas.catalogue import PSEUDONYM, PSEUDONYM_PATTERN
from api.schemas.data_quality import ShortfallOut
from api.true_times import TrueTimes, shown
from api.work import ReadUow, utc_now
from storage.catalogue_records import Page, PageKey
from storage.registry_records.quality import Asked, Place

router = APIRouter(tags=["clinical record"], responses=problems(401, 422, 503))

LIST = "data-quality"
PARTS = 3


@router.get("/data-quality", dependencies=[IMAGES])
def list_what_is_missing(
    uow: ReadUow,
    page: PageAsked,
    times: TrueTimes,
    patient: Annotated[str | None, Query(pattern=PSEUDONYM_PATTERN, examples=[PSEUDONYM])] = None,
    kind: Annotated[Lack | None, Query(description="Only of this kind.")] = None,
) -> PageOut[ShortfallOut]:
    """What is missing, kind by kind: images, readings, signatures, decided scores, answers of the record, follow-up."""
    asked = Asked(now=utc_now(), limit=page.limit + 1, pseudonym=patient, lack=kind, after=_place(page.after(LIST)))
    with uow:
        found = uow.shortfalls(asked)
    items = tuple(found[: page.limit])
    following = _key(items[-1]) if len(found) > page.limit else None
    return shown(page_out(LIST, Page(items=items, next_key=following), ShortfallOut.of), times)


def _key(shortfall: Shortfall) -> PageKey:
    return shortfall.lack.value, shortfall.pseudonym, shortfall.object_id


def _place(key: PageKey | None) -> tuple[Lack, Place] | None:
    if key is None:
        return None
    if len(key) != PARTS or key[0] not in {lack.value for lack in Lack}:
        raise CursorError("the cursor is not one of this list")
    return Lack(key[0]), (key[1], key[2])
