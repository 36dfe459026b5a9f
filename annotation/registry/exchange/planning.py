"""What an imported row comes to: a new entry, a new version of one, or nothing new."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID, uuid4

from annotation.meeting_context import FIRST_VERSION as FIRST_CONTEXT
from annotation.meeting_context import MeetingContext
from annotation.registry.entries import FIRST_VERSION, RecordEntry, State
from annotation.registry.exchange.checking import CheckedRow
from annotation.registry.shared_facts import filled_in, merged, parted
from annotation.registry.values import Values, day_of
from lesion_model.assess_lesion import NOTHING_KNOWN


class Outcome(Enum):
    """What becomes of a row."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Who imports, when, and in which import."""

    by: str
    at: datetime
    import_id: UUID

    def of(self, row: int) -> datetime:
        """A microsecond apart: entries are listed in the order of the file."""
        return self.at + timedelta(microseconds=row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Existing:
    """What is there of the same thing: the entry, the number of its newest version, the meeting's context."""

    entry: RecordEntry | None = None
    newest: int = 0
    context: MeetingContext | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What is to be written of one row."""

    outcome: Outcome
    entry: RecordEntry | None = None
    context: MeetingContext | None = None


def planned(
    row: CheckedRow, pseudonym: str, existing: Existing, stamp: Stamp, *, blanks_withdraw: bool = False
) -> Planned:
    """What the row leaves empty stays as it is there, unless `blanks_withdraw`.

    Raises FindingError when the facts contradict those that the context holds beside.
    """
    before, values = existing.entry, row.values
    if before is not None:
        there = _as_it_is(before, existing.context)
        if not blanks_withdraw:
            values = {**there, **row.values}
        if there == values:
            return Planned(outcome=Outcome.UNCHANGED)
    entry = RecordEntry(
        id=uuid4() if before is None else before.id,
        pseudonym=pseudonym,
        form_name=row.form.name,
        version=FIRST_VERSION if before is None else existing.newest + 1,
        state=row.state,
        values=values,
        entered_by=stamp.by,
        entered_at=stamp.of(row.number),
        import_id=stamp.import_id,
    )
    outcome = Outcome.CREATED if before is None else Outcome.CHANGED
    if row.form.name != "presentation" or row.state is not State.FINAL:
        return Planned(outcome=outcome, entry=entry)
    if before is None and existing.context is not None:
        # Nobody made the row of what the context says: absence withdraws nothing of it.
        entry = replace(entry, values=filled_in(entry.values, existing.context.clinical, NOTHING_KNOWN))
    return _with_context(entry, existing.context, outcome)


def _with_context(entry: RecordEntry, context: MeetingContext | None, outcome: Outcome) -> Planned:
    said = NOTHING_KNOWN if context is None else context.clinical
    own, clinical = parted(entry.values, said)
    if clinical == said:
        version = 0 if context is None else context.version
        return Planned(outcome=outcome, entry=replace(entry, values=own, context_version=version))
    day = day_of(entry.values["meeting_date"])
    if day is None:
        raise ValueError("a presentation is of a day")
    written = MeetingContext(
        id=uuid4() if context is None else context.id,
        pseudonym=entry.pseudonym,
        meeting_date=day,
        lesion_id=None,
        version=FIRST_CONTEXT if context is None else context.version + 1,
        clinical=clinical,
        entered_by=entry.entered_by,
        entered_at=entry.entered_at,
    )
    return Planned(outcome=outcome, entry=replace(entry, values=own, context_version=written.version), context=written)


def _as_it_is(entry: RecordEntry, context: MeetingContext | None) -> Values:
    return entry.values if context is None else merged(entry.values, context.clinical)
