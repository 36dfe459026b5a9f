"""Where a line passes from one tissue into another, finer than voxels.

half_maximum    where the density first passes half way between both tissues. Right where a slice is thin against
                the tissues; where slices are thick it is off by up to 0.1 slice thickness, because the density
                between two slices is only interpolated.
equal_area      where a sharp step would have to be for the same sum of density along the line. An average over a
                slice keeps that sum, so that the thickness of the slices has no influence. Both tissues have to
                show their full density at the ends of the stretch.
"""

import numpy as np

from annotation.image_measurement.profile import STEP_MM, Profile
from lesion_model.errors import FindingError, Problem
from lesion_model.measurement.vectors import Rows

HALF = 0.5


def half_maximum(line: Profile, from_mm: float, to_mm: float, inside_hu: float, outside_hu: float) -> float:
    """First crossing of the mean of both densities, from `from_mm` (inside) towards `to_mm`; mm along the line.

    Raises `FindingError` where there is none.
    """
    at, values = _stretch(line, from_mm, to_mm)
    # Positive inside, whichever of both is denser.
    shares = (values - outside_hu) / (inside_hu - outside_hu) - HALF
    for place in range(len(at) - 1):
        before, after = float(shares[place]), float(shares[place + 1])
        if before >= 0 > after:
            return float(at[place] + (at[place + 1] - at[place]) * before / (before - after))
    raise FindingError([Problem(field="edge", detail="no edge found along the line")])


def next_crossing(line: Profile, from_mm: float, to_mm: float, threshold_hu: float) -> float:
    """Where the density next passes a threshold, or `to_mm` if it does not; mm along the line."""
    at, values = _stretch(line, from_mm, to_mm)
    above = values > threshold_hu
    changed = np.flatnonzero(above != above[:1])
    return float(at[changed[0]]) if len(changed) else to_mm


def equal_area(line: Profile, from_mm: float, to_mm: float, inside_hu: float, outside_hu: float) -> float:
    """Place of the edge between `from_mm`, inside, and `to_mm`, outside; mm along the line."""
    at = np.linspace(from_mm, to_mm, max(2, int(np.ceil(abs(to_mm - from_mm) / STEP_MM)) + 1))
    values = np.interp(at, line.at_mm, line.hounsfield)
    shares = (values - outside_hu) / (inside_hu - outside_hu)
    return float(from_mm + np.trapezoid(shares, at))


def _stretch(line: Profile, from_mm: float, to_mm: float) -> tuple[Rows, Rows]:
    """Places and densities between two places, in the order of going."""
    chosen = (line.at_mm >= min(from_mm, to_mm)) & (line.at_mm <= max(from_mm, to_mm))
    way = slice(None, None, 1 if to_mm > from_mm else -1)
    return line.at_mm[chosen][way], line.hounsfield[chosen][way]
