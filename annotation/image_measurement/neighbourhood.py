"""Growing and shrinking regions voxel by voxel, over faces, edges and corners."""

import numpy as np

from annotation.image_measurement.region import Flags


def grown(flags: Flags, steps: tuple[int, int, int]) -> Flags:
    """With every voxel up to `steps` away along slice, row and column (a box)."""
    reached = flags
    for axis, count in enumerate(steps):
        for _ in range(count):
            reached = _with_neighbours(reached, axis)
    return reached


def shrunk(flags: Flags, steps: tuple[int, int, int]) -> Flags:
    """Without every voxel that has one outside within `steps`; what lies beyond the volume counts as inside."""
    return np.logical_not(grown(np.logical_not(flags), steps))


def _with_neighbours(flags: Flags, axis: int) -> Flags:
    along = np.moveaxis(flags, axis, 0)
    reached = along.copy()
    reached[1:] |= along[:-1]
    reached[:-1] |= along[1:]
    return np.moveaxis(reached, 0, axis)
