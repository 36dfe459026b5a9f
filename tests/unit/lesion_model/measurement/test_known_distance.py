"""What a known distance shows about the spacing of an image, and what it cannot show."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesion_model.errors import GeometryError
from lesion_model.measurement.known_distance import check_distance
from tests.builders.image_planes import AXIAL_IMAGE
from tests.builders.vertebral_bodies import turn

# 0.8 mm between rows, 0.5 mm between columns: 80 columns are 40 mm, 100 rows are 80 mm.
ALONG_A_ROW = ((10.0, 50.0), (90.0, 50.0))
ALONG_A_COLUMN = ((10.0, 50.0), (10.0, 150.0))
# 160 columns of 0.5 mm and 75 rows of 0.8 mm: 80 and 60 mm, so 100 mm.
SLANTED = ((20.0, 30.0), (180.0, 105.0))


def refused(pixels: Any, known_mm: Any) -> tuple[str, str]:
    first, last = pixels
    with pytest.raises(GeometryError) as refusal:
        check_distance(AXIAL_IMAGE, first, last, known_mm)
    (problem,) = refusal.value.problems
    return problem.field, problem.detail


@pytest.mark.parametrize(
    ("pixels", "known_mm"),
    [
        pytest.param(ALONG_A_ROW, 40.0, id="along a row"),
        pytest.param(ALONG_A_COLUMN, 80.0, id="along a column"),
        pytest.param(SLANTED, 100.0, id="slanted"),
    ],
)
def test_the_known_length_of_a_line_is_accepted_and_would_show_swapped_spacings(pixels: Any, known_mm: float) -> None:
    first, last = pixels
    found = check_distance(AXIAL_IMAGE, first, last, known_mm)
    assert found.distance_mm == pytest.approx(known_mm)
    assert (found.tolerance_mm, found.sees_swap) == (0.8, True)


@pytest.mark.parametrize(
    ("pixels", "known_mm"),
    [
        # As if 0.5 mm were between rows and 0.8 mm between columns.
        pytest.param(ALONG_A_ROW, 64.0, id="along a row"),
        pytest.param(ALONG_A_COLUMN, 50.0, id="along a column"),
        pytest.param(SLANTED, float(np.hypot(128, 37.5)), id="slanted"),
    ],
)
def test_swapped_row_and_column_spacing_is_named(pixels: Any, known_mm: float) -> None:
    assert refused(pixels, known_mm) == ("known_mm", "the two pixel spacings, or column and row, are swapped")


def test_a_length_in_cm_is_named() -> None:
    assert refused(SLANTED, 10.0) == ("known_mm", "the known length is in cm, not mm")


def test_a_spacing_in_cm_is_named() -> None:
    assert refused(SLANTED, 1000.0) == ("known_mm", "the spacing is in cm, not mm")


def test_an_enlarged_image_is_noticed() -> None:
    assert "the image was enlarged" in refused(SLANTED, 115.0)[1]


def test_the_refusal_states_the_length_by_the_spacing() -> None:
    with pytest.raises(GeometryError) as refusal:
        check_distance(AXIAL_IMAGE, *SLANTED, 115.0)
    assert refusal.value.problems[0].allowed == ("100.00 mm, to 0.8 mm",)


@pytest.mark.parametrize("known_mm", [99.21, 100.79])
def test_within_one_pixel_the_length_is_the_same(known_mm: float) -> None:
    assert check_distance(AXIAL_IMAGE, *SLANTED, known_mm).distance_mm == pytest.approx(100)


@pytest.mark.parametrize("known_mm", [99.19, 100.81])
def test_beyond_one_pixel_the_length_is_another_one(known_mm: float) -> None:
    assert "the spacing gives another length" in refused(SLANTED, known_mm)[1]


def test_swapped_spacings_cannot_be_seen_on_the_diagonal() -> None:
    # As many columns as rows: 50 x sqrt(0.8² + 0.5²) either way.
    known = 50 * float(np.hypot(0.8, 0.5))
    assert not check_distance(AXIAL_IMAGE, (10.0, 10.0), (60.0, 60.0), known).sees_swap


def test_equal_spacings_cannot_be_told_apart() -> None:
    square = replace(AXIAL_IMAGE, spacing=(0.8, 0.8))
    assert not check_distance(square, *ALONG_A_ROW, 64.0).sees_swap


def test_nearly_equal_spacings_need_a_long_line() -> None:
    # 0.8 or 0.78 mm: over 12 columns 0.24 mm apart, over 280 columns 5.6 mm.
    nearly = replace(AXIAL_IMAGE, spacing=(0.8, 0.78))
    assert not check_distance(nearly, (10.0, 10.0), (22.0, 10.0), 12 * 0.78).sees_swap
    assert check_distance(nearly, (10.0, 10.0), (290.0, 10.0), 280 * 0.78).sees_swap


def test_a_line_of_ten_pixels_is_long_enough() -> None:
    assert check_distance(AXIAL_IMAGE, (10.0, 10.0), (10.0, 20.0), 8.0).distance_mm == pytest.approx(8)
    field, detail = refused(((10.0, 10.0), (10.0, 19.9)), 7.92)
    assert (field, detail) == ("last", "must be 10 pixels or more from the first, counted in the larger spacing")


@given(
    turned=st.tuples(*[st.floats(-180, 180)] * 3),
    first=st.tuples(st.floats(0, 150), st.floats(200, 200.5)),
    along=st.tuples(st.floats(17, 149), st.floats(-199, 199)),
)
def test_the_length_is_that_of_the_two_places_in_the_patient(
    turned: tuple[float, float, float], first: tuple[float, float], along: tuple[float, float]
) -> None:
    frame = turn(0, turned[0]) @ turn(1, turned[1]) @ turn(2, turned[2])
    oblique = replace(AXIAL_IMAGE, orientation=tuple(map(float, (*frame[:, 0], *frame[:, 1]))))
    last = (first[0] + along[0], first[1] + along[1])
    one, other = oblique.to_patient(np.array([first, last]))
    known = float(np.linalg.norm(other - one))
    assert check_distance(oblique, first, last, known).distance_mm == pytest.approx(known, abs=1e-9)


@pytest.mark.parametrize("known_mm", [0, -1.0, 10_001, float("nan"), float("inf"), 10**400, True, "40", None])
def test_what_is_no_length_is_refused(known_mm: Any) -> None:
    assert refused(ALONG_A_ROW, known_mm) == ("known_mm", "must be a number of mm above 0, at most 10000")


@pytest.mark.parametrize("pixel", [(1.0,), (1.0, 2.0, 3.0), (1.0, float("nan")), (True, 2.0), ("1", 2.0), (10**400, 2)])
def test_what_is_no_pixel_is_refused(pixel: Any) -> None:
    assert refused((pixel, (9.0, 9.0)), 40.0) == ("first", "must be two numbers: a column and a row of this image")
    assert refused(((9.0, 9.0), pixel), 40.0) == ("last", "must be two numbers: a column and a row of this image")


@pytest.mark.parametrize("pixel", [(-0.51, 90.0), (299.51, 90.0), (90.0, -0.51), (90.0, 399.51)])
def test_a_place_beyond_the_image_is_refused(pixel: tuple[float, float]) -> None:
    assert refused(((9.0, 9.0), pixel), 40.0) == ("last", "must be two numbers: a column and a row of this image")


def test_the_outer_edge_of_the_image_belongs_to_it() -> None:
    found = check_distance(AXIAL_IMAGE, (-0.5, -0.5), (299.5, 399.5), float(np.hypot(150, 320)))
    assert found.distance_mm == pytest.approx(float(np.hypot(150, 320)))
