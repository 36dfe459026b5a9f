"""How a phantom is scanned: where each slice lies, how thick it is, and what a voxel then averages.

Independent of the code under test on purpose: it has its own idea of a voxel's place.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]
Array = NDArray[np.float64]
Triple = tuple[float, float, float]
# Hounsfield units at places given as x, y and z in mm, LPS; the last argument is the width in mm over which a
# surface is softened, so that it counts as half where it passes through a place.
Scene = Callable[[Field, Field, Field, float], Field]

FINEST_MM = 0.5
NOISE_HU, NOISE_THICKNESS_MM = 10.0, 2.5
LOWEST_HU, HIGHEST_HU = -1024, 3071


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """Slices of one series. Directions are unit vectors; `step` leads from one slice to the next, in mm LPS.

    Without a tilted gantry `step` is along the normal of the slices; with one it is along the table.
    `thickness_mm` is measured along the normal, as the collimator makes it.
    """

    first: Triple
    along_row: Triple
    along_column: Triple
    step: Triple
    thickness_mm: float
    between_rows_mm: float
    between_columns_mm: float
    slices: int
    rows: int
    columns: int

    @property
    def normal(self) -> Array:
        return np.asarray(np.cross(self.along_row, self.along_column), dtype=np.float64)

    def position(self, index: int) -> Array:
        """Centre of the first pixel of a slice, mm LPS."""
        place: Array = np.array(self.first) + index * np.array(self.step)
        return place

    @property
    def noise_hu(self) -> float:
        """At one dose, noise falls with the square root of the thickness: 16, 10 and 7 HU at 1, 2.5 and 5 mm."""
        return NOISE_HU * float(np.sqrt(NOISE_THICKNESS_MM / self.thickness_mm))

    def painted(self, scene: Scene, *, noise: bool = True, seed: int = 5) -> NDArray[np.int16]:
        """(slice, row, column): each voxel the mean of its whole extent, plus the scanner's noise."""
        slices = np.stack([self._slice(scene, index) for index in range(self.slices)])
        if noise:
            slices += self.noise_hu * np.random.default_rng(seed).standard_normal(slices.shape, dtype=np.float32)
        return np.clip(np.rint(slices), LOWEST_HU, HIGHEST_HU).astype(np.int16)

    def _slice(self, scene: Scene, index: int) -> Field:
        row_parts = _parts(self.between_rows_mm)
        column_parts = _parts(self.between_columns_mm)
        depth_parts = _parts(self.thickness_mm)
        down = _places(self.rows, self.between_rows_mm, row_parts)
        across = _places(self.columns, self.between_columns_mm, column_parts)
        through = _places(1, self.thickness_mm, depth_parts)
        x, y, z = (
            (
                self.position(index)[axis]
                + through[:, None, None] * self.normal[axis]
                + down[None, :, None] * self.along_column[axis]
                + across[None, None, :] * self.along_row[axis]
            ).astype(np.float32)
            for axis in range(3)
        )
        fine = scene(x, y, z, self.thickness_mm / depth_parts)
        parted = fine.reshape(depth_parts, self.rows, row_parts, self.columns, column_parts)
        return np.asarray(parted.mean(axis=(0, 2, 4)), dtype=np.float32)


def axial(thickness_mm: float, length_mm: float, *, pixels: int = 72, pixel_mm: float = 0.9) -> Scan:
    """Ordinary slices from the feet to the head, centred on the origin of patient space but for an odd offset.

    The offset keeps voxels from being symmetric to the phantom, which would hide errors.
    """
    slices = int(np.ceil(length_mm / thickness_mm))
    half = pixel_mm * (pixels - 1) / 2
    return Scan(
        first=(-half + 0.21, -half - 0.17, -thickness_mm * (slices - 1) / 2 + 0.37),
        along_row=(1.0, 0.0, 0.0),
        along_column=(0.0, 1.0, 0.0),
        step=(0.0, 0.0, thickness_mm),
        thickness_mm=thickness_mm,
        between_rows_mm=pixel_mm,
        between_columns_mm=pixel_mm,
        slices=slices,
        rows=pixels,
        columns=pixels,
    )


def tilted(scan: Scan, degrees: float) -> Scan:
    """The gantry leans by `degrees` about the left-right axis while the table still moves along z.

    The distance between slices along their normal stays what it was, so that the table moves farther.
    """
    angle = np.radians(degrees)
    down = (0.0, float(np.cos(angle)), float(-np.sin(angle)))
    advance = scan.step[2] / float(np.cos(angle))
    centre = scan.position(0) + (scan.rows - 1) / 2 * scan.between_rows_mm * np.array(scan.along_column)
    first = centre - (scan.rows - 1) / 2 * scan.between_rows_mm * np.array(down)
    first[2] -= (advance - scan.step[2]) * (scan.slices - 1) / 2
    return replace(scan, first=_triple(first), along_column=down, step=(0.0, 0.0, advance))


def oblique(scan: Scan, *, about_x: float, about_z: float) -> Scan:
    """The whole stack turned about the origin of patient space, its axes still at right angles."""
    a, c = np.radians(about_x), np.radians(about_z)
    turn_x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    turn_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    turn = turn_z @ turn_x
    return replace(
        scan,
        first=_triple(turn @ scan.first),
        along_row=_triple(turn @ scan.along_row),
        along_column=_triple(turn @ scan.along_column),
        step=_triple(turn @ scan.step),
    )


def _parts(extent_mm: float) -> int:
    return max(1, int(np.ceil(extent_mm / FINEST_MM)))


def _places(count: int, extent_mm: float, parts: int) -> Array:
    """Middles of the parts of `count` voxels, from the centre of the first one."""
    middles = np.arange(count * parts) + 0.5
    return np.asarray(middles * (extent_mm / parts) - extent_mm / 2, dtype=np.float64)


def _triple(vector: Array) -> Triple:
    x, y, z = (float(number) for number in vector)
    return x, y, z
