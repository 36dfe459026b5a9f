"""The change feed: what was changed since a number, told by identifiers and kinds only, never by what it says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from annotation.audit import CHANGES, FED_KINDS, Action, Entry, Kind
from annotation.change_visibility import may_see
from annotation.ports import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something of a patient that was changed. Who did it is not told: that may be more than a reader may know."""

    number: int
    at: datetime
    action: Action
    kind: Kind
    object_id: str | None
    pseudonym: str | None
    study_instance_uid: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Changes in the order in which they were made. Ask for what comes after `after` next; no number is told twice."""

    changes: Sequence[Change]
    after: int


def changes_after(after: int, *, uow: UnitOfWork, limit: int) -> Seen:
    """At most `limit` changes, fewer or none when there are no more or some may not be seen."""
    with uow:
        # First, so that whatever is up to there can be seen afterwards.
        last = uow.audit.last_number()
        found = uow.audit.following(after, CHANGES, limit=limit)
        changes = [change for entry in found if (change := _change(entry)) and may_see(entry, uow)]
    if len(found) == limit:
        return Seen(changes=changes, after=found[-1].number)
    return Seen(changes=changes, after=max([after, last, *(entry.number for entry in found)]))


def last_number(uow: UnitOfWork) -> int:
    """From which number on everything is new."""
    with uow:
        return uow.audit.last_number()


def _change(entry: Entry) -> Change | None:
    note = entry.note
    if note.kind is None or note.kind not in FED_KINDS:
        return None
    return Change(
        number=entry.number,
        at=entry.at,
        action=note.action,
        kind=note.kind,
        object_id=note.object_id,
        pseudonym=note.pseudonym,
        study_instance_uid=note.study_instance_uid,
    )
