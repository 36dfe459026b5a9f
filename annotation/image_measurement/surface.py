"""A surface that is flat over a few mm between two tissues, placed exactly whatever the slices' thickness and lean.

Each column of voxels near the place gives one point of the surface: there a sharp step would have the same sum of
density as the column has (see `edges`). A plane through these points meets the reader's line. Unlike an edge found
on the line itself, it owes nothing to interpolation between thick slices. A dense layer under the surface, such as
a bony endplate, adds to the sum; what it adds is estimated apart (see `dense_layer`) and taken off.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from annotation.image_measurement.columns import Columns, Patch, columns_around
from annotation.image_measurement.ct_volume import CtVolume
from lesion_model.errors import FindingError, Problem
from lesion_model.measurement.vectors import Rows, Vector

# Voxels belong to one tissue while their mean differs by less than this share of the contrast.
SAME_TISSUE = 0.1
PLATEAU_MM = 6.0
HALF = 0.5
FEWEST_COLUMNS = 6
# What is left of doubt when a surface is known: the noise of the fit, and its lean over one voxel.
LEAST_DOUBT_MM = 0.5

Indices = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A dense layer under a surface, measured at right angles to it. `excess_mm`: how much thicker the body seems."""

    thickness_mm: float = 0.0
    excess_mm: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Surface:
    """`plane`: index along the columns at the place, and its change for one voxel along the two other axes.

    `shares`: (voxels, columns), 1 in the body and 0 beyond it. `inner` and `outer`: (columns,), the first voxels
    that are surely of one tissue on each side.
    """

    place: Vector
    outwards: Vector
    columns: Columns
    offsets: Rows
    plane: Rows
    shares: Rows
    inner: Indices
    outer: Indices

    @property
    def expected(self) -> Rows:
        """(columns,): where the plane meets each column."""
        met: Rows = self.offsets @ self.plane
        return met

    @property
    def stretch(self) -> float:
        """How much longer a way along a column is than the way at right angles to the surface."""
        covector = np.zeros(3)
        covector[self.columns.axis] = 1
        covector[self.columns.others] = -self.plane[1:]
        gradient = np.linalg.inv(self.columns.grid.steps) @ covector
        return float(np.linalg.norm(gradient)) * self.columns.length_mm

    def crossing(self) -> Vector:
        """(3,), mm, LPS: where the line through `place` along `outwards` meets the plane."""
        start = self.columns.grid.to_indices(self.place[None])[0]
        along = self.outwards @ np.linalg.inv(self.columns.grid.steps)
        gain = along[self.columns.axis] - along[self.columns.others] @ self.plane[1:]
        met: Vector = self.place + float((self.plane[0] - start[self.columns.axis]) / gain) * self.outwards
        return met


def surface_near(volume: CtVolume, patch: Patch, outwards: Vector) -> Surface:
    """A first guess: across the columns at the patch. `outwards`: unit vector from the body."""
    columns = columns_around(volume, patch, outwards)
    if len(columns.across) < FEWEST_COLUMNS:
        raise FindingError([Problem(field="edge", detail="too near the edge of the images")])
    start = columns.grid.to_indices(patch.place[None])[0]
    every = np.zeros(len(columns.across), dtype=np.intp)
    return Surface(
        place=patch.place,
        outwards=outwards,
        columns=columns,
        offsets=np.column_stack((np.ones(len(every)), columns.across - start[columns.others])),
        plane=np.array((columns.at, 0.0, 0.0)),
        shares=np.zeros_like(columns.densities),
        inner=every,
        outer=every,
    )


def refined(surface: Surface, layer: Layer, *, doubt_mm: float, dense_mm: float) -> Surface:
    """Place the surface anew, from what is known so far.

    It may be off by `doubt_mm` yet, and a dense layer under it may be `dense_mm` thick.
    """
    columns, expected = surface.columns, surface.expected
    mixed = HALF * columns.reach + doubt_mm / columns.length_mm
    inner = _first_beyond(expected, mixed + surface.stretch * dense_mm / columns.length_mm, -columns.towards)
    outer = _outer(columns, expected, doubt_mm)
    _check_images(columns, inner, outer)
    every = np.arange(len(expected))
    contrast = abs(float((columns.densities[inner, every] - columns.densities[outer, every]).mean()))
    inside_hu = _plateau(columns, inner, -columns.towards, SAME_TISSUE * contrast)
    outside_hu = _plateau(columns, outer, columns.towards, SAME_TISSUE * contrast)
    if inside_hu == outside_hu:
        raise FindingError([Problem(field="edge", detail="both sides have the same density")])
    shares = (columns.densities - outside_hu) / (inside_hu - outside_hu)
    # The voxels between the two pure ones, and half of each of these: from centre to centre.
    numbers = np.arange(len(columns.densities))[:, None]
    low, high = np.minimum(inner, outer), np.maximum(inner, outer)
    weights = ((numbers >= low) & (numbers <= high)) - HALF * ((numbers == low) | (numbers == high))
    seeming = inner + columns.towards * (weights * shares).sum(axis=0)
    excess = surface.stretch * layer.excess_mm / columns.length_mm
    plane = np.linalg.lstsq(surface.offsets, seeming - columns.towards * excess, rcond=None)[0]
    return replace(surface, plane=plane, shares=shares, inner=inner, outer=outer)


def moved_inwards(surface: Surface, distance_mm: float) -> Surface:
    """The same surface, deeper in the body; at right angles to it."""
    deeper = surface.plane.copy()
    deeper[0] -= surface.columns.towards * surface.stretch * distance_mm / surface.columns.length_mm
    return replace(surface, plane=deeper)


def check_room(surface: Surface, *, inside_mm: float, outside_mm: float) -> None:
    """The voxels taken for one tissue alone, with all that they average, have to lie within it.

    Raises `FindingError` where the body reaches less far inwards, or another begins less far outwards.
    """
    columns, expected = surface.columns, surface.expected
    for chosen, room_mm in ((surface.inner, inside_mm), (surface.outer, outside_mm)):
        farthest = float(np.abs(chosen - expected).mean()) + HALF * columns.reach
        if farthest * columns.length_mm > room_mm:
            detail = "the slices are too thick for it: none is surely of one tissue on each side"
            raise FindingError([Problem(field="edge", detail=detail)])


def _first_beyond(expected: Rows, mixed: float, way: int) -> Indices:
    """The nearest voxel of each column that is surely off the surface."""
    found = np.ceil(expected + mixed) if way > 0 else np.floor(expected - mixed)
    return found.astype(np.intp)


def _outer(columns: Columns, expected: Rows, doubt_mm: float) -> Indices:
    """The nearest voxels beyond the surface; while it is in doubt, the least dense of the near ones.

    Too near they would hold some of the body, too far some of the next body beyond the disc.
    """
    nearest = _first_beyond(expected, HALF * columns.reach + LEAST_DOUBT_MM / columns.length_mm, columns.towards)
    around = int(np.ceil((doubt_mm - LEAST_DOUBT_MM) / columns.length_mm))
    every, last = np.arange(len(expected)), len(columns.densities) - 1
    candidates = [np.clip(nearest + columns.towards * off, 0, last) for off in range(-around, around + 1)]
    return min(candidates, key=lambda at: float(columns.densities[at, every].mean())) if around else nearest


def _check_images(columns: Columns, inner: Indices, outer: Indices) -> None:
    last = len(columns.densities) - 1
    if min(inner.min(), outer.min()) < 0 or max(inner.max(), outer.max()) > last:
        detail = "too near the first or last image, or the slices are too thick for what lies on both sides"
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
