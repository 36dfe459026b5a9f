"""The data lock of each patient in the registry: set for all of them anew, or taken away."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from storage.registry_records.tables import RecordLockRow


def set_locks(session: Session, locks: Mapping[str, date]) -> None:
    """By pseudonym, in the registry's dates. Those that were there go."""
    session.execute(delete(RecordLockRow))
    if locks:
        rows = [{"pseudonym": pseudonym, "lock_date": day} for pseudonym, day in sorted(locks.items())]
        session.execute(insert(RecordLockRow), rows)
