"""A unit of work in memory, held to the same contract as the database's."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from types import TracebackType
from typing import Self
from uuid import UUID

from annotation.audit import Action, AuditFilter, Entry, Note
from annotation.context_errors import ContextNotFoundError, StaleContextError
from annotation.draft import Draft
from annotation.draft_errors import DraftNotFoundError
from annotation.entities import FIRST_REVISION, Lesion, Reading
from annotation.errors import (
    LesionNotFoundError,
    PlaceInListError,
    ReadingNotFoundError,
    StaleRevisionError,
    UnacceptableError,
)
from annotation.lesion_errors import StaleLesionError
from annotation.lesion_history import LesionEvent
from annotation.meeting_context import FIRST_VERSION, MeetingContext
from annotation.ports import DraftPlace, ImageReference, ReadingFilter
from annotation.protocols import NUMBERS_IN_BLOCK
from annotation.sight import NOBODY, Sight
from lesion_model.errors import Problem
from storage.ledger_records import StoredObject
from tests.unit.annotation.memory_protocols import Kept, MemoryAssignments, MemoryProtocols, MemoryWorklist


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
    def __init__(self, kept: dict[UUID, Lesion], readings: "MemoryReadings") -> None:
        self._kept = kept
        self._readings = readings

    def next_number(self, pseudonym: str, block: int = 0) -> int:
        first = block * NUMBERS_IN_BLOCK
        taken = [each.number for each in self._kept.values() if each.pseudonym == pseudonym]
        number = 1 + max((each for each in taken if first < each < first + NUMBERS_IN_BLOCK), default=first)
        if number == first + NUMBERS_IN_BLOCK:
            raise UnacceptableError([Problem(field="site", detail="this patient has no number left for a lesion")])
        return number

    def add(self, lesion: Lesion) -> None:
        self._kept[lesion.id] = lesion

    def get(self, lesion_id: UUID) -> Lesion:
        if lesion_id not in self._kept or not self._seen(self._kept[lesion_id]):
            raise LesionNotFoundError
        return self._kept[lesion_id]

    def many(self, lesion_ids: Collection[UUID]) -> dict[UUID, Lesion]:
        return {each.id: each for each in self._kept.values() if each.id in lesion_ids and self._seen(each)}

    def of_patient(self, pseudonym: str, *, after: int, limit: int) -> Sequence[Lesion]:
        found = [each for each in self._of(pseudonym) if each.number > after]
        return sorted(found, key=lambda each: each.number)[:limit]

    def update(self, lesion: Lesion) -> None:
        kept = self.get(lesion.id)
        if kept.version != lesion.version - 1:
            raise StaleLesionError(kept.version)
        self._kept[lesion.id] = lesion

    def absorbed_by(self, lesion_id: UUID) -> Sequence[Lesion]:
        found = [each for each in self._kept.values() if each.merged_into == lesion_id and self._seen(each)]
        return sorted(found, key=lambda each: each.number)

    def _of(self, pseudonym: str) -> list[Lesion]:
        return [each for each in self._kept.values() if each.pseudonym == pseudonym and self._seen(each)]

    def _seen(self, lesion: Lesion) -> bool:
        return self._readings.any_of(lesion) or self._readings.assignments.shows_unread(lesion)


class MemoryLesionHistory:
    def __init__(self, kept: dict[UUID, list[LesionEvent]]) -> None:
        self._kept = kept

    def add(self, event: LesionEvent) -> None:
        entries = self._kept.setdefault(event.lesion_id, [])
        if any(each.version == event.version for each in entries):
            raise StaleLesionError(event.version)
        entries.append(event)

    def of(self, lesion_id: UUID) -> Sequence[LesionEvent]:
        return sorted(self._kept.get(lesion_id, ()), key=lambda each: each.version)


class MemoryReadings:
    def __init__(
        self,
        kept: dict[UUID, list[Reading]],
        lesions: dict[UUID, Lesion],
        images: MemoryImages,
        assignments: MemoryAssignments,
    ) -> None:
        self._kept = kept
        self._lesions = lesions
        self._images = images
        self.assignments = assignments

    def add(self, reading: Reading) -> None:
        revisions = self._kept.setdefault(reading.id, [])
        if len(revisions) != reading.revision - FIRST_REVISION:
            raise StaleRevisionError(len(revisions))
        revisions.append(reading)

    def newest(self, reading_id: UUID) -> Reading:
        return self.history(reading_id)[-1]

    def history(self, reading_id: UUID) -> Sequence[Reading]:
        if reading_id not in self._kept or not self.assignments.shows(self._kept[reading_id][0]):
            raise ReadingNotFoundError
        return tuple(self._kept[reading_id])

    def newest_of_lesion(self, lesion_id: UUID) -> Reading | None:
        found = self._ordered(ReadingFilter(lesion_id=lesion_id))
        dated = sorted(found, key=lambda each: self._images.study_date(each.study_instance_uid))
        return dated[-1] if dated else None

    def seen(self, reading_ids: Collection[UUID]) -> frozenset[UUID]:
        return frozenset(
            each for each in reading_ids if each in self._kept and self.assignments.shows(self._kept[each][0])
        )

    def of_draft(self, draft_id: UUID) -> Reading | None:
        every = (each for reading_id in self.seen(self._kept) for each in self._kept[reading_id])
        return next((each for each in every if each.draft_id == draft_id), None)

    def newest_before(self, lesion_id: UUID, study_instance_uid: str) -> Reading | None:
        day = self._images.study_date(study_instance_uid)
        last = date.max if day == date.min else day
        found = [
            each
            for each in self._ordered(ReadingFilter(lesion_id=lesion_id))
            if each.study_instance_uid != study_instance_uid
            and self._images.study_date(each.study_instance_uid) <= last
        ]
        dated = sorted(found, key=lambda each: self._images.study_date(each.study_instance_uid))
        return dated[-1] if dated else None

    def move(self, reading_ids: Collection[UUID], lesion_id: UUID) -> None:
        if self.seen(reading_ids) != frozenset(reading_ids):
            raise ReadingNotFoundError
        for each in reading_ids:
            self._kept[each] = [replace(revision, lesion_id=lesion_id) for revision in self._kept[each]]

    def matching(self, wanted: ReadingFilter, *, after: UUID | None, limit: int) -> Sequence[Reading]:
        found = self._ordered(wanted)
        if after is not None:
            if after not in self._kept or not self.assignments.shows(self._kept[after][0]):
                raise PlaceInListError
            place = self._place(after)
            found = [each for each in found if self._place(each.id) > place]
        return found[:limit]

    def made_under(self, assignment_ids: Collection[UUID]) -> Sequence[Reading]:
        return [each for each in self._ordered(ReadingFilter()) if each.assignment_id in assignment_ids]

    def _ordered(self, wanted: ReadingFilter) -> list[Reading]:
        found = [revisions[-1] for revisions in self._kept.values() if self._matches(revisions[-1], wanted)]
        return sorted(found, key=lambda each: self._place(each.id))

    def any_of(self, lesion: Lesion) -> bool:
        return bool(self._ordered(ReadingFilter(lesion_id=lesion.id)))

    def _matches(self, reading: Reading, wanted: ReadingFilter) -> bool:
        pseudonym = self._lesions[reading.lesion_id].pseudonym
        return (
            self.assignments.shows(self._kept[reading.id][0])
            and wanted.assignment_id in (None, reading.assignment_id)
            and wanted.lesion_id in (None, reading.lesion_id)
            and wanted.study_instance_uid in (None, reading.study_instance_uid)
            and wanted.pseudonym in (None, pseudonym)
        )

    def _place(self, reading_id: UUID) -> tuple[object, ...]:
        return self._kept[reading_id][0].recorded_at, str(reading_id)


class MemoryDrafts:
    def __init__(self, kept: dict[UUID, Draft], lesions: MemoryLesions) -> None:
        self._kept = kept
        self._lesions = lesions

    def add(self, draft: Draft) -> None:
        self._kept[draft.id] = draft

    def get(self, draft_id: UUID, author: str) -> Draft:
        found = self._kept.get(draft_id)
        if found is None or found not in self._of(author):
            raise DraftNotFoundError
        return found

    def begun(self, author: str, lesion_id: UUID, study_instance_uid: str) -> Draft | None:
        for each in self._of(author):
            if each.revises is None and (each.lesion_id, each.study_instance_uid) == (lesion_id, study_instance_uid):
                return each
        return None

    def revising(self, author: str, reading_id: UUID) -> Draft | None:
        found = (each for each in self._of(author) if each.revises is not None)
        return next((each for each in found if each.revises and each.revises.reading_id == reading_id), None)

    def of_author(self, author: str, *, after: DraftPlace | None, limit: int) -> Sequence[Draft]:
        ordered = sorted(self._of(author), key=lambda each: (each.created_at, str(each.id)))
        place = None if after is None else (after[0], str(after[1]))
        return [each for each in ordered if place is None or (each.created_at, str(each.id)) > place][:limit]

    def any_on(self, author: str, study_instance_uid: str) -> bool:
        return any(each.study_instance_uid == study_instance_uid for each in self._of(author))

    def of_lesion(self, lesion_id: UUID) -> Sequence[Draft]:
        found = [each for each in self._kept.values() if each.lesion_id == lesion_id]
        return sorted(found, key=lambda each: (each.created_at, str(each.id)))

    def move(self, draft_ids: Collection[UUID], lesion_id: UUID) -> None:
        for each in draft_ids:
            self._kept[each] = replace(self._kept[each], lesion_id=lesion_id)

    def replace(self, draft: Draft) -> bool:
        if not self._is_at(draft, draft.version - 1):
            return False
        self._kept[draft.id] = replace(draft, lesion_id=self._kept[draft.id].lesion_id)
        return True

    def remove(self, draft: Draft) -> bool:
        return self._is_at(draft, draft.version) and self._kept.pop(draft.id) is not None

    def _is_at(self, draft: Draft, version: int) -> bool:
        return any(each.id == draft.id and each.version == version for each in self._of(draft.author))

    def _of(self, author: str) -> list[Draft]:
        own = [each for each in self._kept.values() if each.author == author]
        seen = self._lesions.many({each.lesion_id for each in own})
        return [each for each in own if each.lesion_id in seen]


class MemoryContexts:
    def __init__(self, kept: dict[UUID, list[MeetingContext]], lesions: MemoryLesions) -> None:
        self._kept = kept
        self._lesions = lesions

    def add(self, context: MeetingContext) -> None:
        versions = self._kept.setdefault(context.id, [])
        if len(versions) != context.version - FIRST_VERSION:
            raise StaleContextError(len(versions))
        versions.append(context)

    def newest(self, context_id: UUID) -> MeetingContext:
        return self.history(context_id)[-1]

    def history(self, context_id: UUID) -> Sequence[MeetingContext]:
        if context_id not in self._kept or not self._shows(self._kept[context_id][0]):
            raise ContextNotFoundError
        return tuple(self._kept[context_id])

    def of_meeting(self, pseudonym: str, meeting_date: date, lesion_id: UUID | None) -> UUID | None:
        wanted = (pseudonym, meeting_date, lesion_id)
        found = (each for each in self._newest() if (each.pseudonym, each.meeting_date, each.lesion_id) == wanted)
        return next((each.id for each in found), None)

    def of_patient(self, pseudonym: str, *, after: UUID | None, limit: int) -> Sequence[MeetingContext]:
        found = sorted((each.id for each in self._newest() if each.pseudonym == pseudonym), key=self._place)
        if after is not None:
            if after not in self._kept or not self._shows(self._kept[after][0]):
                raise PlaceInListError
            found = [each for each in found if self._place(each) > self._place(after)]
        return [self.newest(each) for each in found[:limit]]

    def up_to(self, pseudonym: str, meeting_date: date | None) -> Sequence[MeetingContext]:
        last = meeting_date or date.max
        found = [each for each in self._newest() if each.pseudonym == pseudonym and each.meeting_date <= last]
        return sorted(found, key=lambda each: (each.meeting_date, each.entered_at, str(each.id)), reverse=True)

    def _newest(self) -> list[MeetingContext]:
        return [versions[-1] for versions in self._kept.values() if self._shows(versions[0])]

    def _shows(self, context: MeetingContext) -> bool:
        return context.lesion_id is None or bool(self._lesions.many({context.lesion_id}))

    def _place(self, context_id: UUID) -> tuple[object, ...]:
        return self._kept[context_id][0].entered_at, str(context_id)


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
    """Keeps what was committed, forgets the rest. `for_sight` is another one's view of the same."""

    def __init__(self, objects: Sequence[StoredObject], sight: Sight = NOBODY, kept: "Kept | None" = None) -> None:
        self._objects = objects
        self._sight = sight
        self._kept = kept or Kept()
        self.images = MemoryImages(objects)
        self._begin()

    def for_sight(self, sight: Sight) -> "MemoryUnitOfWork":
        return MemoryUnitOfWork(self._objects, sight, self._kept)

    def __enter__(self) -> Self:
        self._begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._begin()

    def commit(self) -> None:
        self._kept.take(self._now)

    def _begin(self) -> None:
        self._now = self._kept.copy()
        self.protocols = MemoryProtocols(self._now.protocols)
        self.assignments = MemoryAssignments(self._now, self._objects, self._sight)
        self.worklist = MemoryWorklist(self._now, self._objects, self._sight)
        self.readings = MemoryReadings(self._now.readings, self._now.lesions, self.images, self.assignments)
        self.lesions = MemoryLesions(self._now.lesions, self.readings)
        self.lesion_history = MemoryLesionHistory(self._now.history)
        self.drafts = MemoryDrafts(self._now.drafts, self.lesions)
        self.contexts = MemoryContexts(self._now.contexts, self.lesions)
        self.audit = MemoryAudit(self._now.entries)
