"""What a meeting decided on a patient, as their presentation tells it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from annotation.registry.entries import RecordEntry, State
from annotation.registry.forms.presentation import DECISIONS, PRESENTATION
from annotation.registry.ports import RecordUnitOfWork
from annotation.registry.values import day_of
from lesion_model.labels import Label, label

_WORDS = {each.code: each.label for each in DECISIONS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`on` is the day of the meeting, in the calendar of the patient. `by` and `at` are of the version that says so.

    `labels` is empty, and there is no reason, while nothing was decided.
    """

    on: date
    labels: tuple[Label, ...]
    rationale: str | None
    by: str
    at: datetime

    @property
    def is_taken(self) -> bool:
        return bool(self.labels or self.rationale)


def decision_of(pseudonym: str, on: date | None, uow: RecordUnitOfWork) -> Decision | None:
    """Of the presentation of that day, or of the newest; None where there is none. In an open unit of work."""
    presented = [
        (day, each)
        for each in uow.records.of_patient(pseudonym, drafts=False)
        if each.form_name == PRESENTATION.name and (day := day_of(each.values.get("meeting_date"))) is not None
    ]
    wanted = [(day, each) for day, each in presented if on is None or day == on]
    if not wanted:
        return None
    day, entry = max(wanted, key=lambda each: each[0])
    said = first_said(entry, uow.records.history(entry.id))
    codes = entry.values.get("decision", [])
    rationale = entry.values.get("decision_rationale")
    return Decision(
        on=day,
        labels=tuple(_WORDS.get(each, label(each, each)) for each in (codes if isinstance(codes, list) else [])),
        rationale=None if rationale is None else str(rationale),
        by=said.entered_by,
        at=said.entered_at,
    )


def first_said(entry: RecordEntry, versions: Sequence[RecordEntry]) -> RecordEntry:
    """The version of `entry` from which on it was decided so: later ones may have changed something else."""
    first = entry
    finals = [each for each in versions if each.state is State.FINAL]
    for each in reversed(finals):
        if _decided(each) != _decided(entry):
            break
        first = each
    return first


def _decided(entry: RecordEntry) -> tuple[object, object]:
    return entry.values.get("decision"), entry.values.get("decision_rationale")
