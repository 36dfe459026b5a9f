"""The plane that contours were drawn on: from patient space to two dimensions and back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lesion_model.errors import GeometryError, Problem
from lesion_model.geometry import Point
from lesion_model.measurement.vectors import Rows, Vector, point, rows

# Points drawn on one image lie on its plane up to the rounding of coordinates; the nearest other image of a
# series is half a mm away or more.
OFF_PLANE_MM = 0.25
FEWEST_POINTS = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DrawingPlane:
    """`origin`, and two unit vectors at right angles that span the plane; mm, LPS."""

    origin: Vector
    across: Vector
    down: Vector

    def flat(self, points: Sequence[Point]) -> Rows:
        """(n, 2), mm along `across` and `down`."""
        return (rows(points) - self.origin) @ np.stack((self.across, self.down), axis=1)

    def point(self, at: Vector) -> Point:
        """Back to patient space; `at`: (2,), mm along `across` and `down`."""
        return point(self.origin + at[0] * self.across + at[1] * self.down)


def plane_of(contours: Mapping[str, Sequence[Point]]) -> DrawingPlane:
    """The one plane of all contours together.

    Raises `GeometryError` with the name of a contour that leaves it, or that has too few points.
    """
    for name, contour in contours.items():
        if len(contour) < FEWEST_POINTS:
            raise GeometryError([Problem(field=name, detail=f"{FEWEST_POINTS} points or more are needed")])
    together = np.concatenate([rows(contour) for contour in contours.values()])
    origin: Vector = together.mean(axis=0)
    across, down, normal = np.linalg.svd(together - origin, full_matrices=False)[2]
    problems = tuple(
        Problem(field=name, detail=f"not within {OFF_PLANE_MM:g} mm of one plane with the other points")
        for name, contour in contours.items()
        if float(np.abs((rows(contour) - origin) @ normal).max()) > OFF_PLANE_MM
    )
    if problems:
        raise GeometryError(problems)
    return DrawingPlane(origin=origin, across=across, down=down)
