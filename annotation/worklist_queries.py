"""What is asked of worklists, and what they answer with."""

from dataclasses import dataclass
from datetime import date
from enum import Enum
from uuid import UUID

from annotation.protocols import Kind, State, Task


class Order(Enum):
    """By shifted study date, undated studies being the oldest; or by state, and the oldest first in each."""

    NEWEST = "newest"
    OLDEST = "oldest"
    STATE = "state"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorklistQuery:
    """What is None does not restrict. `from_date` and `to_date` are inclusive; undated studies are in no range."""

    protocol_id: UUID | None = None
    modality: str | None = None
    state: State | None = None
    reader: str | None = None
    from_date: date | None = None
    to_date: date | None = None
    order: Order = Order.NEWEST


@dataclass(frozen=True, slots=True, kw_only=True)
class WorklistPlace:
    """Where a page ended. `study_day` is `date.min` for an undated study."""

    state: State
    study_day: date
    assignment_id: UUID
    reader: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyToRead:
    """`study_date` is shifted by the patient's offset."""

    study_instance_uid: str
    pseudonym: str
    study_date: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorklistItem:
    """One task with what may be said of its study. `study_day`: the day that it is listed by."""

    task: Task
    protocol_id: UUID
    protocol_name: str
    kind: Kind
    study: StudyToRead
    study_day: date
    modalities: tuple[str, ...]

    @property
    def place(self) -> WorklistPlace:
        return WorklistPlace(
            state=self.task.state,
            study_day=self.study_day,
            assignment_id=self.task.assignment_id,
            reader=self.task.reader,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StudiesWanted:
    """Which studies to assign: those with a series of one of the modalities (any when empty)."""

    protocol_id: UUID
    readers: tuple[str, ...]
    modalities: frozenset[str]
    study_instance_uids: tuple[str, ...] | None = None
    pseudonym: str | None = None
    from_date: date | None = None
    to_date: date | None = None
