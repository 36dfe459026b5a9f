"""Densities along a straight line through a volume, between its voxels by linear interpolation."""

from dataclasses import dataclass

import numpy as np

from annotation.image_measurement.ct_volume import CtVolume
from lesion_model.errors import GeometryError, Problem
from lesion_model.measurement.vectors import Rows, Vector

STEP_MM = 0.1
HALF_VOXEL = 0.5
NEIGHBOURS = (0, 1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Profile:
    """`at_mm`: (n,), even steps from the start of the line; `hounsfield`: (n,)."""

    at_mm: Rows
    hounsfield: Rows


def profile(volume: CtVolume, start: Vector, stop: Vector, *, half_width_mm: float = 0.0) -> Profile:
    """Along the line from `start` to `stop` (mm, LPS), in steps of 0.1 mm.

    With `half_width_mm` it is the mean of a square bundle of parallel lines that reaches so far to each side,
    which takes out noise. Raises `GeometryError` where the line leaves the images.
    """
    length = float(np.linalg.norm(stop - start))
    along = (stop - start) / length
    at_mm = np.arange(0, length + STEP_MM / 2, STEP_MM)
    places = start + at_mm[:, None] * along
    total = np.zeros(len(at_mm))
    offsets = _offsets(along, half_width_mm)
    for offset in offsets:
        total += sampled(volume, places + offset)
    return Profile(at_mm=at_mm, hounsfield=total / len(offsets))


def sampled(volume: CtVolume, points: Rows) -> Rows:
    """(n, 3), mm, LPS to (n,) HU. Up to half a voxel outside the outermost centres their values are continued."""
    indices = volume.grid.to_indices(points)
    last = np.array(volume.grid.shape) - 1
    if (indices < -HALF_VOXEL).any() or (indices > last + HALF_VOXEL).any():
        raise GeometryError([Problem(field="points", detail="lie outside the images")])
    return interpolated(volume, indices)


def interpolated(volume: CtVolume, indices: Rows) -> Rows:
    """(n, 3), (slice, row, column) to (n,) HU; the outermost voxels go on for ever."""
    last = np.array(volume.grid.shape) - 1
    indices = np.clip(indices, 0, last)
    low = np.minimum(indices.astype(np.intp), np.maximum(last - 1, 0))
    part = indices - low
    total = np.zeros(len(indices))
    for slices in NEIGHBOURS:
        for rows in NEIGHBOURS:
            for columns in NEIGHBOURS:
                corner = np.array((slices, rows, columns))
                weight = np.where(corner == 1, part, 1 - part).prod(axis=1)
                at = np.minimum(low + corner, last)
                total += weight * volume.hounsfield[at[:, 0], at[:, 1], at[:, 2]]
    return total


def _offsets(along: Vector, half_width_mm: float) -> Rows:
    """(n, 3): a square of points around the line, at right angles to it, about a pixel apart."""
    if half_width_mm == 0:
        return np.zeros((1, 3))
    helper = np.eye(3)[int(np.argmin(np.abs(along)))]
    one = np.cross(along, helper)
    one /= np.linalg.norm(one)
    other = np.cross(along, one)
    count = int(np.ceil(half_width_mm))
    sides = np.linspace(-half_width_mm, half_width_mm, 2 * count + 1)
    offsets: Rows = np.array([a * one + b * other for a in sides for b in sides])
    return offsets
