"""Adding up a published points table when some of its items may be unknown."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from lesion_model.errors import ItemsError, Problem

Table = Mapping[str, Mapping[Enum, int]]
_ITEM_NAME = re.compile(r"[a-z][a-z0-9_]{0,29}", re.IGNORECASE | re.ASCII)

# What each item can still be, given what is known. An item that is not named can be anything in its table.
Possible = Mapping[str, Collection[Enum]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A published class of totals: from `floor` up to the next band."""

    floor: int
    name: str
    suggestion: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """A published score: its table, its bands from low to high and where to read about it."""

    name: str
    version: str
    reference: str
    table: Table
    bands: tuple[Band, ...]

    def band(self, total: int) -> Band:
        return next(band for band in reversed(self.bands) if total >= band.floor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Points as far as they are known, and the totals that are still possible.

    `total` and an item's points are None while unknown. `band` is None while the possible totals lie in
    several bands; `suggestion` is None while those bands suggest different things.
    """

    instrument: str
    version: str
    points: Mapping[str, int | None]
    total: int | None
    minimum: int
    maximum: int
    band: str | None
    category_decided: bool
    suggestion: str | None
    flags: tuple[str, ...]
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotApplicable:
    """The score does not apply here; `reason` says why in one sentence."""

    instrument: str
    version: str
    reason: str
    reference: str


def add_up(instrument: Instrument, possible: Possible, flags: Iterable[str] = ()) -> Score:
    """Score what is known; every unknown item widens the interval from its lowest to its highest points."""
    ranges = {
        item: _range([points[value] for value in possible.get(item, points)])
        for item, points in instrument.table.items()
    }
    minimum = sum(low for low, _ in ranges.values())
    maximum = sum(high for _, high in ranges.values())
    reachable = _bands_between(instrument, minimum, maximum)
    suggestions = {band.suggestion for band in reachable}
    return Score(
        instrument=instrument.name,
        version=instrument.version,
        points=MappingProxyType({item: low if low == high else None for item, (low, high) in ranges.items()}),
        total=minimum if minimum == maximum else None,
        minimum=minimum,
        maximum=maximum,
        band=reachable[0].name if len(reachable) == 1 else None,
        category_decided=len(reachable) == 1,
        suggestion=suggestions.pop() if len(suggestions) == 1 else None,
        flags=tuple(dict.fromkeys(flags)),
        reference=instrument.reference,
    )


def not_applicable(instrument: Instrument, reason: str) -> NotApplicable:
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


def _range(points: list[int]) -> tuple[int, int]:
    return min(points), max(points)


def _bands_between(instrument: Instrument, minimum: int, maximum: int) -> list[Band]:
    lowest, highest = instrument.band(minimum), instrument.band(maximum)
    return [band for band in instrument.bands if lowest.floor <= band.floor <= highest.floor]
