"""Shapes of clinical records: entries of a patient and their versions."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr

from annotation.registry.entries import RecordEntry, State
from annotation.registry.flags import Flag, flags_of
from annotation.registry.formulas import Result
from annotation.registry.record import Filled
from annotation.registry.values import Values, in_own_unit
from annotation.registry.variables import Form
from api.schemas.body import Body
from api.schemas.catalogue import PSEUDONYM
from api.schemas.true_times import TrueTime

_BIOLOGY: dict[str, Any] = {"sample_date": "2025-06-10", "calcium": {"value": "9.2", "unit": "mg/dL"}, "albumin": "38"}
MOST_VARIABLES = 200


class QuantityBody(Body):
    """A number in a unit of the data dictionary; the number as text keeps its decimals."""

    value: StrictInt | StrictFloat | StrictStr
    unit: StrictStr = Field(examples=["mg/dL"])


ValueBody = StrictBool | StrictInt | StrictFloat | StrictStr | list[StrictStr] | QuantityBody | None


class EntryBody(Body):
    """A filled form, whole; a variable that is left out, or null, is missing.

    A `draft` need not be complete and counts nowhere. `withdrawn` has an entry count no more; its values are then
    those that it had. `text_checked`: the texts were looked at and name no patient, whatever they look like.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"values": _BIOLOGY}]})

    state: Literal["draft", "final", "withdrawn"] = "final"
    values: Annotated[dict[str, ValueBody], Field(max_length=MOST_VARIABLES)]
    text_checked: StrictBool = False

    def to_domain(self) -> Filled:
        plain = self.model_dump()["values"]
        return Filled(values=plain, state=State(self.state), checked=self.text_checked)


class ConvertedOut(BaseModel):
    """A number in the unit of the data dictionary; decimals as text."""

    value: str = Field(examples=["2.2955"])
    unit: str = Field(examples=["mmol/L"])


class FlagOut(BaseModel):
    """Something to look at again. `looks_like`: the unit in which the same number would be plausible."""

    variable: str = Field(examples=["calcium"])
    reason: str = Field(examples=["unit_mixed_up"])
    detail: str
    looks_like: str | None

    @classmethod
    def of(cls, flag: Flag) -> Self:
        return cls(variable=flag.variable, reason=flag.reason, detail=flag.detail, looks_like=flag.looks_like)


class ResultOut(BaseModel):
    """What was computed, decimals as text, and by which formula; null with what it misses."""

    value: str | None = Field(examples=["2.33"])
    unit: str
    formula: str
    missing: list[str]

    @classmethod
    def of(cls, result: Result) -> Self:
        value = None if result.value is None else format(result.value, "f")
        return cls(value=value, unit=result.unit, formula=result.formula, missing=list(result.missing))


class EntryOut(BaseModel):
    """One version of an entry. Dates are the registry's, moved by the patient's own whole number of days."""

    entry_id: UUID
    pseudonym: str = Field(examples=[PSEUDONYM])
    form: str = Field(examples=["biology"])
    version: int = Field(examples=[1])
    state: Literal["draft", "final", "withdrawn"]
    values: dict[str, Any] = Field(description="As they were entered.", examples=[_BIOLOGY])
    converted: dict[str, ConvertedOut] = Field(description="Numbers in the unit of the data dictionary.")
    flags: list[FlagOut]
    entered_by: str = Field(examples=["bone meeting"])
    entered_at: TrueTime
    import_id: UUID | None = Field(description="The import that brought this version; null when it was entered.")

    @classmethod
    def of(cls, entry: RecordEntry) -> Self:
        return cls(
            entry_id=entry.id,
            pseudonym=entry.pseudonym,
            form=entry.form_name,
            version=entry.version,
            state=entry.state.value,
            values=dict(entry.values),
            converted=converted_values(entry.form, entry.values),
            flags=[FlagOut.of(each) for each in flags_of(entry.form, entry.values)],
            entered_by=entry.entered_by,
            entered_at=entry.entered_at,
            import_id=entry.import_id,
        )


class EntryVersionsOut(BaseModel):
    """Every version of one entry, the first one first."""

    items: list[EntryOut]


class RecordedEntryOut(EntryOut):
    """An entry within its record, with its ETag and what is computed of it."""

    etag: str = Field(examples=['"10000"'])
    computed: dict[str, ResultOut]

    @classmethod
    def within(cls, entry: RecordEntry, etag: str, computed: Mapping[str, Result]) -> Self:
        results = {name: ResultOut.of(each) for name, each in computed.items()}
        return cls(**EntryOut.of(entry).model_dump(), etag=etag, computed=results)


class RecordOut(BaseModel):
    """The whole clinical record of a patient."""

    pseudonym: str = Field(examples=[PSEUDONYM])
    entries: list[RecordedEntryOut]


def converted_values(form: Form, values: Values) -> dict[str, ConvertedOut]:
    """Numbers with a unit, in that of the data dictionary."""
    measured = [(each, each.unit) for each in form.variables if each.unit is not None and each.name in values]
    numbers = ((each, unit, in_own_unit(each, values)) for each, unit in measured)
    return {
        each.name: ConvertedOut(value=format(number, "f"), unit=unit.code)
        for each, unit, number in numbers
        if unit is not None and number is not None
    }
