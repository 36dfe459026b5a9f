"""Two records of one lesion become one: its readings, its drafts, and the lesions that it had absorbed go along."""

from dataclasses import replace
from uuid import UUID

from annotation import lesion_versions, moving_drafts
from annotation.entities import Lesion
from annotation.errors import UnacceptableError
from annotation.lesion_history import Happening
from annotation.lesion_versions import Change
from annotation.ports import UnitOfWork
from lesion_model.errors import Problem


def absorb(survivor_id: UUID, duplicate_id: UUID, change: Change, uow: UnitOfWork) -> Lesion:
    """The survivor's next version. Call it inside the unit of work, which is committed by the caller.

    Raises LesionNotFoundError, LesionMergedError, StaleLesionError, UnacceptableError for `lesion_id`, and NotNowError
    during a blind reading of the patient and when a reader has drafts of both on one study.
    """
    survivor = lesion_versions.current(survivor_id, change, uow)
    duplicate = _duplicate(survivor, duplicate_id, uow)
    moved = lesion_versions.readings_of(duplicate_id, uow)
    lesion_versions.check_readings(survivor.site, moved, "lesion_id")
    moving_drafts.check_room(duplicate_id, survivor_id, change.by, uow)
    at = change.now()
    ids = tuple(each.id for each in moved)
    uow.readings.move(ids, survivor_id)
    moving_drafts.move_all(duplicate_id, survivor, change, at, uow)
    absorbed = (duplicate, *uow.lesions.absorbed_by(duplicate_id))
    for each in absorbed:
        lesion_versions.kept(
            replace(each, merged_into=survivor_id),
            Happening.MERGED,
            change,
            at,
            uow,
            other_lesion_id=survivor_id,
            reading_ids=ids if each.id == duplicate_id else (),
        )
    survivor = lesion_versions.kept(
        survivor, Happening.ABSORBED, change, at, uow, other_lesion_id=duplicate_id, reading_ids=ids
    )
    lesion_versions.note(change, at, uow, *absorbed, survivor)
    return survivor


def _duplicate(survivor: Lesion, duplicate_id: UUID, uow: UnitOfWork) -> Lesion:
    duplicate = uow.lesions.many({duplicate_id}).get(duplicate_id)
    if duplicate is None or duplicate.pseudonym != survivor.pseudonym:
        detail = "no such lesion of this patient"
    elif duplicate.id == survivor.id:
        detail = "a lesion cannot be merged into itself"
    elif duplicate.merged_into is not None:
        detail = "was merged into a lesion already"
    else:
        return duplicate
    raise UnacceptableError([Problem(field="lesion_id", detail=detail)])
