"""Draws docs/images/measured-phantoms.png: `python -m docs.make_measurement_picture` from the root of the project.

Each row is one phantom at slices of 1, 2.5 and 5 mm: what was measured is drawn over the voxels. Voxels are shown
whole, without smoothing, as the measurements meet them.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK
from numpy.typing import NDArray

from annotation.image_measurement.cortical_ring import cortical_ring
from annotation.image_measurement.ct_volume import CtVolume
from annotation.image_measurement.endplates import at_endplates
from annotation.image_measurement.lesion_volume import partial_volume
from lesion_model.geometry import Point
from lesion_model.measurement.vectors import rows
from tests.phantoms.geometries import THICKNESSES_MM, scan_of
from tests.phantoms.measured import AXIS, LESION_MM, NEAR_THE_MIDDLE, SHAFT_MM, SPINE_MM
from tests.phantoms.readers import CLICK_MISSES_MM, landmarks, marked
from tests.phantoms.scenes import LYTIC_ELLIPSOID, OVAL_SHAFT, spine
from tests.phantoms.series import scanned

sitk: Any = SimpleITK  # it carries no types

OUTPUT = Path(__file__).parent / "images" / "measured-phantoms.png"
PIXEL_MM = 0.2
GAP = 12
BLACK_HU, WHITE_HU = -200.0, 900.0
YELLOW, BLUE, RED, GREEN = (255, 214, 10), (64, 156, 255), (255, 69, 58), (48, 209, 88)
DOT = 2
BEYOND_HU = -1000.0
UPWARDS = 2
"""The axis that grows up the page: z, towards the head."""
TILTED = "tilted gantry"

Coordinates = NDArray[np.float64]
Picture = NDArray[np.uint8]


class Panel:
    """A plane of patient space, two of its axes across and down the picture; `corner` is its top left, mm."""

    def __init__(
        self, volume: CtVolume, corner: Coordinates, axes: tuple[int, int], size_mm: tuple[float, float]
    ) -> None:
        self.corner, self.axes = corner, axes
        self.signs = tuple(-1 if axis == UPWARDS else 1 for axis in axes)
        across, down = (np.arange(0, length, PIXEL_MM) for length in size_mm)
        places = np.broadcast_to(corner, (len(down), len(across), 3)).copy()
        places[..., axes[0]] += self.signs[0] * across[None, :]
        places[..., axes[1]] += self.signs[1] * down[:, None]
        index = np.rint(volume.grid.to_indices(places.reshape(-1, 3))).astype(int)
        last = np.array(volume.grid.shape) - 1
        held = ((index >= 0) & (index <= last)).all(axis=1)
        index = np.clip(index, 0, last)
        values = np.where(held, volume.hounsfield[index[:, 0], index[:, 1], index[:, 2]], BEYOND_HU)
        grey = np.clip((values - BLACK_HU) / (WHITE_HU - BLACK_HU) * 255, 0, 255).astype(np.uint8)
        self.pixels = np.repeat(grey.reshape(len(down), len(across), 1), 3, axis=2)

    def dots(self, points: Coordinates, colour: tuple[int, int, int], size: int = DOT) -> None:
        for point in points:
            column, row = (
                round(float(sign * (point[axis] - self.corner[axis]) / PIXEL_MM))
                for axis, sign in zip(self.axes, self.signs, strict=True)
            )
            self.pixels[max(0, row - size + 1) : row + size, max(0, column - size + 1) : column + size] = colour

    def line(self, points: Sequence[Point], colour: tuple[int, int, int], *, closed: bool = False) -> None:
        places = rows([*points, points[0]] if closed else points)
        for start, stop in pairwise(places):
            parts = np.linspace(0, 1, 2 + int(np.linalg.norm(stop - start) / PIXEL_MM))
            self.dots(start + parts[:, None] * (stop - start), colour, 1)


def main() -> None:
    strips = [
        np.hstack(list(_spaced([draw(thickness).pixels for thickness in THICKNESSES_MM], 1)))
        for draw in (_spine, _shaft, _lesion)
    ]
    picture = np.vstack(list(_spaced(strips, 0)))
    sitk.WriteImage(sitk.GetImageFromArray(picture, isVector=True), str(OUTPUT))


def _spaced(parts: Sequence[Picture], axis: int) -> Iterator[Picture]:
    for place, part in enumerate(parts):
        if place:
            shape = list(part.shape)
            shape[axis] = GAP
            yield np.full(shape, 255, np.uint8)
        yield part


def _spine(thickness_mm: float) -> Panel:
    """Sagittal, tilted gantry: yellow as clicked, blue as measured."""
    phantom = spine()
    volume = scanned(phantom, scan_of(TILTED, thickness_mm, SPINE_MM))
    panel = Panel(volume, np.array((0.0, -33.0, 62.0)), (1, 2), (66.0, 124.0))
    for place, body in enumerate(phantom.bodies):
        clicked = landmarks(body, misses_mm=CLICK_MISSES_MM, seed=place)
        found = at_endplates(volume, clicked).landmarks
        panel.line(found.upper, BLUE)
        panel.line(found.lower, BLUE)
        for low, high in zip(found.lower, found.upper, strict=True):
            panel.line((low, high), BLUE)
        panel.dots(rows((*clicked.upper, *clicked.lower)), YELLOW, 3)
        panel.dots(rows((*found.upper, *found.lower)), BLUE, 3)
    return panel


def _shaft(thickness_mm: float) -> Panel:
    """Across the axis: green where cortex was found or is fitted, red around the part that is gone."""
    volume = scanned(OVAL_SHAFT, scan_of(TILTED, thickness_mm, SHAFT_MM))
    ring = cortical_ring(volume, AXIS, NEAR_THE_MIDDLE)
    panel = Panel(volume, np.array((-33.0, -24.0, NEAR_THE_MIDDLE.z)), (0, 1), (66.0, 48.0))
    panel.line(ring.outer, GREEN, closed=True)
    panel.line(ring.inner, GREEN, closed=True)
    for gap in ring.gaps:
        panel.line(gap, RED, closed=True)
    return panel


def _lesion(thickness_mm: float) -> Panel:
    """Coronal: the edge of the voxels beyond the threshold half way between both densities."""
    scan = scan_of(TILTED, thickness_mm, LESION_MM)
    volume = scanned(LYTIC_ELLIPSOID, scan)
    found = partial_volume(volume, marked(LYTIC_ELLIPSOID, scan, volume))
    centre = LYTIC_ELLIPSOID.centre
    panel = Panel(volume, np.array((-33.0, centre[1], 24.0)), (0, 2), (66.0, 48.0))
    threshold_hu = WHITE_HU if found.threshold_hu is None else found.threshold_hu
    dark = panel.pixels[..., 0] < (threshold_hu - BLACK_HU) / (WHITE_HU - BLACK_HU) * 255
    rows_mm, columns_mm = np.indices(dark.shape) * PIXEL_MM
    near = np.hypot(columns_mm - 33.0 - centre[0], rows_mm - 24.0 + centre[2]) < 1.2 * max(LYTIC_ELLIPSOID.semi_axes)
    inside = dark & near
    edge = inside & ~(np.roll(inside, 2, 0) & np.roll(inside, -2, 0) & np.roll(inside, 2, 1) & np.roll(inside, -2, 1))
    panel.pixels[edge] = RED
    return panel


if __name__ == "__main__":
    main()
