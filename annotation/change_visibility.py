"""Which changes a reader may be told of: the one place where blindness is kept in the change feed."""

from uuid import UUID

from annotation.audit import Entry, Kind
from annotation.context_errors import ContextNotFoundError
from annotation.ports import UnitOfWork


def may_see(entry: Entry, uow: UnitOfWork) -> bool:
    """Whether the one that the unit of work is made for may know that this change was made: if they see the thing.

    A change that names no thing of a kind that can be blind may be known.
    """
    kind, name = entry.note.kind, entry.note.object_id
    if kind not in (Kind.READING, Kind.LESION, Kind.CONTEXT):
        return True
    if name is None:
        return False
    thing = UUID(name)
    if kind is Kind.READING:
        return thing in uow.readings.seen({thing})
    if kind is Kind.LESION:
        return thing in uow.lesions.many({thing})
    try:
        uow.contexts.newest(thing)
    except ContextNotFoundError:
        return False
    return True
