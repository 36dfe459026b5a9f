"""One vertebra: where it stands, and its body, arch and processes as distances.

Local coordinates in mm: x to the patient's left, y backwards, z upwards along the body's own axis,
origin in the body's middle (half the posterior height above the lower rim).
"""

import math
from dataclasses import dataclass

import numpy as np

from osteon.sample.canvas import Patch
from osteon.sample.solids import Field, Point, capsule, ellipsoid, smooth_union, smoothstep, superellipse
from osteon.sample.truth import HeightLine, VertebraTruth

RIM_MM = 6.0
"""The flat ring of an endplate, seen in the mid-sagittal plane; the dish lies inside it."""
WAIST = 0.08
NOTCH_MM = 2.0
"""How far the posterior wall is hollowed towards the canal, at the midline."""
ANTERIOR_INSET_MM = 4.0
POSTERIOR_INSET_MM = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Outer measures of a vertebra, mm."""

    half_width: float
    half_depth: float
    anterior: float
    posterior: float
    upper_dish: float = 1.6
    lower_dish: float = 1.6

    @property
    def middle(self) -> float:
        return (self.anterior + self.posterior) / 2 - self.upper_dish - self.lower_dish


@dataclass(frozen=True, slots=True, kw_only=True)
class Vertebra:
    """A shape set into the spine: centre in mm LPS, tilt in radians (positive leans backwards)."""

    level: str
    shape: Shape
    centre: Point
    tilt: float
    sacral: bool = False

    def local(self, patch: Patch) -> tuple[Field, Field, Field]:
        """The patch's coordinates seen from this vertebra."""
        dy, dz = patch.y - self.centre[1], patch.z - self.centre[2]
        sine, cosine = math.sin(self.tilt), math.cos(self.tilt)
        return patch.x - self.centre[0], dy * cosine - dz * sine, dy * sine + dz * cosine

    def to_patient(self, x: float, y: float, z: float) -> Point:
        """A local point in mm LPS."""
        sine, cosine = math.sin(self.tilt), math.cos(self.tilt)
        return (
            self.centre[0] + x,
            self.centre[1] + y * cosine + z * sine,
            self.centre[2] - y * sine + z * cosine,
        )

    def truth(self) -> VertebraTruth:
        """The six landmarks and three heights."""
        shape, floor = self.shape, -self.shape.posterior / 2
        front = -shape.half_depth + ANTERIOR_INSET_MM
        back = shape.half_depth - NOTCH_MM - POSTERIOR_INSET_MM
        return VertebraTruth(
            level=self.level,
            anterior=self._line(front, floor, floor + shape.anterior),
            middle=self._line(0, floor + shape.lower_dish, floor + shape.lower_dish + shape.middle),
            posterior=self._line(back, floor, floor + shape.posterior),
        )

    def _line(self, y: float, lower: float, upper: float) -> HeightLine:
        return HeightLine(upper=self.to_patient(0, y, upper), lower=self.to_patient(0, y, lower))


def upper_endplate(shape: Shape, x: Field, y: Field) -> Field:
    """Local height of the upper surface."""
    return _rim(shape, y) - shape.upper_dish * _dish(shape, x, y)


def lower_endplate(shape: Shape, x: Field, y: Field) -> Field:
    """Local height of the lower surface."""
    return -shape.posterior / 2 + shape.lower_dish * _dish(shape, x, y)


def outline(shape: Shape, x: Field, y: Field, z: Field) -> Field:
    """Distance to the side walls: kidney-shaped from above, waisted from the side."""
    height = _rim(shape, y) + shape.posterior / 2
    level = np.clip(2 * (z + shape.posterior / 2) / height - 1, -1, 1)
    waist = 1 - WAIST * (1 - level * level)
    hollow = NOTCH_MM * np.exp(-((x / 9) ** 2)) * smoothstep(0, 10, y)
    return superellipse(
        x,
        np.asarray(y + hollow, dtype=np.float32),
        half_width=shape.half_width * waist,
        half_depth=shape.half_depth * waist,
    )


def endplates(shape: Shape, x: Field, y: Field, z: Field) -> Field:
    """Distance to the nearer of the two end surfaces, along the body's axis."""
    above, below = z - upper_endplate(shape, x, y), lower_endplate(shape, x, y) - z
    return np.asarray(np.maximum(above, below), dtype=np.float32)


def arch(shape: Shape, x: Field, y: Field, z: Field) -> Field:
    """Distance to pedicles, laminae and processes; both sides at once, they mirror each other."""
    side, back = np.abs(x), shape.half_depth
    rods = (
        ((13.5, back - 5, 4), (16.5, back + 12, 3), 5.5, 1.45),  # pedicle
        ((16.0, back + 13, 1), (2.0, back + 27, -6), 3.2, 2.6),  # lamina
        ((0.0, back + 27, -6), (0.0, back + 50, -11), 3.2, 2.8),  # spinous process
        ((18.0, back + 9, 4), (41.0, back + 15, 6), 3.6, 1.5),  # transverse process
        ((18.5, back + 13, 5), (20.0, back + 17, 20), 4.6, 1.0),  # superior articular process
        ((15.0, back + 19, -6), (14.5, back + 24, -22), 4.6, 1.0),  # inferior articular process
    )
    whole: Field | None = None
    for start, end, radius, tall in rods:
        rod = capsule(side, y, z, start=start, end=end, radius=radius, tall=tall)
        whole = rod if whole is None else smooth_union(whole, rod, blend=4)
    assert whole is not None  # noqa: S101 - for the type checker
    return whole


def sacral_wings(shape: Shape, x: Field, y: Field, z: Field) -> Field:
    """Distance to what S1 has instead of a lumbar arch: the wings and a low crest."""
    side, back = np.abs(x), shape.half_depth
    wing = ellipsoid(side, y, z, centre=(34, back - 4, -3), semi_axes=(26, 15, 17))
    crest = capsule(side, y, z, start=(22, back + 14, -3), end=(0, back + 24, -8), radius=4, tall=2.5)
    return smooth_union(wing, crest, blend=8)


def _rim(shape: Shape, y: Field) -> Field:
    """Local height of the upper rim: flat in front, flat behind, a slope between."""
    back = smoothstep(RIM_MM - shape.half_depth, shape.half_depth - RIM_MM, y)
    return -shape.posterior / 2 + shape.anterior + (shape.posterior - shape.anterior) * back


def _dish(shape: Shape, x: Field, y: Field) -> Field:
    radius = np.sqrt((x / shape.half_width) ** 2 + (y / shape.half_depth) ** 2)
    return 1 - smoothstep(0, 0.68, radius)
