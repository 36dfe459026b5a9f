"""What the act of reading needs to have kept; `storage` satisfies it without being imported."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self
from uuid import UUID

from annotation.audit import Action, AuditFilter, Entry, Note
from annotation.entities import Lesion, Reading

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


class Lesions(Protocol):
    """Lesions by identifier and by patient."""

    def next_number(self, pseudonym: str) -> int:
        """The number for this patient's next lesion; nobody else gets it before this unit of work ends."""

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

    One that writes waits its turn before it begins, and has the place to itself until it ends.
    """

    @property
    def lesions(self) -> Lesions: ...

    @property
    def readings(self) -> Readings: ...

    @property
    def images(self) -> Images: ...

    @property
    def audit(self) -> Audit: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def commit(self) -> None: ...
