"""Corrected calcium, creatinine clearance and morphine equivalents: each with the formula that it was computed by.

Whatever is missing makes the result missing, with what it misses; nothing stands in for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from annotation.registry.units import CREATININE, Unit, converted, unit_named
from lesion_model.labels import Label, label

CORRECTED_CALCIUM = (
    "corrected calcium (mmol/L) = calcium + 0.02 x (40 - albumin in g/L); after Payne RB, Little AJ, Williams RB, "
    "Milner JR. Interpretation of serum calcium in patients with abnormal serum proteins. BMJ. 1973;4:643-646"
)
COCKCROFT_GAULT = (
    "creatinine clearance (mL/min) = (140 - age) x weight in kg / (72 x creatinine in mg/dL), x 0.85 for women; "
    "Cockcroft DW, Gault MH. Prediction of creatinine clearance from serum creatinine. Nephron. 1976;16:31-41"
)
MORPHINE_EQUIVALENTS = (
    "oral morphine equivalent (mg/day) = sum of daily dose x factor; factors of Dowell D, Ragan KR, Jones CM, et al. "
    "CDC clinical practice guideline for prescribing opioids for pain, United States, 2022. MMWR Recomm Rep. 2022;"
    "71(3):1-95"
)

PER_GRAM_OF_ALBUMIN, USUAL_ALBUMIN = Decimal("0.02"), Decimal(40)
WOMEN, AGE_LIMIT, DIVISOR = Decimal("0.85"), 140, Decimal(72)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opioid:
    """One opioid as it is taken, and how much oral morphine one unit of it a day stands for."""

    name: str
    label: Label
    unit: str
    unit_fr: str
    factor: Decimal


def _opioid(name: str, en: str, fr: str, factor: str) -> Opioid:
    return Opioid(name=name, label=label(en, fr), unit="mg/day", unit_fr="mg/jour", factor=Decimal(factor))


OPIOIDS = (
    _opioid("morphine", "Morphine by mouth", "Morphine orale", "1.0"),
    _opioid("oxycodone", "Oxycodone by mouth", "Oxycodone orale", "1.5"),
    _opioid("hydromorphone", "Hydromorphone by mouth", "Hydromorphone orale", "5.0"),
    _opioid("codeine", "Codeine by mouth", "Codéine orale", "0.15"),
    _opioid("tramadol", "Tramadol by mouth", "Tramadol oral", "0.2"),
    _opioid("methadone", "Methadone by mouth", "Méthadone orale", "4.7"),
    Opioid(
        name="fentanyl_patch",
        label=label("Fentanyl patch", "Fentanyl transdermique"),
        unit="ug/h",
        unit_fr="ug/h",
        factor=Decimal("2.4"),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came out, or what it misses; `formula` names how it was computed."""

    value: Decimal | None
    unit: str
    formula: str
    missing: tuple[str, ...] = ()


def corrected_calcium(calcium: Decimal | None, albumin: Decimal | None) -> Result:
    """`calcium` in mmol/L, `albumin` in g/L."""
    missing = _missing(calcium=calcium, albumin=albumin)
    if calcium is None or albumin is None:
        return Result(value=None, unit="mmol/L", formula=CORRECTED_CALCIUM, missing=missing)
    value = calcium + PER_GRAM_OF_ALBUMIN * (USUAL_ALBUMIN - albumin)
    return Result(value=_rounded(value, 2), unit="mmol/L", formula=CORRECTED_CALCIUM)


def creatinine_clearance(
    creatinine: Decimal | None, weight: Decimal | None, age: int | None, sex: str | None
) -> Result:
    """`creatinine` in umol/L, above 0; `weight` in kg; `age` in completed years. Told for F and M only."""
    known_sex = sex if sex in ("F", "M") else None
    missing = _missing(creatinine=creatinine or None, weight=weight or None, birth_month=age, sex=known_sex)
    if missing or not creatinine or not weight or age is None:
        return Result(value=None, unit="mL/min", formula=COCKCROFT_GAULT, missing=missing)
    per_decilitre = converted(creatinine, _unit("umol/L"), _unit("mg/dL"))
    value = (AGE_LIMIT - age) * weight / (DIVISOR * per_decilitre) * (WOMEN if known_sex == "F" else 1)
    return Result(value=_rounded(value, 1), unit="mL/min", formula=COCKCROFT_GAULT)


def morphine_equivalent(doses: Mapping[str, Decimal]) -> Result:
    """`doses` of a day by the name of the opioid. Without any, it is missing: nobody said that there are none."""
    if not doses:
        return Result(value=None, unit="mg/day", formula=MORPHINE_EQUIVALENTS, missing=("opioid",))
    factors = {each.name: each.factor for each in OPIOIDS}
    value = sum((dose * factors[name] for name, dose in doses.items()), Decimal(0))
    return Result(value=_rounded(value, 1), unit="mg/day", formula=MORPHINE_EQUIVALENTS)


def _unit(code: str) -> Unit:
    found = unit_named(CREATININE.units, code)
    if found is None:
        raise LookupError(code)
    return found


def _missing(**values: object) -> tuple[str, ...]:
    return tuple(name for name, value in values.items() if value is None)


def _rounded(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)
