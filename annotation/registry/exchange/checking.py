"""Checking the rows of a file one after the other: each by itself, for doubles, and against the patient's other dates.

It remembers a few dates of each patient and a digest of each row's key, and no row.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from annotation.registry.consistency import Course, entry_faults
from annotation.registry.dictionary import form_named
from annotation.registry.entries import State, key_of
from annotation.registry.errors import NoSuchFormError
from annotation.registry.exchange.cleaning import cleaned, holds
from annotation.registry.exchange.findings import Finding, Findings, Weight, shown
from annotation.registry.exchange.rows import RawRow
from annotation.registry.flags import flags_of
from annotation.registry.partial_dates import moved
from annotation.registry.shared_facts import parted
from annotation.registry.values import Fault, Value, Values, kept
from annotation.registry.variables import Form, Type
from lesion_model.assess_lesion import NOTHING_KNOWN
from lesion_model.errors import LesionModelError

DIGEST_BYTES = 8
Place = tuple[int, str, str]
"""Row, sheet, form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedRow:
    """A row that can be kept, its dates already those of the registry."""

    number: int
    part: str
    form: Form
    patient: str
    values: Values
    state: State
    key: str
    """What a patient has one final entry of."""


@dataclass(slots=True, kw_only=True)
class Checker:
    """One pass over one file. `offset_of`: the days that a patient's dates are moved by; 0 where none is known.

    `identified`: the file's patients are hospital numbers, which must not be found in its texts. `alone`: a file
    that was gone through before and had nothing wrong with it is only made ready.
    """

    today: date
    identified: bool
    offset_of: Callable[[str], int]
    alone: bool = False
    findings: Findings = field(default_factory=Findings)
    courses: dict[str, Course] = field(default_factory=dict)
    rows: int = 0
    _seen: set[bytes] = field(default_factory=set)

    def check(self, row: RawRow) -> CheckedRow | None:
        """None for what cannot be kept; `findings` says why."""
        self.rows += 1
        try:
            form = form_named(row.form)
        except NoSuchFormError:
            self._add(row, "form", row.form, "unknown_form", "no such form")
            return None
        before = self.findings.errors
        values, faults = kept(form, row.values, complete=row.state is State.FINAL)
        if not self.alone:
            faults += [*entry_faults(form, values, self.today), *_contradictions(form, values)]
        for fault in faults:
            if fault.variable not in row.unread:
                self._add_fault(row, fault)
        values = dict(self._without_identity(row, form, values))
        if not self.alone:
            self._flag(row, form, values)
        if self.findings.errors > before or row.unread:
            return None
        values = moved_values(form, values, self.offset_of(row.patient))
        key = key_of(form, values)
        if not self.alone:
            self._see(row, form, values, key)
        checked = CheckedRow(
            number=row.number, part=row.part, form=form, patient=row.patient, values=values, state=row.state, key=key
        )
        return checked if self.findings.errors == before else None

    def has(self, patient: str, form_name: str, key: str) -> bool:
        """Whether the file has this entry of this patient."""
        return _digest(patient, form_name, key) in self._seen

    def finish(self) -> None:
        """What only all rows of a patient together show."""
        for course in self.courses.values():
            for place, fault in course.faults():
                self._add_course(place, fault)

    def _flag(self, row: RawRow, form: Form, values: Values) -> None:
        for flag in flags_of(form, values):
            value = row.values.get(flag.variable)
            self._add(row, self._column(row, flag.variable), value, flag.reason, flag.detail, weight=Weight.FLAG)

    def _see(self, row: RawRow, form: Form, values: Values, key: str) -> None:
        if row.state is not State.FINAL:
            return
        digest = _digest(row.patient, form.name, key)
        if digest in self._seen:
            column = self._column(row, form.key[0]) if form.key else "patient"
            self._add(row, column, "", "duplicate", "the file has this entry of this patient already")
        self._seen.add(digest)
        self.courses.setdefault(row.patient, Course()).see(form, values, (row.number, row.part, form.name))

    def _without_identity(self, row: RawRow, form: Form, values: Values) -> Iterator[tuple[str, Value]]:
        """Texts are cleaned; a code that is an identifying text is refused."""
        for name, value in values.items():
            if name not in form.free:
                yield name, value
                continue
            kind = form.by_name[name].type
            if kind is Type.TEXT and isinstance(value, str):
                text, pieces = cleaned(value, self._identity(row))
                if pieces:
                    detail = f"{pieces} pieces that may name the patient were taken out"
                    self._add(row, self._column(row, name), "", "identifying_text", detail, weight=Weight.FLAG)
                yield name, text
                continue
            if any(holds(each, self._identity(row)) for each in _texts(value)):
                self._add(row, self._column(row, name), "", "identifying_value", "is also the patient's number or name")
            yield name, value

    def _add_fault(self, row: RawRow, fault: Fault) -> None:
        value = row.values.get(fault.variable)
        self._add(row, self._column(row, fault.variable), _text_of(value), fault.reason, fault.detail)

    def _add(
        self, row: RawRow, column: str, value: object, reason: str, detail: str, *, weight: Weight = Weight.ERROR
    ) -> None:
        text = _text_of(value)
        masked = "" if holds(text, self._identity(row)) else shown(text)
        self.findings.add(
            Finding(
                weight=weight,
                row=row.number,
                part=row.part,
                column=column,
                value=masked,
                reason=reason,
                detail=detail,
            )
        )

    def _add_course(self, place: object, fault: Fault) -> None:
        row, part, _form = place if isinstance(place, tuple) else (0, "", "")
        detail = fault.detail if row else f"an entry that is there already: {fault.detail}"
        finding = Finding(
            weight=Weight.ERROR, row=row, part=part, column=fault.variable, value="", reason=fault.reason, detail=detail
        )
        self.findings.add(finding)

    def _identity(self, row: RawRow) -> tuple[str, ...]:
        return row.identifying if self.identified else ()

    @staticmethod
    def _column(row: RawRow, variable: str) -> str:
        return row.columns.get(variable, variable)


def _digest(*parts: str) -> bytes:
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=DIGEST_BYTES).digest()


def moved_values(form: Form, values: Values, days: int) -> dict[str, Value]:
    """With every date so many days away."""
    return {
        name: moved(value, days) if days and name in form.dates and isinstance(value, str) else value
        for name, value in values.items()
    }


def _contradictions(form: Form, values: Values) -> Iterable[Fault]:
    """Of the facts that the clinical context will hold."""
    if form.name != "presentation":
        return []
    try:
        parted(values, NOTHING_KNOWN)
    except LesionModelError as error:
        return [
            Fault(variable=problem.field, reason="contradiction", detail=problem.detail) for problem in error.problems
        ]
    return []


def _texts(value: Value) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else [str(value)]


def _text_of(value: Any) -> str:
    if isinstance(value, dict):
        return str(value.get("value", ""))
    if isinstance(value, list):
        return ";".join(map(str, value))
    return "" if value is None else str(value)
