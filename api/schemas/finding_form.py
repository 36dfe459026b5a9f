"""The shape of the form of a reading."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from annotation.finding_form import Group, Question, Takes
from api.schemas.labels import LabelOut
from lesion_model.findings import Finding
from lesion_model.skeleton import Kind, Level, Region


class _Described(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class OptionOut(_Described):
    """One value, as it is written in the findings. `levels`: only of these vertebrae; null: of all."""

    value: str | dict[str, str]
    label: LabelOut
    levels: list[Level] | None


class ScopeOut(_Described):
    """Where the question is asked: bones of these kinds, these regions (null: any), not these vertebrae."""

    kinds: list[Kind]
    regions: list[Region] | None
    except_levels: list[Level]


class FeedOut(BaseModel):
    """An item of a score that the answer decides, alone or with others."""

    instrument: str = Field(examples=["sins"])
    item: str = Field(examples=["collapse"])


class QuestionOut(BaseModel):
    """One question of a reading. `path`: where its answer stands in the findings; null there is "not known".

    `elements` takes any of its options together; an empty list says `none`. A number is 0 to `maximum`, in `unit`;
    `quick` are round ones to offer.
    """

    finding: Finding
    path: list[str] = Field(examples=[["vertebral_collapse", "height_loss_percent"]])
    label: LabelOut
    takes: Takes
    group: Group
    options: list[OptionOut]
    none: LabelOut | None
    unit: str | None = Field(examples=["%"])
    maximum: int | None
    quick: list[int]
    feeds: list[FeedOut]
    scope: ScopeOut

    @classmethod
    def of(cls, question: Question) -> Self:
        return cls(
            finding=question.finding,
            path=list(question.path),
            label=LabelOut.model_validate(question.label),
            takes=question.takes,
            group=question.group,
            options=[OptionOut.model_validate(each) for each in question.options],
            none=LabelOut.model_validate(question.none) if question.none else None,
            unit=question.unit,
            maximum=question.maximum,
            quick=list(question.quick),
            feeds=[FeedOut(instrument=instrument, item=item) for instrument, item in question.feeds],
            scope=ScopeOut.model_validate(question.scope),
        )
