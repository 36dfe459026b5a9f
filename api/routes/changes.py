"""The change feed, asked for or sent, for any role that reads findings; blindness is kept inside it."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import Response

from annotation.changes import Seen, changes_after, last_number
from annotation.sight import Sight
from api.access import IMAGES
from api.authentication import Reader
from api.event_streams import EVENT_STREAM, EventStream
from api.openapi import problems
from api.pagination import DEFAULT_LIMIT, MAX_LIMIT
from api.schemas.audit import ChangesOut
from api.services import EngineOf, EventStreamsOf
from api.work import ReadUow
from storage.unit_of_work import SqlUnitOfWork

router = APIRouter(tags=["changes"], responses=problems(401, 422, 500, 503))

_HIGHEST = 2**31 - 1

After = Annotated[int | None, Query(ge=0, le=_HIGHEST, description="`after` of the answer before.")]
LastEventId = Annotated[
    str | None,
    Header(alias="Last-Event-ID", pattern=r"^[0-9]{1,9}$", description="Sent by a client that comes back."),
]
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "An endless stream: `id` is the change's number, `data` the change as of `/changes`.",
        "content": {EVENT_STREAM: {"schema": {"type": "string"}}},
    }
}


@router.get("/changes", dependencies=[IMAGES])
def list_changes(
    uow: ReadUow,
    after: After = 0,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="At most so many.")] = DEFAULT_LIMIT,
) -> ChangesOut:
    """What was changed after a number, in that order; identifiers only. Ask again from `after`."""
    return ChangesOut.of(changes_after(after or 0, uow=uow, limit=limit))


@router.get("/events", response_class=Response, responses=_STREAM, dependencies=[IMAGES])
async def stream_changes(
    reader: Reader,
    engine: EngineOf,
    streams: EventStreamsOf,
    after: After = None,
    last_event_id: LastEventId = None,
) -> Response:
    """The same as server-sent events, from now on, or from `Last-Event-ID` or `after` on. It ends now and then."""
    sight = Sight(reader=reader.label)

    def look(number: int) -> Seen:
        return changes_after(number, uow=SqlUnitOfWork(engine, write=False, sight=sight), limit=DEFAULT_LIMIT)

    def begin() -> int:
        seen = after if last_event_id is None else int(last_event_id)
        return last_number(SqlUnitOfWork(engine, write=False)) if seen is None else seen

    return EventStream(begin, look, streams.take_place())
