"""Columns of voxels around a place, along the axis of the images that is nearest to a direction.

Along a column the densities are the scanner's own, with no interpolation across: what an edge does to thick slices
is seen there undisturbed.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from annotation.image_measurement.ct_volume import CtVolume
from lesion_model.errors import GeometryError, Problem
from lesion_model.measurement.vectors import Rows, Vector

DIMENSIONS = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Columns:
    """`densities`: (voxels along, columns); `across`: (columns, 2), indices along the two other axes.

    `axis` is 0 for slice, 1 for row, 2 for column. Voxels count outwards with `towards` = 1, inwards with -1;
    `at` is where the middle place is along the axis. `length_mm`: from a voxel to the next one; `reach`: how many
    voxels one voxel averages over (more than one where slices overlap).
    """

    axis: int
    towards: int
    at: float
    densities: Rows
    across: Rows
    length_mm: float
    reach: float

    @property
    def others(self) -> list[int]:
        """The two axes across."""
        return [other for other in range(DIMENSIONS) if other != self.axis]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Patch:
    """An oval around a place: `wide_mm` to each side along the unit vector `wide`, `narrow_mm` at right angles."""

    place: Vector
    wide: Vector
    wide_mm: float
    narrow_mm: float


def columns_around(volume: CtVolume, patch: Patch, direction: Vector) -> Columns:
    """All columns that begin in a patch (mm, LPS). Raises `GeometryError` for a place outside the images."""
    lengths = np.linalg.norm(volume.grid.steps, axis=1)
    cosines = volume.grid.steps @ direction / lengths
    axis = int(np.abs(cosines).argmax())
    others = [other for other in range(DIMENSIONS) if other != axis]
    index = volume.grid.to_indices(patch.place[None])[0]
    if (index < 0).any() or (index > np.array(volume.grid.shape) - 1).any():
        raise GeometryError([Problem(field="points", detail="lie outside the images")])
    across = _within(volume, index[others], others, patch)
    along = np.moveaxis(volume.hounsfield, axis, 0)
    averaged = volume.thickness_mm / volume.grid.slice_distance_mm if axis == 0 else 1.0
    return Columns(
        axis=axis,
        towards=1 if cosines[axis] > 0 else -1,
        at=float(index[axis]),
        densities=along[:, across[:, 0], across[:, 1]].astype(np.float64),
        across=across.astype(np.float64),
        length_mm=float(lengths[axis]),
        reach=max(1.0, averaged),
    )


def _within(volume: CtVolume, middle: Rows, others: list[int], patch: Patch) -> npt.NDArray[np.intp]:
    """(n, 2): indices across, of voxels in the patch."""
    steps = volume.grid.steps[others]
    spans = np.ceil(max(patch.wide_mm, patch.narrow_mm) / np.linalg.norm(steps, axis=1)).astype(int) + 1
    counts = np.array(volume.grid.shape)[others]
    ranges = [
        np.arange(max(0, round(at) - span), min(count, round(at) + span + 1))
        for at, span, count in zip(middle, spans, counts, strict=True)
    ]
    found = np.stack(np.meshgrid(*ranges, indexing="ij"), axis=-1).reshape(-1, 2)
    off = (found - middle) @ steps
    wide = off @ patch.wide
    narrow = np.linalg.norm(off - wide[:, None] * patch.wide, axis=1)
    return np.asarray(found[(wide / patch.wide_mm) ** 2 + (narrow / patch.narrow_mm) ** 2 <= 1], dtype=np.intp)
