"""Distances between circles and squares, and shares of canals of known area."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lesion_model.errors import GeometryError
from lesion_model.measurement.distances import (
    NarrowingMethod,
    canal_area_left,
    canal_diameter_left,
    canal_taken,
    cord_distance,
    nearest_of,
)
from lesion_model.measurement.vectors import Rows, rows
from tests.builders.contours import AXIAL, OBLIQUE, circle, on_plane, rectangle
from tests.builders.vertebral_bodies import turn

CORD = circle(5)


@pytest.mark.parametrize("frame", [AXIAL, OBLIQUE])
def test_the_distance_of_two_circles_is_between_their_outlines(frame: Rows) -> None:
    found = cord_distance(on_plane(circle(8, (0, -17.5)), frame), on_plane(CORD, frame))
    assert found.distance_mm.value == Decimal("4.5")
    assert rows([found.cord])[0] == pytest.approx(frame[:, 1] * -5, abs=0.02)
    assert rows([found.tumour])[0] == pytest.approx(frame[:, 1] * -9.5, abs=0.02)


def test_the_shortest_way_may_end_within_an_edge_of_either() -> None:
    diamond = np.array([(14.0, 0.0), (20.0, -6.0), (26.0, 0.0), (20.0, 6.0)])
    square = rectangle(20, 20)
    for tumour, cord in ((diamond, square), (square, diamond)):
        assert cord_distance(on_plane(tumour), on_plane(cord)).distance_mm.unrounded == pytest.approx(4)


@pytest.mark.parametrize(
    "tumour",
    [
        pytest.param(circle(8, (10, 0)), id="overlapping"),
        pytest.param(circle(30), id="around the cord"),
        pytest.param(circle(2), id="within the cord"),
        pytest.param(rectangle(40, 1), id="through the cord without a corner in it"),
        pytest.param(CORD, id="the same outline"),
    ],
)
def test_what_overlaps_the_cord_is_at_no_distance(tumour: Rows) -> None:
    found = cord_distance(on_plane(tumour), on_plane(CORD))
    assert found.distance_mm.value == 0
    assert rows([found.tumour])[0] == pytest.approx(rows([found.cord])[0])


def test_what_touches_the_cord_is_at_no_distance() -> None:
    assert cord_distance(on_plane(rectangle(4, 4, (7, 0))), on_plane(CORD)).distance_mm.unrounded == pytest.approx(0)


@settings(max_examples=40, deadline=None)
@given(
    apart=st.floats(0.5, 50),
    turned=st.tuples(*[st.floats(-180, 180)] * 3),
    moved=st.tuples(*[st.floats(-1000, 1000)] * 3),
)
def test_the_distance_does_not_depend_on_where_the_patient_is(
    apart: float, turned: tuple[float, float, float], moved: tuple[float, float, float]
) -> None:
    frame = turn(0, turned[0]) @ turn(1, turned[1]) @ turn(2, turned[2])
    tumour, cord = circle(6, (11 + apart, 0), count=60), circle(5, count=60)
    found = cord_distance(on_plane(tumour, frame, moved), on_plane(cord, frame, moved))
    assert found.distance_mm.unrounded == pytest.approx(apart, abs=1e-6)


def test_of_several_images_the_nearest_counts() -> None:
    far = cord_distance(on_plane(circle(3, (20, 0))), on_plane(CORD))
    near = cord_distance(on_plane(circle(3, (0, 10))), on_plane(CORD))
    assert nearest_of([far, near]) is near


def test_a_tumour_on_another_image_than_the_cord_is_refused() -> None:
    with pytest.raises(GeometryError, match="of one plane"):
        cord_distance(on_plane(circle(3, (20, 0)), origin=(0, 0, 3)), on_plane(CORD))


@pytest.mark.parametrize("frame", [AXIAL, OBLIQUE])
def test_a_tumour_takes_its_overlap_with_the_canal(frame: Rows) -> None:
    canal = on_plane(rectangle(20, 16), frame)
    found = canal_taken(canal, [on_plane(rectangle(40, 10, (0, -9)), frame)])
    # From -8 to -4 of 16 mm, over the whole width.
    assert found.method is NarrowingMethod.AREA_TAKEN
    assert (found.left, found.reference) == pytest.approx((240, 320))
    assert found.canal_narrowing_percent == Decimal("25.0")


def test_the_overlap_of_two_circles_is_a_lens() -> None:
    # Two circles of 9 mm, their centres 9 mm apart: the lens is 2 r² acos(1/2) - d/2 sqrt(4 r² - d²).
    lens = 2 * 81 * np.arccos(0.5) - 4.5 * np.sqrt(4 * 81 - 81)
    found = canal_taken(on_plane(circle(9, count=1440)), [on_plane(circle(9, (9, 0), count=1440))])
    assert found.narrowing_percent.unrounded == pytest.approx(100 * lens / (np.pi * 81), abs=0.001)


def test_two_parts_of_a_tumour_are_not_counted_twice() -> None:
    halves = [on_plane(rectangle(12, 16, (-4, 0))), on_plane(rectangle(12, 16, (4, 0)))]
    assert canal_taken(on_plane(rectangle(20, 16)), halves).canal_narrowing_percent == Decimal("100.0")


def test_without_a_tumour_in_it_the_canal_is_whole() -> None:
    assert canal_taken(on_plane(circle(9)), []).canal_narrowing_percent == 0


def test_the_area_that_is_left_is_compared_with_the_mean_of_the_neighbours() -> None:
    references = [on_plane(rectangle(20, 16), origin=(0, 0, 30)), on_plane(rectangle(20, 14), origin=(0, 0, -30))]
    found = canal_area_left(on_plane(rectangle(20, 9)), references)
    assert found.method is NarrowingMethod.AREA_LEFT
    assert found.narrowing_percent.value == Decimal("40.0")


def test_the_diameter_that_is_left_is_compared_with_the_mean_of_the_neighbours() -> None:
    found = canal_diameter_left(9, [16, 14])
    assert found.method is NarrowingMethod.AP_DIAMETER
    assert found.canal_narrowing_percent == Decimal("40.0")


def test_a_closed_canal_has_lost_everything_and_the_deepest_nothing() -> None:
    assert canal_diameter_left(0, [5.0]).canal_narrowing_percent == 100
    assert canal_diameter_left(60, [60.0]).canal_narrowing_percent == 0


def test_a_canal_wider_than_its_reference_has_lost_nothing() -> None:
    found = canal_diameter_left(18, [15])
    assert found.narrowing_percent.value == Decimal("-20.0")
    assert found.canal_narrowing_percent == 0


def test_a_canal_in_cm_is_refused() -> None:
    canal = rectangle(2.0, 1.6)
    with pytest.raises(GeometryError, match="canal: must be from 20 to 2000 mm²: coordinates must be in mm"):
        canal_taken(on_plane(canal), [])
    with pytest.raises(GeometryError, match=r"references\.0: must be from 20 to 2000 mm²"):
        canal_area_left(on_plane(canal), [on_plane(canal)])
    with pytest.raises(GeometryError, match=r"references_mm\.0: must be from 5 to 60 mm"):
        canal_diameter_left(1.2, [1.5])
    with pytest.raises(GeometryError, match="left_mm: must be from 0 to 60 mm"):
        canal_diameter_left(120, [15])


@pytest.mark.parametrize("count", [0, 3])
def test_the_reference_is_one_or_both_adjacent_levels(count: int) -> None:
    with pytest.raises(GeometryError, match="references: give one or both adjacent levels"):
        canal_diameter_left(9, [15.0] * count)
    with pytest.raises(GeometryError, match="references: give one or both adjacent levels"):
        canal_area_left(on_plane(circle(8)), [on_plane(circle(9))] * count)
