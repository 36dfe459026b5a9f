"""What meetings need to have kept; `storage` satisfies it without being imported."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, Self
from uuid import UUID

from annotation.meetings.calendars import KnownDay
from annotation.meetings.meeting import Meeting
from annotation.registry.ports import ClosedMeetings, RecordUnitOfWork

MeetingPlace = tuple[date, UUID]
"""Day and identifier: where a list goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingsWanted:
    """Which sessions a list is about; both days included, None does not restrict it."""

    since: date | None = None
    until: date | None = None


class Meetings(ClosedMeetings, Protocol):
    """Sessions with the patients on them."""

    def add(self, meeting: Meeting) -> None: ...

    def get(self, meeting_id: UUID) -> Meeting:
        """Raises MeetingNotFoundError."""

    def on(self, held_on: date, title: str | None) -> UUID | None:
        """The session of that day and title."""

    def replace(self, meeting: Meeting) -> None:
        """Keep the next version. Raises StaleMeetingError when it is not the next."""

    def matching(self, wanted: MeetingsWanted, *, after: MeetingPlace | None, limit: int) -> Sequence[Meeting]:
        """The newest day first; of a day, by identifier."""

    def known_days(self, pseudonym: str, *, but: UUID | None = None) -> Sequence[KnownDay]:
        """Sessions of a patient that are known in both calendars, the newest first; without one of them."""

    def expected(self, meeting: Meeting) -> Sequence[str]:
        """Patients that are not on this session and should be, by pseudonym.

        Those whose earlier session named a day for the next one that has come and who were on none since, and those
        who have a presentation of its day, where that is known. Nobody who was taken off this session, or since that
        day was named, off another; nobody who is known to have died.
        """


class MeetingUnitOfWork(RecordUnitOfWork, Protocol):
    """A unit of work that keeps sessions too."""

    @property
    def meetings(self) -> Meetings: ...

    def __enter__(self) -> Self: ...
