"""Dose of zoledronic acid by creatinine clearance (French guideline, 17 September 2024)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import cast

from lesion_model import flags
from lesion_model.answers import Answer
from lesion_model.deciding import Facts, always, decide_one, question
from lesion_model.entries import Entry
from lesion_model.facts import Number, read_facts
from lesion_model.labels import label
from lesion_model.rules import guideline


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A printed band of clearances in mL/min, both ends included, and the answer for it."""

    lowest: Decimal
    highest: Decimal
    answer: str


# As printed, in whole mL/min: below the first band contraindicated, above the last the full dose.
BANDS = (
    Band(lowest=Decimal(30), highest=Decimal(39), answer="dose_3_0_mg"),
    Band(lowest=Decimal(40), highest=Decimal(49), answer="dose_3_3_mg"),
    Band(lowest=Decimal(50), highest=Decimal(60), answer="dose_3_5_mg"),
)
FULL_DOSE = "dose_4_0_mg"
CONTRAINDICATED = "contraindicated"

FACTS = (
    Number(
        name="crcl_cockcroft",
        label=label("Creatinine clearance (Cockcroft-Gault)", "Clairance de la créatinine (Cockcroft et Gault)"),
        unit="mL/min",
        minimum=Decimal(0),
        maximum=Decimal(500),
    ),
)


def decide(items: Mapping[str, object]) -> Answer:
    """Raises `ItemsError` for anything but `crcl_cockcroft`, in mL/min."""
    known = read_facts(FACTS, items)
    return decide_one(ENTRY, _QUESTION, known, _flags(known))


def _outcome(facts: Facts) -> str:
    clearance = cast(Decimal, facts["crcl_cockcroft"])
    if clearance > BANDS[-1].highest:
        return FULL_DOSE
    # Between two bands the lower one counts: its dose is the lower one.
    return next((band.answer for band in reversed(BANDS) if clearance >= band.lowest), CONTRAINDICATED)


def _flags(known: Facts) -> Iterator[str]:
    clearance = known.get("crcl_cockcroft")
    if not isinstance(clearance, Decimal):
        return
    if any(clearance in (band.lowest, band.highest) for band in BANDS):
        yield flags.BOUNDARY
    if any(lower.highest < clearance < upper.lowest for lower, upper in pairwise(BANDS)):
        yield flags.BETWEEN_BANDS_LOWER_DOSE


_SAMPLES = (Decimal(0), *(band.lowest for band in BANDS), FACTS[0].maximum)
_QUESTION = question(_outcome, FACTS, {"crcl_cockcroft": always(*_SAMPLES)})
ENTRY = Entry(
    name="zoledronic_acid",
    version=guideline.VERSION,
    title=label("Zoledronic acid by creatinine clearance", "Acide zolédronique selon la clairance de la créatinine"),
    purpose=label(
        "Dose of zoledronic acid that the renal function allows",
        "Dose d'acide zolédronique compatible avec la fonction rénale",
    ),
    facts=FACTS,
    decide=decide,
    answers={
        CONTRAINDICATED: label("contraindicated", "contre-indiqué"),
        "dose_3_0_mg": label("3.0 mg", "3,0 mg"),
        "dose_3_3_mg": label("3.3 mg", "3,3 mg"),
        "dose_3_5_mg": label("3.5 mg", "3,5 mg"),
        FULL_DOSE: label("4.0 mg", "4,0 mg"),
    },
    suggestions={
        CONTRAINDICATED: guideline.suggests(
            "below 30 mL/min zoledronic acid is contraindicated.",
            "en dessous de 30 mL/min, l'acide zolédronique est contre-indiqué.",
        ),
        "dose_3_0_mg": guideline.suggests(
            "3.0 mg is the dose given for 30 to 39 mL/min.", "3,0 mg est la dose indiquée pour 30 à 39 mL/min."
        ),
        "dose_3_3_mg": guideline.suggests(
            "3.3 mg is the dose given for 40 to 49 mL/min.", "3,3 mg est la dose indiquée pour 40 à 49 mL/min."
        ),
        "dose_3_5_mg": guideline.suggests(
            "3.5 mg is the dose given for 50 to 60 mL/min.", "3,5 mg est la dose indiquée pour 50 à 60 mL/min."
        ),
        FULL_DOSE: guideline.suggests(
            "4.0 mg is the dose given above 60 mL/min.", "4,0 mg est la dose indiquée au-dessus de 60 mL/min."
        ),
    },
    reference=guideline.REFERENCE,
    conventions=(
        label(
            "A clearance between two printed bands (39 to 40, 49 to 50) takes the lower dose, with a flag.",
            "Une clairance entre deux classes imprimées (39 à 40, 49 à 50) prend la dose la plus faible, avec un "
            "signalement.",
        ),
        label(
            "The printed ends 30, 39, 40, 49, 50 and 60 belong to their bands and are flagged.",
            "Les bornes imprimées 30, 39, 40, 49, 50 et 60 appartiennent à leur classe et sont signalées.",
        ),
    ),
)
