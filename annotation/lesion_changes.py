"""Correcting lesions over time: site, duplicates, two in one, resolved and come back; each with its reason.

While a blind reading of a patient's study is not over, nothing is changed at the patient's lesions (NotNowError): one
reader would see what the other found, and readings that are kept from the one who asks would be left behind.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from annotation import merging, moving_drafts
from annotation.audit import Action
from annotation.entities import Lesion, Reading
from annotation.errors import UnacceptableError
from annotation.lesion_errors import LesionStateError
from annotation.lesion_history import Happening, LesionEvent
from annotation.lesion_versions import Change, check_readings, current, event, kept, note, readings_of
from annotation.ports import UnitOfWork
from lesion_model.anatomy import Site
from lesion_model.errors import Problem


def correct_site(lesion_id: UUID, site: Site, change: Change, uow: UnitOfWork) -> Lesion:
    """Its readings must be possible there too.

    Raises LesionNotFoundError, LesionMergedError, StaleLesionError, UnacceptableError.
    """
    with uow:
        lesion = current(lesion_id, change, uow)
        if site == lesion.site:
            raise LesionStateError("the lesion has this site already")
        check_readings(site, readings_of(lesion_id, uow), "site")
        at = change.now()
        corrected = replace(lesion, site=site, site_by=change.by, site_at=at)
        happened: dict[str, Any] = {"site_before": lesion.site, "site_after": site}
        corrected = kept(corrected, Happening.SITE_CORRECTED, change, at, uow, **happened)
        note(change, at, uow, corrected)
        uow.commit()
    return corrected


def merge(survivor_id: UUID, duplicate_id: UUID, change: Change, uow: UnitOfWork) -> Lesion:
    """Of one lesion that was recorded twice, keep `survivor_id`; the readings and drafts of the other move to it.

    Raises LesionNotFoundError, LesionMergedError, StaleLesionError, UnacceptableError, and NotNowError when a reader
    has drafts of both on one study.
    """
    with uow:
        survivor = merging.absorb(survivor_id, duplicate_id, change, uow)
        uow.commit()
    return survivor


def split(
    lesion_id: UUID, reading_ids: Collection[UUID], site: Site | None, change: Change, uow: UnitOfWork
) -> tuple[Lesion, Lesion]:
    """Two lesions that were recorded as one: these readings move to a new lesion, at `site` or where this one is.

    The lesion that stays, and the new one with the patient's next number. Drafts that revise these readings go along.
    Raises LesionNotFoundError, LesionMergedError, StaleLesionError, UnacceptableError.
    """
    with uow:
        lesion = current(lesion_id, change, uow)
        moved = _named(lesion_id, reading_ids, uow)
        check_readings(site or lesion.site, moved, "site")
        at, ids = change.now(), tuple(each.id for each in moved)
        new = Lesion(
            id=uuid4(),
            pseudonym=lesion.pseudonym,
            number=uow.lesions.next_number(lesion.pseudonym),
            site=site or lesion.site,
            created_at=at,
            created_by=change.by,
        )
        uow.lesions.add(new)
        uow.readings.move(ids, new.id)
        moving_drafts.move_revising(moved, new, change, at, uow)
        uow.lesion_history.add(event(new, Happening.SPLIT_OFF, change, at, other_lesion_id=lesion_id, reading_ids=ids))
        lesion = kept(lesion, Happening.SPLIT, change, at, uow, other_lesion_id=new.id, reading_ids=ids)
        note(change, at, uow, new, action=Action.CREATED)
        note(change, at, uow, lesion)
        uow.commit()
    return lesion, new


def resolve(lesion_id: UUID, study_instance_uid: str, change: Change, uow: UnitOfWork) -> Lesion:
    """On this study it is seen no more.

    Raises LesionNotFoundError, LesionMergedError, LesionStateError, StaleLesionError, UnacceptableError.
    """
    with uow:
        lesion = current(lesion_id, change, uow)
        if lesion.resolved_on is not None:
            raise LesionStateError("the lesion is resolved already")
        if uow.images.patient_of_study(study_instance_uid) != lesion.pseudonym:
            detail = "no such study of this lesion's patient"
            raise UnacceptableError([Problem(field="study_instance_uid", detail=detail)])
        resolved = replace(lesion, resolved_on=study_instance_uid)
        at = change.now()
        resolved = kept(resolved, Happening.RESOLVED, change, at, uow, study_instance_uid=study_instance_uid)
        note(change, at, uow, resolved, study_instance_uid=study_instance_uid)
        uow.commit()
    return resolved


def reopen(lesion_id: UUID, change: Change, uow: UnitOfWork) -> Lesion:
    """It was not resolved, or has come back.

    Raises LesionNotFoundError, LesionMergedError, LesionStateError, StaleLesionError.
    """
    with uow:
        lesion = current(lesion_id, change, uow)
        if lesion.resolved_on is None:
            raise LesionStateError("the lesion is not resolved")
        at = change.now()
        reopened = kept(replace(lesion, resolved_on=None), Happening.REOPENED, change, at, uow)
        note(change, at, uow, reopened)
        uow.commit()
    return reopened


def lesion_history(lesion_id: UUID, uow: UnitOfWork) -> Sequence[LesionEvent]:
    """What happened to it, the first first; it names the readings and the other lesions that may be seen.

    Raises LesionNotFoundError.
    """
    with uow:
        uow.lesions.get(lesion_id)
        events = uow.lesion_history.of(lesion_id)
        readings = uow.readings.seen({each for event in events for each in event.reading_ids})
        lesions = uow.lesions.many({each.other_lesion_id for each in events if each.other_lesion_id is not None})
        return [
            replace(
                each,
                other_lesion_id=each.other_lesion_id if each.other_lesion_id in lesions else None,
                reading_ids=tuple(reading for reading in each.reading_ids if reading in readings),
            )
            for each in events
        ]


def _named(lesion_id: UUID, reading_ids: Collection[UUID], uow: UnitOfWork) -> list[Reading]:
    """Some of the lesion's readings, and not all: a lesion without any would be left."""
    own = readings_of(lesion_id, uow)
    named = [each for each in own if each.id in reading_ids]
    detail = None
    if not named or len(named) < len(set(reading_ids)):
        detail = "must be readings of this lesion, one at least"
    elif len(named) == len(own):
        detail = "one reading at least must stay with this lesion"
    if detail is not None:
        raise UnacceptableError([Problem(field="reading_ids", detail=detail)])
    return named
