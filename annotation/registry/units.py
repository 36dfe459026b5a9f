"""Units of measurement, and how much of one is how much of another.

Conversions between mass and amount of substance go by the molar mass; all else is a power of ten or a definition.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

DECIMALS = 4
_LAST = Decimal(1).scaleb(-DECIMALS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit by its code (UCUM), and how many of the quantity's first unit one of it is."""

    code: str
    of_first: Decimal = Decimal(1)
    also: tuple[str, ...] = ()
    """Other spellings that laboratories use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """Units that can be converted into each other."""

    units: tuple[Unit, ...]


def unit_named(units: Sequence[Unit], code: str) -> Unit | None:
    """Micro is written as u, µ (the sign) or μ (the letter)."""
    exactly = next((each for each in units if each.code == code), None)
    if exactly is not None:
        return exactly
    wanted = _plain(code)
    return next((each for each in units if wanted in (_plain(each.code), *map(_plain, each.also))), None)


def converted(number: Decimal, source: Unit, target: Unit) -> Decimal:
    """To four decimals, half to even; exactly as it was when the unit is the same."""
    if source.code == target.code:
        return number
    return (number * source.of_first / target.of_first).quantize(_LAST, ROUND_HALF_EVEN).normalize() + Decimal(0)


def _plain(code: str) -> str:
    return code.strip().replace("\u00b5", "u").replace("\u03bc", "u").casefold()


def _substance(grams_per_mole: str, *, micro: bool) -> Quantity:
    """mmol/L or umol/L first; mg/dL and mg/L as laboratories print them beside."""
    amount = Decimal(1000) if micro else Decimal(1)
    first = Unit(code="umol/L" if micro else "mmol/L")
    milligram_per_litre = amount / Decimal(grams_per_mole)
    units = (first, Unit(code="mg/dL", of_first=milligram_per_litre * 10, also=("mg/100mL",)))
    return Quantity(units=(*units, Unit(code="mg/L", of_first=milligram_per_litre)))


CALCIUM = _substance("40.078", micro=False)
CREATININE = _substance("113.12", micro=True)
BILIRUBIN = _substance("584.66", micro=True)
VITAMIN_D = Quantity(
    units=(
        Unit(code="nmol/L"),
        Unit(code="ng/mL", of_first=Decimal(1000) / Decimal("400.64"), also=("ug/L",)),
    )
)
PROTEIN = Quantity(units=(Unit(code="g/L"), Unit(code="g/dL", of_first=Decimal(10), also=("g/100mL",))))
REACTIVE_PROTEIN = Quantity(units=(Unit(code="mg/L"), Unit(code="mg/dL", of_first=Decimal(10))))
ENZYME = Quantity(units=(Unit(code="U/L", also=("UI/L", "IU/L")), Unit(code="ukat/L", of_first=Decimal(60))))
CELLS = Quantity(
    units=(
        Unit(code="G/L", also=("10*9/L", "10^9/L")),
        Unit(code="/mm3", of_first=Decimal("0.001"), also=("/uL",)),
    )
)
MARKER_MASS = Quantity(units=(Unit(code="ug/L", also=("ng/mL",)), Unit(code="ng/L", of_first=Decimal("0.001"))))
TURNOVER = Quantity(units=(Unit(code="ng/L", also=("pg/mL",)), Unit(code="ug/L", of_first=Decimal(1000))))
MARKER_UNITS = Quantity(units=(Unit(code="kU/L", also=("U/mL", "UI/mL")),))
MASS = Quantity(units=(Unit(code="kg"), Unit(code="lb", of_first=Decimal("0.45359237"))))
