"""A grid in patient space that solids are painted on, finer along z than the slices it becomes.

Volumes are axial: arrays are (slice, row, column), slices run towards the head (+z), rows towards
the back (+y), columns towards the patient's left (+x): LPS, with an identity direction.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from osteon.sample.solids import Field, Point, coverage

FINEST_STEP_MM = 0.85
AIR_HU = -1000
LOWEST_HU, HIGHEST_HU = -1024, 3071


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """Hounsfield units and where they are."""

    voxels: NDArray[np.int16]
    """(slice, row, column)"""
    origin: Point
    """Centre of the first voxel, mm LPS (x, y, z)."""
    spacing: Point
    """Between slices, rows and columns, mm (the array's order)."""

    def slice_position(self, index: int) -> float:
        """Height of a slice's centre, mm LPS."""
        return self.origin[2] + index * self.spacing[0]

    def slice_at(self, z: float) -> int:
        """Index of the slice whose centre is nearest to a height in mm."""
        return round((z - self.origin[2]) / self.spacing[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """A box of the canvas: three coordinate arrays that broadcast to its shape, and its pixels."""

    x: Field
    y: Field
    z: Field
    pixels: Field

    def paint(self, distance: Field, hounsfield: float | Field, *, ramp: float) -> None:
        """Cover what lies inside; voxels on the surface get their share."""
        share = coverage(distance, ramp)
        np.add(self.pixels, share * (hounsfield - self.pixels), out=self.pixels)


class Canvas:
    """Starts as air; `volume()` averages the fine steps into slices (the partial volume effect)."""

    def __init__(self, *, shape: tuple[int, int, int], spacing: Point, origin: Point) -> None:
        self.spacing = spacing
        self.origin = origin
        self.shape = shape
        self.steps = max(1, int(np.ceil(spacing[0] / FINEST_STEP_MM)))
        fine = shape[0] * self.steps
        self.ramp = spacing[1]
        step = spacing[0] / self.steps
        self.z = (origin[2] - spacing[0] / 2 + step * (np.arange(fine) + 0.5)).astype(np.float32)
        self.y = (origin[1] + spacing[1] * np.arange(shape[1])).astype(np.float32)
        self.x = (origin[0] + spacing[2] * np.arange(shape[2])).astype(np.float32)
        self.pixels = np.full((fine, shape[1], shape[2]), AIR_HU, dtype=np.float32)

    @classmethod
    def around(cls, centre: Point, *, shape: tuple[int, int, int], spacing: Point) -> Self:
        """A canvas whose middle voxel (shape // 2) is centred on `centre`."""
        origin = (
            centre[0] - spacing[2] * (shape[2] // 2),
            centre[1] - spacing[1] * (shape[1] // 2),
            centre[2] - spacing[0] * (shape[0] // 2),
        )
        return cls(shape=shape, spacing=spacing, origin=origin)

    def patch(self, low: Point, high: Point) -> Patch:
        """The part between two corners in mm (clipped to the canvas)."""
        bounds = zip((self.z, self.y, self.x), low[::-1], high[::-1], strict=True)
        kz, ky, kx = (slice(*np.searchsorted(axis, (a, b))) for axis, a, b in bounds)
        return Patch(
            x=self.x[None, None, kx],
            y=self.y[None, ky, None],
            z=self.z[kz, None, None],
            pixels=self.pixels[kz, ky, kx],
        )

    def whole(self) -> Patch:
        return Patch(x=self.x[None, None, :], y=self.y[None, :, None], z=self.z[:, None, None], pixels=self.pixels)

    def volume(self, *, noise_hu: float, seed: int) -> Volume:
        """Average into slices and add scanner noise (repeatable: the seed is fixed by the caller)."""
        slices = self.pixels.reshape(self.shape[0], self.steps, *self.shape[1:]).mean(axis=1)
        if noise_hu:
            slices += noise_hu * _grain(slices.shape, seed)
        voxels = np.clip(np.rint(slices), LOWEST_HU, HIGHEST_HU).astype(np.int16)
        return Volume(voxels=voxels, origin=self.origin, spacing=self.spacing)


def _grain(shape: tuple[int, ...], seed: int) -> Field:
    """Noise of unit variance, slightly correlated in the plane as a soft kernel leaves it."""
    noise = np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)
    noise[:, :, 1:] += 0.5 * noise[:, :, :-1]
    noise[:, 1:, :] += 0.5 * noise[:, :-1, :]
    return np.asarray(noise / noise.std(), dtype=np.float32)
