"""Shapes of the agreement of a protocol's blind readers."""

from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from annotation.agreement.categories import Weights
from annotation.agreement.literature import Published, Series
from annotation.agreement.report import BlandAltmanFound, Confusion, IccFound, ItemAgreement, KappaFound, Why
from annotation.protocol_agreement import ProtocolAgreement
from api.schemas.protocols import READERS
from lesion_model.labels import Label


class ReasonOut(BaseModel):
    """Why a statistic, or its interval, is not there."""

    code: Why = Field(examples=["too_few_cases"])
    en: str = Field(examples=[Why.TOO_FEW.words.en])
    fr: str = Field(examples=[Why.TOO_FEW.words.fr])

    @classmethod
    def of(cls, why: Why | None) -> Self | None:
        return None if why is None else cls(code=why, en=why.words.en, fr=why.words.fr)


class KappaOut(BaseModel):
    """Cohen's kappa of two readers, or Fleiss' of several; `low` and `high` bound 95 %."""

    method: str = Field(examples=["cohen"])
    weights: Weights = Field(description="A disagreement counts: always the same, by its steps, or by their square.")
    value: float | None = Field(examples=[0.41])
    low: float | None = Field(examples=[0.23])
    high: float | None = Field(examples=[0.59])
    observed: float | None = Field(examples=[0.72], description="Share of agreement, with the weights.")
    expected: float | None = Field(examples=[0.53], description="Share of agreement by chance alone.")
    strength: str | None = Field(examples=["moderate"], description="In the words of Landis and Koch.")
    reason: ReasonOut | None

    @classmethod
    def of(cls, found: KappaFound) -> Self:
        return cls(
            method=found.method,
            weights=found.weights,
            value=found.found.value,
            low=found.found.low,
            high=found.found.high,
            observed=found.observed,
            expected=found.expected,
            strength=found.strength,
            reason=ReasonOut.of(found.why),
        )


class ConfusionOut(BaseModel):
    """Cases by the first reader's category (rows) and the second's (columns)."""

    categories: list[str] = Field(examples=[["lytic", "mixed", "blastic"]])
    table: list[list[int]] = Field(examples=[[[11, 3, 0], [2, 6, 1], [0, 1, 4]]])

    @classmethod
    def of(cls, found: Confusion) -> Self:
        return cls(categories=list(found.categories), table=[list(row) for row in found.table])


class IccOut(BaseModel):
    """Intraclass correlation of single measurements, in the form named as by Shrout and Fleiss."""

    form: str = Field(examples=["ICC(2,1)"])
    value: float | None = Field(examples=[0.93])
    low: float | None = Field(examples=[0.86])
    high: float | None = Field(examples=[0.97])
    reason: ReasonOut | None

    @classmethod
    def of(cls, found: IccFound) -> Self:
        return cls(
            form=found.form,
            value=found.found.value,
            low=found.found.low,
            high=found.found.high,
            reason=ReasonOut.of(found.why),
        )


class PointOut(BaseModel):
    """One case of the drawing."""

    mean: float = Field(examples=[24.1])
    difference: float = Field(examples=[-0.8])


class BlandAltmanOut(BaseModel):
    """First reader minus second, in the item's unit; `bias` and limits with what to add and take away for 95 %."""

    bias: float | None = Field(examples=[-0.4])
    sd: float | None = Field(examples=[1.7])
    lower_limit: float | None = Field(examples=[-3.7])
    upper_limit: float | None = Field(examples=[2.9])
    bias_error: float | None = Field(examples=[0.6])
    limit_error: float | None = Field(examples=[1.1])
    points: list[PointOut]
    reason: ReasonOut | None

    @classmethod
    def of(cls, found: BlandAltmanFound) -> Self:
        given = found.found
        return cls(
            bias=given and given.bias,
            sd=given and given.sd,
            lower_limit=given and given.lower_limit,
            upper_limit=given and given.upper_limit,
            bias_error=given and given.bias_error,
            limit_error=given and given.limit_error,
            points=[PointOut(mean=mean, difference=difference) for mean, difference in (given.points if given else ())],
            reason=ReasonOut.of(found.why),
        )


class SeriesOut(BaseModel):
    """The kappa between readers in one paper; `low` and `high` differ where it gives several."""

    low: float = Field(examples=[0.244])
    high: float = Field(examples=[0.244])
    weighted: bool
    reference: str = Field(examples=["Fourney DR et al. J Clin Oncol 2011;29(22):3072-7"])

    @classmethod
    def of(cls, found: Series) -> Self:
        return cls(low=found.low, high=found.high, weighted=found.weighted, reference=found.reference)


class PublishedOut(BaseModel):
    """The kappas between readers in published series, and their range."""

    low: float = Field(examples=[0.21])
    high: float = Field(examples=[0.244])
    series: list[SeriesOut]

    @classmethod
    def of(cls, found: Published) -> Self:
        return cls(low=found.low, high=found.high, series=[SeriesOut.of(each) for each in found.series])


class ItemAgreementOut(BaseModel):
    """How far readers agree on one item. `cases`: both answered; `left_out`: only one of them did."""

    item: str = Field(examples=["sins.lesion_type"])
    label_en: str
    label_fr: str
    unit: str | None = Field(examples=["mm"])
    cases: int = Field(examples=[28])
    left_out: int = Field(examples=[2])
    kappas: list[KappaOut] = Field(description="Empty for a mere measurement.")
    confusion: ConfusionOut | None
    icc: list[IccOut] = Field(description="Empty for a mere category.")
    bland_altman: BlandAltmanOut | None
    literature: PublishedOut | None

    @classmethod
    def of(cls, found: ItemAgreement) -> Self:
        words: Label = found.rated.label
        return cls(
            item=found.rated.name,
            label_en=words.en,
            label_fr=words.fr,
            unit=found.rated.unit,
            cases=found.cases,
            left_out=found.left_out,
            kappas=[KappaOut.of(each) for each in found.kappas],
            confusion=ConfusionOut.of(found.confusion) if found.confusion else None,
            icc=[IccOut.of(each) for each in found.correlations],
            bland_altman=BlandAltmanOut.of(found.bland_altman) if found.bland_altman else None,
            literature=PublishedOut.of(found.published) if found.published else None,
        )


class AgreementOut(BaseModel):
    """Agreement of the blind readers of a protocol, on the studies that are no longer read blindly."""

    protocol_id: UUID
    protocol_name: str = Field(examples=["Spine CT, two blind readers"])
    readers: list[str] = Field(examples=[READERS], description="Of two, the first is the first of every statistic.")
    studies: int = Field(examples=[20])
    cases: int = Field(examples=[30], description="Lesions that both readers of a study recorded.")
    seen_by_one: int = Field(examples=[4], description="Lesions that one of them recorded; in no statistic.")
    items: list[ItemAgreementOut]

    @classmethod
    def of(cls, found: ProtocolAgreement) -> Self:
        return cls(
            protocol_id=found.protocol.id,
            protocol_name=found.protocol.name,
            readers=list(found.readers),
            studies=found.studies,
            cases=found.cases,
            seen_by_one=found.seen_by_one,
            items=[ItemAgreementOut.of(each) for each in found.items],
        )
