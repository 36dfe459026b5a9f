"""Closed contours in a plane: (n, 2) corners in mm, the last one joined to the first."""

import numpy as np
import numpy.typing as npt

from lesion_model.errors import GeometryError, Problem
from lesion_model.measurement.vectors import Rows

FEWEST_CORNERS = 3
MOST_CORNERS = 2_000  # every pair of edges is compared; a contour drawn by hand has some hundreds
SAME_CORNER_MM = 1e-6
SMALLEST_MM2 = 0.01  # a tenth of a mm square: smaller is a line, or not in mm
_POINTS_AT_ONCE = 256  # keeps the table of points and edges small

Flags = npt.NDArray[np.bool_]


def polygon(field: str, corners: Rows) -> Rows:
    """The corners without repetitions, counter-clockwise; the last one is not the first one again.

    Raises `GeometryError` for too few or too many corners, no area, or an outline that crosses itself.
    """
    if len(corners) > MOST_CORNERS:
        raise GeometryError([Problem(field=field, detail=f"at most {MOST_CORNERS} points")])
    kept = corners[np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1) > SAME_CORNER_MM]
    if len(kept) < FEWEST_CORNERS:
        raise GeometryError([Problem(field=field, detail=f"{FEWEST_CORNERS} different points or more are needed")])
    if crossing(kept, kept) is not None:
        raise GeometryError([Problem(field=field, detail="the outline must not cross itself")])
    if abs(_signed_area(kept)) < SMALLEST_MM2:
        raise GeometryError([Problem(field=field, detail=f"encloses less than {SMALLEST_MM2:g} mm²")])
    counter_clockwise: Rows = kept if _signed_area(kept) > 0 else kept[::-1]
    return counter_clockwise


def area_mm2(outline: Rows) -> float:
    return abs(_signed_area(outline))


def perimeter_mm(outline: Rows) -> float:
    return float(np.linalg.norm(ends(outline) - outline, axis=1).sum())


def ends(outline: Rows) -> Rows:
    """Where the edge that starts at each corner ends."""
    return np.roll(outline, -1, axis=0)


def centroid(outline: Rows) -> Rows:
    """(2,): the centre of the enclosed area."""
    start, end = outline - outline[0], ends(outline) - outline[0]
    weights = cross(start, end)
    centre: Rows = outline[0] + ((start + end) * weights[:, None]).sum(axis=0) / (3 * weights.sum())
    return centre


def contains(outline: Rows, points: Rows) -> Flags:
    """(n,): whether each point is inside, by the parity of crossings; on the outline itself it is either."""
    parts = [
        _contains(outline, points[first : first + _POINTS_AT_ONCE]) for first in range(0, len(points), _POINTS_AT_ONCE)
    ]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=bool)


def crossing(one: Rows, other: Rows) -> Rows | None:
    """(2,): a place where an edge of one goes through an edge of the other; touching is not crossing."""
    start, end = other, ends(other)
    for first, last in zip(one, ends(one), strict=True):
        sides = cross(last - first, start - first), cross(last - first, end - first)
        apart = sides[0] * sides[1] < 0
        near, far = start[apart], end[apart]
        before, after = cross(far - near, first - near), cross(far - near, last - near)
        through = before * after < 0
        if through.any():
            part = (before[through] / (before[through] - after[through]))[0]
            place: Rows = first + part * (last - first)
            return place
    return None


def nearest(points: Rows, outline: Rows) -> tuple[Rows, Rows]:
    """(n, 2) and (n,): the nearest place of the outline to each point, and how far it is in mm."""
    along = ends(outline) - outline
    part = ((points[:, None] - outline) * along).sum(axis=-1) / (along * along).sum(axis=-1)
    candidates = outline + np.clip(part, 0, 1)[..., None] * along
    distances = np.linalg.norm(candidates - points[:, None], axis=-1)
    best = distances.argmin(axis=1)
    every = np.arange(len(points))
    return candidates[every, best], distances[every, best]


def around(outline: Rows, count: int) -> Rows:
    """(count, 2): points at equal steps along the outline, from half a step after its first corner."""
    lengths = np.linalg.norm(ends(outline) - outline, axis=1)
    reached = np.concatenate(((0.0,), np.cumsum(lengths)))
    wanted = (np.arange(count) + 0.5) / count * reached[-1]
    edge = np.minimum(np.searchsorted(reached, wanted, side="right") - 1, len(outline) - 1)
    part = (wanted - reached[edge]) / lengths[edge]
    points: Rows = outline[edge] + part[:, None] * (ends(outline) - outline)[edge]
    return points


def cross(one: Rows, other: Rows) -> Rows:
    """The third component of the cross product, row by row."""
    product: Rows = one[..., 0] * other[..., 1] - one[..., 1] * other[..., 0]
    return product


def _signed_area(outline: Rows) -> float:
    local = outline - outline[0]
    return float(cross(local, ends(local)).sum() / 2)


def _contains(outline: Rows, points: Rows) -> Flags:
    start, end = outline[None], ends(outline)[None]
    at = points[:, None]
    spans = (start[..., 1] > at[..., 1]) != (end[..., 1] > at[..., 1])
    rise = np.where(spans, end[..., 1] - start[..., 1], 1.0)
    crossing = start[..., 0] + (at[..., 1] - start[..., 1]) / rise * (end[..., 0] - start[..., 0])
    inside: Flags = (spans & (at[..., 0] < crossing)).sum(axis=1) % 2 == 1
    return inside
