"""What a reader would give the software: masks and landmarks near the truth, never on it."""

import numpy as np

from annotation.image_measurement.ct_volume import CtVolume
from annotation.image_measurement.region import Region
from lesion_model.geometry import Point
from lesion_model.measurement.landmarks import VertebralLandmarks
from tests.phantoms.scans import Scan
from tests.phantoms.scenes import ANTERIOR_Y, POSTERIOR_Y, Body, Lesion
from tests.phantoms.series import inside

WALL_Y = (ANTERIOR_Y, 0.0, POSTERIOR_Y)
CLICK_MISSES_MM = 1.5


def marked(lesion: Lesion, scan: Scan, volume: CtVolume, *, larger: float = 1.0) -> Region:
    """The voxels whose centre lies in the lesion, drawn `larger` times its size."""
    semi_axes = larger * np.array(lesion.semi_axes)
    return Region(grid=volume.grid, flags=inside(scan, volume, centre=np.array(lesion.centre), semi_axes=semi_axes))


def landmarks(body: Body, *, misses_mm: float = 0.0, seed: int = 3) -> VertebralLandmarks:
    """On the endplates at the three walls; each up to `misses_mm` too high or too low."""
    missed = iter(np.random.default_rng(seed).uniform(-misses_mm, misses_mm, 6))
    upper = [Point(x=0.0, y=y, z=body.upper_at(y) + float(next(missed))) for y in WALL_Y]
    lower = [Point(x=0.0, y=y, z=body.lower_at(y) + float(next(missed))) for y in WALL_Y]
    return VertebralLandmarks(
        upper_anterior=upper[0],
        upper_middle=upper[1],
        upper_posterior=upper[2],
        lower_anterior=lower[0],
        lower_middle=lower[1],
        lower_posterior=lower[2],
    )
