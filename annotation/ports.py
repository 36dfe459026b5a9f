"""What the act of reading needs to have kept; `storage` satisfies it without being imported."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import TracebackType
from typing import Protocol, Self
from uuid import UUID

from annotation.audit import Action, AuditFilter, Entry, Note
from annotation.draft import Draft
from annotation.entities import Lesion, Reading
from annotation.lesion_history import LesionEvent
from annotation.meeting_context import MeetingContext
from annotation.protocols import Assignment, ReadingProtocol, State, Task
from annotation.worklist_queries import StudiesWanted, StudyToRead, WorklistItem, WorklistPlace, WorklistQuery

# Asked inside the unit of work, once nobody else can write: what is dated later is then kept later too.
Clock = Callable[[], datetime]


# When a draft was begun, and its identifier: drafts go, so that a list goes on after a place and not after a draft.
DraftPlace = tuple[datetime, UUID]


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

    def update(self, lesion: Lesion) -> None:
        """Keep the next version of a lesion that is there. Raises StaleLesionError when it is not the next."""

    def absorbed_by(self, lesion_id: UUID) -> Sequence[Lesion]:
        """Those that were merged into it, by number."""


class LesionHistory(Protocol):
    """What happened to lesions; entries are only ever added."""

    def add(self, event: LesionEvent) -> None:
        """Raises StaleLesionError when this version of the lesion has an entry already."""

    def of(self, lesion_id: UUID) -> Sequence[LesionEvent]:
        """By version."""


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

    def of_draft(self, draft_id: UUID) -> Reading | None:
        """The revision that was made by signing this draft."""

    def newest_before(self, lesion_id: UUID, study_instance_uid: str) -> Reading | None:
        """The reading of the newest other study that is not later than this one (undated ones are the oldest; all
        others come before one without date); of several, the one recorded last."""

    def move(self, reading_ids: Collection[UUID], lesion_id: UUID) -> None:
        """Have these readings, with all their revisions, be about this lesion. Raises ReadingNotFoundError."""

    def seen(self, reading_ids: Collection[UUID]) -> frozenset[UUID]:
        """Those of them that may be seen."""

    def matching(self, wanted: ReadingFilter, *, after: UUID | None, limit: int) -> Sequence[Reading]:
        """Newest revisions, in the order in which the readings were first recorded.

        `after` is the last reading already seen. Raises PlaceInListError when there is none such.
        """

    def made_under(self, assignment_ids: Collection[UUID]) -> Sequence[Reading]:
        """Newest revisions of the readings of these assignments, in the order in which they were first recorded."""


class Drafts(Protocol):
    """Drafts, each of which is its author's alone, as long as they may see the lesion.

    `replace` and `remove` look at the version at the last moment: False says that the draft is another by now.
    """

    def add(self, draft: Draft) -> None: ...

    def get(self, draft_id: UUID, author: str) -> Draft:
        """Raises DraftNotFoundError, also for another's."""

    def begun(self, author: str, lesion_id: UUID, study_instance_uid: str) -> Draft | None:
        """The author's draft of a new reading of this lesion on this study; there is one at most."""

    def revising(self, author: str, reading_id: UUID) -> Draft | None:
        """The author's draft that revises this reading; there is one at most."""

    def of_author(self, author: str, *, after: DraftPlace | None, limit: int) -> Sequence[Draft]:
        """In the order in which they were begun; the draft at `after` may be gone by now."""

    def any_on(self, author: str, study_instance_uid: str) -> bool:
        """Whether the author has a draft on this study."""

    def of_lesion(self, lesion_id: UUID) -> Sequence[Draft]:
        """Everybody's, whoever looks: it is the domain that asks."""

    def move(self, draft_ids: Collection[UUID], lesion_id: UUID) -> None:
        """Have these drafts, whoever's they are, be about this lesion; their versions stay."""

    def replace(self, draft: Draft) -> bool:
        """Keep what `draft` says in the place of the version before it; the lesion stays the one that it is about."""

    def remove(self, draft: Draft) -> bool:
        """Forget exactly this version."""


class Contexts(Protocol):
    """Clinical contexts and their versions, which are only ever added; that of a lesion is seen with the lesion."""

    def add(self, context: MeetingContext) -> None:
        """Raises StaleContextError when this version exists already."""

    def newest(self, context_id: UUID) -> MeetingContext:
        """The last version. Raises ContextNotFoundError."""

    def history(self, context_id: UUID) -> Sequence[MeetingContext]:
        """All versions, the first one first. Raises ContextNotFoundError."""

    def of_meeting(self, pseudonym: str, meeting_date: date, lesion_id: UUID | None) -> UUID | None:
        """The context that this meeting has of the patient, or of one lesion."""

    def of_patient(self, pseudonym: str, *, after: UUID | None, limit: int) -> Sequence[MeetingContext]:
        """Newest versions, in the order in which the contexts were first entered.

        `after` is the last context already seen. Raises PlaceInListError when there is none such.
        """

    def up_to(self, pseudonym: str, meeting_date: date | None) -> Sequence[MeetingContext]:
        """Newest versions for meetings at or before a date, all for None; the newest meeting first."""


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

    def over(self, protocol_id: UUID, *, after: UUID | None, limit: int) -> Sequence[Assignment]:
        """Double blind ones that both readers have signed, by identifier, whoever looks.

        Without those on whose study any blind reading, of this protocol or another, is not over.
        """

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

    def is_blind_patient(self, pseudonym: str) -> bool:
        """Whether a blind reading of any study of this patient is not over, whoever looks."""

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


class Audit(Protocol):
    """The audit log, which is only added to."""

    def note(self, note: Note, *, by: str | None, at: datetime) -> None:
        """Kept if and only if the unit of work is committed; do it last. `by`: None when nobody is signed in."""

    def newest(self, wanted: AuditFilter, *, before: int | None, limit: int) -> Sequence[Entry]:
        """The newest first, from the last one below the number `before`."""

    def following(self, after: int, actions: frozenset[Action], *, limit: int) -> Sequence[Entry]:
        """Entries of these actions, by number, from the first above `after`."""

    def last_number(self) -> int:
        """Of the newest entry; 0 when there is none."""


class UnitOfWork(Protocol):
    """One transaction: use it in `with`, and nothing is kept unless `commit` is called.

    One that writes waits its turn before it begins, and has the place to itself until it ends. It is made for someone's
    `annotation.sight.Sight`: lesions, readings, tasks, and what was said of a lesion, are as if they were not there
    when blindness keeps them from that one.
    """

    @property
    def lesions(self) -> Lesions: ...

    @property
    def lesion_history(self) -> LesionHistory: ...

    @property
    def readings(self) -> Readings: ...

    @property
    def drafts(self) -> Drafts: ...

    @property
    def contexts(self) -> Contexts: ...

    @property
    def images(self) -> Images: ...

    @property
    def protocols(self) -> Protocols: ...

    @property
    def assignments(self) -> Assignments: ...

    @property
    def worklist(self) -> Worklist: ...

    @property
    def audit(self) -> Audit: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def commit(self) -> None: ...
