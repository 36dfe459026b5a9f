"""Closed contours whose lengths and areas are known, on any plane of patient space."""

from collections.abc import Sequence

import numpy as np

from lesion_model.geometry import Point
from lesion_model.measurement.vectors import Rows
from tests.builders.vertebral_bodies import turn

AXIAL: Rows = np.eye(3)
OBLIQUE: Rows = turn(0, 35) @ turn(1, -20) @ turn(2, 50)
CORNERS = 360

Flat = Sequence[tuple[float, float]]


def on_plane(corners: Flat | Rows, frame: Rows = AXIAL, origin: tuple[float, float, float] = (0, 0, 0)) -> list[Point]:
    """Corners in mm, given along the first two columns of `frame` from `origin`."""
    places = np.asarray(corners, dtype=float) @ frame[:, :2].T + np.array(origin, dtype=float)
    return [Point(x=float(x), y=float(y), z=float(z)) for x, y, z in places]


def circle(radius: float, centre: tuple[float, float] = (0, 0), *, count: int = CORNERS) -> Rows:
    return ellipse(radius, radius, centre, count=count)


def ellipse(half_long: float, half_short: float, centre: tuple[float, float] = (0, 0), *, count: int = CORNERS) -> Rows:
    angles = 2 * np.pi * np.arange(count) / count
    corners: Rows = np.stack((half_long * np.cos(angles), half_short * np.sin(angles)), axis=1) + centre
    return corners


def sector(inner: float, outer: float, first_degrees: float, last_degrees: float) -> Rows:
    """A part of a ring about the origin; an `inner` of 0 would be a corner many times."""
    count = max(2, round(abs(last_degrees - first_degrees)))
    angles = np.radians(np.linspace(first_degrees, last_degrees, count + 1))
    around = np.stack((np.cos(angles), np.sin(angles)), axis=1)
    corners: Rows = np.concatenate((outer * around, inner * around[::-1]))
    return corners


def rectangle(width: float, height: float, centre: tuple[float, float] = (0, 0)) -> Rows:
    corners: Rows = np.array([(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]) * (width / 2, height / 2) + centre
    return corners
