"""The dense layer under the endplates of one vertebral body: how thick, and how much it adds to the seeming height.

A slice thicker than the layer shows only their sum. Surfaces that cross the slices at different depths tell both
apart: where the layer is, one slice is too dense for its share of body. All endplates of a body are taken to have
the same layer, and the layer is chosen whose average over slices is nearest to the densities of all of them.
"""

from collections.abc import Sequence

import numpy as np

from annotation.image_measurement.surface import HALF, Layer, Surface
from lesion_model.measurement.vectors import Rows

# Bony endplates are 0.4 to 1 mm thick (sclerotic ones up to 2); a kernel for bone makes them look no thinner.
THICKNESSES_MM = (0.5, 1.0, 1.5, 2.0)
MOST_EXCESS_MM = 10.0
EXCESS_STEP_MM = 0.1
FINE_STEP_MM = 0.01
# Below this no layer is seen but noise.
LEAST_EXCESS_MM = 0.4


def dense_layer(surfaces: Sequence[Surface], taken_off: Layer) -> Layer:
    """The layer common to these surfaces, each placed with `taken_off` assumed; an empty one if there is none."""
    depths, shares, lengths, reaches = (np.concatenate(part) for part in zip(*map(_voxels, surfaces), strict=True))
    excess = np.arange(0, MOST_EXCESS_MM, EXCESS_STEP_MM)

    def misfit(thickness_mm: float, excess_mm: float) -> float:
        # What the layer did not explain so far has moved the surface: its depth counts from where it would be.
        deeper = depths + (taken_off.excess_mm - excess_mm) / lengths
        modelled = _averaged(deeper, thickness_mm / lengths, excess_mm / lengths, reaches)
        return float(((modelled - shares) ** 2).sum())

    rough = min(((t, e) for t in THICKNESSES_MM for e in excess), key=lambda layer: misfit(*layer))
    finer = np.arange(max(0.0, rough[1] - EXCESS_STEP_MM), rough[1] + EXCESS_STEP_MM, FINE_STEP_MM)
    thickness, found = min(((t, e) for t in THICKNESSES_MM for e in finer), key=lambda layer: misfit(*layer))
    return Layer(thickness_mm=thickness, excess_mm=float(found)) if found >= LEAST_EXCESS_MM else Layer()


def _voxels(surface: Surface) -> tuple[Rows, Rows, Rows, Rows]:
    """Of every voxel between the pure ones: depth under the surface in voxels, share, length in mm at right angles
    to the surface, and how many voxels it averages.
    """
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
