"""Lengths of ellipses, rectangles and the cortex along a bone."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lesion_model.errors import GeometryError
from lesion_model.geometry import Point
from lesion_model.measurement.axes import axes, axial_length_mm
from lesion_model.measurement.vectors import Rows, rows
from tests.builders.contours import AXIAL, OBLIQUE, circle, ellipse, on_plane, rectangle
from tests.builders.vertebral_bodies import turn

ALONG_Z = (Point(x=0, y=0, z=0), Point(x=0, y=0, z=100))


@pytest.mark.parametrize("frame", [AXIAL, OBLIQUE])
def test_the_axes_of_an_ellipse_are_its_own(frame: Rows) -> None:
    found = axes(on_plane(ellipse(20, 7), frame, (10, 20, 30)))
    assert (found.long.length_mm.value, found.short.length_mm.value) == (Decimal("40.0"), Decimal("14.0"))


def test_the_axes_of_a_rectangle_are_its_diagonal_and_the_widest_line_across_it() -> None:
    found = axes(on_plane(rectangle(40, 30)))
    # The line at right angles to the diagonal, through a corner of the other diagonal: 30 / cos(atan(3/4)).
    assert found.long.length_mm.value == Decimal("50.0")
    assert found.short.length_mm.unrounded == pytest.approx(37.5)


@pytest.mark.parametrize("frame", [AXIAL, OBLIQUE])
@pytest.mark.parametrize("first", [0, 1, 2])
def test_the_axes_of_a_right_triangle_are_its_hypotenuse_and_the_height_on_it(frame: Rows, first: int) -> None:
    corners = np.roll(np.array([(0.0, 0.0), (40.0, 0.0), (0.0, 30.0)]), first, axis=0)
    found = axes(on_plane(corners, frame, (-7, 300, 55)))
    assert (found.long.length_mm.value, found.short.length_mm.value) == (Decimal("50.0"), Decimal("24.0"))


def test_a_blunt_triangle_is_as_long_as_its_longest_side() -> None:
    found = axes(on_plane([(0, 0), (6, 0), (100, 5)]))
    assert found.long.length_mm.unrounded == pytest.approx(np.hypot(100, 5))


def test_the_long_axis_may_leave_a_crescent() -> None:
    crescent = np.array([(-20.0, 0.0), (0.0, 10.0), (20.0, 0.0), (0.0, 14.0)])
    found = axes(on_plane(crescent))
    assert found.long.length_mm.value == Decimal("40.0")
    assert found.short.length_mm.value == Decimal("4.0")


def test_the_ends_of_the_axes_are_points_of_the_image() -> None:
    found = axes(on_plane(ellipse(20, 7), OBLIQUE, (10, 20, 30)))
    for diameter in (found.long, found.short):
        first, last = rows(diameter.ends)
        assert np.linalg.norm(last - first) == pytest.approx(diameter.length_mm.unrounded)
        assert (first + last) / 2 == pytest.approx([10, 20, 30], abs=0.05)
        assert (first - [10, 20, 30]) @ OBLIQUE[:, 2] == pytest.approx(0, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(
    lengths=st.tuples(st.floats(4, 60), st.floats(1, 60)),
    turned=st.tuples(*[st.floats(-180, 180)] * 3),
    moved=st.tuples(*[st.floats(-1000, 1000)] * 3),
)
def test_the_axes_do_not_depend_on_where_the_lesion_is(
    lengths: tuple[float, float], turned: tuple[float, float, float], moved: tuple[float, float, float]
) -> None:
    frame = turn(0, turned[0]) @ turn(1, turned[1]) @ turn(2, turned[2])
    found = axes(on_plane(ellipse(*lengths, count=360), frame, moved))
    assert found.long.length_mm.unrounded == pytest.approx(2 * max(lengths), rel=1e-3)
    assert found.short.length_mm.unrounded == pytest.approx(2 * min(lengths), rel=1e-3)


def test_the_axial_length_is_along_the_bone_and_not_across_it() -> None:
    cortex = [Point(x=x, y=y, z=z) for x, y, z in ((0, 0, 10), (30, 0, 25), (-20, 5, 41), (0, 90, 12))]
    assert axial_length_mm(cortex, ALONG_Z).value == Decimal("31.0")
    assert axial_length_mm(cortex, (ALONG_Z[1], ALONG_Z[0])).value == Decimal("31.0")


def test_the_axis_may_be_anywhere() -> None:
    # From (100, 60, 500) to (100, 90, 540): the same direction (0, 3/5, 4/5) as below.
    aside = (Point(x=100, y=60, z=500), Point(x=100, y=90, z=540))
    assert axial_length_mm([Point(x=9, y=0, z=0), Point(x=0, y=30, z=40)], aside).value == Decimal("50.0")


def test_along_a_tilted_bone_the_length_is_that_along_it() -> None:
    # Along (0, 3/5, 4/5): 0 and 0.6 * 30 + 0.8 * 40 = 50.
    tilted = (Point(x=0, y=0, z=0), Point(x=0, y=30, z=40))
    assert axial_length_mm([Point(x=9, y=0, z=0), Point(x=0, y=30, z=40)], tilted).value == Decimal("50.0")


@pytest.mark.parametrize("z", [0.0, 500.0])
def test_an_axis_in_cm_is_refused(z: float) -> None:
    short = (Point(x=0, y=0, z=z), Point(x=0, y=0, z=z + 9.99))
    with pytest.raises(GeometryError, match="axis: must be 10 mm long or more, in mm"):
        axial_length_mm([Point(x=0, y=0, z=0), Point(x=0, y=0, z=1)], short)


def test_an_axis_of_ten_mm_is_long_enough() -> None:
    short = (Point(x=0, y=0, z=0), Point(x=0, y=0, z=10))
    assert axial_length_mm([Point(x=0, y=0, z=0), Point(x=0, y=0, z=1)], short).value == 1


def test_one_point_has_no_length() -> None:
    with pytest.raises(GeometryError, match="points: 2 points or more"):
        axial_length_mm([Point(x=0, y=0, z=0)], ALONG_Z)


def test_a_lesion_of_more_than_a_metre_is_refused() -> None:
    with pytest.raises(GeometryError, match="contour: longer than 1000 mm"):
        axes(on_plane(circle(500.1)))


def test_points_on_one_line_enclose_nothing() -> None:
    with pytest.raises(GeometryError, match="contour: encloses less than"):
        axes([Point(x=0, y=0, z=0), Point(x=10, y=0, z=0), Point(x=20, y=0, z=0)])


def test_a_contour_that_is_not_flat_is_refused() -> None:
    with pytest.raises(GeometryError, match=r"contour: not within 0\.25 mm of one plane"):
        axes([Point(x=0, y=0, z=0), Point(x=20, y=0, z=0), Point(x=20, y=20, z=5), Point(x=0, y=20, z=0)])


def test_a_contour_closed_with_its_first_point_is_the_same() -> None:
    open_ended = on_plane(ellipse(20, 7))
    closed = axes([*open_ended, open_ended[0]])
    assert closed.long.length_mm.unrounded == pytest.approx(axes(open_ended).long.length_mm.unrounded)
    assert closed.short.length_mm.unrounded == pytest.approx(axes(open_ended).short.length_mm.unrounded)
