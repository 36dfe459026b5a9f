"""What every change of a lesion is made of: who and why, the version that was seen, the next one with its entry."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from annotation import audit_notes
from annotation.audit import Action
from annotation.entities import Lesion, Reading
from annotation.errors import NotNowError, UnacceptableError
from annotation.lesion_errors import LesionMergedError, StaleLesionError
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


def current(lesion_id: UUID, change: Change, uow: UnitOfWork) -> Lesion:
    """The lesion, if it may be changed now and is as it was seen.

    Raises LesionNotFoundError, LesionMergedError, StaleLesionError, and NotNowError during a blind reading.
    """
    lesion = uow.lesions.get(lesion_id)
    if uow.assignments.is_blind_patient(lesion.pseudonym):
        raise NotNowError("the lesions of this patient stay as they are until a blind reading is over")
    if lesion.merged_into is not None:
        raise LesionMergedError(lesion.merged_into)
    if lesion.version != change.expected_version:
        raise StaleLesionError(lesion.version)
    return lesion


def kept(lesion: Lesion, what: Happening, change: Change, at: datetime, uow: UnitOfWork, **details: Any) -> Lesion:
    """The next version of the lesion, with what made it."""
    changed = replace(lesion, version=lesion.version + 1)
    uow.lesion_history.add(event(changed, what, change, at, **details))
    uow.lesions.update(changed)
    return changed


def event(lesion: Lesion, what: Happening, change: Change, at: datetime, **details: Any) -> LesionEvent:
    return LesionEvent(
        lesion_id=lesion.id,
        version=lesion.version,
        what=what,
        by=change.by,
        at=at,
        reason=change.reason.strip(),
        **details,
    )


def note(
    change: Change,
    at: datetime,
    uow: UnitOfWork,
    *lesions: Lesion,
    action: Action = Action.CHANGED,
    study_instance_uid: str | None = None,
) -> None:
    for each in lesions:
        uow.audit.note(audit_notes.of_lesion(action, each, study_instance_uid), by=change.by, at=at)


def readings_of(lesion_id: UUID, uow: UnitOfWork) -> list[Reading]:
    """The newest revision of each."""
    return list(_pages(lesion_id, uow))


def check_readings(site: Site, readings: Collection[Reading], field: str) -> None:
    """UnacceptableError for `field` when one of them says what this site cannot show."""
    try:
        for each in readings:
            check_applicable(site, each.findings)
    except FindingNotApplicableError as error:
        detail = f"a reading has findings that this bone cannot show: {error.problems[0].field}"
        raise UnacceptableError([Problem(field=field, detail=detail)]) from error


def _pages(lesion_id: UUID, uow: UnitOfWork) -> Iterator[Reading]:
    after = None
    while page := uow.readings.matching(ReadingFilter(lesion_id=lesion_id), after=after, limit=_PAGE):
        yield from page
        after = page[-1].id
