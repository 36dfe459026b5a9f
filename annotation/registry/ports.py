"""What the clinical record needs to have kept; `storage` satisfies it without being imported."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol, Self
from uuid import UUID

from annotation.ports import UnitOfWork
from annotation.registry.entries import RecordEntry


class Records(Protocol):
    """Entries of clinical records, in versions that are only added to."""

    def add(self, entry: RecordEntry) -> None:
        """Keep a version. Raises StaleEntryError when there is one of this number."""

    def newest(self, entry_id: UUID, *, drafts: bool) -> RecordEntry:
        """The newest version; without `drafts`, the newest that is none. Raises EntryNotFoundError."""

    def history(self, entry_id: UUID) -> Sequence[RecordEntry]:
        """Every version, the first one first. Raises EntryNotFoundError."""

    def of_patient(self, pseudonym: str, *, drafts: bool) -> Sequence[RecordEntry]:
        """The newest version of each entry, in the order of entry; nothing that was withdrawn."""

    def with_key(self, pseudonym: str, form_name: str, key: str) -> UUID | None:
        """The entry of this patient that has this key now."""

    def is_erased(self, pseudonym: str) -> bool:
        """Whether the record was erased; where it was not, it is not until this unit of work has ended."""


class ClosedMeetings(Protocol):
    """What the record has to know of the sessions of the meeting."""

    def is_closed(self, pseudonym: str, presented_on: date) -> bool:
        """Whether a closed session has this patient on this day, in their own calendar."""


class RecordUnitOfWork(UnitOfWork, Protocol):
    """A unit of work that keeps clinical records too."""

    @property
    def records(self) -> Records: ...

    @property
    def meetings(self) -> ClosedMeetings: ...

    def __enter__(self) -> Self: ...
