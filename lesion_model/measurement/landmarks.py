"""The six landmarks of a vertebral body, as in quantitative morphometry (Genant, J Bone Miner Res 1993;8:1137-48).

They lie on a sagittal plane through the middle of the body: one on each endplate at the anterior wall, in the
middle, and at the posterior wall.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import numpy as np

from lesion_model.errors import Problem
from lesion_model.geometry import Point
from lesion_model.measurement.vectors import BACK, HEAD, LEFT, Rows, Vector, refuse, rows, vector

# Points picked on one reformatted image lie on its plane exactly; picked on neighbouring sagittal images of a
# spine CT they are 1 to 3 mm apart.
OUT_OF_PLANE_MM = 3.0
# The plane of the landmarks faces left: a rotated or scoliotic vertebra is turned by less than 45 degrees.
LEAST_FACING_LEFT = float(np.cos(np.radians(45)))
# The tallest lumbar bodies are about 35 mm high. The tallest wall of a collapsed body is above 3 mm; a body of
# 20 to 35 mm whose coordinates are in cm is below 4 and mostly below 3.
SHORTEST_MM = 3.0
TALLEST_MM = 60.0
# Endplates are 12 to 45 mm deep from front to back, so that in cm they are below 5, also those of a tall body.
SHALLOWEST_MM = 5.0


class Wall(Enum):
    """Where a height is measured."""

    ANTERIOR = "anterior"
    MIDDLE = "middle"
    POSTERIOR = "posterior"


@dataclass(frozen=True, slots=True, kw_only=True)
class VertebralLandmarks:
    """Six points in mm, LPS; `upper` is on the endplate towards the head.

    Raises `GeometryError` when they cannot be those of one vertebral body in these units and axes.
    """

    upper_anterior: Point
    upper_middle: Point
    upper_posterior: Point
    lower_anterior: Point
    lower_middle: Point
    lower_posterior: Point

    def __post_init__(self) -> None:
        refuse(self._unit_problems())
        refuse((*self._order_problems(), *self._plane_problems()))

    @property
    def upper(self) -> tuple[Point, Point, Point]:
        """The upper endplate, from front to back."""
        return self.upper_anterior, self.upper_middle, self.upper_posterior

    @property
    def lower(self) -> tuple[Point, Point, Point]:
        """The lower endplate, from front to back."""
        return self.lower_anterior, self.lower_middle, self.lower_posterior

    @property
    def middle_z(self) -> float:
        """How far towards the head the middle of the body is, in mm."""
        return float(rows((*self.upper, *self.lower))[:, 2].mean())

    def height_mm(self, wall: Wall) -> float:
        """Distance between the two landmarks of one wall, in mm."""
        place = tuple(Wall).index(wall)
        return float(np.linalg.norm(vector(self.upper[place]) - vector(self.lower[place])))

    def _unit_problems(self) -> Iterator[Problem]:
        heights = {wall: self.height_mm(wall) for wall in Wall}
        if max(heights.values()) < SHORTEST_MM:
            detail = f"no height reaches {SHORTEST_MM:g} mm: coordinates must be in mm, not cm"
            yield Problem(field="", detail=detail)
        for wall, height in heights.items():
            if height > TALLEST_MM:
                detail = f"a height above {TALLEST_MM:g} mm: coordinates must be in mm, of one vertebra"
                yield Problem(field=f"upper_{wall.value}", detail=detail)

        for endplate, points in (("upper", self.upper), ("lower", self.lower)):
            if float(np.linalg.norm(vector(points[2]) - vector(points[0]))) < SHALLOWEST_MM:
                detail = (
                    f"must be {SHALLOWEST_MM:g} mm or more from the posterior one: coordinates must be in mm, not cm"
                )
                yield Problem(field=f"{endplate}_anterior", detail=detail)

    def _order_problems(self) -> Iterator[Problem]:
        upper, lower = rows(self.upper), rows(self.lower)
        across = upper - lower
        axis = across.mean(axis=0)
        if axis @ HEAD <= 0:
            yield Problem(field="", detail="the upper endplate is below the lower one: z must increase to the head")
        else:
            for wall, height in zip(Wall, across, strict=True):
                if height @ axis <= 0:
                    detail = "must be above the landmark of the lower endplate"
                    yield Problem(field=f"upper_{wall.value}", detail=detail)
        yield from _front_to_back_problems("upper", upper)
        yield from _front_to_back_problems("lower", lower)

    def _plane_problems(self) -> Iterator[Problem]:
        centred = rows((*self.upper, *self.lower))
        centred = centred - centred.mean(axis=0)
        normal: Vector = np.linalg.svd(centred)[2][-1]
        if float(np.abs(centred @ normal).max()) > OUT_OF_PLANE_MM:
            yield Problem(field="", detail=f"the landmarks must lie within {OUT_OF_PLANE_MM:g} mm of one plane")
        elif abs(float(normal @ LEFT)) < LEAST_FACING_LEFT:
            yield Problem(field="", detail="the landmarks must lie on a sagittal plane: x must increase to the left")


def _front_to_back_problems(endplate: str, points: Rows) -> Iterator[Problem]:
    """Anterior, middle, posterior follow each other towards the back."""
    backwards = points[2] - points[0]
    if backwards @ BACK <= 0:
        detail = "must be in front of the posterior landmark: y must increase to the back (LPS, not RAS)"
        yield Problem(field=f"{endplate}_anterior", detail=detail)
    elif not 0 < (points[1] - points[0]) @ backwards < backwards @ backwards:
        detail = "must be between the anterior and the posterior landmark"
        yield Problem(field=f"{endplate}_middle", detail=detail)
