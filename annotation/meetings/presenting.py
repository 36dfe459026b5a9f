"""One dossier as it is presented: what the record, the readings and the rules say of the patient, for one session.

Nothing of it is kept here: it is what is known when it is asked for, as far as it may be seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from annotation.completion import known_of
from annotation.meeting_context import MeetingContext
from annotation.meeting_sheet.decisions import first_said
from annotation.meeting_sheet.sheet import MeetingSheet, Studies, meeting_sheet
from annotation.meetings.meeting import Dossier, Meeting
from annotation.meetings.points import Point, seven_points
from annotation.meetings.ports import MeetingUnitOfWork
from annotation.meetings.rule_answers import OF_A_LESION, OF_THE_PATIENT, RuleLine, answers
from annotation.meetings.rule_facts import Fact, Origin, Recorded, facts_of_lesion, facts_of_patient
from annotation.meetings.score_history import Moment, score_history
from annotation.meetings.since import Since, since_last
from annotation.registry import record
from annotation.registry.computing import person_of
from annotation.registry.entries import RecordEntry, State
from annotation.registry.forms.presentation import PRESENTATION
from annotation.registry.values import Values, day_of
from annotation.scores import scored
from lesion_model.assess_lesion import NOTHING_KNOWN
from lesion_model.clinical import ClinicalContext

AGAIN = timedelta(days=91)
"""Our convention for who was never presented before: the next presentation is proposed a quarter later."""
UPTAKE = frozenset({"PT", "NM"})
"""Modalities that show uptake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """`presentation` None: nobody entered one of this day, or its day is not known; `decided` is the version from which
    on it decides as it does. `presentations` are the days of all that the record has. `lesion_rules` are by lesion.
    `proposed_next` is a true day."""

    meeting: Meeting
    dossier: Dossier
    presentation: RecordEntry | None
    decided: RecordEntry | None
    presentations: tuple[date, ...]
    points: tuple[Point, ...]
    since: Since | None
    sheet: MeetingSheet
    history: tuple[Moment, ...]
    rules: tuple[RuleLine, ...]
    lesion_rules: Mapping[UUID, tuple[RuleLine, ...]]
    proposed_next: date

    @property
    def values(self) -> Values:
        return {} if self.presentation is None else self.presentation.values


def present(meeting_id: UUID, pseudonym: str, studies: Studies, uow: MeetingUnitOfWork, *, drafts: bool) -> Presented:
    """`drafts`: the newest version of the presentation, be it a draft.

    Raises MeetingNotFoundError, DossierNotFoundError.
    """
    with uow:
        meeting = uow.meetings.get(meeting_id)
        dossier = meeting.dossier(pseudonym)
    entries = record.record_of(pseudonym, uow, drafts=False)
    on = dossier.presented_on
    newest = record.record_of(pseudonym, uow, drafts=True) if drafts else entries
    presentation = _presentation(newest, on)
    sheet = meeting_sheet(pseudonym, studies, uow, on=on)
    days = tuple(sorted(day for each in _of(entries, PRESENTATION.name) if (day := day_of(each.get("meeting_date")))))
    since = None if on is None else since_last(_of(entries, "event"), days, on)
    values = {} if presentation is None else presentation.values
    treatments = _of(entries, "treatment")
    with uow:
        contexts = uow.contexts.up_to(pseudonym, on)
        decided = None if presentation is None else first_said(presentation, uow.records.history(presentation.id))
    recorded = Recorded(
        on=on,
        presentation=values,
        clinical=_context(contexts, on),
        treatments=treatments,
        samples=_of(entries, "biology"),
        person=person_of(entries),
    )
    facts = facts_of_patient(recorded) | _examined(studies, on)
    expected = recorded.clinical.life_expectancy
    return Presented(
        meeting=meeting,
        dossier=dossier,
        presentation=presentation,
        decided=decided,
        presentations=days,
        points=seven_points(values, treatments, on),
        since=since,
        sheet=sheet,
        history=score_history(sheet, None if since is None else since.after, on, lambda uid: _day(studies, uid), uow),
        rules=answers(OF_THE_PATIENT, facts, expected),
        lesion_rules={
            each.lesion.id: answers(OF_A_LESION, facts | _of_lesion(each.lesion.id, sheet, contexts, uow), expected)
            for each in sheet.lesions
        },
        proposed_next=_proposed(meeting, since),
    )


def _presentation(entries: Sequence[RecordEntry], on: date | None) -> RecordEntry | None:
    """A final one before a draft of the same day."""
    found = [
        each
        for each in entries
        if each.form_name == PRESENTATION.name and on is not None and day_of(each.values.get("meeting_date")) == on
    ]
    return max(found, key=lambda each: each.state is State.FINAL, default=None)


def _of(entries: Sequence[RecordEntry], form_name: str) -> list[Values]:
    return [each.values for each in entries if each.form_name == form_name]


def _context(contexts: Sequence[MeetingContext], on: date | None) -> ClinicalContext:
    """Of this meeting alone: what an earlier one knew is not what this one knows."""
    return next(
        (each.clinical for each in contexts if each.lesion_id is None and each.meeting_date == on), NOTHING_KNOWN
    )


def _of_lesion(
    lesion_id: UUID, sheet: MeetingSheet, contexts: Sequence[MeetingContext], uow: MeetingUnitOfWork
) -> dict[str, Fact]:
    shown = next(each for each in sheet.lesions if each.lesion.id == lesion_id)
    with uow:
        same = {lesion_id, *(each.id for each in uow.lesions.absorbed_by(lesion_id))}
    known = known_of(same, contexts)
    assessment = scored(shown.lesion, shown.reading, known).assessment
    return facts_of_lesion(shown.lesion.site, shown.reading.findings, known.clinical, assessment)


def _examined(studies: Studies, on: date | None) -> dict[str, Fact]:
    """The newest examination that shows uptake."""
    dates = [
        each.date
        for each in studies.values()
        if each.date is not None and UPTAKE & set(each.modalities) and (on is None or each.date <= on)
    ]
    return {"examination_date": Fact(value=max(dates), origin=Origin.READING)} if dates else {}


def _day(studies: Studies, study_instance_uid: str) -> date | None:
    found = studies.get(study_instance_uid)
    return None if found is None else found.date


def _proposed(meeting: Meeting, since: Since | None) -> date:
    """As long after this session as it is after the one before; a proposal that people change."""
    interval = AGAIN if since is None or since.after is None else since.until - since.after
    return meeting.held_on + interval
