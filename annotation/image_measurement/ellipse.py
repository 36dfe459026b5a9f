"""An ellipse through the part of an outline that is left, for the part that is gone."""

import numpy as np

from annotation.image_measurement.cortical_rays import Flags
from lesion_model.errors import FindingError, Problem
from lesion_model.measurement.vectors import Rows


def fitted_radii(angles: Rows, known: Flags, radii_mm: Rows) -> Rows:
    """(n,): at every angle (radians) the radius in mm: as measured where `known`, of the ellipse elsewhere.

    `radii_mm` are those of the known angles, in their order. The ellipse has the least squares of the algebraic
    distance, with x² and y² in sum 1: the origin, from which radii count, need not be its centre.
    """
    x, y = radii_mm * np.cos(angles[known]), radii_mm * np.sin(angles[known])
    terms = np.column_stack((x * x - y * y, x * y, x, y, np.ones_like(x)))
    # a x² + b x y + (1 - a) y² + d x + e y + f = 0
    a, b, d, e, f = np.linalg.lstsq(terms, -y * y, rcond=None)[0]
    c = 1 - a
    if 4 * a * c - b * b <= 0:
        raise FindingError([Problem(field="middle", detail="what is left of the outline fits no ellipse")])
    cosine, sine = np.cos(angles), np.sin(angles)
    square = a * cosine**2 + b * cosine * sine + c * sine**2
    linear = d * cosine + e * sine
    inside = linear**2 - 4 * square * f
    if f >= 0 or (inside <= 0).any():
        raise FindingError([Problem(field="middle", detail="is not inside what is left of the cortex")])
    found: Rows = (np.sqrt(inside) - linear) / (2 * square)
    found[known] = radii_mm
    return found
