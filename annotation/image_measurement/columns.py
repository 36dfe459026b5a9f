"""Columns of voxels around a place, along the axis of the images that is nearest to a direction.

Along a column the densities are the scanner's own, with no interpolation from slice to slice: what an edge does to
thick slices is seen there undisturbed. Columns across slices follow the normal, along which slices average, even
where a tilted gantry stacks them otherwise; pixels are interpolated within their slice for that.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from annotation.image_measurement.ct_volume import CtVolume
from annotation.image_measurement.grid import Grid
from annotation.image_measurement.profile import interpolated
from lesion_model.errors import GeometryError, Problem
from lesion_model.measurement.vectors import Rows, Vector

DIMENSIONS = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Columns:
    """`densities`: (voxels along, columns); `across`: (columns, 2), indices along the two other axes.

    `axis` is 0 for slice, 1 for row, 2 for column. Voxels count outwards with `towards` = 1, inwards with -1;
    `at` is where the middle place is along the axis. `length_mm`: from a voxel to the next one; `reach`: how many
    voxels one voxel averages over (more than one where slices overlap). Indices are those of `grid`, which is the
    grid of the images but for a tilt.
    """

    grid: Grid

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
    index = volume.grid.to_indices(patch.place[None])[0]
    if (index < 0).any() or (index > np.array(volume.grid.shape) - 1).any():
        raise GeometryError([Problem(field="points", detail="lie outside the images")])
    grid = _straight(volume.grid, patch.place, index)
    lengths = np.linalg.norm(grid.steps, axis=1)
    cosines = grid.steps @ direction / lengths
    axis = int(np.abs(cosines).argmax())
    others = [other for other in range(DIMENSIONS) if other != axis]
    across = _within(grid, index[others], others, patch)
    return Columns(
        grid=grid,
        axis=axis,
        towards=1 if cosines[axis] > 0 else -1,
        at=float(index[axis]),
        densities=_densities(volume, grid, axis, across),
        across=across.astype(np.float64),
        length_mm=float(lengths[axis]),
        reach=max(1.0, volume.thickness_mm / grid.slice_distance_mm) if axis == 0 else 1.0,
    )


def _straight(grid: Grid, place: Vector, index: Rows) -> Grid:
    """The same slices, stacked along their normal; unmoved at the place."""
    steps = np.stack((grid.slice_distance_mm * grid.normal, grid.steps[1], grid.steps[2]))
    return Grid(origin=place - index @ steps, steps=steps, shape=grid.shape)


def _densities(volume: CtVolume, grid: Grid, axis: int, across: npt.NDArray[np.intp]) -> Rows:
    """(voxels along, columns)."""
    count = grid.shape[axis]
    indices = np.empty((count, len(across), DIMENSIONS))
    indices[..., axis] = np.arange(count)[:, None]
    indices[..., [other for other in range(DIMENSIONS) if other != axis]] = across[None]
    in_images = volume.grid.to_indices(grid.to_patient(indices.reshape(-1, DIMENSIONS)))
    return interpolated(volume, in_images).reshape(count, len(across))


def _within(grid: Grid, middle: Rows, others: list[int], patch: Patch) -> npt.NDArray[np.intp]:
    """(n, 2): indices across, of voxels in the patch."""
    steps = grid.steps[others]
    spans = np.ceil(max(patch.wide_mm, patch.narrow_mm) / np.linalg.norm(steps, axis=1)).astype(int) + 1
    counts = np.array(grid.shape)[others]
    ranges = [
        np.arange(max(0, round(at) - span), min(count, round(at) + span + 1))
        for at, span, count in zip(middle, spans, counts, strict=True)
    ]
    found = np.stack(np.meshgrid(*ranges, indexing="ij"), axis=-1).reshape(-1, 2)
    off = (found - middle) @ steps
    wide = off @ patch.wide
    narrow = np.linalg.norm(off - wide[:, None] * patch.wide, axis=1)
    return np.asarray(found[(wide / patch.wide_mm) ** 2 + (narrow / patch.narrow_mm) ** 2 <= 1], dtype=np.intp)
