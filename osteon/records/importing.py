"""Importing a file of clinical records: all of it or nothing, after a look that finds everything wrong with it.

The file is read twice, row by row: once to check it, once to keep it. In between, new patients get their pseudonyms.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import TypeVar
from uuid import UUID, uuid4

from sqlalchemy import Engine

from annotation.audit import Action, Kind, Note
from annotation.audit import Source as AuditSource
from annotation.registry.closing import IS_CLOSED, decided_otherwise
from annotation.registry.consistency import entry_faults
from annotation.registry.entries import State
from annotation.registry.exchange.checking import CheckedRow, Checker
from annotation.registry.exchange.findings import Finding, Findings, Weight
from annotation.registry.exchange.planning import Existing, Outcome, Planned, Stamp, planned
from annotation.registry.exchange.rows import RawRow
from annotation.registry.values import Fault, day_of
from lesion_model.errors import LesionModelError
from osteon.records.people import People
from osteon.records.sources import Source
from storage.identities import Pseudonymity
from storage.registry_records.batches import Key, Meeting, RecordBatches, Written
from storage.registry_records.merging import with_contexts
from storage.unit_of_work import SqlUnitOfWork

T = TypeVar("T")

BATCH = 1000
VIA = "osteon registry import"
ERASED = ("erased", "the record of this patient was erased: take their rows out of the file")
OF_THE_RECORD = 0
"""Where a contradiction is with an entry that is there already, and not with a row."""


@dataclass(slots=True, kw_only=True)
class Report:
    """What was found, and what became of the rows. `import_id` is None when nothing was kept."""

    rows: int
    patients: int
    findings: Findings
    outcomes: dict[Outcome, int] = field(default_factory=dict)
    import_id: UUID | None = None

    @property
    def refused(self) -> bool:
        return self.findings.errors > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How it is to be done. `update`: entries that are there with other values get a new version; `blanks_withdraw`:
    also of values that the file leaves empty, which stay otherwise."""

    by: str
    now: datetime
    dry_run: bool = False
    update: bool = False
    blanks_withdraw: bool = False


class _RefusedError(Exception):
    """Leaves the transaction, so that nothing of it is kept."""


def import_records(source: Source, people: People, engine: Engine, wanted: Wanted) -> Report:
    """See the module. Raises the errors of the source and of the vault."""
    report, numbers = _checked(source, people, engine, wanted)
    if report.refused:
        return report
    persons = people.known(numbers) if wanted.dry_run else people.settled(numbers)
    keeper = _Keeper(persons=persons, identified=people.identified, wanted=wanted, report=report)
    try:
        with SqlUnitOfWork(engine, write=not wanted.dry_run, source=AuditSource(via=VIA)) as uow:
            keeper.keep(source, uow)
    except _RefusedError:
        report.import_id = None
        report.outcomes.clear()
    return report


def _checked(source: Source, people: People, engine: Engine, wanted: Wanted) -> tuple[Report, list[str]]:
    """Everything that is wrong with the file by itself, and beside what the registry has of these patients.

    What the check remembers of each patient goes with it: the second reading has its own.
    """
    known: dict[str, Pseudonymity | None] = {}
    nobody: dict[str, tuple[str, str]] = {}
    with SqlUnitOfWork(engine, write=False) as uow:
        erased = uow.record_batches.erased()
    checker = Checker(
        today=wanted.now.date(),
        identified=people.identified,
        offset_of=lambda number: _offset(known.get(number)),
    )
    for batch in _batches(source.rows()):
        new = {each.patient for each in batch if isinstance(each, RawRow)} - known.keys()
        found = people.known(new)
        known |= {number: found.get(number) for number in new}
        nobody |= {number: ("unknown_patient", why) for number in new if (why := people.refused(number)) is not None}
        nobody |= {number: ERASED for number, person in found.items() if person.pseudonym in erased}
        for each in batch:
            _check(each, nobody, checker)
    _see_what_is_there(known, checker, engine)
    checker.finish()
    return Report(rows=checker.rows, patients=len(known), findings=checker.findings), list(known)


def _offset(person: Pseudonymity | None) -> int:
    return 0 if person is None else person.date_offset_days


def _check(each: RawRow | Finding, nobody: Mapping[str, tuple[str, str]], checker: Checker) -> None:
    if isinstance(each, Finding):
        checker.findings.add(each)
        return
    refused = nobody.get(each.patient)
    if refused is not None:
        checker.findings.add(_error(each.number, each.part, "patient", *refused))
        return
    checker.check(each)


def _see_what_is_there(known: Mapping[str, Pseudonymity | None], checker: Checker, engine: Engine) -> None:
    """The dates of the registry; entries that the file has too are its own."""
    numbers = {person.pseudonym: number for number, person in known.items() if person is not None}
    with SqlUnitOfWork(engine, write=False) as uow:
        for entry in with_contexts(uow.record_batches, numbers):
            number = numbers[entry.pseudonym]
            if number in checker.courses and not checker.has(number, entry.form_name, entry.key or ""):
                checker.courses[number].see(entry.form, entry.values, (OF_THE_RECORD, "", entry.form_name))


@dataclass(slots=True, kw_only=True)
class _Keeper:
    """The second reading: each row finds what is there of the same thing, and adds to it."""

    persons: Mapping[str, Pseudonymity]
    identified: bool
    wanted: Wanted
    report: Report
    stamp: Stamp = field(init=False)
    _there: frozenset[str] = frozenset()
    """Patients of whom something may be there already."""
    _closed: frozenset[Meeting] = frozenset()
    """Patients and days of the sessions that are closed."""
    _kept: set[int] = field(default_factory=set)
    _touched: set[str] = field(default_factory=set)
    _with_contexts: set[str] = field(default_factory=set)
    """Whose search tables are out of date."""

    def __post_init__(self) -> None:
        self.stamp = Stamp(by=self.wanted.by, at=self.wanted.now, import_id=uuid4())

    def keep(self, source: Source, uow: SqlUnitOfWork) -> None:
        batches = uow.record_batches
        self._there = frozenset(batches.patients({person.pseudonym for person in self.persons.values()}))
        self._closed = frozenset(uow.meetings.closed_presentations())
        if not self.wanted.dry_run:
            self._begin(source, batches)
        for batch in _batches(self._rows(source)):
            self._keep_batch(batch, batches)
        if self.report.refused:
            raise _RefusedError
        if not self.wanted.dry_run:
            self._finish(uow, batches)

    def _begin(self, source: Source, batches: RecordBatches) -> None:
        batches.add_patients({person.pseudonym for person in self.persons.values()}, self.wanted.now)
        batches.add_import(
            {
                "id": str(self.stamp.import_id),
                "format": source.kind,
                "sha256": source.sha256(),
                "rows_read": self.report.rows,
                "created": 0,
                "changed": 0,
                "unchanged": 0,
                "imported_by": self.wanted.by,
                "imported_at": self.wanted.now,
            }
        )

    def _finish(self, uow: SqlUnitOfWork, batches: RecordBatches) -> None:
        counts = {outcome.value: self.report.outcomes.get(outcome, 0) for outcome in Outcome}
        batches.count_import(str(self.stamp.import_id), counts)
        uow.index_again(self._with_contexts)
        identifier = str(self.stamp.import_id)
        notes = [
            Note(action=Action.CREATED, kind=Kind.RECORD, object_id=identifier, pseudonym=pseudonym)
            for pseudonym in sorted(self._touched)
        ]
        uow.audit.note_all(notes, by=self.wanted.by, at=self.wanted.now)
        uow.commit()
        self.report.import_id = self.stamp.import_id

    def _rows(self, source: Source) -> Iterator[CheckedRow]:
        """As they were checked; offsets are those of everybody now."""
        offsets = {number: person.date_offset_days for number, person in self.persons.items()}
        checker = Checker(
            today=self.wanted.now.date(),
            identified=self.identified,
            offset_of=lambda number: offsets.get(number, 0),
            alone=True,
        )
        for each in source.rows():
            checked = checker.check(each) if isinstance(each, RawRow) else None
            if checked is not None:
                yield checked

    def _keep_batch(self, rows: Sequence[CheckedRow], batches: RecordBatches) -> None:
        placed = [(row, self._pseudonym(row)) for row in rows]
        known = [(row, pseudonym) for row, pseudonym in placed if pseudonym in self._there]
        keys = {_key(row, pseudonym) for row, pseudonym in known if row.state is State.FINAL}
        meetings = {meeting for row, pseudonym in known if (meeting := _meeting(row, pseudonym)) is not None}
        there, contexts = batches.entries(keys), batches.contexts(meetings)
        drafts = {
            (each.pseudonym, each.form_name, repr(each.values))
            for each in batches.drafts({pseudonym for row, pseudonym in placed if row.state is State.DRAFT})
        }
        written = Written()
        for row, pseudonym in placed:
            if row.state is State.DRAFT and (pseudonym, row.form.name, repr(row.values)) in drafts:
                self._count(Outcome.UNCHANGED)
                continue
            entry, newest = there.get(_key(row, pseudonym), (None, 0)) if row.state is State.FINAL else (None, 0)
            meeting = _meeting(row, pseudonym)
            context = None if meeting is None else contexts.get(meeting)
            self._keep_row(row, pseudonym, Existing(entry=entry, newest=newest, context=context), written)
        if not self.wanted.dry_run and not self.report.refused:
            batches.write(written)

    def _keep_row(self, row: CheckedRow, pseudonym: str, existing: Existing, written: Written) -> None:
        if row.state is State.FINAL and not self._first(_key(row, pseudonym)):
            detail = "two patient numbers of the file are one person, who has this entry twice"
            self._refuse(row, row.form.key[0] if row.form.key else "patient", "duplicate", detail)
            return
        try:
            plan = planned(row, pseudonym, existing, self.stamp, blanks_withdraw=self.wanted.blanks_withdraw)
        except LesionModelError as error:
            for problem in error.problems:
                self._refuse(row, problem.field, "contradiction", f"with the clinical context: {problem.detail}")
            return
        if plan.outcome is Outcome.CHANGED and not self.wanted.update:
            detail = "is there already with other values; with --update it gets a new version"
            self._refuse(row, "", "exists", detail)
            return
        problems = self._problems(plan, row, existing)
        for fault in problems:
            self._refuse(row, fault.variable, fault.reason, fault.detail)
        if problems:
            return
        self._count(plan.outcome)
        if plan.entry is not None:
            written.entries.append(plan.entry)
            self._touched.add(pseudonym)
        if plan.context is not None:
            written.contexts.append(plan.context)
            self._with_contexts.add(pseudonym)

    def _problems(self, plan: Planned, row: CheckedRow, existing: Existing) -> list[Fault]:
        """Of the row together with what is there already."""
        if plan.entry is None or (existing.entry is None and row.form.name != "presentation"):
            return []
        faults = [] if existing.entry is None else list(entry_faults(row.form, plan.entry.values, date.max))
        meeting = _meeting(row, plan.entry.pseudonym)
        if meeting in self._closed:
            changed = decided_otherwise(existing.entry, plan.entry)
            faults += [Fault(variable=name, reason="closed", detail=IS_CLOSED) for name in changed]
        return faults

    def _pseudonym(self, row: CheckedRow) -> str:
        """In a dry run, somebody who is not known yet has nothing there."""
        person = self.persons.get(row.patient)
        return f"?{hash(row.patient)}" if person is None else person.pseudonym

    def _first(self, key: Key) -> bool:
        digest = hash(key)
        if digest in self._kept:
            return False
        self._kept.add(digest)
        return True

    def _count(self, outcome: Outcome) -> None:
        self.report.outcomes[outcome] = self.report.outcomes.get(outcome, 0) + 1

    def _refuse(self, row: CheckedRow, column: str, reason: str, detail: str) -> None:
        self.report.findings.add(_error(row.number, row.part, column, reason, detail))


def _key(row: CheckedRow, pseudonym: str) -> Key:
    return pseudonym, row.form.name, row.key


def _meeting(row: CheckedRow, pseudonym: str) -> Meeting | None:
    day = day_of(row.values.get("meeting_date")) if row.form.name == "presentation" else None
    return None if day is None or row.state is not State.FINAL else (pseudonym, day)


def _batches(rows: Iterator[T]) -> Iterator[list[T]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def _error(row: int, part: str, column: str, reason: str, detail: str) -> Finding:
    return Finding(weight=Weight.ERROR, row=row, part=part, column=column, value="", reason=reason, detail=detail)
