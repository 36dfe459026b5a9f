"""The order, distance and tilt of the images of a series."""

from dataclasses import replace

import numpy as np
import pytest

from lesion_model.errors import GeometryError
from lesion_model.measurement.planes import ImagePlane
from lesion_model.measurement.stacks import in_order, stack
from tests.builders.image_planes import AXIAL_IMAGE, axial_series


def refused(images: list[ImagePlane]) -> str:
    with pytest.raises(GeometryError) as refusal:
        stack(images)
    return str(refusal.value)


@pytest.mark.parametrize("distance", [0.6, 1.25, 5.0])
def test_a_stack_has_the_distance_of_its_images(distance: float) -> None:
    found = stack(axial_series(6, distance=distance))
    assert found.spacing_mm == pytest.approx(distance)
    assert found.tilt_degrees == pytest.approx(0, abs=1e-5)
    assert found.step == pytest.approx([0, 0, distance])


def test_a_tilted_gantry_shifts_images_and_not_their_distance() -> None:
    found = stack(axial_series(6, distance=2.0, sideways=2.0 * float(np.tan(np.radians(20)))))
    assert found.spacing_mm == pytest.approx(2)
    assert found.tilt_degrees == pytest.approx(20)
    assert found.step == pytest.approx([0, 0.727940, 2], abs=1e-6)


def test_decreasing_slice_order_is_refused_and_can_be_put_right() -> None:
    images = axial_series(5)
    assert "in decreasing order" in refused(images[::-1])
    assert in_order(images[::-1]) == tuple(images)
    assert stack(in_order(images[::-1])).images == tuple(images)


def test_shuffled_slices_are_refused_and_can_be_put_right() -> None:
    images = axial_series(5)
    shuffled = [images[place] for place in (2, 0, 4, 1, 3)]
    assert "in no order" in refused(shuffled)
    assert in_order(shuffled) == tuple(images)


def test_a_missing_slice_is_noticed() -> None:
    images = axial_series(6)
    assert "unevenly spaced" in refused([*images[:3], *images[4:]])


def test_two_images_at_one_place_are_noticed() -> None:
    images = axial_series(4)
    assert "two images are at the same place" in refused([*images, images[-1]])


def test_an_image_that_is_shifted_sideways_is_noticed() -> None:
    images = axial_series(4)
    x, y, z = images[2].position
    images[2] = replace(images[2], position=(x + 3, y, z))
    assert "not in one line" in refused(images)


def test_a_last_image_that_is_shifted_sideways_is_noticed() -> None:
    images = axial_series(4)
    x, y, z = images[3].position
    images[3] = replace(images[3], position=(x + 3, y, z))
    assert "not in one line" in refused(images)


@pytest.mark.parametrize(("off", "even"), [(0.02, True), (0.03, False)])
def test_positions_may_be_rounded(off: float, even: bool) -> None:
    # One image `off` mm from its place makes one distance longer and the next one shorter by as much.
    images = axial_series(4)
    x, y, z = images[1].position
    images[1] = replace(images[1], position=(x, y, z + off))
    if even:
        assert stack(images).spacing_mm == pytest.approx(2.5)
    else:
        assert "unevenly spaced" in refused(images)


def test_a_hundredth_of_a_millimetre_is_the_same_place() -> None:
    assert "same place" in refused(axial_series(2, distance=0.0099))
    assert stack(axial_series(2, distance=0.0101)).spacing_mm == pytest.approx(0.0101)


def test_more_than_a_gantry_tilts_is_refused() -> None:
    assert stack(axial_series(4, distance=2.0, sideways=2.0 * float(np.tan(np.radians(30))))).tilt_degrees < 31
    assert "more than 31 degrees" in refused(axial_series(4, distance=2.0, sideways=2.0))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param({"orientation": (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)}, "orientation", id="a scout among them"),
        pytest.param({"spacing": (0.8, 0.6)}, "spacing", id="another zoom"),
        pytest.param({"rows": 399}, "rows", id="fewer rows"),
        pytest.param({"columns": 299}, "columns", id="fewer columns"),
    ],
)
def test_mixed_images_are_refused(change: dict[str, tuple[float, ...] | int], field: str) -> None:
    images = axial_series(4)
    images[1] = replace(images[1], **change)  # type: ignore[arg-type]
    assert refused(images) == f"{field}: must be the same on all images"


def test_one_image_is_no_stack() -> None:
    assert "2 images or more" in refused([AXIAL_IMAGE])
