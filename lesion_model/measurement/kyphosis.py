"""Kyphosis: the angle between two endplates, seen from the side.

Positive is kyphosis (the front is shorter than the back), negative is lordosis. The endplates are projected on
the patient's sagittal plane first, so that scoliosis does not add to the angle.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import numpy as np

from lesion_model.errors import Problem
from lesion_model.geometry import Point
from lesion_model.labels import label
from lesion_model.measurement.landmarks import VertebralLandmarks
from lesion_model.measurement.measured import STEP_DEGREES, Measured, measured
from lesion_model.measurement.vectors import refuse, vector

SIGN_CONVENTION = label("kyphosis positive, lordosis negative", "cyphose positive, lordose négative")
# An endplate is 20 to 50 mm deep; below 5 mm one pixel of error turns it by more than 5 degrees, or it is in cm.
SHORTEST_ENDPLATE_MM = 5.0


class KyphosisMethod(Enum):
    """Between which endplates the angle is measured."""

    LOCAL = "local"  # upper and lower endplate of one body
    REGIONAL = "regional"  # upper endplate of the level above, lower endplate of the level below


@dataclass(frozen=True, slots=True, kw_only=True)
class Endplate:
    """Its two ends in mm, LPS. Raises `GeometryError` when they do not run from front to back."""

    anterior: Point
    posterior: Point

    def __post_init__(self) -> None:
        refuse(self._problems())

    @property
    def slope(self) -> float:
        """How far its front end points to the head, in radians, on the sagittal plane; 0 is level."""
        return float(np.arctan2(self.anterior.z - self.posterior.z, self.posterior.y - self.anterior.y))

    def _problems(self) -> Iterator[Problem]:
        backwards = vector(self.posterior) - vector(self.anterior)
        if self.anterior.y >= self.posterior.y:
            detail = "must be in front of the posterior end: y must increase to the back (LPS, not RAS)"
            yield Problem(field="anterior", detail=detail)
        elif float(np.hypot(backwards[1], backwards[2])) < SHORTEST_ENDPLATE_MM:
            detail = f"must be {SHORTEST_ENDPLATE_MM:g} mm or more from the posterior end, seen from the side, in mm"
            yield Problem(field="anterior", detail=detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kyphosis:
    """`angle` in degrees: kyphosis positive, lordosis negative."""

    method: KyphosisMethod
    angle: Measured


def angle_degrees(upper: Endplate, lower: Endplate) -> float:
    """By how much the lower endplate points further up at its front than the upper one, in degrees."""
    return float(np.degrees(lower.slope - upper.slope))


def local_kyphosis(body: VertebralLandmarks) -> Kyphosis:
    """Between the two endplates of one body."""
    return _kyphosis(KyphosisMethod.LOCAL, body, body)


def regional_kyphosis(above: VertebralLandmarks, below: VertebralLandmarks) -> Kyphosis:
    """From the upper endplate of the level above the lesion to the lower endplate of the level below it.

    Raises `GeometryError` when `above` is not nearer the head.
    """
    if above.middle_z <= below.middle_z:
        refuse([Problem(field="above", detail="must be nearer the head than the level below: z increases to the head")])
    return _kyphosis(KyphosisMethod.REGIONAL, above, below)


def _kyphosis(method: KyphosisMethod, above: VertebralLandmarks, below: VertebralLandmarks) -> Kyphosis:
    upper = Endplate(anterior=above.upper_anterior, posterior=above.upper_posterior)
    lower = Endplate(anterior=below.lower_anterior, posterior=below.lower_posterior)
    return Kyphosis(method=method, angle=measured(angle_degrees(upper, lower), STEP_DEGREES))
