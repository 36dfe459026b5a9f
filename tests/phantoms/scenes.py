"""What is in the phantoms: solids of known size and density, with the numbers that they must measure as.

Patient space: mm, LPS. Densities in Hounsfield units are those of a contrast-free CT at 120 kV.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, hypot, pi, radians, sin

import numpy as np

from osteon.sample.solids import coverage, ellipsoid, superellipse
from tests.phantoms.scans import Field, Triple

FAT_HU, MUSCLE_HU, DISC_HU, SPONGIOSA_HU = -100.0, 55.0, 80.0, 230.0
CORTEX_HU, MARROW_HU, TUMOUR_HU, SCLEROSIS_HU, ENDPLATE_HU = 1300.0, -60.0, 45.0, 700.0, 700.0
SOFT_TISSUE_RADIUS = 27.0
BONE_RADIUS = 26.0


def _over(painted: Field, distance: Field, hounsfield: float, ramp: float) -> Field:
    share = coverage(distance, ramp)
    return np.asarray(painted + share * (np.float32(hounsfield) - painted), dtype=np.float32)


def _from_axis(x: Field, y: Field) -> Field:
    return np.asarray(np.sqrt(x * x + y * y), dtype=np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesion:
    """One ellipsoid of uniform density inside a block of spongy bone, fat around it."""

    centre: Triple
    semi_axes: Triple
    hounsfield: float

    @property
    def volume_mm3(self) -> float:
        a, b, c = self.semi_axes
        return 4 / 3 * pi * a * b * c

    def __call__(self, x: Field, y: Field, z: Field, ramp: float) -> Field:
        painted = np.full(np.broadcast_shapes(x.shape, y.shape, z.shape), FAT_HU, np.float32)
        painted = _over(painted, _from_axis(x, y) - np.float32(BONE_RADIUS), SPONGIOSA_HU, ramp)
        distance = ellipsoid(x, y, z, centre=self.centre, semi_axes=self.semi_axes)
        return _over(painted, distance, self.hounsfield, ramp)


LYTIC_SPHERE = Lesion(centre=(2.3, -1.1, 0.8), semi_axes=(13.0, 13.0, 13.0), hounsfield=TUMOUR_HU)
LYTIC_ELLIPSOID = Lesion(centre=(-1.7, 2.2, -0.6), semi_axes=(9.0, 12.0, 18.0), hounsfield=TUMOUR_HU)
BLASTIC_SPHERE = Lesion(centre=(1.4, 0.9, -1.3), semi_axes=(11.0, 11.0, 11.0), hounsfield=SCLEROSIS_HU)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A vertebral body: flat endplates, both at `z` in the middle and leaning by `slope` mm per mm backwards."""

    lower_z: float
    lower_slope: float
    upper_z: float
    upper_slope: float

    def lower_at(self, y: float) -> float:
        return self.lower_z + self.lower_slope * y

    def upper_at(self, y: float) -> float:
        return self.upper_z + self.upper_slope * y

    def height_at(self, y: float) -> float:
        """Between the endplates along z."""
        return self.upper_at(y) - self.lower_at(y)

    def endplates_distance(self, y: Field, z: Field) -> Field:
        """Distance to the nearer endplate's plane, negative between both."""
        top = (z - self.upper_z - self.upper_slope * y) / hypot(1, self.upper_slope)
        bottom = (self.lower_z + self.lower_slope * y - z) / hypot(1, self.lower_slope)
        return np.asarray(np.maximum(top, bottom), dtype=np.float32)


HALF_WIDTH, HALF_DEPTH = 21.0, 16.0
INTACT_MM, DISC_MM = 28.0, 11.0
ANTERIOR_Y, POSTERIOR_Y = -11.0, 11.0
"""Where the heights are measured: 5 mm within the walls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spine:
    """Three vertebral bodies; the middle one has lost height, the others none.

    `endplate_mm` is the thickness of a dense layer under each endplate (0: none).
    """

    above: Body
    middle: Body
    below: Body
    endplate_mm: float = 0.0

    @property
    def bodies(self) -> Sequence[Body]:
        return self.above, self.middle, self.below

    def loss_percent_at(self, y: float) -> float:
        reference = (self.above.height_at(y) + self.below.height_at(y)) / 2
        return 100 * (1 - self.middle.height_at(y) / reference)

    def __call__(self, x: Field, y: Field, z: Field, ramp: float) -> Field:
        painted = np.full(np.broadcast_shapes(x.shape, y.shape, z.shape), FAT_HU, np.float32)
        painted = _over(painted, _from_axis(x, y) - np.float32(SOFT_TISSUE_RADIUS), MUSCLE_HU, ramp)
        wall = superellipse(x, y, half_width=np.float32(HALF_WIDTH), half_depth=np.float32(HALF_DEPTH))  # type: ignore[arg-type]
        painted = _over(painted, wall, DISC_HU, ramp)
        for body in self.bodies:
            endplates = body.endplates_distance(y, z)
            distance = np.maximum(endplates, wall)
            if self.endplate_mm:
                painted = _over(painted, distance, ENDPLATE_HU, ramp)
                inner = np.maximum(distance, endplates + np.float32(self.endplate_mm))
                painted = _over(painted, inner, SPONGIOSA_HU, ramp)
            else:
                painted = _over(painted, distance, SPONGIOSA_HU, ramp)
        return painted


def spine(*, anterior_loss: float = 0.40, posterior_loss: float = 0.10, endplate_mm: float = 0.0) -> Spine:
    """The middle body's upper endplate is pressed in: by shares of the intact height, in front and at the back.

    The neighbours lean a little, as vertebrae do, so that no endplate is parallel to a slice.
    """
    lean = 0.05
    lower = -INTACT_MM / 2
    front, back = INTACT_MM * (1 - anterior_loss), INTACT_MM * (1 - posterior_loss)
    slope = (back - front) / (POSTERIOR_Y - ANTERIOR_Y)
    top = lower + (front + back) / 2
    foot = INTACT_MM / 2 + DISC_MM
    return Spine(
        above=Body(lower_z=foot, lower_slope=lean, upper_z=foot + INTACT_MM, upper_slope=lean),
        middle=Body(lower_z=lower, lower_slope=0.02, upper_z=top, upper_slope=0.02 + slope),
        below=Body(lower_z=-foot - INTACT_MM, lower_slope=-lean, upper_z=-foot, upper_slope=-lean),
        endplate_mm=endplate_mm,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Shaft:
    """A long bone along z: marrow in an oval tube of cortex, a sector of which is replaced by tumour.

    `semi_axes` of the outer surface; the inner one has the same shape. The sector goes from `from_degrees`
    counter-clockwise (seen from the head, x to the right of the page and y up) over `gone_degrees`, and reaches
    `half_length` up and down.
    """

    semi_axes: tuple[float, float]
    inner_share: float = 0.6
    from_degrees: float = 20.0
    gone_degrees: float = 120.0
    half_length: float = 15.0

    @property
    def gone_percent(self) -> float:
        """Of the length of the outer outline, by adding up short chords (exact for a circle)."""
        turns = np.radians(np.linspace(0, 360, 36_001))
        a, b = self.semi_axes
        radius = 1 / np.sqrt((np.cos(turns) / a) ** 2 + (np.sin(turns) / b) ** 2)
        chords = np.hypot(np.diff(radius * np.cos(turns)), np.diff(radius * np.sin(turns)))
        middle = np.degrees((turns[1:] + turns[:-1]) / 2)
        gone = (middle - self.from_degrees) % 360 < self.gone_degrees
        return float(100 * chords[gone].sum() / chords.sum())

    def __call__(self, x: Field, y: Field, z: Field, ramp: float) -> Field:
        shape = np.broadcast_shapes(x.shape, y.shape, z.shape)
        painted = np.full(shape, FAT_HU, np.float32)
        painted = _over(painted, _from_axis(x, y) - np.float32(SOFT_TISSUE_RADIUS), MUSCLE_HU, ramp)
        outer, inner = self._oval(x, y, 1.0), self._oval(x, y, self.inner_share)
        painted = _over(painted, outer, CORTEX_HU, ramp)
        lesion = np.maximum(np.maximum(outer, self._sector(x, y)), np.abs(z) - np.float32(self.half_length))
        painted = _over(painted, lesion.astype(np.float32), TUMOUR_HU, ramp)
        return _over(painted, inner, MARROW_HU, ramp)

    def _oval(self, x: Field, y: Field, share: float) -> Field:
        a, b = (share * axis for axis in self.semi_axes)
        return ellipsoid(x, y, np.zeros_like(x), centre=(0, 0, 0), semi_axes=(a, b, 1e3))

    def _sector(self, x: Field, y: Field) -> Field:
        """Negative between the two half-planes (up to 180 degrees apart)."""
        start, end = radians(self.from_degrees), radians(self.from_degrees + self.gone_degrees)
        before = x * np.float32(sin(start)) - y * np.float32(cos(start))
        behind = y * np.float32(cos(end)) - x * np.float32(sin(end))
        joined = np.maximum(before, behind) if self.gone_degrees <= 180 else np.minimum(before, behind)
        return np.asarray(joined, dtype=np.float32)


ROUND_SHAFT = Shaft(semi_axes=(14.0, 14.0))
OVAL_SHAFT = Shaft(semi_axes=(17.0, 13.0), from_degrees=-35.0)
