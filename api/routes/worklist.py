"""Worklists: what there is to read, for whom; for radiologists."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from annotation import worklist
from annotation.protocols import State
from annotation.worklist_queries import Order, WorklistQuery
from api.access import READING
from api.authentication import Reader
from api.openapi import problems
from api.pagination import PageAsked, PageOut, page_out
from api.schemas.worklist import NextOut, WorklistCountsOut, WorklistItemOut, worklist_query
from api.work import ReadUow
from api.worklist_pages import key_of, list_name, place_after
from storage.catalogue_records import Page

router = APIRouter(tags=["worklist"], responses=problems(401, 403, 422, 503), dependencies=[READING])

Asked = Annotated[WorklistQuery, Depends(worklist_query)]
OfState = Annotated[State | None, Query(alias="state", description="Only in this state.")]
SortedBy = Annotated[
    Order, Query(alias="sort", description="By study date, undated ones being the oldest, or by state.")
]


@router.get("/worklist")
def list_worklist(
    asked: Asked, uow: ReadUow, page: PageAsked, state: OfState = None, order: SortedBy = Order.NEWEST
) -> PageOut[WorklistItemOut]:
    """Tasks and their studies; how far the others have come is not shown to those who read with them blindly."""
    name = list_name(order)
    wanted = replace(asked, state=state, order=order)
    found = worklist.page(wanted, uow, after=place_after(page.after(name)), limit=page.limit + 1)
    items = tuple(found[: page.limit])
    following = key_of(items[-1].place) if len(found) > page.limit else None
    return page_out(name, Page(items=items, next_key=following), WorklistItemOut.of)


@router.get("/worklist/counts")
def count_worklist(asked: Asked, uow: ReadUow) -> WorklistCountsOut:
    """How many tasks there are in each state."""
    found = worklist.counts(asked, uow)
    return WorklistCountsOut(**{state.value: number for state, number in found.items()})


@router.get("/worklist/next")
def read_next(asked: Asked, reader: Reader, uow: ReadUow) -> NextOut:
    """What to do next, of the one who asks unless a reader is named: what is begun, then unread, then to adjudicate."""
    found = worklist.next_to_do(replace(asked, reader=asked.reader or reader.label), uow)
    return NextOut(item=None if found is None else WorklistItemOut.of(found))
