"""What any instrument asks and answers, in one shape: forms, pages and other programs are made from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from lesion_model.instruments import Calculator
from lesion_model.labels import Label
from lesion_model.scoring import Band, Instrument


class Kind(Enum):
    """A score adds up points; a grade is a class; a rule answers a question of treatment."""

    SCORE = "score"
    GRADE = "grade"
    RULE = "rule"


class ItemKind(Enum):
    """What an item takes. One that is unknown is left out, or null."""

    CHOICE = "choice"
    YES_NO = "yes_no"
    NUMBER = "number"
    WHOLE = "whole"
    DAY = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One value of a choice. `points` is None where the item is not in a points table."""

    value: str
    label: Label
    points: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question. `values` are a choice's; `minimum` and `maximum`, in `unit`, a number's, a count's or a day's."""

    name: str
    label: Label
    kind: ItemKind
    help: Label | None = None
    values: tuple[Value, ...] = ()
    unit: str | None = None
    minimum: str | None = None
    maximum: str | None = None
    stands_in_for: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A band of totals from `minimum` to `maximum`, or a grade or answer without points."""

    name: str
    label: Label
    minimum: int | None = None
    maximum: int | None = None
    suggestion: Label | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Something that an instrument looks at one by one."""

    name: str
    label: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """One instrument. `conventions` are ours, where its source is silent or unclear."""

    name: str
    kind: Kind
    version: str
    title: Label
    purpose: Label
    items: tuple[Item, ...]
    outcomes: tuple[Outcome, ...]
    reference: str
    minimum: int | None = None
    maximum: int | None = None
    points: tuple[Named, ...] = ()
    conventions: tuple[Label, ...] = ()
    not_applicable: tuple[Label, ...] = ()


def describe_score(calculator: Calculator) -> Description:
    """The published table first, in its order, then what may stand in for its items."""
    instrument, wording = calculator.instrument, calculator.wording
    return Description(
        name=instrument.name,
        kind=Kind.SCORE,
        version=instrument.version,
        title=wording.title,
        purpose=wording.purpose,
        items=tuple(_table_item(calculator, name) for name in calculator.items),
        outcomes=tuple(_bands(calculator)),
        reference=instrument.reference,
        minimum=instrument.minimum,
        maximum=instrument.maximum,
        conventions=wording.conventions,
        not_applicable=wording.not_applicable,
    )


def _table_item(calculator: Calculator, name: str) -> Item:
    worded, table = calculator.wording.items[name], calculator.instrument.table.get(name, {})
    return Item(
        name=name,
        label=worded.label,
        kind=ItemKind.CHOICE,
        help=worded.help,
        values=tuple(
            Value(value=value.value, label=worded.values[value], points=table.get(value))
            for value in calculator.items[name]
        ),
        stands_in_for=calculator.stand_ins.get(name),
    )


def _bands(calculator: Calculator) -> Iterator[Outcome]:
    for band in calculator.instrument.bands:
        yield Outcome(
            name=band.name,
            label=calculator.wording.bands[band.name],
            minimum=band.floor,
            maximum=_ceiling(calculator.instrument, band),
            suggestion=band.suggestion,
        )


def _ceiling(instrument: Instrument, band: Band) -> int:
    above = [each.floor for each in instrument.bands if each.floor > band.floor]
    return min(above) - 1 if above else instrument.maximum
