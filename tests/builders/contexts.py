"""Clinical contexts to start a test from."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from annotation.meeting_context import MeetingContext
from lesion_model import mirels, sins
from lesion_model.clinical import ClinicalContext, VisceralDisease
from lesion_model.frankel import Frankel
from lesion_model.life_expectancy import LifeExpectancy, Span, Unit
from lesion_model.performance_status import Ecog, Karnofsky
from lesion_model.primary import PrimaryTumour
from tests.builders.ledger import PSEUDONYM
from tests.builders.registry import START

JANUARY, JUNE, JULY = date(2031, 1, 9), date(2031, 6, 12), date(2031, 7, 3)

EVERYTHING_KNOWN = ClinicalContext(
    mirels_pain=mirels.Pain.FUNCTIONAL,
    sins_pain=sins.Pain.MECHANICAL,
    pain_intensity=0,
    karnofsky=Karnofsky.K70,
    ecog=Ecog.E0,
    frankel=Frankel.D2,
    primary_tumour=PrimaryTumour.BREAST,
    visceral=VisceralDisease(present=True, treatable=False),
    vertebral_metastases=2,
    extraspinal_bone_metastases=0,
    metastases=6,
    cord_compression=True,
    motor_deficit=True,
    motor_deficit_days=0,
    creatinine_clearance_ml_min=Decimal("39.50"),
    diagnosed_on=date(2030, 1, 31),
    cord_compression_on=date(2031, 4, 30),
    systemic_line_started_on=date(2031, 3, 1),
    radiotherapy_at_site_on=date(2031, 4, 1),
    radionuclide_therapy_started_on=date(2031, 5, 1),
    antiresorptive_started_on=date(2031, 6, 1),
    life_expectancy=LifeExpectancy(at_least=Span(count=6, unit=Unit.WEEKS), at_most=Span(count=12, unit=Unit.MONTHS)),
)


def new_context(**changes: Any) -> MeetingContext:
    values: dict[str, Any] = {
        "id": uuid4(),
        "pseudonym": PSEUDONYM,
        "meeting_date": JUNE,
        "lesion_id": None,
        "version": 1,
        "clinical": ClinicalContext(karnofsky=Karnofsky.K70),
        "entered_by": "clinician one",
        "entered_at": START,
    }
    return MeetingContext(**(values | changes))
