"""What there is to read, for whom, and what is next."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from annotation.ports import UnitOfWork
from annotation.protocols import State
from annotation.worklist_queries import Order, WorklistItem, WorklistPlace, WorklistQuery

WAITING = (State.DRAFT, State.UNREAD, State.TO_ADJUDICATE)


def page(
    wanted: WorklistQuery, uow: UnitOfWork, *, after: WorklistPlace | None = None, limit: int
) -> Sequence[WorklistItem]:
    """In the order that is wanted, from the first after `after`."""
    with uow:
        return uow.worklist.page(wanted, after=after, limit=limit)


def counts(wanted: WorklistQuery, uow: UnitOfWork) -> Mapping[State, int]:
    """How many there are in each state; `wanted.state` does not count."""
    with uow:
        return uow.worklist.counts(wanted)


def next_to_do(wanted: WorklistQuery, uow: UnitOfWork) -> WorklistItem | None:
    """What is begun comes first, then what is unread, then what is to be adjudicated; the oldest study of each."""
    with uow:
        for state in WAITING:
            query = replace(wanted, state=state, order=Order.OLDEST)
            for item in uow.worklist.page(query, after=None, limit=1):
                return item
    return None
