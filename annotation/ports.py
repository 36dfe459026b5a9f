"""What the act of reading needs to have kept; `storage` satisfies it without being imported."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self
from uuid import UUID

from annotation.entities import Lesion, Reading
from annotation.protocols import Assignment, ReadingProtocol, State, Task
from annotation.worklist_queries import StudiesWanted, StudyToRead, WorklistItem, WorklistPlace, WorklistQuery

# Asked inside the unit of work, once nobody else can write: what is dated later is then kept later too.
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageReference:
    """Where an image belongs, and the coordinate system it is in."""

    study_instance_uid: str
    frame_of_reference_uid: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingFilter:
    """Which readings a list is about; what is None does not restrict it."""

    lesion_id: UUID | None = None
    pseudonym: str | None = None
    study_instance_uid: str | None = None
    assignment_id: UUID | None = None


class Lesions(Protocol):
    """Lesions by identifier and by patient."""

    def next_number(self, pseudonym: str, block: int = 0) -> int:
        """The number for this patient's next lesion; nobody else gets it before this unit of work ends.

        `block`: of a blind reader (`protocols.NUMBERS_IN_BLOCK`). Raises UnacceptableError when it is full.
        """

    def add(self, lesion: Lesion) -> None: ...

    def get(self, lesion_id: UUID) -> Lesion:
        """Raises LesionNotFoundError."""

    def many(self, lesion_ids: Collection[UUID]) -> dict[UUID, Lesion]:
        """Those that exist."""

    def of_patient(self, pseudonym: str, *, after: int, limit: int) -> Sequence[Lesion]:
        """By number, from the first above `after`."""


class Readings(Protocol):
    """Readings and their revisions, which are only ever added."""

    def add(self, reading: Reading) -> None:
        """Raises StaleRevisionError when this revision exists already."""

    def newest(self, reading_id: UUID) -> Reading:
        """The last revision. Raises ReadingNotFoundError."""

    def history(self, reading_id: UUID) -> Sequence[Reading]:
        """All revisions, the first one first. Raises ReadingNotFoundError."""

    def newest_of_lesion(self, lesion_id: UUID) -> Reading | None:
        """The reading of the newest study (undated ones last); of several, the one recorded last."""

    def matching(self, wanted: ReadingFilter, *, after: UUID | None, limit: int) -> Sequence[Reading]:
        """Newest revisions, in the order in which the readings were first recorded.

        `after` is the last reading already seen. Raises PlaceInListError when there is none such.
        """


class Images(Protocol):
    """Look-ups in the catalogue of what came through the door."""

    def has_patient(self, pseudonym: str) -> bool: ...

    def patient_of_study(self, study_instance_uid: str) -> str | None: ...

    def image(self, sop_instance_uid: str) -> ImageReference | None: ...

    def frames_of_reference(self, study_instance_uid: str) -> frozenset[str]: ...


class Protocols(Protocol):
    """Protocols of reading; they are added and never changed."""

    def add(self, protocol: ReadingProtocol) -> None:
        """Raises UnacceptableError when another one has its name."""

    def get(self, protocol_id: UUID) -> ReadingProtocol:
        """Raises ProtocolNotFoundError."""

    def all(self, *, after: str, limit: int) -> Sequence[ReadingProtocol]:
        """By name, from the first above `after`."""


class Assignments(Protocol):
    """Assignments, and what each person has to do under them."""

    def unassigned(self, wanted: StudiesWanted, *, limit: int) -> Sequence[StudyToRead]:
        """Studies that may be assigned, by UID: not under the protocol yet, and none of its readers has one to read."""

    def blocks(self, pseudonyms: Collection[str]) -> dict[tuple[str, str], int]:
        """The block of numbers of each (patient, blind reader) that has one."""

    def add(self, given: Collection[tuple[Assignment, StudyToRead, Sequence[Task]]]) -> None: ...

    def get(self, assignment_id: UUID) -> Assignment:
        """Raises AssignmentNotFoundError."""

    def tasks(self, assignment_id: UUID) -> Sequence[Task]:
        """Those that may be seen."""

    def task(self, assignment_id: UUID, reader: str) -> Task | None:
        """Whoever looks: it is the domain that asks."""

    def all_signed(self, assignment_id: UUID) -> bool:
        """Whether each reader has signed."""

    def open_task(self, study_instance_uid: str, reader: str) -> Task | None:
        """What this person has to read of this study; never more than one."""

    def is_blind(self, study_instance_uid: str, reader: str) -> bool:
        """Whether this person takes part in a blind reading of this study that is not over."""

    def block(self, pseudonym: str, reader: str) -> int:
        """Where this person's lesions of this patient are numbered now; 0 with everybody's."""

    def put_task(self, task: Task) -> None:
        """Keep its new state."""

    def open_eyes(self, assignment_id: UUID, adjudication: Task) -> None:
        """End the blindness, and give the adjudicator the task."""


class Worklist(Protocol):
    """Tasks with their studies, as far as they may be seen."""

    def page(self, wanted: WorklistQuery, *, after: WorklistPlace | None, limit: int) -> Sequence[WorklistItem]: ...

    def counts(self, wanted: WorklistQuery) -> dict[State, int]:
        """How many in each state, whatever state `wanted` names."""


class UnitOfWork(Protocol):
    """One transaction: use it in `with`, and nothing is kept unless `commit` is called.

    One that writes waits its turn before it begins, and has the place to itself until it ends. It is made for someone's
    `annotation.sight.Sight`: lesions, readings and tasks that blindness keeps from them are as if they were not there.
    """

    @property
    def lesions(self) -> Lesions: ...

    @property
    def readings(self) -> Readings: ...

    @property
    def images(self) -> Images: ...

    @property
    def protocols(self) -> Protocols: ...

    @property
    def assignments(self) -> Assignments: ...

    @property
    def worklist(self) -> Worklist: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def commit(self) -> None: ...
