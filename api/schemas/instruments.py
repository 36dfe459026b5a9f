"""The shape of an instrument's description: enough to draw its form and to read its answer."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.finding_form import QuestionOut
from api.schemas.labels import LabelOut
from lesion_model.description import Description, ItemKind, Kind


class _Described(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class ValueOut(_Described):
    """One value of a choice; points are null where the item is not in a points table."""

    value: str
    label: LabelOut
    points: int | None


class ItemOut(_Described):
    """One question; one that is unknown is left out, or null.

    `values` are a choice's; `minimum` and `maximum`, in `unit`, a number's, a count's or a day's.
    """

    name: str
    label: LabelOut
    kind: ItemKind
    help: LabelOut | None
    values: list[ValueOut]
    unit: str | None
    minimum: str | None
    maximum: str | None
    stands_in_for: str | None = Field(description="The item that this one gives.")


class OutcomeOut(_Described):
    """A band of totals from `minimum` to `maximum`, or a grade or answer without points."""

    name: str
    label: LabelOut
    minimum: int | None
    maximum: int | None
    suggestion: LabelOut | None


class NamedOut(_Described):
    """Something that an instrument looks at one by one."""

    name: str
    label: LabelOut


class InstrumentOut(_Described):
    """One score, grade or rule. `conventions` are ours, where its source is silent or unclear."""

    name: Annotated[str, Field(examples=["sins"])]
    kind: Kind
    version: str
    title: LabelOut
    purpose: LabelOut
    calculator: Annotated[str, Field(examples=["/api/v1/scores/sins"], description="Where its items are posted.")] = ""
    minimum: int | None
    maximum: int | None
    items: list[ItemOut]
    points: list[NamedOut]
    outcomes: list[OutcomeOut]
    conventions: list[LabelOut]
    not_applicable: list[LabelOut]
    reference: str

    @classmethod
    def of(cls, described: Description, calculator: str) -> Self:
        return cls.model_validate(described).model_copy(update={"calculator": calculator})


class InstrumentsOut(BaseModel):
    """Every instrument: scores, grades, rules; what the flags of their answers say; and what a reading asks."""

    instruments: list[InstrumentOut]
    flags: list[NamedOut]
    findings: list[QuestionOut] = Field(description="The form of a reading, in the order in which it is filled in.")
