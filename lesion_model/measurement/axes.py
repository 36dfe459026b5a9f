"""How long a lesion is: along the bone, and along its own long and short axis in a plane."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lesion_model.errors import Problem
from lesion_model.geometry import Point
from lesion_model.measurement.drawing import DrawingPlane, plane_of
from lesion_model.measurement.measured import STEP_MM, Measured, measured
from lesion_model.measurement.polygons import ends, polygon
from lesion_model.measurement.vectors import Rows, Vector, refuse, rows, unit, vector

# Two points closer than this give no direction for the axis of a bone, whose parts are 30 mm long or more.
SHORTEST_AXIS_MM = 10.0
LONGEST_LESION_MM = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Diameter:
    """Between two points of the contour (the short axis: of the line across it); mm, LPS."""

    length_mm: Measured
    ends: tuple[Point, Point]


@dataclass(frozen=True, slots=True, kw_only=True)
class Axes:
    """`long`: the largest diameter in the plane. `short`: the largest one at right angles to it.

    As in RECIST 1.1 (Eur J Cancer 2009;45:228-47).
    """

    long: Diameter
    short: Diameter


def axial_length_mm(points: Sequence[Point], axis: tuple[Point, Point]) -> Measured:
    """Extent of the points along the bone's axis, given by any two points on it at least 10 mm apart.

    Of the involved cortex it is `axial_cortical_mm` (van der Linden 2004: more than 30 mm is at high risk in
    the femur). The points may come from several images. Raises `GeometryError` for an axis too short to have a
    sure direction, and for fewer than two points.
    """
    problems = []
    first, last = vector(axis[0]), vector(axis[1])
    if np.linalg.norm(last - first) < SHORTEST_AXIS_MM:
        problems.append(Problem(field="axis", detail=f"must be {SHORTEST_AXIS_MM:g} mm long or more, in mm"))
    if len(points) <= 1:
        problems.append(Problem(field="points", detail="2 points or more are needed"))
    refuse(problems)
    reached = rows(points) @ unit(last - first, "axis")
    return measured(float(np.ptp(reached)), STEP_MM)


def axes(contour: Sequence[Point]) -> Axes:
    """Long and short axis of one closed contour in mm, LPS.

    The long axis joins the two points farthest apart, even where it leaves the contour.
    Raises `GeometryError` for a contour that is not flat, or crosses itself.
    """
    plane = plane_of({"contour": contour})
    outline = polygon("contour", plane.flat(contour))
    first, last = _farthest(outline)
    long = _diameter(plane, first, last)
    if long.length_mm.unrounded > LONGEST_LESION_MM:
        refuse([Problem(field="contour", detail=f"longer than {LONGEST_LESION_MM:g} mm: coordinates must be in mm")])
    return Axes(long=long, short=_diameter(plane, *_widest(outline, unit(last - first, "contour"))))


def _farthest(outline: Rows) -> tuple[Vector, Vector]:
    """Of all pairs of corners: with the at most 2,000 corners of a contour no cleverer search is needed."""
    distances = np.linalg.norm(outline[:, None] - outline, axis=-1)
    first, last = np.unravel_index(int(distances.argmax()), distances.shape)
    return outline[first], outline[last]


def _widest(outline: Rows, along: Vector) -> tuple[Vector, Vector]:
    """Where the contour is widest at right angles to `along`.

    Between two corners the width changes linearly, so that it is greatest at a corner.
    """
    across = np.array((-along[1], along[0]))
    place, height = outline @ along, outline @ across
    next_place, next_height = ends(outline) @ along, ends(outline) @ across
    low, high = np.minimum(place, next_place), np.maximum(place, next_place)
    met = (low <= place[:, None]) & (place[:, None] <= high)
    run = np.where(next_place == place, 1.0, next_place - place)
    part = np.clip((place[:, None] - place) / run, 0, 1)
    heights = height + part * (next_height - height)
    top, bottom = np.where(met, heights, -np.inf).max(axis=1), np.where(met, heights, np.inf).min(axis=1)
    best = int((top - bottom).argmax())
    foot = place[best] * along
    return foot + bottom[best] * across, foot + top[best] * across


def _diameter(plane: DrawingPlane, first: Vector, last: Vector) -> Diameter:
    return Diameter(
        length_mm=measured(float(np.linalg.norm(last - first)), STEP_MM),
        ends=(plane.point(first), plane.point(last)),
    )
