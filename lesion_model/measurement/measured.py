"""A measured quantity: the number itself, and the same rounded for a reader."""

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from lesion_model.errors import GeometryError, Problem

# A tenth of a mm is finer than any pixel of a clinical CT; the other steps follow from it, since one pixel of
# a vertebral body is about 2 % of its height.
STEP_MM = Decimal("0.1")
STEP_PERCENT = Decimal("0.1")
STEP_DEGREES = Decimal("0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """`unrounded` is what the geometry gives; `value` is the nearest multiple of `step`, halves away from 0."""

    value: Decimal
    step: Decimal
    unrounded: float


def measured(number: float, step: Decimal) -> Measured:
    """Round to the nearest multiple of `step`. Raises `GeometryError` when the geometry gave no number."""
    if not math.isfinite(number):
        raise GeometryError([Problem(field="", detail="the geometry gives no finite measurement")])
    steps = (Decimal(number) / step).to_integral_value(rounding=ROUND_HALF_UP)
    # Adding 0 turns "-0.0", which a reader would stumble over, into "0.0"; the step gives the number of decimals.
    return Measured(value=(steps * step + 0).quantize(step), step=step, unrounded=float(number))
