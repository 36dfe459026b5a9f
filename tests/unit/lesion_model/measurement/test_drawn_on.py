"""Every usual mistake of unit, order and axes between pixels and points is named."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from lesion_model.errors import GeometryError
from lesion_model.measurement.drawn_on import check_on_image, check_pixels
from lesion_model.measurement.vectors import Rows
from tests.builders.image_planes import AXIAL_IMAGE, SAGITTAL_IMAGE

PIXELS = np.array([[120.0, 31.0], [260.5, 88.25], [33.0, 201.0]])
# By hand from Equation C.7.6.2.1-1: x = -40 + 0.5 column, y = -220 + 0.8 row, z = 115.
POINTS = np.array([[20.0, -195.2, 115.0], [90.25, -149.4, 115.0], [-23.5, -59.2, 115.0]])


def test_points_of_these_pixels_are_accepted() -> None:
    check_pixels(AXIAL_IMAGE, PIXELS, POINTS)
    check_pixels(AXIAL_IMAGE, PIXELS, POINTS + np.array([0.1, 0.1, 0.1]))
    check_on_image(AXIAL_IMAGE, POINTS)


def as_row_and_column() -> Rows:
    return np.array([(-40 + 0.5 * row, -220 + 0.8 * column, 115) for column, row in PIXELS])


def with_spacings_swapped() -> Rows:
    return np.array([(-40 + 0.8 * column, -220 + 0.5 * row, 115) for column, row in PIXELS])


def counted_from_one() -> Rows:
    return np.array([(-40 + 0.5 * (column - 1), -220 + 0.8 * (row - 1), 115) for column, row in PIXELS])


def counted_from_the_corner() -> Rows:
    return np.array([(-40 + 0.5 * (column - 0.5), -220 + 0.8 * (row - 0.5), 115) for column, row in PIXELS])


@pytest.mark.parametrize(
    ("points", "mistake"),
    [
        pytest.param(as_row_and_column(), "column and row are swapped", id="row for column"),
        pytest.param(with_spacings_swapped(), "the two pixel spacings are swapped", id="spacings swapped"),
        pytest.param(POINTS * (-1, -1, 1), "the points are in RAS, not LPS", id="RAS for LPS"),
        pytest.param(POINTS / 10, "the points are in cm, not mm", id="cm for mm"),
        pytest.param(counted_from_one(), "the pixels are counted from 1, not 0", id="from 1"),
        pytest.param(
            counted_from_the_corner(), "the pixels are counted from their corner, not their centre", id="from a corner"
        ),
        pytest.param(POINTS + np.array([0, 0, 5]), "not where the pixels of this image are", id="on another slice"),
        pytest.param(POINTS * (1, 1, -1), "not where the pixels of this image are", id="upside down"),
    ],
)
def test_the_mistake_between_pixels_and_points_is_named(points: Rows, mistake: str) -> None:
    with pytest.raises(GeometryError) as refused:
        check_pixels(AXIAL_IMAGE, PIXELS, points)
    (problem,) = refused.value.problems
    assert (problem.field, problem.detail) == ("points", mistake)
    assert problem.allowed == ("mm, LPS, of these pixels",)


def test_half_a_pixel_is_too_far() -> None:
    check_pixels(AXIAL_IMAGE, PIXELS, POINTS + np.array([0.24, 0, 0]))
    with pytest.raises(GeometryError):
        check_pixels(AXIAL_IMAGE, PIXELS, POINTS + np.array([0.25, 0, 0]))


def test_one_wrong_point_among_right_ones_is_refused() -> None:
    wrong = POINTS.copy()
    wrong[1, 2] = 120
    with pytest.raises(GeometryError, match="not where the pixels of this image are"):
        check_pixels(AXIAL_IMAGE, PIXELS, wrong)
    with pytest.raises(GeometryError, match="not within"):
        check_on_image(AXIAL_IMAGE, wrong)


def test_a_point_may_be_half_a_millimetre_off_the_image() -> None:
    check_on_image(AXIAL_IMAGE, POINTS + np.array([0, 0, 0.5]))
    check_on_image(AXIAL_IMAGE, POINTS - np.array([0, 0, 0.5]))
    check_on_image(AXIAL_IMAGE, POINTS + np.array([0, 0, 1.5]), off_mm=2)


SAGITTAL_POINTS = np.array([[12.0, -20.0, 800.0], [12.0, 45.0, 720.0]])


@pytest.mark.parametrize(
    ("change", "mistake"),
    [
        pytest.param(lambda at: at * (-1, -1, 1), "the points are in RAS, not LPS", id="RAS for LPS"),
        pytest.param(lambda at: at / 10, "the points are in cm, not mm", id="cm for mm"),
        pytest.param(lambda at: at * (1, 1, -1), "slices were counted in decreasing order", id="slices upside down"),
        pytest.param(lambda at: at + np.array([0.6, 0, 0]), "not within 0.5 mm of this image", id="on the next image"),
        pytest.param(lambda at: at + np.array([0, 400, 0]), "inside its field of view", id="outside the field of view"),
    ],
)
def test_points_off_the_image_are_refused_with_the_mistake(change: Callable[[Rows], Rows], mistake: str) -> None:
    check_on_image(SAGITTAL_IMAGE, SAGITTAL_POINTS)
    with pytest.raises(GeometryError) as refused:
        check_on_image(SAGITTAL_IMAGE, change(SAGITTAL_POINTS))
    assert mistake in refused.value.problems[0].detail


def test_the_field_of_view_ends_at_the_outer_half_of_the_last_pixel() -> None:
    corner = AXIAL_IMAGE.to_patient(np.array([[299.5, 399.5]]))
    check_on_image(replace(AXIAL_IMAGE, columns=301), corner)
    check_on_image(AXIAL_IMAGE, AXIAL_IMAGE.to_patient(np.array([[299.49, 399.49], [-0.49, -0.49]])))
    for outside in ([299.51, 10.0], [10.0, 399.51], [-0.51, 10.0], [10.0, -0.51]):
        with pytest.raises(GeometryError):
            check_on_image(AXIAL_IMAGE, AXIAL_IMAGE.to_patient(np.array([outside])))
