"""The phantoms' stated truth, measured again from their voxels at half-maximum edges."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from osteon.sample.canvas import Volume
from osteon.sample.femur import femur_truth, femur_volume
from osteon.sample.solids import Point
from osteon.sample.spine import spine_truth, spine_volume
from osteon.sample.truth import HeightLine, VertebraTruth

DISC, SPONGIOSA, TUMOUR = 85, 220, 45
CORTEX, MARROW = 1350, -60
STEP_MM = 0.02


def sampled(volume: Volume, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Trilinear interpolation at points (n, 3), mm LPS."""
    spacing = np.array(volume.spacing[::-1])
    place = ((points - np.array(volume.origin)) / spacing)[:, ::-1]
    low = np.floor(place).astype(int)
    share = place - low
    total = np.zeros(len(points))
    for corner in np.ndindex(2, 2, 2):
        weight = np.prod(np.where(corner, share, 1 - share), axis=1)
        total += weight * volume.voxels[tuple((low + corner).T)]
    return total


def along(start: Point, end: Point, beyond: float = 0) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Positions in mm from `start`, and the points there, running `beyond` both ends."""
    length = math.dist(start, end)
    position = np.arange(-beyond, length + beyond, STEP_MM)
    direction = (np.array(end) - np.array(start)) / length
    return position, np.array(start) + position[:, None] * direction


def height(volume: Volume, line: HeightLine) -> float:
    """From where bone begins to where it ends, halfway between disc and spongiosa."""
    position, points = along(line.lower, line.upper, beyond=4)
    middle = len(position) // 2
    gaps = np.flatnonzero(sampled(volume, points) < (DISC + SPONGIOSA) / 2)
    return float(position[gaps[gaps > middle][0]] - position[gaps[gaps < middle][-1]])


def height_by_area(volume: Volume, line: HeightLine) -> float:
    """The width of the step with the same area: blind to where slices fall on the endplates."""
    _, points = along(line.lower, line.upper, beyond=4)
    bone = (sampled(volume, points) - DISC) / (SPONGIOSA - DISC)
    return float(bone.sum() * STEP_MM)


def anterior_loss(volume: Volume, measure: Callable[[Volume, HeightLine], float] = height) -> float:
    truth = spine_truth()
    above, collapsed, below = (measure(volume, bone.anterior) for bone in (truth.above, truth.collapsed, truth.below))
    return 1 - collapsed / ((above + below) / 2)


def test_the_stated_height_loss_is_forty_percent() -> None:
    truth = spine_truth()
    assert truth.anterior_height_loss == pytest.approx(0.40, abs=1e-9)
    assert truth.collapsed.anterior.height == pytest.approx(16.8)
    assert truth.collapsed.middle.height == pytest.approx((16.8 + 26.5) / 2 - 2.2 - 1.6)
    assert truth.collapsed.posterior.height == pytest.approx(26.5)


@pytest.mark.parametrize("thickness", [1.0, 1.5, 3.0])
def test_height_loss_at_half_maximum_is_within_one_point(thickness: float) -> None:
    assert anterior_loss(lumbar(thickness)) == pytest.approx(0.40, abs=0.01)


@pytest.mark.parametrize("thickness", [1.0, 2.0, 2.5, 3.0])
def test_height_loss_by_equal_area_is_within_one_point(thickness: float) -> None:
    assert anterior_loss(lumbar(thickness), height_by_area) == pytest.approx(0.40, abs=0.01)


def lumbar(thickness: float) -> Volume:
    shape = (round(120 / thickness), 128, 128)
    return spine_volume(spacing=(thickness, 0.9, 0.9), shape=shape, noise_hu=0)


def test_height_loss_survives_the_noise_and_cropping_of_the_sample_study() -> None:
    assert anterior_loss(spine_volume()) == pytest.approx(0.40, abs=0.01)


def test_every_height_is_found_again_within_half_a_millimetre() -> None:
    truth = spine_truth()
    volume = spine_volume(spacing=(1.0, 0.6, 0.6), shape=(120, 160, 160), noise_hu=0)
    for bone in (truth.above, truth.collapsed, truth.below):
        for line in lines(bone):
            assert height(volume, line) == pytest.approx(line.height, abs=0.5)


def lines(bone: VertebraTruth) -> tuple[HeightLine, HeightLine, HeightLine]:
    return bone.anterior, bone.middle, bone.posterior


@pytest.mark.parametrize(("spacing", "reach"), [((1.0, 0.6, 0.6), 1.0), ((2.5, 0.9, 0.9), 1.6)])
def test_hole_volume_measured_on_the_voxels_is_within_two_percent(spacing: Point, reach: float) -> None:
    hole = spine_truth().hole
    volume = spine_volume(spacing=spacing, shape=(round(60 / spacing[0]), 128, 128), noise_hu=0)
    z, y, x = (
        volume.origin[2 - axis] + volume.spacing[axis] * np.arange(volume.voxels.shape[axis]) for axis in range(3)
    )
    gaps = np.stack(np.meshgrid(z, y, x, indexing="ij"), axis=-1) - np.array(hole.centre[::-1])
    axis = np.array(hole.long_axis[1])[::-1] - np.array(hole.long_axis[0])[::-1]
    length = gaps @ (axis / np.linalg.norm(axis))
    width = np.sqrt(np.maximum((gaps**2).sum(axis=-1) - length**2, 0))
    # The search region goes a little beyond the hole, so that partly filled voxels count.
    margin = (length / (hole.long_diameter / 2 + reach)) ** 2 + (width / (hole.short_diameter / 2 + reach)) ** 2
    missing = np.clip((SPONGIOSA - volume.voxels[margin < 1]) / (SPONGIOSA - TUMOUR), 0, 1)
    assert missing.sum() * math.prod(spacing) == pytest.approx(hole.volume, rel=0.02)


def test_the_hole_has_the_stated_size_and_reaches_into_the_left_pedicle() -> None:
    truth = spine_truth()
    assert truth.hole.long_diameter == pytest.approx(24)
    assert truth.hole.short_diameter == pytest.approx(11)
    assert truth.hole.volume == pytest.approx(4 / 3 * math.pi * 12 * 5.5 * 5.5)
    tip = max(truth.hole.long_axis, key=lambda point: point[1])
    assert tip[1] > truth.posterior_wall_at_pedicle[1]
    assert tip[0] > truth.collapsed.middle.upper[0], "to the patient's left"


def test_the_hole_is_surrounded_by_bone() -> None:
    truth = spine_truth()
    volume = spine_volume(spacing=(1.0, 0.6, 0.6), shape=(60, 160, 160), noise_hu=0)
    centre = np.array(truth.hole.centre)
    for end in truth.hole.long_axis:
        outside = centre + (np.array(end) - centre) * (1 + 1.5 / 12)
        assert sampled(volume, outside[None])[0] > (SPONGIOSA + TUMOUR) / 2


def edges(profile: NDArray[np.float64], position: NDArray[np.float64]) -> tuple[float, float]:
    """Inner and outer radius of the cortex along one ray, at half its density."""
    bone = position[profile > (CORTEX + MARROW) / 2]
    return float(bone[0]), float(bone[-1])


def cortex(volume: Volume, angle: float) -> tuple[float, float]:
    truth = femur_truth()
    x, y, z = truth.shaft_axis
    end = (x + 18 * math.cos(angle), y + 18 * math.sin(angle), z)
    position, points = along(truth.shaft_axis, end)
    return edges(sampled(volume, points), position)


@pytest.mark.parametrize("noise_hu", [0.0, 12.0])
def test_cortical_share_measured_on_the_voxels_is_within_two_points(noise_hu: float) -> None:
    volume = femur_volume(noise_hu=noise_hu)
    (worst_inner, worst_outer), (inner, outer) = cortex(volume, 0), cortex(volume, math.pi)
    assert outer - inner == pytest.approx(femur_truth().cortical_thickness, abs=0.1)
    assert 1 - (worst_outer - worst_inner) / (outer - inner) == pytest.approx(0.50, abs=0.02)


def test_circumferential_share_measured_on_the_voxels_is_within_two_points() -> None:
    volume = femur_volume(spacing=(1.0, 0.4, 0.4), shape=(100, 192, 192), noise_hu=0)
    truth = femur_truth()
    angles = np.arange(0, 360) * math.pi / 180
    eroded = [cortex(volume, angle)[0] > truth.inner_radius + 0.1 for angle in angles]
    assert np.mean(eroded) == pytest.approx(truth.circumference_share, abs=0.02)


def test_the_femoral_lesion_is_subtrochanteric_and_half_of_the_cortex() -> None:
    truth = femur_truth()
    assert truth.thickness_share == pytest.approx(0.5)
    assert truth.bone_width_share == pytest.approx(0.5)
    assert truth.circumference_share == pytest.approx(math.acos(31 / 64) / math.pi)
    assert 0 < truth.below_lesser_trochanter < 50


def test_generating_again_gives_the_same_voxels() -> None:
    first, second = (femur_volume(shape=(8, 96, 96)) for _ in range(2))
    assert np.array_equal(first.voxels, second.voxels)
