"""What a cohort can be asked by: one field of one kind of thing, its type, unit and meaning."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from lesion_model.labels import Label


class Scope(Enum):
    """The kinds of things that have fields. An owner's fields are asked of its things too (`OWNERS`)."""

    PATIENT = "patient"
    STUDY = "study"
    SERIES = "series"
    ASSIGNMENT = "assignment"
    LESION = "lesion"
    READING = "reading"
    SCORE = "score"


OWNERS: Mapping[Scope, tuple[Scope, ...]] = MappingProxyType(
    {
        Scope.PATIENT: (),
        Scope.STUDY: (Scope.PATIENT,),
        Scope.SERIES: (Scope.STUDY, Scope.PATIENT),
        Scope.ASSIGNMENT: (Scope.STUDY, Scope.PATIENT),
        Scope.LESION: (Scope.PATIENT,),
        Scope.READING: (Scope.LESION, Scope.STUDY, Scope.PATIENT),
        Scope.SCORE: (Scope.READING, Scope.LESION, Scope.STUDY, Scope.PATIENT),
    }
)
"""Each thing has exactly one of each of these."""


class Kind(Enum):
    """The types of values. A code is in capitals, as in DICOM (VR CS); texts are compared without regard to case."""

    CHOICE = "choice"
    CODE = "code"
    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole"
    YES_NO = "yes_no"


class Operator(Enum):
    """How a value is compared. Of what is not known, only `exists` says anything: every other comparison is false."""

    EQUAL = "eq"
    NOT_EQUAL = "ne"
    IN = "in"
    LESS = "lt"
    AT_MOST = "lte"
    MORE = "gt"
    AT_LEAST = "gte"
    RANGE = "range"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    EXISTS = "exists"


_NUMERIC = (
    Operator.EQUAL,
    Operator.NOT_EQUAL,
    Operator.IN,
    Operator.LESS,
    Operator.AT_MOST,
    Operator.MORE,
    Operator.AT_LEAST,
    Operator.RANGE,
    Operator.EXISTS,
)
OPERATORS: Mapping[Kind, tuple[Operator, ...]] = MappingProxyType(
    {
        Kind.CHOICE: (Operator.EQUAL, Operator.NOT_EQUAL, Operator.IN, Operator.EXISTS),
        Kind.CODE: (Operator.EQUAL, Operator.NOT_EQUAL, Operator.IN, Operator.EXISTS),
        Kind.TEXT: (
            Operator.EQUAL,
            Operator.NOT_EQUAL,
            Operator.IN,
            Operator.CONTAINS,
            Operator.STARTS_WITH,
            Operator.EXISTS,
        ),
        Kind.NUMBER: _NUMERIC,
        Kind.WHOLE: _NUMERIC,
        Kind.YES_NO: (Operator.EQUAL, Operator.EXISTS),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field, named `scope.item`. `choices` are all values of a choice; `unit` is that of a number."""

    scope: Scope
    item: str
    kind: Kind
    label: Label
    unit: str | None = None
    choices: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.scope.value}.{self.item}"

    @property
    def operators(self) -> tuple[Operator, ...]:
        return OPERATORS[self.kind]


@dataclass(frozen=True, slots=True)
class Fields:
    """Makes the fields of one scope."""

    scope: Scope

    def choice(self, item: str, values: Iterable[Enum | str], label: Label) -> Field:
        choices = tuple(dict.fromkeys(value if isinstance(value, str) else str(value.value) for value in values))
        return Field(scope=self.scope, item=item, kind=Kind.CHOICE, label=label, choices=choices)

    def code(self, item: str, label: Label) -> Field:
        return Field(scope=self.scope, item=item, kind=Kind.CODE, label=label)

    def text(self, item: str, label: Label) -> Field:
        return Field(scope=self.scope, item=item, kind=Kind.TEXT, label=label)

    def number(self, item: str, unit: str, label: Label) -> Field:
        return Field(scope=self.scope, item=item, kind=Kind.NUMBER, label=label, unit=unit)

    def whole(self, item: str, label: Label, unit: str | None = None) -> Field:
        return Field(scope=self.scope, item=item, kind=Kind.WHOLE, label=label, unit=unit)

    def yes_no(self, item: str, label: Label) -> Field:
        return Field(scope=self.scope, item=item, kind=Kind.YES_NO, label=label)
