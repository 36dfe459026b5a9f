"""What values of a record must not say together: within one entry, and across the entries of a patient."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from annotation.registry.partial_dates import Span, span_of
from annotation.registry.values import Fault, Values
from annotation.registry.variables import Form

ORDERED = (
    ("treatment_start", "treatment_end"),
    ("date_prev_negative", "event_date"),
    ("diagnosis_date", "meeting_date"),
    ("bone_diagnosis_date", "meeting_date"),
    ("bone_agent_start", "bone_agent_last_dose"),
    ("last_alive_date", "death_date"),
    ("birth_month", "death_date"),
    ("birth_month", "last_alive_date"),
)
"""The first must not be after the second."""

RECORDED_ALIVE = {"presentation": "meeting_date", "biology": "sample_date", "treatment": "treatment_start"}
"""Dates on which the patient was alive."""


def entry_faults(form: Form, values: Values, today: date) -> Iterator[Fault]:
    """Of one entry by itself."""
    spans = spans_of(form, values)
    for name, span in spans.items():
        if span.first > today:
            yield _fault(name, "future", "must not be in the future")
    for first, second in ORDERED:
        if first in spans and second in spans and spans[first].first > spans[second].last:
            yield _fault(first, "impossible_order", f"must not be after {second}")
    yield from _contradictions(values)


def spans_of(form: Form, values: Values) -> dict[str, Span]:
    return {name: span_of(str(values[name])) for name in form.dates if name in values}


@dataclass(slots=True)
class Course:
    """The dates of one patient that must be in order, gathered entry by entry; it stays small however many there are.

    Each is kept with its place, whatever that is to the one who gathers: an entry, a row of a file.
    """

    born: Span | None = None
    diagnosed: tuple[Span, object] | None = None
    died: tuple[Span, object] | None = None
    death_event: tuple[Span, object] | None = None
    first: tuple[Span, object, str] | None = None
    last_alive: tuple[Span, object, str] | None = None

    def see(self, form: Form, values: Values, place: object) -> None:
        spans = spans_of(form, values)
        self.born = spans.get("birth_month", self.born)
        if "death_date" in spans:
            self.died = spans["death_date"], place
        if "diagnosis_date" in spans and (self.diagnosed is None or spans["diagnosis_date"] < self.diagnosed[0]):
            self.diagnosed = spans["diagnosis_date"], place
        if values.get("event_type") == "death" and "event_date" in spans:
            self.death_event = spans["event_date"], place
        self._see_alive(form, spans, place)

    def _see_alive(self, form: Form, spans: dict[str, Span], place: object) -> None:
        name = RECORDED_ALIVE.get(form.name)
        if name is None or name not in spans:
            return
        span = spans[name]
        if self.first is None or span < self.first[0]:
            self.first = span, place, name
        if self.last_alive is None or span > self.last_alive[0]:
            self.last_alive = span, place, name

    def faults(self) -> Iterator[tuple[object, Fault]]:
        """Each with the place that it is about."""
        death = self.died or self.death_event
        if self.died and self.death_event and not _overlap(self.died[0], self.death_event[0]):
            yield self.death_event[1], _fault("event_date", "impossible_order", "contradicts the patient's death_date")
        if death is None:
            yield from self._born_faults()
            return
        if self.diagnosed and self.diagnosed[0].first > death[0].last:
            yield self.diagnosed[1], _fault("diagnosis_date", "impossible_order", "must not be after the death")
        if self.last_alive and self.last_alive[0].first > death[0].last:
            _span, place, name = self.last_alive
            yield place, _fault(name, "impossible_order", "must not be after the death")
        yield from self._born_faults()

    def _born_faults(self) -> Iterator[tuple[object, Fault]]:
        if self.born is None:
            return
        if self.diagnosed and self.born.first > self.diagnosed[0].last:
            yield self.diagnosed[1], _fault("diagnosis_date", "impossible_order", "must not be before the birth")
        if self.first and self.born.first > self.first[0].last:
            yield self.first[1], _fault(self.first[2], "impossible_order", "must not be before the birth")


def _contradictions(values: Values) -> Iterator[Fault]:
    if values.get("vital_status") == "alive" and "death_date" in values:
        yield _fault("vital_status", "contradiction", "alive contradicts a date of death")
    if values.get("pain") is False and (values.get("pain_nrs") or values.get("pain_types") not in (None, ["none"])):
        yield _fault("pain", "contradiction", "no pain contradicts its types or intensity")
    if values.get("bone_agent") == "none" and ("bone_agent_start" in values or "bone_agent_last_dose" in values):
        yield _fault("bone_agent", "contradiction", "none contradicts the dates of an agent")
    least, most = values.get("life_expectancy_min"), values.get("life_expectancy_max")
    if isinstance(least, int) and isinstance(most, int) and least > most:
        yield _fault("life_expectancy_min", "contradiction", "must not be above life_expectancy_max")


def _overlap(one: Span, other: Span) -> bool:
    return one.first <= other.last and other.first <= one.last


def _fault(variable: str, reason: str, detail: str) -> Fault:
    return Fault(variable=variable, reason=reason, detail=detail)
