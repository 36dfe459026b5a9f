"""How far each patient of a session is prepared and decided, at a glance."""

from dataclasses import dataclass

from annotation.meetings.meeting import Meeting
from annotation.meetings.points import Said, seven_points
from annotation.meetings.ports import MeetingUnitOfWork
from annotation.registry.entries import State
from annotation.registry.forms.presentation import PRESENTATION
from annotation.registry.record import with_context
from annotation.registry.values import Values, day_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """`said` of the seven points, in their order; `state` is that of the presentation, None without one."""

    pseudonym: str
    said: tuple[Said, ...]
    state: State | None
    decided: bool


def overview(meeting: Meeting, uow: MeetingUnitOfWork, *, drafts: bool) -> tuple[Brief, ...]:
    """In the order of the session; `drafts` as in `presenting.present`."""
    with uow:
        return tuple(_brief(each.pseudonym, meeting, uow, drafts=drafts) for each in meeting.dossiers)


def _brief(pseudonym: str, meeting: Meeting, uow: MeetingUnitOfWork, *, drafts: bool) -> Brief:
    on = meeting.dossier(pseudonym).presented_on
    entries = uow.records.of_patient(pseudonym, drafts=drafts)
    presented = [each for each in entries if each.form_name == PRESENTATION.name and on is not None]
    entry = max(
        (each for each in presented if day_of(each.values.get("meeting_date")) == on),
        key=lambda each: each.state is State.FINAL,
        default=None,
    )
    values: Values = {} if entry is None else with_context(entry, uow).values
    in_force = uow.records.of_patient(pseudonym, drafts=False) if drafts else entries
    treatments = [each.values for each in in_force if each.form_name == "treatment"]
    return Brief(
        pseudonym=pseudonym,
        said=tuple(each.said for each in seven_points(values, treatments, on)),
        state=None if entry is None else entry.state,
        decided="decision" in values or "decision_rationale" in values,
    )
