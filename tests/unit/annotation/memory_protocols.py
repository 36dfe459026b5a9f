"""Protocols, assignments and worklists in memory, held to the same contract as the database's."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from annotation.audit import Entry
from annotation.draft import Draft
from annotation.entities import Lesion, Reading
from annotation.errors import AssignmentNotFoundError, ProtocolNotFoundError, UnacceptableError
from annotation.lesion_history import LesionEvent
from annotation.meeting_context import MeetingContext
from annotation.protocols import UNSIGNED, Assignment, Kind, ReadingProtocol, Role, State, Task
from annotation.sight import Made, Opened, Sight, sees_lesion_unread, sees_reading, sees_task
from annotation.worklist_queries import Order, StudiesWanted, StudyToRead, WorklistItem, WorklistPlace, WorklistQuery
from lesion_model.errors import Problem
from storage.ledger_records import StoredObject

TaskKey = tuple[UUID, str]


@dataclass
class Kept:
    """Everything that is kept."""

    lesions: dict[UUID, Lesion] = field(default_factory=dict)
    readings: dict[UUID, list[Reading]] = field(default_factory=dict)
    drafts: dict[UUID, Draft] = field(default_factory=dict)
    history: dict[UUID, list[LesionEvent]] = field(default_factory=dict)
    contexts: dict[UUID, list[MeetingContext]] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    protocols: dict[UUID, ReadingProtocol] = field(default_factory=dict)
    assignments: dict[UUID, Assignment] = field(default_factory=dict)
    tasks: dict[TaskKey, Task] = field(default_factory=dict)

    def copy(self) -> "Kept":
        return Kept(
            lesions=dict(self.lesions),
            readings={key: list(revisions) for key, revisions in self.readings.items()},
            drafts=dict(self.drafts),
            history={key: list(entries) for key, entries in self.history.items()},
            contexts={key: list(versions) for key, versions in self.contexts.items()},
            entries=list(self.entries),
            protocols=dict(self.protocols),
            assignments=dict(self.assignments),
            tasks=dict(self.tasks),
        )

    def take(self, other: "Kept") -> None:
        copied = other.copy()
        self.lesions, self.readings, self.drafts = copied.lesions, copied.readings, copied.drafts
        self.history, self.contexts, self.entries = copied.history, copied.contexts, copied.entries
        self.protocols, self.assignments, self.tasks = copied.protocols, copied.assignments, copied.tasks


class MemoryProtocols:
    def __init__(self, kept: dict[UUID, ReadingProtocol]) -> None:
        self._kept = kept

    def add(self, protocol: ReadingProtocol) -> None:
        if any(each.name == protocol.name for each in self._kept.values()):
            raise UnacceptableError([Problem(field="name", detail="another protocol has this name")])
        self._kept[protocol.id] = protocol

    def get(self, protocol_id: UUID) -> ReadingProtocol:
        if protocol_id not in self._kept:
            raise ProtocolNotFoundError
        return self._kept[protocol_id]

    def all(self, *, after: str, limit: int) -> Sequence[ReadingProtocol]:
        return sorted((each for each in self._kept.values() if each.name > after), key=lambda each: each.name)[:limit]


class MemoryAssignments:
    def __init__(self, kept: Kept, objects: Sequence[StoredObject], sight: Sight) -> None:
        self._kept = kept
        self._objects = objects
        self._sight = sight

    def shows(self, first: Reading) -> bool:
        made = Made(
            study_instance_uid=first.study_instance_uid, author=first.recorded_by, assignment_id=first.assignment_id
        )
        return sees_reading(self._sight, made, self._kept.assignments.values())

    def shows_unread(self, lesion: Lesion) -> bool:
        opened = Opened(pseudonym=lesion.pseudonym, by=lesion.created_by, at=lesion.created_at)
        return sees_lesion_unread(self._sight, opened, self._kept.assignments.values())

    def unassigned(self, wanted: StudiesWanted, *, limit: int) -> Sequence[StudyToRead]:
        studies = {each.study_instance_uid: each for each in self._objects}
        found = [study_of(each) for uid, each in sorted(studies.items()) if self._is_free(uid, wanted)]
        return [each for each in found if _is_wanted(each, wanted)][:limit]

    def blocks(self, pseudonyms: Collection[str]) -> dict[tuple[str, str], int]:
        found = {
            (self._of(task).pseudonym, task.reader): task.block for task in self._kept.tasks.values() if task.block
        }
        return {key: block for key, block in found.items() if key[0] in pseudonyms}

    def add(self, given: Collection[tuple[Assignment, StudyToRead, Sequence[Task]]]) -> None:
        for assignment, _, tasks in given:
            self._kept.assignments[assignment.id] = assignment
            self._kept.tasks |= {(task.assignment_id, task.reader): task for task in tasks}

    def get(self, assignment_id: UUID) -> Assignment:
        if assignment_id not in self._kept.assignments:
            raise AssignmentNotFoundError
        return self._kept.assignments[assignment_id]

    def over(self, protocol_id: UUID, *, after: UUID | None, limit: int) -> Sequence[Assignment]:
        blind = {each.study_instance_uid for each in self._kept.assignments.values() if each.blind}
        found = [
            each
            for each in self._kept.assignments.values()
            if each.protocol_id == protocol_id
            and each.kind is Kind.DOUBLE_BLIND
            and each.study_instance_uid not in blind
            and (after is None or str(each.id) > str(after))
        ]
        return sorted(found, key=lambda each: str(each.id))[:limit]

    def tasks(self, assignment_id: UUID) -> Sequence[Task]:
        found = self._kept.assignments[assignment_id]
        seen = [task for task in self._tasks_of(assignment_id) if sees_task(self._sight, found, task.reader)]
        return sorted(seen, key=lambda task: (task.role is Role.ADJUDICATOR, task.reader))

    def task(self, assignment_id: UUID, reader: str) -> Task | None:
        return self._kept.tasks.get((assignment_id, reader))

    def all_signed(self, assignment_id: UUID) -> bool:
        return all(task.state not in UNSIGNED for task in self._tasks_of(assignment_id))

    def open_task(self, study_instance_uid: str, reader: str) -> Task | None:
        for task in self._kept.tasks.values():
            is_of = self._of(task).study_instance_uid == study_instance_uid
            if is_of and task.reader == reader and task.state in UNSIGNED:
                return task
        return None

    def is_blind(self, study_instance_uid: str, reader: str) -> bool:
        return any(
            each.blind and each.has(reader) and each.study_instance_uid == study_instance_uid
            for each in self._kept.assignments.values()
        )

    def is_blind_patient(self, pseudonym: str) -> bool:
        return any(each.blind and each.pseudonym == pseudonym for each in self._kept.assignments.values())

    def block(self, pseudonym: str, reader: str) -> int:
        for task in self._kept.tasks.values():
            found = self._of(task)
            if found.blind and found.pseudonym == pseudonym and task.reader == reader:
                return task.block
        return 0

    def put_task(self, task: Task) -> None:
        self._kept.tasks[task.assignment_id, task.reader] = task

    def open_eyes(self, assignment_id: UUID, adjudication: Task) -> None:
        self._kept.assignments[assignment_id] = replace(self.get(assignment_id), blind=False)
        self.put_task(adjudication)

    def _of(self, task: Task) -> Assignment:
        return self._kept.assignments[task.assignment_id]

    def _tasks_of(self, assignment_id: UUID) -> Iterator[Task]:
        return (task for task in self._kept.tasks.values() if task.assignment_id == assignment_id)

    def _is_free(self, uid: str, wanted: StudiesWanted) -> bool:
        assigned = any(
            each.protocol_id == wanted.protocol_id and each.study_instance_uid == uid
            for each in self._kept.assignments.values()
        )
        modalities = {each.modality for each in self._objects if each.study_instance_uid == uid}
        fits = not wanted.modalities or bool(modalities & wanted.modalities)
        return fits and not assigned and all(self.open_task(uid, reader) is None for reader in wanted.readers)


class MemoryWorklist:
    def __init__(self, kept: Kept, objects: Sequence[StoredObject], sight: Sight) -> None:
        self._kept = kept
        self._objects = objects
        self._sight = sight

    def page(self, wanted: WorklistQuery, *, after: WorklistPlace | None, limit: int) -> Sequence[WorklistItem]:
        key = _by_state if wanted.order is Order.STATE else _by_day
        newest = wanted.order is Order.NEWEST
        found = sorted(self._matching(wanted), key=lambda each: key(each.place), reverse=newest)
        if after is not None:
            found = [
                each for each in found if (key(each.place) < key(after) if newest else key(each.place) > key(after))
            ]
        return found[:limit]

    def counts(self, wanted: WorklistQuery) -> dict[State, int]:
        found = [each.task.state for each in self._matching(replace(wanted, state=None))]
        return {state: found.count(state) for state in State}

    def _matching(self, wanted: WorklistQuery) -> list[WorklistItem]:
        return [each for each in map(self._item, self._visible()) if _matches(each, wanted)]

    def _visible(self) -> list[Task]:
        return [
            task
            for task in self._kept.tasks.values()
            if sees_task(self._sight, self._kept.assignments[task.assignment_id], task.reader)
        ]

    def _item(self, task: Task) -> WorklistItem:
        assignment = self._kept.assignments[task.assignment_id]
        protocol = self._kept.protocols[assignment.protocol_id]
        objects = [each for each in self._objects if each.study_instance_uid == assignment.study_instance_uid]
        study = study_of(objects[0])
        return WorklistItem(
            task=task,
            protocol_id=protocol.id,
            protocol_name=protocol.name,
            kind=protocol.kind,
            study=study,
            study_day=study.study_date or date.min,
            modalities=tuple(sorted({each.modality for each in objects if each.modality})),
        )


def study_of(stored: StoredObject) -> StudyToRead:
    return StudyToRead(
        study_instance_uid=stored.study_instance_uid, pseudonym=stored.pseudonym, study_date=stored.study_date
    )


def _is_wanted(study: StudyToRead, wanted: StudiesWanted) -> bool:
    named = wanted.study_instance_uids
    return (
        wanted.pseudonym in (None, study.pseudonym)
        and (named is None or study.study_instance_uid in named)
        and _in_range(study.study_date, wanted.from_date, wanted.to_date)
    )


def _matches(item: WorklistItem, wanted: WorklistQuery) -> bool:
    return (
        wanted.protocol_id in (None, item.protocol_id)
        and wanted.state in (None, item.task.state)
        and wanted.reader in (None, item.task.reader)
        and (wanted.modality is None or wanted.modality in item.modalities)
        and _in_range(item.study.study_date, wanted.from_date, wanted.to_date)
    )


def _in_range(day: date | None, first: date | None, last: date | None) -> bool:
    if first is None and last is None:
        return True
    return day is not None and (first or date.min) <= day <= (last or date.max)


def _by_day(place: WorklistPlace) -> tuple[date, str, str]:
    return place.study_day, str(place.assignment_id), place.reader


def _by_state(place: WorklistPlace) -> tuple[int, date, str, str]:
    return list(State).index(place.state), *_by_day(place)
