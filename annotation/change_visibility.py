"""Which changes a reader may be told of: the one place where blindness is kept in the change feed."""

from annotation.audit import Entry
from annotation.ports import UnitOfWork


def may_see(entry: Entry, reader: str, uow: UnitOfWork) -> bool:  # noqa: ARG001  asked for by protocols that are blind
    """Whether `reader` may know that this change was made. Every change may be known while no protocol is blind."""
    return True
