"""The data lock of the study, set by the custodian: one day, moved for each patient by their own days."""

from datetime import date, datetime

from sqlalchemy import Engine

from annotation.audit import Action, Kind, Note
from annotation.audit import Source as AuditSource
from storage.unit_of_work import SqlUnitOfWork
from storage.vault_audit import LONGEST_TEXT, Warrant
from storage.vault_locking import LockMover

VIA = "osteon registry lock"


def lock_records(engine: Engine, mover: LockMover, lock: date, warrant: Warrant, now: datetime) -> tuple[int, int]:
    """For how many patients it was set, and how many the vault does not know. The true day stays in the vault's log.

    Raises VaultError.
    """
    with SqlUnitOfWork(engine, write=False) as uow:
        pseudonyms = uow.record_batches.pseudonyms()
    reason = f"data lock {lock.isoformat()}: {warrant.reason}"[:LONGEST_TEXT]
    locks = mover.moved(lock, pseudonyms, Warrant(warrant.by, reason))
    _set(engine, locks, by=warrant.by, now=now)
    return len(locks), len(pseudonyms) - len(locks)


def unlock_records(engine: Engine, *, by: str, now: datetime) -> None:
    """Take it away; releases that have it keep it."""
    _set(engine, {}, by=by, now=now)


def _set(engine: Engine, locks: dict[str, date], *, by: str, now: datetime) -> None:
    with SqlUnitOfWork(engine, write=True, source=AuditSource(via=VIA)) as uow:
        uow.record_batches.set_locks(locks)
        uow.audit.note_all([Note(action=Action.CHANGED, kind=Kind.RECORD)], by=by, at=now)
        uow.commit()
