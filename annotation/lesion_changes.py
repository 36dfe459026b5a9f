"""Correcting lesions over time: site, duplicates, two in one, resolved and come back; each with its reason.

While a blind reading of a patient's study is not over, nothing is changed at the patient's lesions (NotNowError): one
reader would see what the other found, and readings that are kept from the one who asks would be left behind.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from annotation import audit_notes
from annotation.audit import Action
from annotation.entities import Lesion, Reading
from annotation.errors import NotNowError, UnacceptableError
from annotation.lesion_errors import LesionMergedError, LesionStateError, StaleLesionError
from annotation.lesion_history import Happening, LesionEvent
from annotation.ports import Clock, ReadingFilter, UnitOfWork
from lesion_model.anatomy import Site
from lesion_model.applicability import check_applicable
from lesion_model.errors import FindingNotApplicableError, Problem

_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Who changes a lesion, why, and which version of it they have seen."""

    by: str
    now: Clock
    reason: str
    expected_version: int


def correct_site(lesion_id: UUID, site: Site, change: Change, uow: UnitOfWork) -> Lesion:
    """Its readings must be possible there too.

    Raises LesionNotFoundError, LesionMergedError, StaleLesionError, UnacceptableError.
    """
    with uow:
        lesion = _current(lesion_id, change, uow)
        if site == lesion.site:
            raise LesionStateError("the lesion has this site already")
        _check_readings(site, _readings(lesion_id, uow), "site")
        at = change.now()
        corrected = replace(lesion, site=site, site_by=change.by, site_at=at)
        happened: dict[str, Any] = {"site_before": lesion.site, "site_after": site}
        corrected = _kept(corrected, Happening.SITE_CORRECTED, change, at, uow, **happened)
        _note(change, at, uow, corrected)
        uow.commit()
    return corrected


def merge(survivor_id: UUID, duplicate_id: UUID, change: Change, uow: UnitOfWork) -> Lesion:
    """Of one lesion that was recorded twice, keep `survivor_id`; the readings of the other move to it.

    Raises LesionNotFoundError, LesionMergedError, StaleLesionError, UnacceptableError.
    """
    with uow:
        survivor = _current(survivor_id, change, uow)
        duplicate = _duplicate(survivor, duplicate_id, uow)
        moved = _readings(duplicate_id, uow)
        _check_readings(survivor.site, moved, "lesion_id")
        at = change.now()
        ids = tuple(each.id for each in moved)
        uow.readings.move(ids, survivor_id)
        absorbed = (duplicate, *uow.lesions.absorbed_by(duplicate_id))
        for each in absorbed:
            taken = ids if each.id == duplicate_id else ()
            _kept(
                replace(each, merged_into=survivor_id),
                Happening.MERGED,
                change,
                at,
                uow,
                other_lesion_id=survivor_id,
                reading_ids=taken,
            )
        survivor = _kept(survivor, Happening.ABSORBED, change, at, uow, other_lesion_id=duplicate_id, reading_ids=ids)
        _note(change, at, uow, *absorbed, survivor)
        uow.commit()
    return survivor


def split(
    lesion_id: UUID, reading_ids: Collection[UUID], site: Site | None, change: Change, uow: UnitOfWork
) -> tuple[Lesion, Lesion]:
    """Two lesions that were recorded as one: these readings move to a new lesion, at `site` or where this one is.

    The lesion that stays, and the new one with the patient's next number.
    Raises LesionNotFoundError, LesionMergedError, StaleLesionError, UnacceptableError.
    """
    with uow:
        lesion = _current(lesion_id, change, uow)
        moved = _named(lesion_id, reading_ids, uow)
        _check_readings(site or lesion.site, moved, "site")
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
        uow.lesion_history.add(_event(new, Happening.SPLIT_OFF, change, at, other_lesion_id=lesion_id, reading_ids=ids))
        lesion = _kept(lesion, Happening.SPLIT, change, at, uow, other_lesion_id=new.id, reading_ids=ids)
        _note(change, at, uow, new, action=Action.CREATED)
        _note(change, at, uow, lesion)
        uow.commit()
    return lesion, new


def resolve(lesion_id: UUID, study_instance_uid: str, change: Change, uow: UnitOfWork) -> Lesion:
    """On this study it is seen no more.

    Raises LesionNotFoundError, LesionMergedError, LesionStateError, StaleLesionError, UnacceptableError.
    """
    with uow:
        lesion = _current(lesion_id, change, uow)
        if lesion.resolved_on is not None:
            raise LesionStateError("the lesion is resolved already")
        if uow.images.patient_of_study(study_instance_uid) != lesion.pseudonym:
            detail = "no such study of this lesion's patient"
            raise UnacceptableError([Problem(field="study_instance_uid", detail=detail)])
        resolved = replace(lesion, resolved_on=study_instance_uid)
        at = change.now()
        resolved = _kept(resolved, Happening.RESOLVED, change, at, uow, study_instance_uid=study_instance_uid)
        _note(change, at, uow, resolved, study_instance_uid=study_instance_uid)
        uow.commit()
    return resolved


def reopen(lesion_id: UUID, change: Change, uow: UnitOfWork) -> Lesion:
    """It was not resolved, or has come back.

    Raises LesionNotFoundError, LesionMergedError, LesionStateError, StaleLesionError.
    """
    with uow:
        lesion = _current(lesion_id, change, uow)
        if lesion.resolved_on is None:
            raise LesionStateError("the lesion is not resolved")
        at = change.now()
        reopened = _kept(replace(lesion, resolved_on=None), Happening.REOPENED, change, at, uow)
        _note(change, at, uow, reopened)
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


def _current(lesion_id: UUID, change: Change, uow: UnitOfWork) -> Lesion:
    lesion = uow.lesions.get(lesion_id)
    if uow.assignments.is_blind_patient(lesion.pseudonym):
        raise NotNowError("the lesions of this patient stay as they are until a blind reading is over")
    if lesion.merged_into is not None:
        raise LesionMergedError(lesion.merged_into)
    if lesion.version != change.expected_version:
        raise StaleLesionError(lesion.version)
    return lesion


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


def _named(lesion_id: UUID, reading_ids: Collection[UUID], uow: UnitOfWork) -> list[Reading]:
    """Some of the lesion's readings, and not all: a lesion without any would be left."""
    own = _readings(lesion_id, uow)
    named = [each for each in own if each.id in reading_ids]
    detail = None
    if not named or len(named) < len(set(reading_ids)):
        detail = "must be readings of this lesion, one at least"
    elif len(named) == len(own):
        detail = "one reading at least must stay with this lesion"
    if detail is not None:
        raise UnacceptableError([Problem(field="reading_ids", detail=detail)])
    return named


def _check_readings(site: Site, readings: Collection[Reading], field: str) -> None:
    try:
        for each in readings:
            check_applicable(site, each.findings)
    except FindingNotApplicableError as error:
        detail = f"a reading has findings that this bone cannot show: {error.problems[0].field}"
        raise UnacceptableError([Problem(field=field, detail=detail)]) from error


def _kept(lesion: Lesion, what: Happening, change: Change, at: datetime, uow: UnitOfWork, **details: Any) -> Lesion:
    """The next version of the lesion, with what made it."""
    changed = replace(lesion, version=lesion.version + 1)
    uow.lesion_history.add(_event(changed, what, change, at, **details))
    uow.lesions.update(changed)
    return changed


def _note(
    change: Change,
    at: datetime,
    uow: UnitOfWork,
    *lesions: Lesion,
    action: Action = Action.CHANGED,
    study_instance_uid: str | None = None,
) -> None:
    for each in lesions:
        uow.audit.note(audit_notes.of_lesion(action, each, study_instance_uid), by=change.by, at=at)


def _event(lesion: Lesion, what: Happening, change: Change, at: datetime, **details: Any) -> LesionEvent:
    return LesionEvent(
        lesion_id=lesion.id,
        version=lesion.version,
        what=what,
        by=change.by,
        at=at,
        reason=change.reason.strip(),
        **details,
    )


def _readings(lesion_id: UUID, uow: UnitOfWork) -> list[Reading]:
    return list(_pages(lesion_id, uow))


def _pages(lesion_id: UUID, uow: UnitOfWork) -> Iterator[Reading]:
    after = None
    while page := uow.readings.matching(ReadingFilter(lesion_id=lesion_id), after=after, limit=_PAGE):
        yield from page
        after = page[-1].id
