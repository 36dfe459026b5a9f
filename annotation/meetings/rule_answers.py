"""What the guideline's rules answer for a patient and for each lesion, with the facts that each went by."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from annotation.meetings.rule_facts import Fact, Facts, Origin
from annotation.registry.wording import NO, YES, day_in_words
from lesion_model.answers import Answer
from lesion_model.entries import Entry
from lesion_model.errors import LesionModelError
from lesion_model.facts import Choice, Day
from lesion_model.facts import Fact as Description
from lesion_model.labels import Label, label
from lesion_model.life_expectancy import LifeExpectancy, Span, Unit
from lesion_model.rules import (
    antiresorptive,
    counts,
    flare,
    percutaneous_screw,
    stereotactic_radiotherapy,
    surgery,
    zoledronic_acid,
)

OF_THE_PATIENT: tuple[Entry, ...] = (
    counts.OLIGOMETASTATIC,
    counts.STEREOTACTIC_SITES,
    counts.LOCAL_TREATMENT_SITES,
    surgery.SURGERY,
    surgery.ARTHROPLASTY,
    zoledronic_acid.ENTRY,
    antiresorptive.ENTRY,
    flare.ENTRY,
)
OF_A_LESION: tuple[Entry, ...] = (stereotactic_radiotherapy.ENTRY, percutaneous_screw.ENTRY)
"""The response on CT is a grade of the lesion, and with its scores."""

LEAST, MOST = Span(count=0, unit=Unit.WEEKS), Span(count=1200, unit=Unit.MONTHS)
_EXPECTANCY = "life_expectancy"
_CONTRADICTION = label("the facts contradict each other", "les faits se contredisent")
_UNITS: Mapping[Unit, Label] = MappingProxyType(
    {Unit.WEEKS: label("weeks", "semaines"), Unit.MONTHS: label("months", "mois")}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedFact:
    """One fact that a rule went by, in words."""

    label: Label
    value: Label
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingFact:
    """One that it waits for; `decides`: whatever it is, it alone would decide the rule."""

    label: Label
    decides: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """`answer` None while it is open; `suggestion` is the guideline's and no order."""

    rule: str
    title: Label
    version: str
    reference: str
    decided: bool
    answer: Label | None
    suggestion: Label | None
    points: tuple[Label, ...]
    used: tuple[UsedFact, ...]
    missing: tuple[MissingFact, ...]


def answers(entries: tuple[Entry, ...], facts: Facts, expected: LifeExpectancy | None) -> tuple[RuleLine, ...]:
    """Each rule with those of the facts that it asks for."""
    return tuple(_line(entry, facts, expected) for entry in entries)


def _line(entry: Entry, facts: Facts, expected: LifeExpectancy | None) -> RuleLine:
    asked = {each.name: each for each in entry.facts}
    given = {name: fact for name, fact in facts.items() if name in asked}
    try:
        answer, bounds = _decided(entry, {name: fact.value for name, fact in given.items()}, expected)
    except LesionModelError:
        return _open(entry, given)
    used = tuple(_used(asked, given, answer, expected if bounds else None))
    return RuleLine(
        rule=entry.name,
        title=entry.title,
        version=answer.version,
        reference=answer.reference,
        decided=answer.decided,
        answer=None if answer.answer is None else entry.answers[answer.answer],
        suggestion=answer.suggestion,
        points=tuple(each.label for each in answer.points if each.holds),
        used=used,
        missing=() if answer.decided else tuple(_missing(asked, answer)),
    )


def _decided(entry: Entry, given: Mapping[str, object], expected: LifeExpectancy | None) -> tuple[Answer, bool]:
    """A life expectancy is known within bounds: it counts where both of its ends give the same answer.

    The rules know nothing but thresholds of it, so that all between the ends then answers alike.
    """
    open_answer = entry.decide(given)
    if expected is None or not any(each.name == _EXPECTANCY for each in entry.facts):
        return open_answer, False
    ends = [
        entry.decide({**given, **_expectancy(end)}) for end in (expected.at_least or LEAST, expected.at_most or MOST)
    ]
    alike = all((each.answer, _holding(each)) == (ends[0].answer, _holding(ends[0])) for each in ends)
    return (ends[0], True) if alike else (open_answer, False)


def _holding(answer: Answer) -> tuple[bool | None, ...]:
    return tuple(each.holds for each in answer.points)


def _expectancy(span: Span) -> dict[str, object]:
    return {_EXPECTANCY: Decimal(span.count), "life_expectancy_unit": span.unit.value}


def _used(
    asked: Mapping[str, Description], given: Facts, answer: Answer, expected: LifeExpectancy | None
) -> Iterator[UsedFact]:
    for name in answer.facts_used:
        if name in given:
            yield UsedFact(
                label=asked[name].label, value=_words(asked[name], given[name].value), origin=given[name].origin
            )
    if expected is not None:
        yield UsedFact(label=asked[_EXPECTANCY].label, value=_bounds(expected), origin=Origin.PRESENTATION)


def _missing(asked: Mapping[str, Description], answer: Answer) -> Iterator[MissingFact]:
    for name in answer.facts_missing:
        if name in asked and name != "life_expectancy_unit":
            yield MissingFact(label=asked[name].label, decides=name in answer.decisive)


def _open(entry: Entry, given: Mapping[str, Fact]) -> RuleLine:
    asked = {each.name: each for each in entry.facts}
    return RuleLine(
        rule=entry.name,
        title=entry.title,
        version=entry.version,
        reference=entry.reference,
        decided=False,
        answer=None,
        suggestion=None,
        points=(_CONTRADICTION,),
        used=tuple(
            UsedFact(label=asked[name].label, value=_words(asked[name], fact.value), origin=fact.origin)
            for name, fact in given.items()
        ),
        missing=(),
    )


def _words(description: Description, value: Any) -> Label:
    read = description.read(value)
    if isinstance(read, bool):
        return YES if read else NO
    if isinstance(description, Choice):
        return description.values[read]  # type: ignore[index]
    if isinstance(description, Day):
        return day_in_words(read.isoformat())  # type: ignore[union-attr]
    unit = f" {getattr(description, 'unit', '')}".rstrip()
    plain = f"{read:f}" if isinstance(read, Decimal) else str(read)
    return label(plain + unit, plain.replace(".", ",") + unit)


def _bounds(expected: LifeExpectancy) -> Label:
    parts = [
        label(f"{en} {span.count} {_UNITS[span.unit].en}", f"{fr} {span.count} {_UNITS[span.unit].fr}")
        for en, fr, span in (("at least", "au moins", expected.at_least), ("at most", "au plus", expected.at_most))
        if span is not None
    ]
    return label(", ".join(each.en for each in parts), ", ".join(each.fr for each in parts))
