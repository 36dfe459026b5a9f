"""Where a line leaves a body through a surface that is flat over a few mm, whatever the slices' thickness and lean.

Each column of voxels near the place gives one point of the surface: there a sharp step would have the same sum of
density as the column has (see `edges`). A plane through these points meets the line. Unlike an edge found on the
line itself, it owes nothing to interpolation between thick slices.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from annotation.image_measurement.columns import Columns, Patch, columns_around
from annotation.image_measurement.ct_volume import CtVolume
from lesion_model.errors import FindingError, Problem
from lesion_model.measurement.vectors import Rows, Vector

# Before its lean is known, a surface may reach this far up and down over the patch (30 degrees); later this far
# over one voxel, with the noise of the fit.
UNKNOWN_LEAN_MM = 2.5
KNOWN_LEAN_MM = 0.5
# Each pass starts from the plane that the one before it found.
PASSES = 4
# Voxels belong to one tissue while their mean differs by less than this share of the contrast.
SAME_TISSUE = 0.1
PLATEAU_MM = 6.0
HALF = 0.5
# The room on each side is known from half-maximum edges, which are off by up to this share of a slice.
ROUGH = 0.2
FEWEST_COLUMNS = 6

Indices = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """How far the body reaches inwards from its surface, and how far outwards no other body begins; mm."""

    inside_mm: float
    outside_mm: float


def surface_crossing(volume: CtVolume, patch: Patch, outwards: Vector, body: Body) -> Vector:
    """(3,), mm, LPS: where the line through `patch.place` along `outwards` (unit vector) meets the surface.

    That place may be off by about a slice. Raises `FindingError` where a slice is too thick to be of one tissue on
    each side.
    """
    columns = columns_around(volume, patch, outwards)
    if len(columns.across) < FEWEST_COLUMNS:
        raise FindingError([Problem(field="edge", detail="too near the edge of the images")])
    others = [other for other in range(volume.grid.steps.shape[0]) if other != columns.axis]
    start = volume.grid.to_indices(patch.place[None])[0]
    offsets = np.column_stack((np.ones(len(columns.across)), columns.across - start[others]))
    plane = np.array((columns.at, 0.0, 0.0))
    for lean_mm in (UNKNOWN_LEAN_MM, *(KNOWN_LEAN_MM,) * (PASSES - 1)):
        crossings = _crossings(columns, offsets @ plane, lean_mm)
        plane = np.linalg.lstsq(offsets, crossings, rcond=None)[0]
    _check_room(columns, offsets @ plane, body)
    along = outwards @ np.linalg.inv(volume.grid.steps)
    distance = (plane[0] - start[columns.axis]) / (along[columns.axis] - along[others] @ plane[1:])
    crossing: Vector = patch.place + float(distance) * outwards
    return crossing


def _crossings(columns: Columns, expected: Rows, lean_mm: float) -> Rows:
    """(columns,): index of the edge along each column; `expected`, (columns,), is what is known so far."""
    mixed = HALF * columns.reach + lean_mm / columns.length_mm
    inner = _first_beyond(expected, mixed, -columns.towards)
    outer = _first_beyond(expected, mixed, columns.towards)
    _check_images(columns, inner, outer)
    every = np.arange(len(expected))
    contrast = abs(float((columns.densities[inner, every] - columns.densities[outer, every]).mean()))
    inside_hu = _plateau(columns, inner, -columns.towards, SAME_TISSUE * contrast)
    outside_hu = _plateau(columns, outer, columns.towards, SAME_TISSUE * contrast)
    shares = (columns.densities - outside_hu) / (inside_hu - outside_hu)
    # The voxels between the two pure ones, and half of each of these: from centre to centre.
    numbers = np.arange(len(columns.densities))[:, None]
    low, high = np.minimum(inner, outer), np.maximum(inner, outer)
    weights = ((numbers >= low) & (numbers <= high)) - HALF * ((numbers == low) | (numbers == high))
    crossings: Rows = inner + columns.towards * (weights * shares).sum(axis=0)
    return crossings


def _first_beyond(expected: Rows, mixed: float, way: int) -> Indices:
    """The nearest voxel of each column that is surely off the surface."""
    found = np.ceil(expected + mixed) if way > 0 else np.floor(expected - mixed)
    return found.astype(np.intp)


def _check_images(columns: Columns, inner: Indices, outer: Indices) -> None:
    last = len(columns.densities) - 1
    if min(inner.min(), outer.min()) < 0 or max(inner.max(), outer.max()) > last:
        raise FindingError([Problem(field="edge", detail="too near the first or last image")])


def _check_room(columns: Columns, found: Rows, body: Body) -> None:
    """The voxels taken for one tissue alone, with all that they average, have to lie within it."""
    mixed = HALF * columns.reach + KNOWN_LEAN_MM / columns.length_mm
    for way, room_mm in ((-columns.towards, body.inside_mm), (columns.towards, body.outside_mm)):
        farthest = np.abs(_first_beyond(found, mixed, way) - found).mean() + HALF * columns.reach
        if float(farthest - ROUGH * columns.reach) * columns.length_mm > room_mm:
            detail = "the slices are too thick for it: none is surely of one tissue on each side"
            raise FindingError([Problem(field="edge", detail=detail)])


def _plateau(columns: Columns, first: Indices, way: int, tolerance_hu: float) -> float:
    """Mean density from the first voxels on, as long as it is the same tissue."""
    every = np.arange(len(first))
    kept: list[float] = []
    for further in range(max(1, int(PLATEAU_MM / columns.length_mm))):
        at = first + way * further
        if at.min() < 0 or at.max() >= len(columns.densities):
            break
        mean = float(columns.densities[at, every].mean())
        if kept and abs(mean - kept[0]) > tolerance_hu:
            break
        kept.append(mean)
    return float(np.mean(kept))
