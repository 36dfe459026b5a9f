"""Endplates found along a reader's lines: what may be in the way, and when the software says that it cannot tell."""

from dataclasses import replace

import numpy as np
import pytest

from annotation.image_measurement.endplates import at_endplates
from lesion_model.errors import FindingError, GeometryError
from lesion_model.geometry import Point
from lesion_model.measurement.landmarks import VertebralLandmarks, Wall
from tests.phantoms.geometries import POSES, scan_of
from tests.phantoms.measured import SPINE_MM, height_loss_errors
from tests.phantoms.readers import WALL_Y, landmarks
from tests.phantoms.scans import Field, axial
from tests.phantoms.scenes import Spine, spine
from tests.phantoms.series import scanned

# (700 - 230) HU of excess in 1 mm, over the contrast of spongy bone to disc, 230 - 80 HU.
EXCESS_OF_ONE_MM = 470 / 150


@pytest.mark.parametrize("pose", POSES)
@pytest.mark.parametrize(("thickness_mm", "points"), [(1.0, 1), (2.5, 2)])
def test_dense_endplates_add_little_to_the_error_in_thin_slices(pose: str, thickness_mm: float, points: float) -> None:
    assert height_loss_errors(spine(endplate_mm=1.0), pose, thickness_mm) == pytest.approx([0, 0, 0], abs=points)


@pytest.mark.parametrize(("thickness_mm", "sure"), [(1.0, True), (2.5, False), (5.0, False)])
def test_a_dense_endplate_is_recognised_and_called_unsure_in_thick_slices(thickness_mm: float, sure: bool) -> None:
    phantom = spine(endplate_mm=1.0)
    found = at_endplates(scanned(phantom, axial(thickness_mm, SPINE_MM)), landmarks(phantom.above))
    assert found.layer.excess_mm == pytest.approx(EXCESS_OF_ONE_MM, abs=0.3)
    assert found.sure is sure


def test_without_a_dense_endplate_thick_slices_are_sure() -> None:
    phantom = spine()
    found = at_endplates(scanned(phantom, axial(5, SPINE_MM)), landmarks(phantom.above))
    assert found.sure
    assert found.layer.excess_mm == 0


def test_where_the_reader_clicked_does_not_change_the_heights() -> None:
    phantom = spine()
    volume = scanned(phantom, axial(2.5, SPINE_MM))
    clicks = [landmarks(phantom.middle, misses_mm=2.0, seed=seed) for seed in (1, 2)]
    one, other = (at_endplates(volume, clicked).landmarks for clicked in clicks)
    heights = [[found.height_mm(wall) for wall in Wall] for found in (one, other)]
    assert heights[0] == pytest.approx(heights[1], abs=0.15)
    assert heights[0] == pytest.approx([phantom.middle.height_at(y) for y in WALL_Y], abs=0.25)


def test_landmarks_stay_on_the_line_of_the_reader() -> None:
    phantom = spine()
    clicked = landmarks(phantom.above)
    found = at_endplates(scanned(phantom, axial(2.5, SPINE_MM)), clicked).landmarks
    for moved, start in zip((*found.upper, *found.lower), (*clicked.upper, *clicked.lower), strict=True):
        assert (moved.x, moved.y) == pytest.approx((start.x, start.y))


def test_a_disc_thinner_than_the_slices_is_refused() -> None:
    phantom = spine()
    lift = 7.0  # of the 11 mm of disc 4 are left
    narrow = replace(
        phantom,
        above=replace(phantom.above, lower_z=phantom.above.lower_z - lift),
        middle=replace(phantom.middle, upper_z=phantom.above.lower_z - 11.0, upper_slope=0.02),
    )
    volume = scanned(narrow, axial(5, SPINE_MM))
    with pytest.raises(FindingError, match="slices are too thick"):
        at_endplates(volume, landmarks(narrow.middle))


def test_a_line_through_soft_tissue_shows_no_endplates() -> None:
    phantom = spine()
    volume = scanned(phantom, axial(2.5, SPINE_MM))
    # From the middle of one disc to the middle of the next vertebra's disc: the ends are not near any endplate.
    in_muscle = VertebralLandmarks(
        upper_anterior=Point(x=23.5, y=-8.0, z=14.0),
        upper_middle=Point(x=23.5, y=0.0, z=14.0),
        upper_posterior=Point(x=23.5, y=8.0, z=14.0),
        lower_anterior=Point(x=23.5, y=-8.0, z=-14.0),
        lower_middle=Point(x=23.5, y=0.0, z=-14.0),
        lower_posterior=Point(x=23.5, y=8.0, z=-14.0),
    )
    with pytest.raises(FindingError, match="hardly denser"):
        at_endplates(volume, in_muscle)


def test_landmarks_outside_the_images_are_refused() -> None:
    phantom = spine()
    volume = scanned(phantom, axial(2.5, 60))
    with pytest.raises((GeometryError, FindingError), match=r"outside the images|too near"):
        at_endplates(volume, landmarks(phantom.above))


def test_landmarks_in_ras_are_refused() -> None:
    """RAS has x and y the other way round: front becomes back, which the landmarks themselves notice."""
    clicked = landmarks(spine().middle)
    names = [f"{end}_{wall.value}" for end in ("upper", "lower") for wall in Wall]
    in_ras = {name: Point(x=-getattr(clicked, name).x, y=-getattr(clicked, name).y, z=getattr(clicked, name).z)
              for name in names}  # fmt: skip
    with pytest.raises(GeometryError, match="LPS, not RAS"):
        VertebralLandmarks(**in_ras)


def test_landmarks_in_centimetres_are_refused() -> None:
    clicked = landmarks(spine().middle)
    names = [f"{end}_{wall.value}" for end in ("upper", "lower") for wall in Wall]
    in_cm = {name: Point(x=getattr(clicked, name).x / 10, y=getattr(clicked, name).y / 10,
                         z=getattr(clicked, name).z / 10) for name in names}  # fmt: skip
    with pytest.raises(GeometryError, match="mm, not cm"):
        VertebralLandmarks(**in_cm)


class _Eaten:
    """A spine whose middle body is half replaced by tumour under its upper endplate."""

    def __init__(self, phantom: Spine) -> None:
        self.phantom = phantom

    def __call__(self, x: Field, y: Field, z: Field, ramp: float) -> Field:
        painted = self.phantom(x, y, z, ramp)
        hole = (np.abs(x) < 3) & (z > -2) & (z < 12) & (np.abs(y) < 15)
        return np.where(hole & (painted > 120), np.float32(45), painted).astype(np.float32)


def test_a_lesion_that_has_eaten_the_endplate_is_not_measured_as_bone() -> None:
    phantom = spine(anterior_loss=0.0, posterior_loss=0.0)
    volume = scanned(_Eaten(phantom), scan_of("straight", 2.5, SPINE_MM))
    with pytest.raises(FindingError):
        at_endplates(volume, landmarks(phantom.middle))
