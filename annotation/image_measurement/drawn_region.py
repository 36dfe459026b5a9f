"""The voxels, or places between them, that lie within a closed contour drawn on a plane through a volume.

On a slice these are the voxels whose centre is inside. On any other plane (MPR) it is looked at a square lattice of
places, as far apart as the voxels' shortest side, and values are interpolated.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from annotation.image_measurement.image_volume import ImageVolume, Indices
from lesion_model.errors import GeometryError, Problem
from lesion_model.geometry import Point
from lesion_model.measurement.drawing import DrawingPlane, plane_of
from lesion_model.measurement.polygons import ends
from lesion_model.measurement.vectors import Rows, rows

# A contour counts as drawn on a slice when its points are this near to it, in slices.
ON_SLICE = 0.05
MOST_PLACES = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DrawnRegion:
    """`values`: (n,). `voxels`: (m, 3), those that the places lie in, each once. `interpolated`: not on a slice."""

    values: Rows
    voxels: Indices
    interpolated: bool


def drawn_region(volume: ImageVolume, contour: Sequence[Point], slice_number: int | None = None) -> DrawnRegion:
    """Within a contour in mm, LPS; `slice_number` when it is known to be drawn on a slice.

    Raises `GeometryError` for a contour that leaves the images or holds no voxel's centre.
    """
    points = rows(contour)
    if not volume.contains(points):
        raise GeometryError([Problem(field="points", detail="lie outside the images")])
    indices = volume.grid.to_indices(points)
    near = round(float(indices[:, 0].mean()))
    if slice_number is None and float(np.abs(indices[:, 0] - near).max()) <= ON_SLICE:
        slice_number = near
    if slice_number is not None:
        return _on_slice(volume, indices[:, [2, 1]], slice_number)
    return _on_plane(volume, contour)


def _on_slice(volume: ImageVolume, outline: Rows, slice_number: int) -> DrawnRegion:
    """`outline`: (n, 2), column and row."""
    _, row_count, column_count = volume.grid.shape
    inside = lattice_inside(outline)
    inside = inside[(inside >= 0).all(axis=1) & (inside < (column_count, row_count)).all(axis=1)]
    _refuse_empty(len(inside))
    voxels = np.column_stack((np.full(len(inside), slice_number), inside[:, 1], inside[:, 0])).astype(np.intp)
    return DrawnRegion(values=volume.at(voxels), voxels=voxels, interpolated=False)


def _on_plane(volume: ImageVolume, contour: Sequence[Point]) -> DrawnRegion:
    plane = plane_of({"points": contour})
    step = float(np.linalg.norm(volume.grid.steps, axis=1).min())
    inside = lattice_inside(plane.flat(contour) / step)
    _refuse_empty(len(inside))
    places = _placed(plane, np.asarray(inside * step, dtype=np.float64))
    return DrawnRegion(
        values=volume.between(places), voxels=np.unique(volume.nearest(places), axis=0), interpolated=True
    )


def _placed(plane: DrawingPlane, flat: Rows) -> Rows:
    placed: Rows = plane.origin + flat[:, :1] * plane.across + flat[:, 1:] * plane.down
    return placed


def lattice_inside(outline: Rows) -> Indices:
    """(n, 2): whole numbers within an outline, (corners, 2), line by line through its crossings with each line."""
    size = np.ptp(outline, axis=0) + 1
    if float(size[0] * size[1]) > MOST_PLACES:
        raise GeometryError([Problem(field="points", detail="enclose more than can be measured")])
    lines = list(_lines_inside(outline))
    return np.concatenate(lines) if lines else np.empty((0, 2), dtype=np.intp)


def _lines_inside(outline: Rows) -> Iterator[Indices]:
    start, end = outline, ends(outline)
    for line in range(int(np.ceil(outline[:, 1].min())), int(np.floor(outline[:, 1].max())) + 1):
        spans = (start[:, 1] > line) != (end[:, 1] > line)
        first, last = start[spans], end[spans]
        crossings = first[:, 0] + (line - first[:, 1]) / (last[:, 1] - first[:, 1]) * (last[:, 0] - first[:, 0])
        if not crossings.size:
            continue
        across = np.arange(int(np.ceil(crossings.min())), int(np.floor(crossings.max())) + 1)
        inside = across[np.searchsorted(np.sort(crossings), across) % 2 == 1]
        yield np.column_stack((inside, np.full(len(inside), line))).astype(np.intp)


def _refuse_empty(count: int) -> None:
    if count == 0:
        detail = "hold no voxel's centre: too small to be measured on these images"
        raise GeometryError([Problem(field="points", detail=detail)])
