"""The voxels of one volume that belong to something: a lesion, or bone to compare it with."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import SimpleITK

from annotation.image_measurement.ct_volume import grid_of
from annotation.image_measurement.grid import SAME_PLACE_MM, Grid
from lesion_model.errors import GeometryError, Problem
from lesion_model.measurement.vectors import refuse

sitk: Any = SimpleITK  # it carries no types

Flags = npt.NDArray[np.bool_]

DIMENSIONS = 3
DIRECTION_TOLERANCE = 1e-3
SPACING_TOLERANCE_MM = 1e-3
MIRRORED = (-1.0, -1.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Region:
    """`flags`: (slice, row, column), on the same voxels as the volume. Raises `GeometryError` for an empty one."""

    grid: Grid
    flags: Flags

    def __post_init__(self) -> None:
        if self.flags.dtype != np.bool_ or self.flags.shape != self.grid.shape:
            detail = "must be yes or no for each voxel of the image, in the order slice, row, column"
            raise GeometryError([Problem(field="mask", detail=detail)])
        if not self.flags.any():
            raise GeometryError([Problem(field="mask", detail="is empty: no voxel is marked")])

    @property
    def voxels(self) -> int:
        return int(self.flags.sum())

    @property
    def touches_edge(self) -> bool:
        """Whether it reaches the first or last slice, row or column: part of it may lie outside the images."""
        return any(bool(np.take(self.flags, (0, -1), axis=axis).any()) for axis in range(DIMENSIONS))


def region_of(mask: Any, grid: Grid, *, value: int = 1) -> Region:
    """The voxels of a SimpleITK mask that have `value`. It must lie on the very voxels of the image.

    A mask on another grid is refused, not resampled, with what differs: a mask in RAS, with its slices in the
    other order, or with row and column swapped has the right look and the wrong place.
    """
    if mask.GetDimension() != DIMENSIONS or mask.GetNumberOfComponentsPerPixel() != 1:
        refuse([Problem(field="mask", detail="must have three dimensions and one value for each voxel")])
    refuse(_place_problems(grid_of(mask), grid))
    return Region(grid=grid, flags=sitk.GetArrayFromImage(mask) == value)


def _place_problems(mask: Grid, image: Grid) -> Iterator[Problem]:
    if mask.shape != image.shape:
        detail = "has another number of slices, rows or columns than the image"
        if sorted(mask.shape) == sorted(image.shape):
            detail = "its axes are in another order than those of the image"
        yield Problem(field="mask.size", detail=detail)
        return
    lengths, expected = (np.linalg.norm(grid.steps, axis=1) for grid in (mask, image))
    if np.abs(lengths - expected).max() > SPACING_TOLERANCE_MM:
        swapped = np.abs(lengths[[0, 2, 1]] - expected).max() <= SPACING_TOLERANCE_MM
        yield Problem(
            field="mask.spacing", detail=f"differs from the image{': row and column swapped' * bool(swapped)}"
        )
        return
    turned = np.abs(mask.steps / lengths[:, None] - image.steps / expected[:, None]).max() > DIRECTION_TOLERANCE
    moved = np.abs(mask.corners() - image.corners()).max() > SAME_PLACE_MM
    if turned or moved:
        field = "mask.direction" if turned else "mask.origin"
        yield Problem(field=field, detail=_explained(mask, image))


def _explained(mask: Grid, image: Grid) -> str:
    """The usual mistakes, each tried; where one puts all corners right, it was made."""
    corners, expected = mask.corners(), image.corners()
    if np.abs(corners * MIRRORED - expected).max() <= SAME_PLACE_MM:
        return "is in RAS, the image in LPS"
    order = corners.reshape(2, 2, 2, DIMENSIONS)
    if np.abs(order[::-1].reshape(-1, DIMENSIONS) - expected).max() <= SAME_PLACE_MM:
        return "has its slices in the opposite order to the image"
    return "differs from the image"
