"""Whose eyes look, and what blind reading keeps from them: the one place that says who may see what.

While the two readers of a double blind assignment have not both signed the study, nobody but its author sees a
reading that was made under it; whoever takes part in it, the adjudicator too, sees nobody else's reading of that study,
whatever it was made under; and a lesion that was opened meanwhile, by one of the readers or where one of those who
take part would see it, is seen by who opened it. Lesions that were there when the study was assigned are common
ground, and so is every lesion that is known from a reading that may be seen.

`storage` says the same to the database, and one contract holds both.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from annotation.protocols import Assignment


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Made from who is asking. `reader` None: nobody in particular, who sees what everyone may see."""

    reader: str | None


NOBODY = Sight(reader=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What decides who may see a reading: its study, who made it first, and under which assignment."""

    study_instance_uid: str
    author: str
    assignment_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What decides who may see a lesion of which no reading may be seen."""

    pseudonym: str
    by: str
    at: datetime


def sees_reading(sight: Sight, made: Made, assignments: Iterable[Assignment]) -> bool:
    if sight.reader == made.author:
        return True
    return not any(
        each.blind
        and (
            each.id == made.assignment_id
            or (each.study_instance_uid == made.study_instance_uid and each.has(sight.reader))
        )
        for each in assignments
    )


def sees_lesion_unread(sight: Sight, opened: Opened, assignments: Iterable[Assignment]) -> bool:
    """For a lesion without any reading that may be seen."""
    if sight.reader == opened.by:
        return True
    return not any(
        each.blind
        and each.pseudonym == opened.pseudonym
        and each.created_at <= opened.at
        and (each.has(sight.reader) or opened.by in each.readers)
        for each in assignments
    )


def sees_task(sight: Sight, assignment: Assignment, reader: str) -> bool:
    """How far another has come is kept from those who take part, until both have signed."""
    return sight.reader == reader or not (assignment.blind and assignment.has(sight.reader))
