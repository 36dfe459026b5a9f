"""Vertebral bodies of known shape, and what turns or spoils them."""

from collections.abc import Callable
from dataclasses import fields

import numpy as np

from lesion_model.geometry import Point
from lesion_model.measurement.landmarks import VertebralLandmarks
from lesion_model.measurement.vectors import Rows, Vector, vector

DEPTH_MM = 30.0


def corners(anterior: float, middle: float, posterior: float, *, z: float = 0.0) -> dict[str, Point]:
    """Landmarks of a body with these heights, symmetric about its mid-plane at `z`, 30 mm deep; mm, LPS."""
    places = {"anterior": (-DEPTH_MM / 2, anterior), "middle": (0.0, middle), "posterior": (DEPTH_MM / 2, posterior)}
    return {
        f"{endplate}_{wall}": Point(x=0.0, y=y, z=z + sign * height / 2)
        for endplate, sign in (("upper", 1), ("lower", -1))
        for wall, (y, height) in places.items()
    }


def body(
    anterior: float = 24.0, middle: float = 24.0, posterior: float = 24.0, *, z: float = 0.0
) -> VertebralLandmarks:
    return VertebralLandmarks(**corners(anterior, middle, posterior, z=z))


def mapped(landmarks: VertebralLandmarks, change: Callable[[Vector], Vector]) -> VertebralLandmarks:
    """The same landmarks after a change of their coordinates."""
    points = {each.name: change(vector(getattr(landmarks, each.name))) for each in fields(landmarks)}
    return VertebralLandmarks(
        **{name: Point(x=float(at[0]), y=float(at[1]), z=float(at[2])) for name, at in points.items()}
    )


def turn(axis: int, degrees: float) -> Rows:
    """Right-handed rotation about the x (0), y (1) or z (2) axis; (3, 3)."""
    angle = np.radians(degrees)
    first, second = (axis + 1) % 3, (axis + 2) % 3
    matrix: Rows = np.eye(3)
    matrix[first, first] = matrix[second, second] = np.cos(angle)
    matrix[second, first] = np.sin(angle)
    matrix[first, second] = -np.sin(angle)
    return matrix
