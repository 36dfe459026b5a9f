"""Filling in a clinical record, revising it and looking at it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

from annotation import audit_notes
from annotation.audit import Action
from annotation.checked_text import warn_of_identifying
from annotation.errors import PatientNotFoundError, UnacceptableError
from annotation.ports import Clock
from annotation.registry.closing import check_decision
from annotation.registry.consistency import Course, entry_faults
from annotation.registry.context_writing import context_of, merged_with, write_context
from annotation.registry.dictionary import form_named
from annotation.registry.entries import FIRST_VERSION, RecordEntry, State
from annotation.registry.errors import EntryExistsError, StaleEntryError
from annotation.registry.following import followed
from annotation.registry.forms.presentation import PRESENTATION
from annotation.registry.ports import RecordUnitOfWork
from annotation.registry.values import Fault, in_order, kept, texts_of
from annotation.registry.variables import Form
from lesion_model.errors import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What somebody filled in: `checked` says that they looked at what seems to name a person."""

    values: Mapping[str, Any]
    state: State = State.FINAL
    checked: bool = False


def enter(pseudonym: str, form_name: str, filled: Filled, *, by: str, now: Clock, uow: RecordUnitOfWork) -> RecordEntry:
    """Keep the first version of an entry.

    Raises PatientNotFoundError, NoSuchFormError, UnacceptableError, IdentifyingTextError, EntryExistsError,
    RecordErasedError.
    """
    form = form_named(form_name)
    with uow:
        if not uow.images.has_patient(pseudonym):
            raise PatientNotFoundError
        entry = RecordEntry(
            id=uuid4(),
            pseudonym=pseudonym,
            form_name=form.name,
            version=FIRST_VERSION,
            state=filled.state,
            values={},
            entered_by=by,
            entered_at=now(),
        )
        entry = _acceptable(entry, filled, uow)
        if entry.state is State.WITHDRAWN:
            raise UnacceptableError([Problem(field="state", detail="an entry that is not there is not withdrawn")])
        entry = _keep(entry, Action.CREATED, by=by, uow=uow)
        uow.commit()
    return entry


def revise(
    entry_id: UUID, expected_revision: int, filled: Filled, *, by: str, now: Clock, uow: RecordUnitOfWork
) -> RecordEntry:
    """Keep a new version beside the earlier ones. To withdraw an entry keeps its values and has it count no more.

    Raises EntryNotFoundError, UnacceptableError, IdentifyingTextError, EntryExistsError, and StaleEntryError when
    `expected_revision` is not the newest.
    """
    with uow:
        newest = with_context(uow.records.newest(entry_id, drafts=True), uow)
        if newest.revision != expected_revision:
            raise StaleEntryError(newest.revision)
        entry = replace(newest, version=newest.version + 1, state=filled.state, entered_by=by, entered_at=now())
        entry = replace(entry, import_id=None)
        if filled.state is not State.WITHDRAWN:
            entry = _acceptable(entry, filled, uow)
        entry = _keep(entry, Action.CHANGED, by=by, uow=uow)
        uow.commit()
    return entry


def entry(entry_id: UUID, uow: RecordUnitOfWork, *, drafts: bool) -> RecordEntry:
    """The newest version; of what is not final, only with `drafts`. Raises EntryNotFoundError."""
    with uow:
        return with_context(uow.records.newest(entry_id, drafts=drafts), uow)


def history(entry_id: UUID, uow: RecordUnitOfWork, *, drafts: bool) -> Sequence[RecordEntry]:
    """Every version, the first one first, each with the context as it was. Raises EntryNotFoundError."""
    with uow:
        versions = [each for each in uow.records.history(entry_id) if drafts or each.state is not State.DRAFT]
        return [merged_with(each, uow) for each in versions]


def record_of(pseudonym: str, uow: RecordUnitOfWork, *, drafts: bool) -> Sequence[RecordEntry]:
    """Every entry of a patient, in the order of the forms and then of entry. Raises PatientNotFoundError."""
    with uow:
        if not uow.images.has_patient(pseudonym):
            raise PatientNotFoundError
        return [with_context(each, uow) for each in uow.records.of_patient(pseudonym, drafts=drafts)]


def refuse(faults: Iterable[Fault]) -> None:
    """Raise UnacceptableError if there is any fault."""
    problems = [
        Problem(field=f"values.{each.variable}".rstrip("."), detail=each.detail, allowed=each.allowed)
        for each in faults
    ]
    if problems:
        raise UnacceptableError(problems)


def faults_by_name(faults: Iterable[Fault], form: Form) -> list[Fault]:
    """A name that the form does not have is what somebody typed: it is not repeated."""
    return [each if each.variable in form.by_name else replace(each, variable="") for each in faults]


def _acceptable(entry: RecordEntry, filled: Filled, uow: RecordUnitOfWork) -> RecordEntry:
    final = filled.state is State.FINAL
    values, faults = kept(entry.form, filled.values, complete=final)
    refuse(faults_by_name(faults, entry.form))
    refuse(entry_faults(entry.form, values, entry.entered_at.date()))
    texts: dict[str, str | None] = {f"values/{name}": text for name, text in texts_of(entry.form, values)}
    warn_of_identifying(texts, checked=filled.checked)
    entry = replace(entry, values=values)
    if final:
        _check_key(entry, uow)
        entry = _following(entry, uow)
        refuse(_course_faults(entry, uow))
    return entry


def _following(entry: RecordEntry, uow: RecordUnitOfWork) -> RecordEntry:
    """A presentation with the dates of treatments that the record has already: nobody enters them twice."""
    if entry.form_name != PRESENTATION.name:
        return entry
    others = uow.records.of_patient(entry.pseudonym, drafts=False)
    treatments = [each.values for each in others if each.form_name == "treatment"]
    return replace(entry, values=in_order(entry.form, {**entry.values, **followed(entry.values, treatments)}))


def _check_key(entry: RecordEntry, uow: RecordUnitOfWork) -> None:
    """A patient has one final entry of a thing; the meeting of a presentation stays the same."""
    if entry.key is None:
        return
    existing = uow.records.with_key(entry.pseudonym, entry.form_name, entry.key)
    if existing is not None and existing != entry.id:
        raise EntryExistsError(existing)
    if entry.form_name == PRESENTATION.name and entry.version > FIRST_VERSION and existing is None:
        before = {each.key for each in uow.records.history(entry.id) if each.state is State.FINAL}
        if before - {entry.key}:
            detail = "stays the same: withdraw the presentation and enter it anew"
            raise UnacceptableError([Problem(field="values.meeting_date", detail=detail)])


def _course_faults(entry: RecordEntry, uow: RecordUnitOfWork) -> list[Fault]:
    course = Course()
    for other in uow.records.of_patient(entry.pseudonym, drafts=False):
        if other.id != entry.id:
            course.see(other.form, with_context(other, uow).values, other.id)
    course.see(entry.form, entry.values, entry.id)
    return [fault for _place, fault in course.faults()]


def _keep(entry: RecordEntry, action: Action, *, by: str, uow: RecordUnitOfWork) -> RecordEntry:
    """The entry, with the context that it is made of too, and what the audit log says of both."""
    check_decision(entry, uow)
    own, context_note = write_context(entry, uow)
    uow.records.add(own)
    if context_note is not None:
        uow.audit.note(context_note, by=by, at=entry.entered_at)
    uow.audit.note(audit_notes.of_record(action, own), by=by, at=entry.entered_at)
    return with_context(own, uow)


def with_context(entry: RecordEntry, uow: RecordUnitOfWork) -> RecordEntry:
    """As it is now: the newest version of the meeting's context counts. In an open unit of work."""
    context = context_of(entry, uow)
    if context is None:
        return entry
    return merged_with(replace(entry, context_version=context.version), uow, context)
