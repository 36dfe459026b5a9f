"""Pages of the worklist go on after a task's place in its order."""

from datetime import date
from uuid import UUID

from annotation.protocols import State
from annotation.worklist_queries import Order, WorklistPlace
from api.errors import CursorError
from storage.catalogue_records import PageKey

_PARTS = 4


def list_name(order: Order) -> str:
    """A cursor is good for one order only."""
    return f"worklist-{order.value}"


def key_of(place: WorklistPlace) -> PageKey:
    return (place.state.value, place.study_day.isoformat(), str(place.assignment_id), place.reader)


def place_after(key: PageKey | None) -> WorklistPlace | None:
    if key is None:
        return None
    if len(key) != _PARTS:
        raise CursorError("the cursor is not one of this list")
    state, day, assignment_id, reader = key
    try:
        return WorklistPlace(
            state=State(state), study_day=date.fromisoformat(day), assignment_id=UUID(assignment_id), reader=reader
        )
    except ValueError:
        raise CursorError("the cursor is not one of this list") from None
