"""Where the voxels of a series lie in patient space, whether or not its slices are stacked at right angles."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lesion_model.errors import GeometryError, Problem
from lesion_model.measurement.vectors import Rows, Vector

Shape = tuple[int, int, int]
Matrix = npt.NDArray[np.float64]  # (3, 3)

# A volume smaller than this has no extent in some direction.
LEAST_VOXEL_MM3 = 1e-4
# Positions are stored to about 0.01 mm; over a whole stack they add up to no more than this.
SAME_PLACE_MM = 0.1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grid:
    """Voxel indices (slice, row, column), counted from 0 at voxel centres, to mm, LPS, and back.

    `origin` is the centre of the first voxel. `steps` has three rows: from a voxel to the one in the next slice,
    row and column, in mm, LPS. Taken with a tilted gantry the first step is not at right angles to the other two;
    all measurements go through these steps, so that they need no straightened copy of the images.
    """

    origin: Vector
    steps: Matrix
    shape: Shape

    def __post_init__(self) -> None:
        if not np.isfinite(self.steps).all() or not np.isfinite(self.origin).all():
            raise GeometryError([Problem(field="steps", detail="must be finite numbers of mm")])
        if self.voxel_mm3 < LEAST_VOXEL_MM3:
            raise GeometryError([Problem(field="steps", detail="must lead in three different directions")])

    @property
    def voxel_mm3(self) -> float:
        """Volume of one voxel: of the parallelepiped that the three steps span."""
        return abs(float(np.linalg.det(self.steps)))

    @property
    def slice_distance_mm(self) -> float:
        """Distance between neighbouring slices along their normal."""
        return self.voxel_mm3 / float(np.linalg.norm(np.cross(self.steps[1], self.steps[2])))

    @property
    def normal(self) -> Vector:
        """At right angles to the slices, on the side of the next one."""
        across = np.cross(self.steps[2], self.steps[1])
        towards: Vector = across / np.linalg.norm(across)
        return towards if towards @ self.steps[0] > 0 else -towards

    def to_patient(self, indices: Rows) -> Rows:
        """(n, 3), (slice, row, column) to (n, 3), mm, LPS."""
        placed: Rows = self.origin + indices @ self.steps
        return placed

    def to_indices(self, points: Rows) -> Rows:
        """(n, 3), mm, LPS to (n, 3), (slice, row, column), not rounded."""
        indices: Rows = (points - self.origin) @ np.linalg.inv(self.steps)
        return indices

    def corners(self) -> Rows:
        """(8, 3): centres of the corner voxels, mm, LPS."""
        ends = np.array(np.meshgrid(*[(0, count - 1) for count in self.shape], indexing="ij"), dtype=np.float64)
        return self.to_patient(ends.reshape(3, -1).T)
