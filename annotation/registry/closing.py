"""What a closed session of the meeting decided stays in the presentation as it is."""

from annotation.errors import UnacceptableError
from annotation.registry.entries import FIRST_VERSION, RecordEntry, State
from annotation.registry.forms.presentation import PRESENTATION
from annotation.registry.ports import RecordUnitOfWork
from annotation.registry.values import Value, day_of
from lesion_model.errors import Problem

DECISION = ("decision", "decision_rationale")
IS_CLOSED = "stays as it is: the meeting is closed; open it again first"


def check_decision(entry: RecordEntry, uow: RecordUnitOfWork) -> None:
    """Of a version that is to be kept; a draft is in force nowhere. In an open unit of work.

    Raises UnacceptableError when it decides otherwise than the one in force, and a closed session has the patient on
    that day.
    """
    if entry.form_name != PRESENTATION.name or entry.state is State.DRAFT:
        return
    changed = decided_otherwise(_in_force(entry, uow), entry)
    day = day_of(entry.values.get("meeting_date"))
    if not changed or day is None or not uow.meetings.is_closed(entry.pseudonym, day):
        return
    fields = [f"values.{name}" for name in changed] if entry.state is State.FINAL else ["state"]
    raise UnacceptableError([Problem(field=field, detail=IS_CLOSED) for field in fields])


def decided_otherwise(before: RecordEntry | None, after: RecordEntry) -> list[str]:
    """Which parts of the decision two versions of a presentation do not share."""
    decided, now = _decided(before), _decided(after)
    return [name for name in DECISION if decided[name] != now[name]]


def _in_force(entry: RecordEntry, uow: RecordUnitOfWork) -> RecordEntry | None:
    if entry.version == FIRST_VERSION:
        return None
    earlier = uow.records.history(entry.id)
    return next((each for each in reversed(earlier) if each.state is not State.DRAFT), None)


def _decided(entry: RecordEntry | None) -> dict[str, Value | None]:
    values = entry.values if entry is not None and entry.state is State.FINAL else {}
    return {name: values.get(name) for name in DECISION}
