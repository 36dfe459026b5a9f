"""What one variable of the clinical record is: its type, what it may hold, its unit, and its words on screen."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum

from annotation.registry.units import Quantity, Unit, unit_named
from lesion_model.labels import Label


class Type(Enum):
    """How a value is written. `variables.md` in the guide shows one of each."""

    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"
    WHOLE = "whole"
    NUMBER = "number"
    DATE = "date"
    MONTH = "month"
    TEXT = "text"
    CODE = "code"
    CODES = "codes"

    __hash__ = object.__hash__  # members are single: Enum's own goes by the name, slowly, for each value of an import


LISTS = frozenset({Type.CHOICES, Type.CODES})
DATES = frozenset({Type.DATE, Type.MONTH})
FREE = frozenset({Type.TEXT, Type.CODE, Type.CODES})


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One permitted value."""

    code: str
    label: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Both ends included, in the variable's own unit."""

    least: Decimal
    most: Decimal

    def holds(self, number: Decimal) -> bool:
        return self.least <= number <= self.most


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One variable of a form.

    `unit` is the one that everything is converted to; `quantity` says which others may be entered. `allowed` is what
    is refused outside of, `plausible` what is flagged outside of. `partial`: a date that may be a month or a year
    only. `lasting`: a fact that the next presentation takes over unless somebody changes it. `context_item`: the
    item of the clinical context that is this same fact; there it is kept, and nowhere else. `spec`: its name in the
    study's data model, after the entity.
    """

    name: str
    type: Type
    label: Label
    spec: str | None = None
    choices: tuple[Choice, ...] = ()
    unit: Unit | None = None
    quantity: Quantity | None = None
    allowed: Range | None = None
    plausible: Range | None = None
    pattern: re.Pattern[str] | None = None
    partial: bool = False
    required: bool = False
    lasting: bool = False
    context_item: str | None = None
    codes: tuple[str, ...] = field(init=False, repr=False, compare=False)
    units: tuple[Unit, ...] = field(init=False, repr=False, compare=False)
    """The units that may be entered, its own first."""
    units_by_code: Mapping[str, Unit] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Both are asked for with every value of an import: they are made once."""
        object.__setattr__(self, "codes", tuple(choice.code for choice in self.choices))
        own = () if self.unit is None else (self.unit,)
        others = () if self.quantity is None else self.quantity.units
        object.__setattr__(self, "units", own + tuple(each for each in others if each not in own))
        object.__setattr__(self, "units_by_code", {each.code: each for each in reversed(self.units)})

    def unit_called(self, code: str) -> Unit | None:
        return self.units_by_code.get(code) or unit_named(self.units, code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Variables that stand together under one heading of a form."""

    name: str
    label: Label
    variables: tuple[Variable, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What is filled in at one time: once for each patient, or again and again.

    `key`: the variables that tell one entry of a patient from another; none where there is only one. `when`: the
    date that an entry is of.
    """

    name: str
    label: Label
    groups: tuple[Group, ...]
    key: tuple[str, ...] = ()
    when: str | None = None
    variables: tuple[Variable, ...] = field(init=False, repr=False, compare=False)
    by_name: Mapping[str, Variable] = field(init=False, repr=False, compare=False)
    dates: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """Its variables that are dates or months."""
    plausible: tuple[Variable, ...] = field(init=False, repr=False, compare=False)
    """Those that are flagged outside of some range."""
    free: frozenset[str] = field(init=False, repr=False, compare=False)
    """Those whose values no list holds: texts, and codes of a pattern."""

    def __post_init__(self) -> None:
        every = tuple(variable for group in self.groups for variable in group.variables)
        object.__setattr__(self, "variables", every)
        object.__setattr__(self, "dates", tuple(each.name for each in every if each.type in DATES))
        object.__setattr__(self, "plausible", tuple(each for each in every if each.plausible is not None))
        object.__setattr__(self, "free", frozenset(each.name for each in every if each.type in FREE))
        object.__setattr__(self, "by_name", {each.name: each for each in self.variables})

    @property
    def repeats(self) -> bool:
        return bool(self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """What is computed from a record and never typed."""

    name: str
    label: Label
    form: str
    spec: str
    unit: str | None
    formula: str
