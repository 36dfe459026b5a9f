"""The shape of what the meeting knows of a patient and the image does not show; null is "not known"."""

from datetime import date
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, StrictBool

from api.schemas.body import Body
from api.schemas.numbers import Clearance
from lesion_model import mirels, sins
from lesion_model.clinical import LONGEST_ONSET_DAYS, MOST_METASTASES, WORST_PAIN, ClinicalContext, VisceralDisease
from lesion_model.errors import located
from lesion_model.frankel import Frankel
from lesion_model.life_expectancy import LONGEST, LifeExpectancy, Span, Unit
from lesion_model.performance_status import Ecog, Karnofsky
from lesion_model.primary import PrimaryTumour

Count = Annotated[int, Field(strict=True, ge=0, le=MOST_METASTASES)]

CLINICAL_EXAMPLE: dict[str, Any] = {
    "mirels_pain": "functional",
    "sins_pain": "mechanical",
    "pain_intensity": 6,
    "karnofsky": "70",
    "frankel": "E",
    "primary_tumour": "breast",
    "visceral": {"present": False},
    "vertebral_metastases": 1,
    "extraspinal_bone_metastases": 0,
    "cord_compression": False,
    "life_expectancy": {"at_least": {"count": 6, "unit": "months"}},
}


class VisceralDiseaseBody(Body):
    """Metastases to internal organs; of those that are there, whether all can be resected, or treated."""

    present: StrictBool
    resectable: StrictBool | None = None
    treatable: StrictBool | None = None

    def to_domain(self) -> VisceralDisease:
        return VisceralDisease(present=self.present, resectable=self.resectable, treatable=self.treatable)

    @classmethod
    def from_domain(cls, visceral: VisceralDisease) -> Self:
        return cls(present=visceral.present, resectable=visceral.resectable, treatable=visceral.treatable)


class SpanBody(Body):
    """A whole number of weeks or of months."""

    count: Annotated[int, Field(strict=True, ge=0, le=LONGEST)]
    unit: Unit

    def to_domain(self) -> Span:
        return Span(count=self.count, unit=self.unit)

    @classmethod
    def from_domain(cls, span: Span) -> Self:
        return cls(count=span.count, unit=span.unit)


class LifeExpectancyBody(Body):
    """Bounds, both included; the one that nobody dares to give is null."""

    at_least: SpanBody | None = None
    at_most: SpanBody | None = None

    def to_domain(self) -> LifeExpectancy:
        return LifeExpectancy(
            at_least=self.at_least.to_domain() if self.at_least else None,
            at_most=self.at_most.to_domain() if self.at_most else None,
        )

    @classmethod
    def from_domain(cls, expected: LifeExpectancy) -> Self:
        return cls(
            at_least=SpanBody.from_domain(expected.at_least) if expected.at_least else None,
            at_most=SpanBody.from_domain(expected.at_most) if expected.at_most else None,
        )


class ClinicalContextBody(Body):
    """One patient at one meeting, with the pain at the lesion that is discussed.

    `pain_intensity` is on the numeric scale from 0 to 10, `metastases` counts those of all organs, bone included;
    `motor_deficit_days` are completed days, 0 for less than one. Dates are the registry's own, moved by the
    patient's whole number of days.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [CLINICAL_EXAMPLE]})

    mirels_pain: mirels.Pain | None = None
    sins_pain: sins.Pain | None = None
    pain_intensity: Annotated[int, Field(strict=True, ge=0, le=WORST_PAIN)] | None = None
    karnofsky: Karnofsky | None = None
    ecog: Ecog | None = None
    frankel: Frankel | None = None
    primary_tumour: PrimaryTumour | None = None
    visceral: VisceralDiseaseBody | None = None
    vertebral_metastases: Count | None = None
    extraspinal_bone_metastases: Count | None = None
    metastases: Count | None = None
    cord_compression: StrictBool | None = None
    motor_deficit: StrictBool | None = None
    motor_deficit_days: Annotated[int, Field(strict=True, ge=0, le=LONGEST_ONSET_DAYS)] | None = None
    creatinine_clearance_ml_min: Clearance | None = None
    diagnosed_on: date | None = None
    cord_compression_on: date | None = None
    systemic_line_started_on: date | None = None
    radiotherapy_at_site_on: date | None = None
    radionuclide_therapy_started_on: date | None = None
    antiresorptive_started_on: date | None = None
    life_expectancy: LifeExpectancyBody | None = None

    def to_domain(self) -> ClinicalContext:
        plain = {name: getattr(self, name) for name in type(self).model_fields if name not in _COMPOSED}
        with located("clinical"):
            with located("visceral"):
                visceral = self.visceral.to_domain() if self.visceral else None
            with located("life_expectancy"):
                expected = self.life_expectancy.to_domain() if self.life_expectancy else None
            return ClinicalContext(**plain, visceral=visceral, life_expectancy=expected)

    @classmethod
    def from_domain(cls, clinical: ClinicalContext) -> Self:
        plain = {name: getattr(clinical, name) for name in cls.model_fields if name not in _COMPOSED}
        return cls(
            **plain,
            visceral=VisceralDiseaseBody.from_domain(clinical.visceral) if clinical.visceral else None,
            life_expectancy=LifeExpectancyBody.from_domain(clinical.life_expectancy)
            if clinical.life_expectancy
            else None,
        )


_COMPOSED = frozenset({"visceral", "life_expectancy"})
