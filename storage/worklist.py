"""Worklists in the registry database: each page is a range of an index of the tasks."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, func, select, tuple_
from sqlalchemy.orm import Session

from annotation.protocols import Kind, State
from annotation.sight import Sight
from annotation.worklist_queries import Order, WorklistItem, WorklistPlace, WorklistQuery
from storage.assignments import study_to_read, task_from
from storage.blindness import may_see_task, takes_part
from storage.ledger_tables import SeriesRow, StudyRow
from storage.protocol_tables import AssignmentRow, ProtocolRow, TaskRow

PLACE = (TaskRow.study_day, TaskRow.assignment_id, TaskRow.reader)

# With fewer studies than this of a modality they are looked up first; with more, a page of them is soon found by going
# through the tasks in their order.
FEW_STUDIES = 2_000

AnySelect = Select[*tuple[Any, ...]]
TaskKey = tuple[str, str]


class SqlWorklist:
    """Satisfies `annotation.ports.Worklist` within one transaction."""

    def __init__(self, session: Session, sight: Sight) -> None:
        self._session = session
        self._sight = sight

    def page(self, wanted: WorklistQuery, *, after: WorklistPlace | None, limit: int) -> Sequence[WorklistItem]:
        if wanted.order is not Order.STATE:
            return self._items(self._keys(wanted, wanted.state, after, limit))
        states = list(State) if wanted.state is None else [wanted.state]
        if after is not None:
            states = [state for state in states if list(State).index(state) >= list(State).index(after.state)]
        keys: list[TaskKey] = []
        for state in states:
            of_state = after if after is not None and state is after.state else None
            keys += self._keys(wanted, state, of_state, limit - len(keys))
            if len(keys) >= limit:
                break
        return self._items(keys)

    def counts(self, wanted: WorklistQuery) -> dict[State, int]:
        """All, less those that may not be seen: asking this of each task would take ten times as long."""
        counted = self._restricted(select(TaskRow.state, func.count()), wanted)
        found, hidden = self._by_state(counted), {}
        if wanted.reader != self._sight.reader and self._sight.reader is not None:
            blind = counted.join(AssignmentRow, AssignmentRow.id == TaskRow.assignment_id)
            hidden = self._by_state(
                blind.where(AssignmentRow.blind, takes_part(self._sight), TaskRow.reader != self._sight.reader)
            )
        return {state: found.get(state, 0) - hidden.get(state, 0) for state in State}

    def _by_state(self, counted: AnySelect) -> dict[State, int]:
        return {State(state): number for state, number in self._session.execute(counted.group_by(TaskRow.state))}

    def _keys(
        self, wanted: WorklistQuery, state: State | None, after: WorklistPlace | None, limit: int
    ) -> list[TaskKey]:
        """What the page is made of, from the index alone."""
        found = self._restricted(select(TaskRow.assignment_id, TaskRow.reader), wanted).limit(limit)
        if wanted.reader is None or wanted.reader != self._sight.reader:
            found = found.where(may_see_task(self._sight))
        if state is not None:
            found = found.where(TaskRow.state == state.value)
        newest = wanted.order is Order.NEWEST
        if after is not None:
            place = (after.study_day, str(after.assignment_id), after.reader)
            found = found.where(tuple_(*PLACE) < place if newest else tuple_(*PLACE) > place)
        ordered = found.order_by(*(column.desc() if newest else column for column in PLACE))
        return [(assignment_id, reader) for assignment_id, reader in self._session.execute(ordered)]

    def _restricted(self, found: AnySelect, wanted: WorklistQuery) -> AnySelect:
        if wanted.reader is not None:
            found = found.where(TaskRow.reader == wanted.reader)
        if wanted.protocol_id is not None:
            found = found.where(TaskRow.protocol_id == str(wanted.protocol_id))
        if wanted.from_date is not None or wanted.to_date is not None:
            found = found.where(TaskRow.study_day > date.min)
        if wanted.from_date is not None:
            found = found.where(TaskRow.study_day >= wanted.from_date)
        if wanted.to_date is not None:
            found = found.where(TaskRow.study_day <= wanted.to_date)
        return found if wanted.modality is None else found.where(self._has(wanted.modality))

    def _has(self, modality: str) -> Any:
        of_modality = select(SeriesRow.study_instance_uid).where(SeriesRow.modality == modality)
        some = of_modality.limit(FEW_STUDIES).subquery()
        if (self._session.scalar(select(func.count()).select_from(some)) or 0) < FEW_STUDIES:
            return TaskRow.study_instance_uid.in_(of_modality)
        return exists().where(
            SeriesRow.study_instance_uid == TaskRow.study_instance_uid, SeriesRow.modality == modality
        )

    def _items(self, keys: Sequence[TaskKey]) -> list[WorklistItem]:
        if not keys:
            return []
        wanted = (
            select(TaskRow, StudyRow, ProtocolRow)
            .join(StudyRow, StudyRow.study_instance_uid == TaskRow.study_instance_uid)
            .join(ProtocolRow, ProtocolRow.id == TaskRow.protocol_id)
            # Of a few tasks too many, for SQLite searches no index for pairs.
            .where(TaskRow.assignment_id.in_({assignment_id for assignment_id, _ in keys}))
        )
        rows = {
            (task.assignment_id, task.reader): (task, study, protocol)
            for task, study, protocol in self._session.execute(wanted)
        }
        modalities = self._modalities({task.study_instance_uid for task, _, _ in rows.values()})
        return [_item(*rows[key], modalities) for key in keys]

    def _modalities(self, study_instance_uids: Iterable[str]) -> dict[str, list[str]]:
        wanted = (
            select(SeriesRow.study_instance_uid, SeriesRow.modality)
            .where(SeriesRow.study_instance_uid.in_(list(study_instance_uids)), SeriesRow.modality.is_not(None))
            .distinct()
            .order_by(SeriesRow.modality)
        )
        found: dict[str, list[str]] = {}
        for uid, modality in self._session.execute(wanted):
            found.setdefault(uid, []).append(str(modality))
        return found


def _item(task: TaskRow, study: StudyRow, protocol: ProtocolRow, modalities: dict[str, list[str]]) -> WorklistItem:
    return WorklistItem(
        task=task_from(task),
        protocol_id=UUID(protocol.id),
        protocol_name=protocol.name,
        kind=Kind(protocol.kind),
        study=study_to_read(study),
        study_day=task.study_day,
        modalities=tuple(modalities.get(study.study_instance_uid, ())),
    )
