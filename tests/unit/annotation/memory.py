"""A unit of work in memory, held to the same contract as the database's."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from types import TracebackType
from typing import Self
from uuid import UUID

from annotation.audit import Action, AuditFilter, Entry, Note
from annotation.entities import FIRST_REVISION, Lesion, Reading
from annotation.errors import (
    LesionNotFoundError,
    PlaceInListError,
    ReadingNotFoundError,
    StaleRevisionError,
)
from annotation.ports import ImageReference, ReadingFilter
from storage.ledger_records import StoredObject


class MemoryImages:
    """Look-ups in a list of stored objects."""

    def __init__(self, objects: Sequence[StoredObject]) -> None:
        self._objects = objects

    def has_patient(self, pseudonym: str) -> bool:
        return any(each.pseudonym == pseudonym for each in self._objects)

    def patient_of_study(self, study_instance_uid: str) -> str | None:
        return next((each.pseudonym for each in self._of_study(study_instance_uid)), None)

    def image(self, sop_instance_uid: str) -> ImageReference | None:
        for each in self._objects:
            if each.sop_instance_uid == sop_instance_uid:
                return ImageReference(
                    study_instance_uid=each.study_instance_uid,
                    frame_of_reference_uid=each.frame_of_reference_uid,
                )
        return None

    def frames_of_reference(self, study_instance_uid: str) -> frozenset[str]:
        frames = (each.frame_of_reference_uid for each in self._of_study(study_instance_uid))
        return frozenset(frame for frame in frames if frame is not None)

    def study_date(self, study_instance_uid: str) -> date:
        """Undated studies count as the oldest."""
        return next((each.study_date for each in self._of_study(study_instance_uid)), None) or date.min

    def _of_study(self, study_instance_uid: str) -> list[StoredObject]:
        return [each for each in self._objects if each.study_instance_uid == study_instance_uid]


class MemoryLesions:
    def __init__(self, kept: dict[UUID, Lesion]) -> None:
        self._kept = kept

    def next_number(self, pseudonym: str) -> int:
        return 1 + max((each.number for each in self._of(pseudonym)), default=0)

    def add(self, lesion: Lesion) -> None:
        self._kept[lesion.id] = lesion

    def get(self, lesion_id: UUID) -> Lesion:
        if lesion_id not in self._kept:
            raise LesionNotFoundError
        return self._kept[lesion_id]

    def many(self, lesion_ids: Collection[UUID]) -> dict[UUID, Lesion]:
        return {lesion_id: self._kept[lesion_id] for lesion_id in lesion_ids if lesion_id in self._kept}

    def of_patient(self, pseudonym: str, *, after: int, limit: int) -> Sequence[Lesion]:
        found = [each for each in self._of(pseudonym) if each.number > after]
        return sorted(found, key=lambda each: each.number)[:limit]

    def _of(self, pseudonym: str) -> list[Lesion]:
        return [each for each in self._kept.values() if each.pseudonym == pseudonym]


class MemoryReadings:
    def __init__(self, kept: dict[UUID, list[Reading]], lesions: MemoryLesions, images: MemoryImages) -> None:
        self._kept = kept
        self._lesions = lesions
        self._images = images

    def add(self, reading: Reading) -> None:
        revisions = self._kept.setdefault(reading.id, [])
        if len(revisions) != reading.revision - FIRST_REVISION:
            raise StaleRevisionError(len(revisions))
        revisions.append(reading)

    def newest(self, reading_id: UUID) -> Reading:
        return self.history(reading_id)[-1]

    def history(self, reading_id: UUID) -> Sequence[Reading]:
        if reading_id not in self._kept:
            raise ReadingNotFoundError
        return tuple(self._kept[reading_id])

    def newest_of_lesion(self, lesion_id: UUID) -> Reading | None:
        found = self._ordered(ReadingFilter(lesion_id=lesion_id))
        dated = sorted(found, key=lambda each: self._images.study_date(each.study_instance_uid))
        return dated[-1] if dated else None

    def matching(self, wanted: ReadingFilter, *, after: UUID | None, limit: int) -> Sequence[Reading]:
        found = self._ordered(wanted)
        if after is not None:
            if after not in self._kept:
                raise PlaceInListError
            place = self._place(after)
            found = [each for each in found if self._place(each.id) > place]
        return found[:limit]

    def _ordered(self, wanted: ReadingFilter) -> list[Reading]:
        found = [revisions[-1] for revisions in self._kept.values() if self._matches(revisions[-1], wanted)]
        return sorted(found, key=lambda each: self._place(each.id))

    def _matches(self, reading: Reading, wanted: ReadingFilter) -> bool:
        pseudonym = self._lesions.get(reading.lesion_id).pseudonym
        return (
            wanted.lesion_id in (None, reading.lesion_id)
            and wanted.study_instance_uid in (None, reading.study_instance_uid)
            and wanted.pseudonym in (None, pseudonym)
        )

    def _place(self, reading_id: UUID) -> tuple[object, ...]:
        return self._kept[reading_id][0].recorded_at, str(reading_id)


class MemoryAudit:
    def __init__(self, kept: list[Entry]) -> None:
        self._kept = kept

    def note(self, note: Note, *, by: str | None, at: datetime) -> None:
        self._kept.append(Entry(number=len(self._kept) + 1, at=at, actor=by, note=note))

    def newest(self, wanted: AuditFilter, *, before: int | None, limit: int) -> Sequence[Entry]:
        found = [entry for entry in reversed(self._kept) if before is None or entry.number < before]
        return [entry for entry in found if _is_wanted(entry, wanted)][:limit]

    def following(self, after: int, actions: frozenset[Action], *, limit: int) -> Sequence[Entry]:
        return [entry for entry in self._kept if entry.number > after and entry.note.action in actions][:limit]

    def last_number(self) -> int:
        return len(self._kept)


def _is_wanted(entry: Entry, wanted: AuditFilter) -> bool:
    return (
        wanted.pseudonym in (None, entry.note.pseudonym)
        and wanted.actor in (None, entry.actor)
        and (not wanted.actions or entry.note.action in wanted.actions)
        and (wanted.since is None or entry.at >= wanted.since)
        and (wanted.until is None or entry.at < wanted.until)
    )


class MemoryUnitOfWork:
    """Keeps what was committed, forgets the rest."""

    def __init__(self, objects: Sequence[StoredObject]) -> None:
        self.images = MemoryImages(objects)
        self._kept_lesions: dict[UUID, Lesion] = {}
        self._kept_readings: dict[UUID, list[Reading]] = {}
        self._kept_entries: list[Entry] = []
        self._begin()

    def __enter__(self) -> Self:
        self._begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._begin()

    def commit(self) -> None:
        self._kept_lesions = dict(self._lesions)
        self._kept_readings = {key: list(revisions) for key, revisions in self._readings.items()}
        self._kept_entries = list(self._entries)

    def _begin(self) -> None:
        self._lesions = dict(self._kept_lesions)
        self._readings = {key: list(revisions) for key, revisions in self._kept_readings.items()}
        self._entries = list(self._kept_entries)
        self.audit = MemoryAudit(self._entries)
        self.lesions = MemoryLesions(self._lesions)
        self.readings = MemoryReadings(self._readings, self.lesions, self.images)
