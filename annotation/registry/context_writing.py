"""The clinical context of a presentation's meeting: read with the entry, and written in the same transaction."""

from dataclasses import replace
from uuid import uuid4

from annotation import audit_notes
from annotation.audit import Action, Note
from annotation.errors import UnacceptableError
from annotation.meeting_context import FIRST_VERSION, MeetingContext
from annotation.registry.entries import FIRST_VERSION as FIRST_ENTRY
from annotation.registry.entries import RecordEntry, State
from annotation.registry.forms.presentation import PRESENTATION
from annotation.registry.ports import RecordUnitOfWork
from annotation.registry.shared_facts import filled_in, merged, parted
from annotation.registry.values import Values, day_of
from lesion_model.assess_lesion import NOTHING_KNOWN
from lesion_model.clinical import ClinicalContext
from lesion_model.errors import LesionModelError, Problem


def context_of(entry: RecordEntry, uow: RecordUnitOfWork) -> MeetingContext | None:
    """The newest context of the meeting that a final presentation is of."""
    day = day_of(entry.values.get("meeting_date"))
    if entry.form_name != PRESENTATION.name or entry.state is not State.FINAL or day is None:
        return None
    found = uow.contexts.of_meeting(entry.pseudonym, day, None)
    return None if found is None else uow.contexts.newest(found)


def merged_with(entry: RecordEntry, uow: RecordUnitOfWork, context: MeetingContext | None = None) -> RecordEntry:
    """With what the context of its `context_version` says; `context` is that one, where it is known already."""
    if entry.context_version == 0 or entry.state is not State.FINAL:
        return entry
    context = context or _version_of(entry, uow)
    return entry if context is None else replace(entry, values=merged(entry.values, context.clinical))


def write_context(entry: RecordEntry, uow: RecordUnitOfWork) -> tuple[RecordEntry, Note | None]:
    """The entry as it is kept, and what the audit log says of its context, where that changed.

    Absence withdraws a fact only where the version before was made of it too: who enters the first final version, or
    ends a draft, had no sight of what the context came to say meanwhile, and leaves it as it is.

    Raises UnacceptableError when the facts contradict each other.
    """
    if entry.form_name != PRESENTATION.name or entry.state is State.DRAFT:
        return replace(entry, context_version=0), None
    context = context_of(replace(entry, state=State.FINAL), uow)
    before = NOTHING_KNOWN if context is None else context.clinical
    if entry.state is State.FINAL:
        entry = replace(entry, values=filled_in(entry.values, before, _known(entry, before, uow)))
    own, clinical = _parted(entry, before)
    if clinical == before:
        version = 0 if context is None else context.version
        return replace(entry, values=own, context_version=version), None
    written = _next(entry, context, clinical)
    uow.contexts.add(written)
    action = Action.CREATED if context is None else Action.CHANGED
    return replace(entry, values=own, context_version=written.version), audit_notes.of_context(action, written)


def _parted(entry: RecordEntry, before: ClinicalContext) -> tuple[Values, ClinicalContext]:
    """A presentation that is withdrawn keeps what it said; the context says of it nothing any more."""
    if entry.state is State.WITHDRAWN:
        return entry.values, parted({}, before)[1]
    try:
        return parted(entry.values, before)
    except LesionModelError as error:
        raise UnacceptableError(
            [Problem(field="values", detail=f"{problem.field}: {problem.detail}") for problem in error.problems]
        ) from None


def _known(entry: RecordEntry, now: ClinicalContext, uow: RecordUnitOfWork) -> ClinicalContext:
    """What the context said in the version that this one was made from; a draft was made from the final one before."""
    if entry.version == FIRST_ENTRY:
        return NOTHING_KNOWN
    earlier = uow.records.history(entry.id)
    if earlier[-1].state is State.FINAL:
        return now
    last = next((each for each in reversed(earlier) if each.state is not State.DRAFT), None)
    if last is None or last.state is State.WITHDRAWN:
        return NOTHING_KNOWN
    context = _version_of(last, uow)
    return NOTHING_KNOWN if context is None else context.clinical


def _next(entry: RecordEntry, context: MeetingContext | None, clinical: ClinicalContext) -> MeetingContext:
    day = day_of(entry.values["meeting_date"])
    if context is not None:
        version = context.version + 1
        by, at = entry.entered_by, entry.entered_at
        return replace(context, version=version, clinical=clinical, entered_by=by, entered_at=at)
    if day is None:
        raise UnacceptableError([Problem(field="values.meeting_date", detail="must be known to the day")])
    return MeetingContext(
        id=uuid4(),
        pseudonym=entry.pseudonym,
        meeting_date=day,
        lesion_id=None,
        version=FIRST_VERSION,
        clinical=clinical,
        entered_by=entry.entered_by,
        entered_at=entry.entered_at,
    )


def _version_of(entry: RecordEntry, uow: RecordUnitOfWork) -> MeetingContext | None:
    day = day_of(entry.values.get("meeting_date"))
    found = None if day is None else uow.contexts.of_meeting(entry.pseudonym, day, None)
    if found is None:
        return None
    return next((each for each in uow.contexts.history(found) if each.version == entry.context_version), None)
