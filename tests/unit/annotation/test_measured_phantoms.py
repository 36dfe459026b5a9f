"""Measurements on phantoms of known size: at three slice thicknesses, straight, with a tilted gantry, and oblique.

The tolerances are those the project promises: volume within 1 %, height loss within 1 percentage point, cortical
share within 2 percentage points. The truth is the phantom's own arithmetic (`tests/phantoms/scenes.py`).
"""

import pytest

from tests.phantoms.geometries import POSES, THICKNESSES_MM
from tests.phantoms.measured import circumference_errors, height_loss_errors, volume_errors
from tests.phantoms.scenes import (
    BLASTIC_SPHERE,
    LYTIC_ELLIPSOID,
    LYTIC_SPHERE,
    OVAL_SHAFT,
    ROUND_SHAFT,
    Lesion,
    Shaft,
    spine,
)

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
    assert volume_errors(lesion, pose, thickness_mm).weighed == pytest.approx(0, abs=1)


@every_pose
@every_thickness
def test_height_loss_is_within_one_percentage_point(pose: str, thickness_mm: float) -> None:
    assert height_loss_errors(spine(), pose, thickness_mm) == pytest.approx([0, 0, 0], abs=1)


@every_pose
@every_thickness
@pytest.mark.parametrize(
    "shaft", [pytest.param(ROUND_SHAFT, id="round shaft"), pytest.param(OVAL_SHAFT, id="oval shaft")]
)
def test_circumferential_share_of_lost_cortex_is_within_two_percentage_points(
    shaft: Shaft, pose: str, thickness_mm: float
) -> None:
    errors = circumference_errors(shaft, pose, thickness_mm)
    assert errors.rays == pytest.approx(0, abs=2)
    assert errors.contours == pytest.approx(0, abs=2)


def test_the_phantoms_are_what_they_are_called() -> None:
    assert ROUND_SHAFT.gone_percent == pytest.approx(100 / 3, abs=0.01)
    # 4/3 pi r^3 with r = 13 mm; 4/3 pi abc with 9, 12, 18 mm.
    assert pytest.approx(9202.77, abs=0.01) == LYTIC_SPHERE.volume_mm3
    assert pytest.approx(8143.01, abs=0.01) == LYTIC_ELLIPSOID.volume_mm3
    # Of 28 mm: 16.8 in front, 25.2 at the back, 21 in the middle.
    assert [spine().loss_percent_at(y) for y in (-11, 0, 11)] == pytest.approx([40, 25, 10])
