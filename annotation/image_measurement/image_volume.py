"""A series of CT, PET or MR as one volume, its values as they were stored until they are asked for.

Stored values take half the memory of rescaled ones, and a PET has a slope of its own for every slice.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt

from annotation.image_measurement.grid import Grid
from annotation.image_measurement.suv import PetScan
from lesion_model.errors import GeometryError, Problem
from lesion_model.measurement.planes import ImagePlane
from lesion_model.measurement.vectors import Rows

Stored = npt.NDArray[Any]  # of 8, 16 or 32 bits
Indices = npt.NDArray[np.intp]  # (n, 3): slice, row, column

HALF_VOXEL = 0.5


class Modality(Enum):
    """What can be measured on."""

    CT = "CT"
    PET = "PT"
    MR = "MR"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImageVolume:
    """`stored`: (slice, row, column); times `slopes` plus `intercepts`, (slices,), it is the value of a voxel.

    `sop_instance_uids` are those of the slices, in their order. `not_hounsfield`: why the values of a CT are no
    Hounsfield units; None where they are. `pet`: what the SUV of a PET is computed from.
    """

    series_instance_uid: str
    modality: Modality
    frame_of_reference_uid: str | None
    sop_instance_uids: tuple[str, ...]
    grid: Grid
    stored: Stored
    slopes: Rows
    intercepts: Rows
    not_hounsfield: str | None = None
    pet: PetScan | None = None
    _slices: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.stored.shape != self.grid.shape or len(self.sop_instance_uids) != self.grid.shape[0]:
            raise GeometryError([Problem(field="images", detail="must have the shape of the grid")])
        object.__setattr__(self, "_slices", {uid: place for place, uid in enumerate(self.sop_instance_uids)})

    @property
    def size_bytes(self) -> int:
        return int(self.stored.nbytes)

    def slice_of(self, sop_instance_uid: str) -> int | None:
        """Its place in the stack."""
        return self._slices.get(sop_instance_uid)

    def plane(self, slice_number: int) -> ImagePlane:
        """Where one slice lies."""
        _, down, along = self.grid.steps
        lengths = float(np.linalg.norm(down)), float(np.linalg.norm(along))
        position = self.grid.to_patient(np.array([[slice_number, 0, 0]], dtype=np.float64))[0]
        return ImagePlane(
            position=tuple(position.tolist()),
            orientation=(*(along / lengths[1]).tolist(), *(down / lengths[0]).tolist()),
            spacing=lengths,
            rows=self.grid.shape[1],
            columns=self.grid.shape[2],
        )

    def at(self, indices: Indices) -> Rows:
        """(n,): values of voxels."""
        slices, rows, columns = indices.T
        values: Rows = self.stored[slices, rows, columns] * self.slopes[slices] + self.intercepts[slices]
        return values

    def contains(self, points: Rows) -> bool:
        """Whether all points, (n, 3), mm, LPS, lie within the voxels."""
        indices = self.grid.to_indices(points)
        last = np.array(self.grid.shape) - 1
        return bool(((indices >= -HALF_VOXEL) & (indices <= last + HALF_VOXEL)).all())

    def between(self, points: Rows) -> Rows:
        """(n,): values at points, (n, 3), mm, LPS, by linear interpolation between the voxels around each."""
        last = np.array(self.grid.shape) - 1
        indices = np.clip(self.grid.to_indices(points), 0, last)
        low = np.minimum(indices.astype(np.intp), np.maximum(last - 1, 0))
        part = indices - low
        total = np.zeros(len(points))
        for corner in np.ndindex(2, 2, 2):
            weight = np.where(np.array(corner) == 1, part, 1 - part).prod(axis=1)
            total += weight * self.at(np.minimum(low + corner, last))
        return total

    def nearest(self, points: Rows) -> Indices:
        """(n, 3): the voxel that each point lies in."""
        last = np.array(self.grid.shape) - 1
        return np.clip(np.rint(self.grid.to_indices(points)), 0, last).astype(np.intp)
