"""Assignments of studies and the tasks of those who read them, in the registry database."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import exists, insert, select, update
from sqlalchemy.orm import Session, aliased

from annotation.errors import AssignmentNotFoundError
from annotation.protocols import UNSIGNED, Assignment, Kind, Role, State, Task
from annotation.sight import Sight
from annotation.worklist_queries import StudiesWanted, StudyToRead
from storage.blindness import may_see_task, takes_part
from storage.cohorts.touched import Touched
from storage.ledger_tables import SeriesRow, StudyRow
from storage.protocol_tables import AssignmentRow, TaskRow
from storage.reading_tables import LesionRow

_UNSIGNED = [state.value for state in UNSIGNED]


class SqlAssignments:
    """Satisfies `annotation.ports.Assignments` within one transaction."""

    def __init__(self, session: Session, sight: Sight, touched: Touched | None = None) -> None:
        self._session = session
        self._sight = sight
        self._touched = touched or Touched()

    def unassigned(self, wanted: StudiesWanted, *, limit: int) -> Sequence[StudyToRead]:
        study = StudyRow.study_instance_uid
        found = select(StudyRow).where(
            ~exists().where(
                AssignmentRow.protocol_id == str(wanted.protocol_id), AssignmentRow.study_instance_uid == study
            ),
            ~exists().where(
                TaskRow.study_instance_uid == study, TaskRow.reader.in_(wanted.readers), TaskRow.state.in_(_UNSIGNED)
            ),
        )
        if wanted.modalities:
            of_modality = SeriesRow.modality.in_(sorted(wanted.modalities))
            found = found.where(exists().where(SeriesRow.study_instance_uid == study, of_modality))
        if wanted.study_instance_uids is not None:
            found = found.where(study.in_(wanted.study_instance_uids))
        if wanted.pseudonym is not None:
            found = found.where(StudyRow.pseudonym == wanted.pseudonym)
        if wanted.from_date is not None:
            found = found.where(StudyRow.study_date >= wanted.from_date)
        if wanted.to_date is not None:
            found = found.where(StudyRow.study_date <= wanted.to_date)
        return [study_to_read(row) for row in self._session.scalars(found.order_by(study).limit(limit))]

    def blocks(self, pseudonyms: Collection[str]) -> dict[tuple[str, str], int]:
        wanted = select(TaskRow.pseudonym, TaskRow.reader, TaskRow.block).where(
            TaskRow.pseudonym.in_(pseudonyms), TaskRow.block > 0
        )
        return {(pseudonym, reader): block for pseudonym, reader, block in self._session.execute(wanted)}

    def add(self, given: Collection[tuple[Assignment, StudyToRead, Sequence[Task]]]) -> None:
        if not given:
            return
        self._session.execute(insert(AssignmentRow), [_assignment_values(each) for each, _, _ in given])
        self._session.execute(
            insert(TaskRow),
            [task_values(task, assignment, study) for assignment, study, tasks in given for task in tasks],
        )
        self._touched.pseudonyms.update(self._hiding_lesions([assignment for assignment, _, _ in given]))

    def get(self, assignment_id: UUID) -> Assignment:
        row = self._session.get(AssignmentRow, str(assignment_id))
        if row is None:
            raise AssignmentNotFoundError
        return _assignment(row)

    def over(self, protocol_id: UUID, *, after: UUID | None, limit: int) -> Sequence[Assignment]:
        other = aliased(AssignmentRow)
        wanted = select(AssignmentRow).where(
            AssignmentRow.protocol_id == str(protocol_id),
            AssignmentRow.kind == Kind.DOUBLE_BLIND.value,
            ~AssignmentRow.blind,
            ~exists().where(other.blind, other.study_instance_uid == AssignmentRow.study_instance_uid),
        )
        if after is not None:
            wanted = wanted.where(AssignmentRow.id > str(after))
        return [_assignment(row) for row in self._session.scalars(wanted.order_by(AssignmentRow.id).limit(limit))]

    def tasks(self, assignment_id: UUID) -> Sequence[Task]:
        wanted = select(TaskRow).where(TaskRow.assignment_id == str(assignment_id), may_see_task(self._sight))
        return [task_from(row) for row in self._session.scalars(wanted.order_by(TaskRow.role.desc(), TaskRow.reader))]

    def task(self, assignment_id: UUID, reader: str) -> Task | None:
        row = self._session.get(TaskRow, (str(assignment_id), reader))
        return None if row is None else task_from(row)

    def all_signed(self, assignment_id: UUID) -> bool:
        unsigned = select(TaskRow.reader).where(
            TaskRow.assignment_id == str(assignment_id), TaskRow.state.in_(_UNSIGNED)
        )
        return self._session.scalar(unsigned.limit(1)) is None

    def open_task(self, study_instance_uid: str, reader: str) -> Task | None:
        wanted = select(TaskRow).where(
            TaskRow.study_instance_uid == study_instance_uid,
            TaskRow.reader == reader,
            TaskRow.state.in_(_UNSIGNED),
        )
        row = self._session.scalar(wanted)
        return None if row is None else task_from(row)

    def is_blind(self, study_instance_uid: str, reader: str) -> bool:
        wanted = select(AssignmentRow.id).where(
            AssignmentRow.blind,
            AssignmentRow.study_instance_uid == study_instance_uid,
            takes_part(Sight(reader=reader)),
        )
        return self._session.scalar(wanted.limit(1)) is not None

    def is_blind_patient(self, pseudonym: str) -> bool:
        wanted = select(AssignmentRow.id).where(AssignmentRow.blind, AssignmentRow.pseudonym == pseudonym)
        return self._session.scalar(wanted.limit(1)) is not None

    def block(self, pseudonym: str, reader: str) -> int:
        wanted = (
            select(TaskRow.block)
            .join(AssignmentRow, AssignmentRow.id == TaskRow.assignment_id)
            .where(AssignmentRow.blind, TaskRow.pseudonym == pseudonym, TaskRow.reader == reader)
        )
        return self._session.scalar(wanted.limit(1)) or 0

    def put_task(self, task: Task) -> None:
        of_task = (TaskRow.assignment_id == str(task.assignment_id)) & (TaskRow.reader == task.reader)
        changed = update(TaskRow).where(of_task).values(state=task.state.value, signed_at=task.signed_at)
        self._session.execute(changed)

    def open_eyes(self, assignment_id: UUID, adjudication: Task) -> None:
        of_assignment = AssignmentRow.id == str(assignment_id)
        self._session.execute(update(AssignmentRow).where(of_assignment).values(blind=False))
        self._touched.assignment_ids.add(str(assignment_id))
        study = self._session.scalars(
            select(StudyRow)
            .join(AssignmentRow, AssignmentRow.study_instance_uid == StudyRow.study_instance_uid)
            .where(of_assignment)
        ).one()
        values = task_values(adjudication, self.get(assignment_id), study_to_read(study))
        self._session.execute(insert(TaskRow), [values])

    def _hiding_lesions(self, given: Sequence[Assignment]) -> Sequence[str]:
        """Patients with lesions that count as opened meanwhile: where the clocks of several machines disagree."""
        first = min(assignment.created_at for assignment in given)
        wanted = select(LesionRow.pseudonym).where(
            LesionRow.pseudonym.in_({assignment.pseudonym for assignment in given}), LesionRow.created_at >= first
        )
        return self._session.scalars(wanted.distinct()).all()


def study_to_read(row: StudyRow) -> StudyToRead:
    return StudyToRead(study_instance_uid=row.study_instance_uid, pseudonym=row.pseudonym, study_date=row.study_date)


def task_values(task: Task, assignment: Assignment, study: StudyToRead) -> dict[str, Any]:
    return {
        "assignment_id": str(task.assignment_id),
        "reader": task.reader,
        "role": task.role.value,
        "state": task.state.value,
        "signed_at": task.signed_at,
        "block": task.block,
        "protocol_id": str(assignment.protocol_id),
        "study_instance_uid": assignment.study_instance_uid,
        "pseudonym": assignment.pseudonym,
        "study_day": study.study_date or date.min,
    }


def task_from(row: TaskRow) -> Task:
    return Task(
        assignment_id=UUID(row.assignment_id),
        reader=row.reader,
        role=Role(row.role),
        state=State(row.state),
        signed_at=row.signed_at,
        block=row.block,
    )


def _assignment_values(assignment: Assignment) -> dict[str, Any]:
    first, second = (*assignment.readers, None)[:2]
    return {
        "id": str(assignment.id),
        "protocol_id": str(assignment.protocol_id),
        "kind": assignment.kind.value,
        "study_instance_uid": assignment.study_instance_uid,
        "pseudonym": assignment.pseudonym,
        "first_reader": first,
        "second_reader": second,
        "adjudicator": assignment.adjudicator,
        "blind": assignment.blind,
        "created_at": assignment.created_at,
        "created_by": assignment.created_by,
    }


def _assignment(row: AssignmentRow) -> Assignment:
    return Assignment(
        id=UUID(row.id),
        protocol_id=UUID(row.protocol_id),
        kind=Kind(row.kind),
        study_instance_uid=row.study_instance_uid,
        pseudonym=row.pseudonym,
        readers=tuple(each for each in (row.first_reader, row.second_reader) if each is not None),
        adjudicator=row.adjudicator,
        blind=row.blind,
        created_at=row.created_at,
        created_by=row.created_by,
    )
