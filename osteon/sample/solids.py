"""Solids as signed distances in mm (negative inside), the bricks the phantoms are built of.

Coordinates come as three arrays that broadcast against each other; every function is pure.
"""

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]
Point = tuple[float, float, float]

NEARLY_ZERO = 1e-3


def smoothstep(low: float, high: float, value: Field) -> Field:
    """0 below `low`, 1 above `high`, smooth and point-symmetric between."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), dtype=np.float32)


def coverage(distance: Field, ramp: float) -> Field:
    """Share of a voxel that lies inside: exactly one half where the surface crosses its centre."""
    return np.asarray(np.clip(0.5 - distance / ramp, 0, 1), dtype=np.float32)


def ellipsoid(x: Field, y: Field, z: Field, *, centre: Point, semi_axes: Point) -> Field:
    """Distance along the ray from the centre: exact on the surface and on the axes."""
    dx, dy, dz = x - centre[0], y - centre[1], z - centre[2]
    scaled = np.sqrt((dx / semi_axes[0]) ** 2 + (dy / semi_axes[1]) ** 2 + (dz / semi_axes[2]) ** 2)
    shortest = min(semi_axes)
    radius = np.sqrt(dx**2 + dy**2 + dz**2)
    return np.where(scaled > NEARLY_ZERO, radius * (1 - 1 / np.maximum(scaled, NEARLY_ZERO)), -shortest).astype(
        np.float32
    )


def capsule(x: Field, y: Field, z: Field, *, start: Point, end: Point, radius: float, tall: float = 1.0) -> Field:
    """A rod with round ends; `tall` stretches its section along z (2 = twice as high as wide)."""
    ax, ay, az = start[0], start[1], start[2] / tall
    bx, by, bz = end[0] - ax, end[1] - ay, end[2] / tall - az
    px, py, pz = x - ax, y - ay, z / tall - az
    along = np.clip((px * bx + py * by + pz * bz) / (bx * bx + by * by + bz * bz), 0, 1)
    gap = np.sqrt((px - along * bx) ** 2 + (py - along * by) ** 2 + (pz - along * bz) ** 2)
    return np.asarray(gap - radius, dtype=np.float32)


def superellipse(x: Field, y: Field, *, half_width: Field, half_depth: Field, power: float = 2.5) -> Field:
    """Distance to a rounded rectangle in the xy plane, measured along the ray from the origin."""
    norm = ((np.abs(x) / half_width) ** power + (np.abs(y) / half_depth) ** power) ** (1 / power)
    radius = np.sqrt(x * x + y * y)
    return np.where(norm > NEARLY_ZERO, radius * (1 - 1 / np.maximum(norm, NEARLY_ZERO)), -10.0).astype(np.float32)


def smooth_union(first: Field, second: Field, *, blend: float) -> Field:
    """The union, its inner corner filled; unchanged where the two differ by more than `blend` mm."""
    overlap = np.maximum(blend - np.abs(first - second), 0) / blend
    return np.asarray(np.minimum(first, second) - overlap * overlap * blend / 4, dtype=np.float32)
