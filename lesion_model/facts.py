"""The facts a rule asks for, each described well enough to draw its field on a form and to read what was entered."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import TypeAlias

from lesion_model.errors import ItemsError, Problem
from lesion_model.labels import Label

DECIMAL_PLACES = 6
EARLIEST = date(1900, 1, 1)
LATEST = date(2199, 12, 31)

_FACT_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_DECIMAL_TEXT = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,9})?", re.ASCII)
_DAY_TEXT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One value of several, named in plain text."""

    name: str
    label: Label
    values: Mapping[Enum, Label]
    help: Label | None = None

    def read(self, given: object) -> Enum:
        """Only text can name a value: a number is never taken for a class."""
        value = next((value for value in self.values if isinstance(given, str) and value.value == given), None)
        if value is None:
            raise _refusal(self.name, "not a value of this fact", *(value.value for value in self.values))
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class YesNo:
    """True or false; text and numbers are not taken for either."""

    name: str
    label: Label
    help: Label | None = None

    def read(self, given: object) -> bool:
        if not isinstance(given, bool):
            raise _refusal(self.name, "must be yes, no or unknown", "true", "false", "null")
        return given


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """An exact decimal from `minimum` to `maximum`, both included, in `unit`.

    Read from a `Decimal`, an int or decimal text ("12.5"). A binary float is refused: 0.1 would already be
    another number.
    """

    name: str
    label: Label
    unit: str
    minimum: Decimal
    maximum: Decimal
    help: Label | None = None

    def read(self, given: object) -> Decimal:
        value = _exact(given)
        if value is None:
            raise _refusal(self.name, "must be an exact decimal number", self._range)
        if not value.is_finite() or not self.minimum <= value <= self.maximum:
            raise _refusal(self.name, "outside the range of this fact", self._range)
        if int(value.as_tuple().exponent) < -DECIMAL_PLACES:
            raise _refusal(self.name, f"at most {DECIMAL_PLACES} decimals", self._range)
        return value

    @property
    def _range(self) -> str:
        return f"{self.minimum} to {self.maximum} {self.unit}".rstrip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A whole number from `minimum` to `maximum`, both included: a count."""

    name: str
    label: Label
    minimum: int
    maximum: int
    help: Label | None = None

    def read(self, given: object) -> int:
        value = _exact(given)
        if value is None or not value.is_finite() or not self.minimum <= value <= self.maximum or value != int(value):
            raise _refusal(self.name, "must be a whole number in range", f"{self.minimum} to {self.maximum}")
        return int(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A calendar day, without time or time zone: a `date`, or text like "2024-02-29"."""

    name: str
    label: Label
    earliest: date = EARLIEST
    latest: date = LATEST
    help: Label | None = None

    def read(self, given: object) -> date:
        value = _day(given)
        if value is None or not self.earliest <= value <= self.latest:
            allowed = f"{self.earliest.isoformat()} to {self.latest.isoformat()}"
            raise _refusal(self.name, "must be a calendar day, written YYYY-MM-DD", allowed)
        return value


Fact: TypeAlias = Choice | YesNo | Number | Whole | Day


def read_facts(descriptions: Iterable[Fact], items: Mapping[str, object]) -> dict[str, object]:
    """The known facts, in the order of their descriptions; missing and None facts are left out.

    Raises `ItemsError` naming every wrong item, with what it may be.
    """
    by_name = {fact.name: fact for fact in descriptions}
    problems = [_unknown(name, by_name) for name in items if name not in by_name]
    read: dict[str, object] = {}
    for name, fact in by_name.items():
        if items.get(name) is None:
            continue
        try:
            read[name] = fact.read(items[name])
        except ItemsError as error:
            problems.extend(error.problems)
    if problems:
        raise ItemsError(problems)
    return read


def _refusal(name: str, detail: str, *allowed: str) -> ItemsError:
    return ItemsError([Problem(field=name, detail=detail, allowed=allowed)])


def _unknown(name: str, known: Iterable[str]) -> Problem:
    """What looks like a fact's name, perhaps misspelt, is repeated; anything else that was received is not."""
    field = name if _FACT_NAME.fullmatch(name) else ""
    return Problem(field=field, detail="this rule has no such fact", allowed=tuple(known))


def _exact(given: object) -> Decimal | None:
    """The number that was meant, or None. A bool is no number, though Python counts it as one."""
    if isinstance(given, Decimal):
        return given
    if isinstance(given, int) and not isinstance(given, bool):
        return Decimal(given)
    if isinstance(given, str) and _DECIMAL_TEXT.fullmatch(given):
        return Decimal(given)
    return None


def _day(given: object) -> date | None:
    """A moment is no day: its time zone would decide which."""
    if isinstance(given, date) and not isinstance(given, datetime):
        return given
    if isinstance(given, str) and _DAY_TEXT.fullmatch(given):
        try:
            return date.fromisoformat(given)
        except ValueError:
            return None
    return None
