"""Shapes of the data dictionary of the clinical record, which forms are drawn from."""

from decimal import Decimal
from typing import Literal, Self

from pydantic import BaseModel, Field

from annotation.registry.dictionary import COMPUTED, FORMS, HELD_ELSEWHERE, VERSION
from annotation.registry.variables import Choice, Computed, Form, Group, Range, Variable
from lesion_model.labels import Label

TypeName = Literal["choice", "choices", "yes_no", "whole", "number", "date", "month", "text", "code", "codes"]


class LabelOut(BaseModel):
    """The same words in English and in French."""

    en: str = Field(examples=["Primary tumour"])
    fr: str = Field(examples=["Tumeur primitive"])

    @classmethod
    def of(cls, label: Label) -> Self:
        return cls(en=label.en, fr=label.fr)


class RecordChoiceOut(BaseModel):
    """One permitted value."""

    code: str = Field(examples=["breast"])
    label: LabelOut

    @classmethod
    def of(cls, choice: Choice) -> Self:
        return cls(code=choice.code, label=LabelOut.of(choice.label))


class RangeOut(BaseModel):
    """Both ends included, in the variable's own unit; decimals as text."""

    least: str = Field(examples=["0"])
    most: str = Field(examples=["10"])

    @classmethod
    def of(cls, given: Range | None) -> Self | None:
        return None if given is None else cls(least=_text(given.least), most=_text(given.most))


class VariableOut(BaseModel):
    """One variable. `unit` is the one that values are converted to; any of `units` may be entered.

    `allowed` is refused outside of, `plausible` flagged. `partial`: the date may be a month or a year only. `lasting`:
    propose the value of the presentation before. `context_item`: the item of the clinical context that is this fact.
    """

    name: str = Field(examples=["primary"])
    type: TypeName
    label: LabelOut
    required: bool
    choices: list[RecordChoiceOut]
    unit: str | None
    units: list[str]
    allowed: RangeOut | None
    plausible: RangeOut | None
    pattern: str | None
    partial: bool
    lasting: bool
    context_item: str | None
    study_name: str | None = Field(examples=["cancer.primary"])

    @classmethod
    def of(cls, variable: Variable) -> Self:
        return cls(
            name=variable.name,
            type=variable.type.value,
            label=LabelOut.of(variable.label),
            required=variable.required,
            choices=[RecordChoiceOut.of(each) for each in variable.choices],
            unit=None if variable.unit is None else variable.unit.code,
            units=[each.code for each in variable.units],
            allowed=RangeOut.of(variable.allowed),
            plausible=RangeOut.of(variable.plausible),
            pattern=None if variable.pattern is None else variable.pattern.pattern,
            partial=variable.partial,
            lasting=variable.lasting,
            context_item=variable.context_item,
            study_name=variable.spec,
        )


class GroupOut(BaseModel):
    """Variables under one heading."""

    name: str = Field(examples=["cancer"])
    label: LabelOut
    variables: list[VariableOut]

    @classmethod
    def of(cls, group: Group) -> Self:
        variables = [VariableOut.of(each) for each in group.variables]
        return cls(name=group.name, label=LabelOut.of(group.label), variables=variables)


class FormOut(BaseModel):
    """What is filled in at one time. A patient has one entry of each `key`; without a key, one entry."""

    name: str = Field(examples=["presentation"])
    label: LabelOut
    key: list[str]
    groups: list[GroupOut]

    @classmethod
    def of(cls, form: Form) -> Self:
        groups = [GroupOut.of(each) for each in form.groups]
        return cls(name=form.name, label=LabelOut.of(form.label), key=list(form.key), groups=groups)


class ComputedOut(BaseModel):
    """What is computed from the record and never typed."""

    name: str = Field(examples=["crcl_cockcroft"])
    label: LabelOut
    form: str
    unit: str | None
    formula: str
    study_name: str

    @classmethod
    def of(cls, each: Computed) -> Self:
        label = LabelOut.of(each.label)
        return cls(
            name=each.name, label=label, form=each.form, unit=each.unit, formula=each.formula, study_name=each.spec
        )


class RecordDictionaryOut(BaseModel):
    """Every form of the clinical record, what is computed from it, and what other parts hold."""

    version: str
    forms: list[FormOut]
    computed: list[ComputedOut]
    held_elsewhere: dict[str, str]

    @classmethod
    def whole(cls) -> Self:
        return cls(
            version=VERSION,
            forms=[FormOut.of(form) for form in FORMS],
            computed=[ComputedOut.of(each) for each in COMPUTED],
            held_elsewhere=dict(HELD_ELSEWHERE),
        )


def _text(number: Decimal) -> str:
    return format(number, "f")
