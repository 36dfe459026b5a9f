"""Erasing a patient: the clinical record in one transaction with the audit log's line, then every release.

A command that was broken off between the two is given again: what is done already stays done.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from annotation.audit import Action, Kind, Note, Source
from annotation.registry.errors import RecordErasedError
from storage.audit_behalf import Behalf
from storage.registry_records.erasing import Erased, forget_on_disk
from storage.releases.erasing import Eraser
from storage.releases.made import MadeFiles
from storage.releases.records import ErasureReason
from storage.unit_of_work import SqlUnitOfWork

SOURCE = Source(via="osteon registry erase")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What went: of the record (None: it had been erased before), and from which releases."""

    record: Erased | None
    releases: tuple[int, ...]
    remains: str | None
    """What could not be overwritten on the disk, and what to do about it."""


def erase_patient(
    engine: Engine, made: MadeFiles, pseudonym: str, reason: ErasureReason, *, by: str, now: datetime
) -> Outcome:
    """Raises NotInCatalogueError, NoRoomError."""
    try:
        record = _erase_record(engine, pseudonym, reason, by=by, now=now)
    except RecordErasedError:
        record = None
    remains = forget_on_disk(engine)
    eraser = Eraser(engine, made, behalf=Behalf(by=by, source=SOURCE))
    releases = tuple(eraser.erase_everywhere(pseudonym, reason))
    return Outcome(record=record, releases=releases, remains=remains)


def _erase_record(engine: Engine, pseudonym: str, reason: ErasureReason, *, by: str, now: datetime) -> Erased:
    with SqlUnitOfWork(engine, write=True, source=SOURCE) as uow:
        erased = uow.record_erasing.erase(pseudonym, reason=reason.value, by=by, at=now)
        uow.index_again([pseudonym])
        uow.audit.note_all([Note(action=Action.REMOVED, kind=Kind.RECORD, pseudonym=pseudonym)], by=by, at=now)
        uow.commit()
    return erased
