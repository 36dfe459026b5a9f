"""The decision of a session on one patient: a version of their presentation, so that it is entered once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from annotation.errors import UnacceptableError
from annotation.meetings.ports import MeetingUnitOfWork
from annotation.ports import Clock
from annotation.registry import record
from annotation.registry.entries import RecordEntry, State
from annotation.registry.errors import StaleEntryError
from annotation.registry.forms.presentation import PRESENTATION
from annotation.registry.record import Filled
from annotation.registry.values import day_of
from lesion_model.errors import Problem

NOT_PRESENTED = 0
"""The revision of a presentation that nobody entered yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """`decision`: codes of the data dictionary; `checked`: the reasons were looked at and name nobody."""

    decision: Sequence[str]
    rationale: str | None = None
    checked: bool = False


def decide(
    meeting_id: UUID,
    pseudonym: str,
    expected_revision: int,
    decided: Decided,
    *,
    by: str,
    now: Clock,
    uow: MeetingUnitOfWork,
) -> RecordEntry:
    """Keep the decision in the presentation of this session; one that was a draft is final with it.

    Where there is none, one begins with the decision. Raises MeetingNotFoundError, DossierNotFoundError,
    MeetingClosedError, UnacceptableError, IdentifyingTextError, StaleEntryError.
    """
    with uow:
        meeting = uow.meetings.get(meeting_id)
        meeting.check_decides()
        day = meeting.dossier(pseudonym).presented_on
    if day is None:
        raise UnacceptableError([Problem(field="presented_on", detail="must be known before a decision is recorded")])
    found = [
        each
        for each in record.record_of(pseudonym, uow, drafts=True)
        if each.form_name == PRESENTATION.name and day_of(each.values.get("meeting_date")) == day
    ]
    newest = max(found, key=lambda each: each.state is State.FINAL, default=None)
    said: dict[str, Any] = {"decision": list(decided.decision), "decision_rationale": decided.rationale}
    if newest is None:
        if expected_revision != NOT_PRESENTED:
            raise StaleEntryError(NOT_PRESENTED)
        filled = Filled(values={"meeting_date": day.isoformat()} | said, checked=decided.checked)
        return record.enter(pseudonym, PRESENTATION.name, filled, by=by, now=now, uow=uow)
    filled = Filled(values={**newest.values, **said}, checked=decided.checked)
    return record.revise(newest.id, expected_revision, filled, by=by, now=now, uow=uow)
