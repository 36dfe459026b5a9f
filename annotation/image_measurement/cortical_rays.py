"""Rays from the middle of a long bone outwards, in a plane across its axis, and the cortex that they meet."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from annotation.image_measurement.ct_volume import CtVolume
from annotation.image_measurement.profile import sampled
from lesion_model.errors import FindingError, Problem
from lesion_model.geometry import Point
from lesion_model.measurement.vectors import Rows, Vector, unit, vector

Flags = npt.NDArray[np.bool_]

RAYS = 360
STEP_MM = 0.1
# From a fibula to the trochanters; rays end earlier where the images do.
LONGEST_MM = 60.0
SHORTEST_MM = 8.0
SHORTEN_MM = 1.0
# Cortex of an intact shaft is 700 to 1500 HU on thin slices; spongy bone hardly passes 300.
LEAST_CORTEX_HU = 350.0
LEAST_CONTRAST_HU = 250.0
# The densest rays show the cortex at its full density, undiluted by neighbours; the very densest are noise.
CORTEX_PERCENTILE = 80
# Soft tissue is looked for between these distances outside the densest place of the cortex.
OUTSIDE_MM = (6.0, 10.0)
# A ray whose densest place has this share of the cortex's density above soft tissue meets intact cortex.
INTACT = 0.8
HALF = 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rays:
    """`radii_mm`: (n,). `densities`: (rays, n). `intact`: (rays,), whether the ray meets cortex of full density.

    Ray k starts at `centre` and goes at k degrees from `first` towards `second`, unit vectors across the axis.
    `threshold_hu` is half way between cortex and soft tissue.
    """

    centre: Vector
    first: Vector
    second: Vector
    radii_mm: Rows
    densities: Rows
    threshold_hu: float
    intact: Flags

    @property
    def angles(self) -> Rows:
        return _angles()

    def place(self, angles: Rows, radii_mm: Rows) -> Rows:
        """(n, 3), mm, LPS."""
        across: Rows = np.cos(angles)[:, None] * self.first + np.sin(angles)[:, None] * self.second
        placed: Rows = self.centre + radii_mm[:, None] * across
        return placed

    def walls(self) -> tuple[Rows, Rows]:
        """Inner and outer radius in mm of the intact rays: where the density passes the threshold on each side."""
        rays = self.densities[self.intact]
        peaks = rays.argmax(axis=1)
        below = rays < self.threshold_hu
        places = np.arange(rays.shape[1])
        outer = np.where(below & (places > peaks[:, None]), places, rays.shape[1] - 1).min(axis=1)
        inner = np.where(below & (places < peaks[:, None]), places, 0).max(axis=1)
        return self._crossings(rays, inner), self._crossings(rays, outer - 1)

    def _crossings(self, rays: Rows, before: npt.NDArray[np.intp]) -> Rows:
        """Radius between two samples of each ray at which it passes the threshold."""
        every = np.arange(len(rays))
        low, high = rays[every, before], rays[every, before + 1]
        apart = np.where(high == low, 1.0, high - low)
        part = np.clip((self.threshold_hu - low) / apart, 0, 1)
        radii: Rows = self.radii_mm[before] + part * STEP_MM
        return radii


def rays_across(volume: CtVolume, axis: tuple[Point, Point], middle: Point) -> Rays:
    """Rays from `middle`, a point in the marrow, at right angles to the bone's axis.

    Raises `FindingError` where there is no cortex around the point, `GeometryError` outside the images.
    """
    along = unit(vector(axis[1]) - vector(axis[0]), "axis")
    first = np.eye(3)[int(np.argmin(np.abs(along)))]
    first = unit(first - (first @ along) * along, "axis")
    second = np.cross(along, first)
    centre = vector(middle)
    angles = _angles()
    across = np.cos(angles)[:, None] * first + np.sin(angles)[:, None] * second
    radii = np.arange(0, _length(volume, centre, across), STEP_MM)
    places = centre + radii[None, :, None] * across[:, None, :]
    densities = sampled(volume, places.reshape(-1, 3)).reshape(RAYS, len(radii))
    cortex_hu, soft_hu = _levels(densities)
    if cortex_hu < LEAST_CORTEX_HU or cortex_hu - soft_hu < LEAST_CONTRAST_HU:
        raise FindingError([Problem(field="middle", detail="no cortex around this point")])
    return Rays(
        centre=centre,
        first=first,
        second=second,
        radii_mm=radii,
        densities=densities,
        threshold_hu=HALF * (cortex_hu + soft_hu),
        intact=densities.max(axis=1) >= soft_hu + INTACT * (cortex_hu - soft_hu),
    )


def _angles() -> Rows:
    return np.asarray(np.arange(RAYS) * (2 * np.pi / RAYS), dtype=np.float64)


def _length(volume: CtVolume, centre: Vector, across: Rows) -> float:
    """The longest that all rays can be within the images."""
    last = np.array(volume.grid.shape) - 1
    length = LONGEST_MM
    while length > SHORTEST_MM:
        ends = volume.grid.to_indices(centre + length * across)
        if (ends >= 0).all() and (ends <= last).all():
            break
        length -= SHORTEN_MM
    return length


def _levels(densities: Rows) -> tuple[float, float]:
    """Density of the cortex, and of the soft tissue outside it."""
    cortex = float(np.percentile(densities.max(axis=1), CORTEX_PERCENTILE))
    peak = int(np.median(densities.argmax(axis=1)))
    near, far = (peak + round(distance / STEP_MM) for distance in OUTSIDE_MM)
    outside = densities[:, near:far]
    if not outside.size:
        raise FindingError([Problem(field="middle", detail="no soft tissue around the bone on the images")])
    return cortex, float(np.median(outside))
