"""What the meeting knows of the patient and the image does not show; None is always "not known"."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from lesion_model.checks import (
    date_problems,
    member_problems,
    positive_problems,
    refuse,
    value_problems,
    whole_problems,
    yes_no_problems,
)
from lesion_model.errors import Problem
from lesion_model.frankel import Frankel
from lesion_model.life_expectancy import LifeExpectancy
from lesion_model.mirels import Pain as MirelsPain
from lesion_model.performance_status import Ecog, Karnofsky
from lesion_model.primary import PrimaryTumour
from lesion_model.sins import Pain as SinsPain

WORST_PAIN = 10  # numeric rating scale
MOST_METASTASES = 10_000  # beyond it a number of something else was typed
LONGEST_ONSET_DAYS = 36_525  # a century
HIGHEST_CLEARANCE = 500  # mL/min


@dataclass(frozen=True, slots=True, kw_only=True)
class VisceralDisease:
    """Metastases to internal organs; of those that are there, whether all can be resected, or treated."""

    present: bool
    resectable: bool | None = None
    treatable: bool | None = None

    def __post_init__(self) -> None:
        problems = [
            *yes_no_problems("present", self.present, optional=False),
            *yes_no_problems("resectable", self.resectable),
            *yes_no_problems("treatable", self.treatable),
        ]
        refuse(problems or self._contradictions())

    def _contradictions(self) -> Iterator[Problem]:
        if not self.present:
            for field in ("resectable", "treatable"):
                if getattr(self, field) is not None:
                    yield Problem(field=field, detail="contradicts present = false")
        elif self.resectable and self.treatable is False:
            yield Problem(field="treatable", detail="contradicts resectable = true")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicalContext:
    """One patient at one meeting, with the pain at the lesion that is discussed.

    `pain_intensity` is on the numeric scale from 0 to 10. `metastases` counts those of all organs, bone
    included. `motor_deficit_days`: completed days over which the deficit developed, 0 for less than one.
    `creatinine_clearance_ml_min` is in mL/min. Dates are the registry's, moved by the patient's own whole
    number of days: intervals between them are true. `diagnosed_on` is the diagnosis of the tumour; a
    compression that revealed it may be earlier.
    """

    mirels_pain: MirelsPain | None = None
    sins_pain: SinsPain | None = None
    pain_intensity: int | None = None
    karnofsky: Karnofsky | None = None
    ecog: Ecog | None = None
    frankel: Frankel | None = None
    primary_tumour: PrimaryTumour | None = None
    visceral: VisceralDisease | None = None
    vertebral_metastases: int | None = None
    extraspinal_bone_metastases: int | None = None
    metastases: int | None = None
    cord_compression: bool | None = None
    motor_deficit: bool | None = None
    motor_deficit_days: int | None = None
    creatinine_clearance_ml_min: Decimal | None = None
    diagnosed_on: date | None = None
    cord_compression_on: date | None = None
    systemic_line_started_on: date | None = None
    radiotherapy_at_site_on: date | None = None
    radionuclide_therapy_started_on: date | None = None
    antiresorptive_started_on: date | None = None
    life_expectancy: LifeExpectancy | None = None

    def __post_init__(self) -> None:
        refuse([*self._member_problems(), *self._number_problems(), *self._date_problems()])
        refuse([*self._pain_contradictions(), *self._count_contradictions(), *self._cord_contradictions()])

    @property
    def bone_metastases(self) -> int | None:
        """Those of the spine and those outside it, once both are counted."""
        if self.vertebral_metastases is None or self.extraspinal_bone_metastases is None:
            return None
        return self.vertebral_metastases + self.extraspinal_bone_metastases

    @property
    def has_motor_deficit(self) -> bool | None:
        """As stated, or as the Frankel grade implies: only E is without one."""
        if self.motor_deficit is not None or self.frankel is None:
            return self.motor_deficit
        return self.frankel is not Frankel.E

    def _member_problems(self) -> Iterator[Problem]:
        yield from member_problems("mirels_pain", self.mirels_pain, MirelsPain, optional=True)
        yield from member_problems("sins_pain", self.sins_pain, SinsPain, optional=True)
        yield from member_problems("karnofsky", self.karnofsky, Karnofsky, optional=True)
        yield from member_problems("ecog", self.ecog, Ecog, optional=True)
        yield from member_problems("frankel", self.frankel, Frankel, optional=True)
        yield from member_problems("primary_tumour", self.primary_tumour, PrimaryTumour, optional=True)
        yield from value_problems("visceral", self.visceral, VisceralDisease)
        yield from value_problems("life_expectancy", self.life_expectancy, LifeExpectancy)
        yield from yes_no_problems("cord_compression", self.cord_compression)
        yield from yes_no_problems("motor_deficit", self.motor_deficit)

    def _number_problems(self) -> Iterator[Problem]:
        yield from whole_problems("pain_intensity", self.pain_intensity, WORST_PAIN)
        yield from whole_problems("motor_deficit_days", self.motor_deficit_days, LONGEST_ONSET_DAYS)
        for field in ("vertebral_metastases", "extraspinal_bone_metastases", "metastases"):
            yield from whole_problems(field, getattr(self, field), MOST_METASTASES)
        yield from positive_problems("creatinine_clearance_ml_min", self.creatinine_clearance_ml_min, HIGHEST_CLEARANCE)

    def _date_problems(self) -> Iterator[Problem]:
        for field in (
            "diagnosed_on",
            "cord_compression_on",
            "systemic_line_started_on",
            "radiotherapy_at_site_on",
            "radionuclide_therapy_started_on",
            "antiresorptive_started_on",
        ):
            yield from date_problems(field, getattr(self, field))

    def _pain_contradictions(self) -> Iterator[Problem]:
        """The intensity is that of the pain whose type is named."""
        painless = MirelsPain.NONE is self.mirels_pain or SinsPain.NONE is self.sins_pain
        if painless and self.pain_intensity:
            yield Problem(field="pain_intensity", detail="contradicts a lesion without pain")

    def _count_contradictions(self) -> Iterator[Problem]:
        counted = (self.vertebral_metastases or 0) + (self.extraspinal_bone_metastases or 0)
        least = counted + (1 if self.visceral is not None and self.visceral.present else 0)
        if self.metastases is not None and self.metastases < least:
            detail = "must not be below the bone metastases, nor leave none where there is visceral disease"
            yield Problem(field="metastases", detail=detail)

    def _cord_contradictions(self) -> Iterator[Problem]:
        if self.frankel is not None and self.motor_deficit is (self.frankel is Frankel.E):
            yield Problem(field="motor_deficit", detail="contradicts the Frankel grade")
        if self.has_motor_deficit is False and self.motor_deficit_days is not None:
            yield Problem(field="motor_deficit_days", detail="contradicts a patient without motor deficit")
        if self.cord_compression is False and self.cord_compression_on is not None:
            yield Problem(field="cord_compression_on", detail="contradicts cord_compression = false")
