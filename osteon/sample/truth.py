"""What is true of the phantoms: the numbers a measurement on them must find again."""

import math
from dataclasses import dataclass

from osteon.sample.solids import Point


@dataclass(frozen=True, slots=True, kw_only=True)
class HeightLine:
    """One vertebral height: the two landmarks (mm LPS) and their distance."""

    upper: Point
    lower: Point

    @property
    def height(self) -> float:
        """mm, along the line"""
        return math.dist(self.upper, self.lower)


@dataclass(frozen=True, slots=True, kw_only=True)
class VertebraTruth:
    """Heights of one vertebral body in the mid-sagittal plane.

    The anterior line runs 4 mm behind the anterior wall, the posterior line 3 mm in front of the
    posterior wall, the middle line through the middle of the body: on the rim's flat parts and at
    the endplates' deepest points, where a reader would put the calliper.
    """

    level: str
    anterior: HeightLine
    middle: HeightLine
    posterior: HeightLine


@dataclass(frozen=True, slots=True, kw_only=True)
class EllipsoidTruth:
    """A lytic hole: an ellipsoid of revolution."""

    centre: Point
    long_axis: tuple[Point, Point]
    """Its two ends, mm LPS."""
    short_diameter: float
    """mm, the same in every direction across the long axis"""

    @property
    def long_diameter(self) -> float:
        """mm"""
        return math.dist(*self.long_axis)

    @property
    def volume(self) -> float:
        """mm³"""
        return math.pi / 6 * self.long_diameter * self.short_diameter**2


@dataclass(frozen=True, slots=True, kw_only=True)
class SpineTruth:
    """The collapsed vertebra, its two neighbours, and the hole in its body."""

    above: VertebraTruth
    collapsed: VertebraTruth
    below: VertebraTruth
    hole: EllipsoidTruth
    posterior_wall_at_pedicle: Point
    """Where the left pedicle leaves the body (mm LPS): the hole reaches past this point."""

    @property
    def anterior_height_loss(self) -> float:
        """Share (0-1): 1 − anterior height ÷ mean anterior height of the two neighbours."""
        expected = (self.above.anterior.height + self.below.anterior.height) / 2
        return 1 - self.collapsed.anterior.height / expected


@dataclass(frozen=True, slots=True, kw_only=True)
class FemurTruth:
    """A lytic lesion that eats the lateral cortex of the shaft from inside."""

    lesion: EllipsoidTruth
    shaft_axis: Point
    """The shaft's centre in the worst plane, mm LPS; the shaft runs along z there."""
    outer_radius: float
    inner_radius: float
    lesser_trochanter: Point
    """Its centre, mm LPS."""

    @property
    def cortical_thickness(self) -> float:
        """mm, where it is intact"""
        return self.outer_radius - self.inner_radius

    @property
    def offset(self) -> float:
        """mm from the shaft's axis to the lesion's, towards the patient's left (lateral)"""
        return self.lesion.centre[0] - self.shaft_axis[0]

    @property
    def destroyed_thickness(self) -> float:
        """mm at the deepest point of the worst plane"""
        return self.offset + self.lesion.short_diameter / 2 - self.inner_radius

    @property
    def thickness_share(self) -> float:
        """Share (0-1) of the cortical thickness destroyed at the worst point: Mirels' cortical fraction."""
        return self.destroyed_thickness / self.cortical_thickness

    @property
    def circumference_share(self) -> float:
        """Share (0-1) of the inner circumference that is eroded at all, in the worst plane."""
        radius, reach = self.inner_radius, self.lesion.short_diameter / 2
        cosine = (radius**2 + self.offset**2 - reach**2) / (2 * radius * self.offset)
        return math.acos(cosine) / math.pi

    @property
    def bone_width_share(self) -> float:
        """Share (0-1) of the bone's diameter taken by the lesion: Mirels' other denominator."""
        return self.lesion.short_diameter / (2 * self.outer_radius)

    @property
    def below_lesser_trochanter(self) -> float:
        """mm from the lesser trochanter's centre down to the worst plane (subtrochanteric: up to 50)"""
        return self.lesser_trochanter[2] - self.lesion.centre[2]
