"""What blind reading keeps from whom, as conditions of queries: `annotation.sight` in SQL, and in no other place.

A condition is the same for all queries of one reader, and putting it together takes longer than asking the database:
each is remembered.
"""

from functools import lru_cache

from sqlalchemy import ColumnElement, and_, exists, false, not_, or_, select
from sqlalchemy.orm import aliased

from annotation.sight import Sight
from storage.draft_tables import DraftRow
from storage.protocol_tables import AssignmentRow, TaskRow
from storage.reading_tables import LesionRow, ReadingRow, RevisionRow

Condition = ColumnElement[bool]

READERS = 256
"""Whose conditions are remembered."""


def takes_part(sight: Sight) -> Condition:
    """In the assignment of the enclosing query."""
    if sight.reader is None:
        return false()
    return or_(
        AssignmentRow.first_reader == sight.reader,
        AssignmentRow.second_reader == sight.reader,
        AssignmentRow.adjudicator == sight.reader,
    )


@lru_cache(READERS)
def may_see_reading(sight: Sight) -> Condition:
    """Of `ReadingRow` in the enclosing query."""
    hidden = or_(
        exists().where(AssignmentRow.blind, AssignmentRow.id == ReadingRow.assignment_id).correlate(ReadingRow),
        exists()
        .where(
            AssignmentRow.blind,
            AssignmentRow.study_instance_uid == ReadingRow.study_instance_uid,
            takes_part(sight),
        )
        .correlate(ReadingRow),
    )
    return not_(hidden) if sight.reader is None else or_(not_(hidden), _made_by(sight.reader))


@lru_cache(READERS)
def may_see_lesion(sight: Sight) -> Condition:
    """Of `LesionRow` in the enclosing query."""
    opener_reads = or_(
        AssignmentRow.first_reader == LesionRow.created_by, AssignmentRow.second_reader == LesionRow.created_by
    )
    opened_meanwhile = (
        exists()
        .where(
            AssignmentRow.blind,
            AssignmentRow.pseudonym == LesionRow.pseudonym,
            AssignmentRow.created_at <= LesionRow.created_at,
            or_(takes_part(sight), opener_reads),
        )
        .correlate(LesionRow)
    )
    seen_in_a_reading = exists(
        select(ReadingRow.id).where(ReadingRow.lesion_id == LesionRow.id, may_see_reading(sight)).correlate(LesionRow)
    )
    seen = or_(not_(opened_meanwhile), seen_in_a_reading)
    return seen if sight.reader is None else or_(seen, LesionRow.created_by == sight.reader)


@lru_cache(READERS)
def may_see_draft(sight: Sight) -> Condition:
    """Of `DraftRow` in the enclosing query: that of its lesion. Whose draft it is, is for the query to say."""
    lesion = select(LesionRow.id).where(LesionRow.id == DraftRow.lesion_id, may_see_lesion(sight))
    return exists(lesion.correlate(DraftRow))


@lru_cache(READERS)
def may_see_task(sight: Sight) -> Condition:
    """Of `TaskRow` in the enclosing query. With no OR outside: PostgreSQL then looks them up one after the other."""
    if sight.reader is None:
        return TaskRow.assignment_id.is_not(None)
    blind = (
        exists()
        .where(
            AssignmentRow.blind,
            AssignmentRow.id == TaskRow.assignment_id,
            takes_part(sight),
            TaskRow.reader != sight.reader,
        )
        .correlate(TaskRow)
    )
    return not_(blind)


def _made_by(reader: str) -> Condition:
    first = aliased(RevisionRow)
    return (
        exists()
        .where(and_(first.reading_id == ReadingRow.id, first.revision == 1, first.recorded_by == reader))
        .correlate(ReadingRow)
    )
