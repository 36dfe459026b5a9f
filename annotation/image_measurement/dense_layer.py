"""The dense layer under the endplates of one vertebral body: how thick, and how much it adds to the seeming height.

A slice thicker than the layer shows only their sum. Surfaces that cross the slices at different depths tell both
apart: where the layer is, one slice is too dense for its share of body. All endplates of a body are taken to have
the same layer, and the layer is chosen whose average over slices is nearest to the densities of all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from annotation.image_measurement.surface import HALF, Layer, Surface
from lesion_model.measurement.vectors import Rows

# Bony endplates are 0.4 to 1 mm thick (sclerotic ones up to 2); a kernel for bone makes them look no thinner.
THICKNESSES_MM = (0.5, 1.0, 1.5, 2.0)
MOST_EXCESS_MM = 10.0
EXCESS_STEP_MM = 0.2
FINE_STEP_MM = 0.02
# Below this no layer is seen but noise.
LEAST_EXCESS_MM = 0.4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Seen:
    """Of every voxel between the pure ones: depth under the surface in voxels, share of body, length in mm at right
    angles to the surface, and how many voxels it averages.
    """

    depths: Rows
    shares: Rows
    lengths: Rows
    reaches: Rows

    def misfit(self, layer: Layer, taken_off: Layer) -> float:
        """Root mean square of what `layer` leaves unexplained, as a share of the contrast."""
        # What the layer did not explain so far has moved the surface: its depth counts from where it would be.
        deeper = self.depths + (taken_off.excess_mm - layer.excess_mm) / self.lengths
        thickness, excess = layer.thickness_mm / self.lengths, layer.excess_mm / self.lengths
        left = _averaged(deeper, thickness, excess, self.reaches) - self.shares
        return float(np.sqrt((left**2).mean()))


def dense_layer(surfaces: Sequence[Surface], taken_off: Layer) -> Layer:
    """The layer common to these surfaces, each placed with `taken_off` assumed; an empty one if there is none."""
    seen = _seen(surfaces)
    rough = _best(seen, np.arange(0, MOST_EXCESS_MM, EXCESS_STEP_MM), taken_off)
    near = np.arange(max(0.0, rough.excess_mm - EXCESS_STEP_MM), rough.excess_mm + EXCESS_STEP_MM, FINE_STEP_MM)
    found = _best(seen, near, taken_off)
    return found if found.excess_mm >= LEAST_EXCESS_MM else Layer()


def unexplained(surfaces: Sequence[Surface], layer: Layer) -> float:
    """How much of the densities near the surfaces the layer and a sharp step do not explain.

    Root mean square, as a share of the contrast: noise alone is about a tenth.
    """
    return _seen(surfaces).misfit(layer if layer.excess_mm else Layer(thickness_mm=THICKNESSES_MM[0]), layer)


def _best(seen: _Seen, excesses_mm: Rows, taken_off: Layer) -> Layer:
    layers = [
        Layer(thickness_mm=thickness, excess_mm=float(excess)) for thickness in THICKNESSES_MM for excess in excesses_mm
    ]
    return min(layers, key=lambda layer: seen.misfit(layer, taken_off))


def _seen(surfaces: Sequence[Surface]) -> _Seen:
    depths, shares, lengths, reaches = (np.concatenate(part) for part in zip(*map(_voxels, surfaces), strict=True))
    return _Seen(depths=depths, shares=shares, lengths=lengths, reaches=reaches)


def _voxels(surface: Surface) -> tuple[Rows, Rows, Rows, Rows]:
    """The four of `_Seen`, of one surface."""
    columns = surface.columns
    numbers = np.arange(len(columns.densities))[:, None]
    low, high = np.minimum(surface.inner, surface.outer), np.maximum(surface.inner, surface.outer)
    chosen = (numbers >= low) & (numbers <= high)
    depths = columns.towards * (surface.expected[None] - numbers)
    length = np.full(int(chosen.sum()), columns.length_mm / surface.stretch)
    return depths[chosen], surface.shares[chosen], length, np.full(len(length), columns.reach)


def _averaged(depths: Rows, thickness: Rows, excess: Rows, reaches: Rows) -> Rows:
    """What voxels at these depths show of a step with a layer of this thickness and excess under it; in voxels."""
    step = np.clip(depths / reaches + HALF, 0, 1)
    top, bottom = depths - HALF * reaches, depths + HALF * reaches
    overlap = np.clip(np.minimum(bottom, thickness) - np.maximum(top, 0), 0, None)
    shown: Rows = step + excess / thickness * overlap / reaches
    return shown
