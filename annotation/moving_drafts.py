"""Drafts that go with their lesion: what somebody is writing about a lesion is never left behind by a change of it.

A draft that moves keeps its version, so that a window that is open goes on saving. Whether its findings suit the place
of the lesion that it comes to is asked when it is saved or signed, and told to its author alone.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from annotation import audit_notes
from annotation.audit import Action
from annotation.draft import Draft
from annotation.entities import Lesion, Reading
from annotation.errors import NotNowError
from annotation.lesion_versions import Change
from annotation.ports import UnitOfWork


def check_room(duplicate_id: UUID, survivor_id: UUID, by: str, uow: UnitOfWork) -> None:
    """NotNowError when a reader has begun to read both lesions on one study: which draft counts, is theirs to say."""
    there = {(each.author, each.study_instance_uid) for each in _begun(survivor_id, uow)}
    twice = {each.author for each in _begun(duplicate_id, uow) if (each.author, each.study_instance_uid) in there}
    if by in twice:
        raise NotNowError("you have drafts of both lesions on one study: sign or discard one of them first")
    if twice:
        raise NotNowError("a reader has drafts of both lesions on one study: one must be signed or discarded first")


def move_all(origin_id: UUID, lesion: Lesion, change: Change, at: datetime, uow: UnitOfWork) -> None:
    """Everybody's drafts of one lesion to another."""
    _move(uow.drafts.of_lesion(origin_id), lesion, change, at, uow)


def move_revising(readings: Collection[Reading], lesion: Lesion, change: Change, at: datetime, uow: UnitOfWork) -> None:
    """Everybody's drafts that revise these readings, with them to another lesion. `readings` are as before the move."""
    ids = {each.id for each in readings}
    drafts = [draft for origin in {each.lesion_id for each in readings} for draft in uow.drafts.of_lesion(origin)]
    _move([each for each in drafts if each.revises and each.revises.reading_id in ids], lesion, change, at, uow)


def _move(drafts: Sequence[Draft], lesion: Lesion, change: Change, at: datetime, uow: UnitOfWork) -> None:
    uow.drafts.move([each.id for each in drafts], lesion.id)
    for each in drafts:
        uow.audit.note(audit_notes.of_draft(Action.CHANGED, lesion, each), by=change.by, at=at)


def _begun(lesion_id: UUID, uow: UnitOfWork) -> list[Draft]:
    return [each for each in uow.drafts.of_lesion(lesion_id) if each.revises is None]
