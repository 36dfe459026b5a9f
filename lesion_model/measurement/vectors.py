"""Points of patient space as rows of numbers, for the arithmetic of measurements."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from lesion_model.errors import GeometryError, Problem
from lesion_model.geometry import Point

Vector = npt.NDArray[np.float64]  # (3,): mm, LPS
Rows = npt.NDArray[np.float64]  # (n, 3): mm, LPS; or (n, 2): mm, in a plane

LEFT = (1.0, 0.0, 0.0)
BACK = (0.0, 1.0, 0.0)
HEAD = (0.0, 0.0, 1.0)


def vector(point: Point) -> Vector:
    return np.array((point.x, point.y, point.z), dtype=np.float64)


def rows(points: Sequence[Point]) -> Rows:
    """(n, 3), mm, LPS, in the order given."""
    return np.array([(point.x, point.y, point.z) for point in points], dtype=np.float64).reshape(-1, 3)


def point(coordinates: Vector) -> Point:
    """Raises `GeometryError` outside the patient's coordinate system."""
    x, y, z = (float(coordinate) for coordinate in coordinates)
    return Point(x=x, y=y, z=z)


def unit(direction: Vector, field: str) -> Vector:
    """The same direction, one mm long. Raises `GeometryError` for one that has no length."""
    length = float(np.linalg.norm(direction))
    if not np.isfinite(length) or length == 0:
        raise GeometryError([Problem(field=field, detail="has no direction: its ends are the same point")])
    return direction / length


def refuse(problems: Iterable[Problem]) -> None:
    """Raise `GeometryError` if there is any problem."""
    found = tuple(problems)
    if found:
        raise GeometryError(found)
