"""Shapes of a form that is being filled in: what was typed so far, and what it comes to."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, StrictBool

from annotation.registry.computing import Person
from annotation.registry.preview import Preview
from annotation.registry.values import Fault
from api.schemas.body import Body
from api.schemas.record import MOST_VARIABLES, ConvertedOut, FlagOut, ResultOut, ValueBody, converted_values

_MONTH = r"^[1-9][0-9]{3}-(0[1-9]|1[0-2])$"


class PreviewBody(Body):
    """What is filled in so far. `sex` and `birth_month` are what the formulas need of the patient's own form."""

    values: Annotated[dict[str, ValueBody], Field(max_length=MOST_VARIABLES)]
    complete: StrictBool = Field(default=False, description="What the form demands must be there.")
    sex: Literal["F", "M", "X"] | None = None
    birth_month: Annotated[str | None, Field(pattern=_MONTH, examples=["1960-04"])] = None

    def person(self) -> Person:
        return Person(sex=self.sex, birth_month=self.birth_month)


class FaultOut(BaseModel):
    """Why a value would be refused. `reason` is a word for programs."""

    variable: str = Field(description="Empty where it is none of the form's.", examples=["sample_date"])
    reason: str = Field(examples=["future"])
    detail: str
    allowed: list[str]

    @classmethod
    def of(cls, fault: Fault) -> Self:
        return cls(variable=fault.variable, reason=fault.reason, detail=fault.detail, allowed=list(fault.allowed))


class PreviewOut(BaseModel):
    """What a form comes to: numbers converted, what to look at again, what is computed, and what would be refused."""

    converted: dict[str, ConvertedOut]
    flags: list[FlagOut]
    computed: dict[str, ResultOut]
    faults: list[FaultOut]

    @classmethod
    def of(cls, found: Preview) -> Self:
        return cls(
            converted=converted_values(found.form, found.values),
            flags=[FlagOut.of(each) for each in found.flags],
            computed={name: ResultOut.of(each) for name, each in found.computed.items()},
            faults=[FaultOut.of(each) for each in found.faults],
        )
