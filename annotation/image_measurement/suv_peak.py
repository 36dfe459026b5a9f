"""SUVpeak: the highest mean over a sphere of 1 cm³ with its centre in a region.

The sphere may reach out of the region, and holds the voxels whose centres are within its radius of 6.2 mm: the global
intensity peak of the Image Biomarker Standardisation Initiative (reference manual, 3.2.2).
"""

import math

import numpy as np

from annotation.image_measurement.image_volume import ImageVolume, Indices

SPHERE_MM3 = 1000.0
RADIUS_MM = (3 * SPHERE_MM3 / (4 * math.pi)) ** (1 / 3)


def peak(volume: ImageVolume, centres: Indices) -> float | None:
    """In the unit of the volume. `centres`: (n, 3), voxels; None where no sphere around them lies on the images."""
    kernel = _kernel(volume)
    reach = np.abs(kernel).max(axis=0)
    whole = ((centres >= reach) & (centres < np.array(volume.grid.shape) - reach)).all(axis=1)
    if not whole.any():
        return None
    kept = centres[whole]
    total = np.zeros(len(kept))
    for offset in kernel:
        total += volume.at(kept + offset)
    return float(total.max() / len(kernel))


def _kernel(volume: ImageVolume) -> Indices:
    """(n, 3): from a voxel to those within the radius, itself among them."""
    # Along each axis the planes of voxels are this far apart, also where slices are sheared.
    apart = 1 / np.linalg.norm(np.linalg.inv(volume.grid.steps), axis=0)
    spans = [np.arange(-math.floor(RADIUS_MM / each), math.floor(RADIUS_MM / each) + 1) for each in apart]
    offsets = np.stack(np.meshgrid(*spans, indexing="ij"), axis=-1).reshape(-1, 3)
    inside = np.linalg.norm(offsets @ volume.grid.steps, axis=1) <= RADIUS_MM
    return np.asarray(offsets[inside], dtype=np.intp)
