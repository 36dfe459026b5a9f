"""Adding up a published points table when some of its items may be unknown."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import TypeVar

from lesion_model.errors import ItemsError, Problem
from lesion_model.labels import Label

Table = Mapping[str, Mapping[Enum, int]]
_Value = TypeVar("_Value")
_ITEM_NAME = re.compile(r"[a-z][a-z0-9_]{0,29}", re.IGNORECASE | re.ASCII)

# What each item can still be, given what is known. An item that is not named can be anything in its table.
Possible = Mapping[str, Collection[Enum]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A published class of totals: from `floor` up to the next band."""

    floor: int
    name: str
    suggestion: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """A published score: its table, its bands from low to high and where to read about it."""

    name: str
    version: str
    reference: str
    table: Table
    bands: tuple[Band, ...]

    @property
    def minimum(self) -> int:
        """The fewest points that a complete entry can have."""
        return sum(min(points.values()) for points in self.table.values())

    @property
    def maximum(self) -> int:
        """The most points that a complete entry can have."""
        return sum(max(points.values()) for points in self.table.values())

    def band(self, total: int) -> Band:
        return next(band for band in reversed(self.bands) if total >= band.floor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Points as far as they are known, and the totals that are still possible.

    `total` and an item's points are None while unknown. `band` is None while the possible totals lie in
    several bands; `suggestion` is None while those bands suggest different things. While the band is open,
    each of `decisive_items`, alone, would decide it whatever its value, and each of `could_decide` for at
    least one of its values; both are in the table's order.
    """

    instrument: str
    version: str
    points: Mapping[str, int | None]
    total: int | None
    minimum: int
    maximum: int
    band: str | None
    category_decided: bool
    suggestion: Label | None
    decisive_items: tuple[str, ...]
    could_decide: tuple[str, ...]
    flags: tuple[str, ...]
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What can be said of every total that is still possible; None where they differ."""

    total: int | None
    band: str | None
    suggestion: Label | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotApplicable:
    """The score does not apply here; `reason` says why in one sentence."""

    instrument: str
    version: str
    reason: Label
    reference: str


def add_up(instrument: Instrument, possible: Possible, flags: Iterable[str] = ()) -> Score:
    """Score what is known; every unknown item widens the interval from its lowest to its highest points."""
    points = {item: _points(table, possible.get(item)) for item, table in instrument.table.items()}
    minimum = sum(min(each) for each in points.values())
    maximum = sum(max(each) for each in points.values())
    reached = reach(instrument, minimum, maximum)
    deciding = {item: tuple(_deciding(instrument, each, minimum, maximum)) for item, each in points.items()}
    undecided = reached.band is None
    return Score(
        instrument=instrument.name,
        version=instrument.version,
        points=MappingProxyType({item: only(each) for item, each in points.items()}),
        total=reached.total,
        minimum=minimum,
        maximum=maximum,
        band=reached.band,
        category_decided=not undecided,
        suggestion=reached.suggestion,
        decisive_items=tuple(item for item, each in deciding.items() if undecided and all(each)),
        could_decide=tuple(item for item, each in deciding.items() if undecided and any(each)),
        flags=tuple(dict.fromkeys(flags)),
        reference=instrument.reference,
    )


def reach(instrument: Instrument, minimum: int, maximum: int) -> Reach:
    """What every total from `minimum` to `maximum` has in common."""
    bands = bands_between(instrument, minimum, maximum)
    return Reach(
        total=only({minimum, maximum}),
        band=only({band.name for band in bands}),
        suggestion=only({band.suggestion for band in bands}),
    )


def bands_between(instrument: Instrument, minimum: int, maximum: int) -> list[Band]:
    """The bands that a total from `minimum` to `maximum` can lie in, from low to high."""
    lowest, highest = instrument.band(minimum), instrument.band(maximum)
    return [band for band in instrument.bands if lowest.floor <= band.floor <= highest.floor]


def only(values: Iterable[_Value]) -> _Value | None:
    """The value, if there is only one."""
    first, *others = values
    return None if others else first


def not_applicable(instrument: Instrument, reason: Label) -> NotApplicable:
    return NotApplicable(
        instrument=instrument.name, version=instrument.version, reason=reason, reference=instrument.reference
    )


def read_items(table: Mapping[str, Iterable[Enum]], items: Mapping[str, object]) -> dict[str, tuple[Enum]]:
    """The values of items named in plain text; missing and None items are left out.

    Raises `ItemsError` naming every wrong item, with what it may be.
    """
    read: dict[str, tuple[Enum]] = {}
    problems: list[Problem] = []
    for item, given in items.items():
        if item not in table:
            problems.append(_unknown_item(item, table))
        elif given is not None:
            value = _value_named(given, table[item])
            if value is None:
                allowed = tuple(member.value for member in table[item])
                problems.append(Problem(field=item, detail="not a value of this item", allowed=allowed))
            else:
                read[item] = (value,)
    if problems:
        raise ItemsError(problems)
    return read


def _unknown_item(item: str, table: Iterable[str]) -> Problem:
    """What looks like an item's name, perhaps misspelt, is repeated; anything else that was received is not."""
    field = item if _ITEM_NAME.fullmatch(item) else ""
    return Problem(field=field, detail="this score has no such item", allowed=tuple(table))


def _value_named(given: object, values: Iterable[Enum]) -> Enum | None:
    """Only text can name a value: a number is never taken for points or for a class."""
    if not isinstance(given, str):
        return None
    return next((value for value in values if value.value == given), None)


def _points(table: Mapping[Enum, int], possible: Collection[Enum] | None) -> tuple[int, ...]:
    """Each number of points that the item can still give, once, from low to high."""
    return tuple(sorted({table[value] for value in (table if possible is None else possible)}))


def _deciding(instrument: Instrument, points: tuple[int, ...], minimum: int, maximum: int) -> Iterator[bool]:
    """For each number of points that an item can give: would it leave one band?"""
    lowest, highest = minimum - points[0], maximum - points[-1]
    for each in points:
        yield instrument.band(lowest + each) is instrument.band(highest + each)
