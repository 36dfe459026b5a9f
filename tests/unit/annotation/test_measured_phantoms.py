"""Measurements on phantoms of known size: at three slice thicknesses, straight, with a tilted gantry, and oblique.

The tolerances are those the project promises: volume within 1 %, height loss within 1 percentage point, cortical
share within 2 percentage points. The truth is the phantom's own arithmetic (`tests/phantoms/scenes.py`).
"""

import numpy as np
import pytest

from annotation.image_measurement.lesion_volume import partial_volume
from annotation.image_measurement.region import Region
from tests.phantoms.geometries import POSES, THICKNESSES_MM, scan_of
from tests.phantoms.scenes import BLASTIC_SPHERE, LYTIC_ELLIPSOID, LYTIC_SPHERE, Lesion
from tests.phantoms.series import inside, scanned

every_pose = pytest.mark.parametrize("pose", POSES)
every_thickness = pytest.mark.parametrize("thickness_mm", THICKNESSES_MM)


@every_pose
@every_thickness
@pytest.mark.parametrize(
    "lesion",
    [
        pytest.param(LYTIC_SPHERE, id="lytic sphere"),
        pytest.param(LYTIC_ELLIPSOID, id="lytic ellipsoid"),
        pytest.param(BLASTIC_SPHERE, id="blastic sphere"),
    ],
)
def test_volume_is_within_one_percent(lesion: Lesion, pose: str, thickness_mm: float) -> None:
    scan = scan_of(pose, thickness_mm, 70)
    volume = scanned(lesion, scan)
    marked = inside(scan, volume, centre=np.array(lesion.centre), semi_axes=np.array(lesion.semi_axes))
    measured = partial_volume(volume, Region(grid=volume.grid, flags=marked))
    assert measured.volume_mm3 == pytest.approx(lesion.volume_mm3, rel=0.01)
    assert measured.lesion_hu == pytest.approx(lesion.hounsfield, abs=3)
    assert not measured.touches_edge
