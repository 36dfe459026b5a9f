"""Areas and lengths of overlapping polygons, against an independent way of finding them."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lesion_model.errors import GeometryError
from lesion_model.measurement.clipping import area_where, lengths_inside
from lesion_model.measurement.polygons import (
    Flags,
    area_mm2,
    around,
    centroid,
    contains,
    crossing,
    nearest,
    perimeter_mm,
    polygon,
)
from lesion_model.measurement.vectors import Rows
from tests.builders.contours import circle, rectangle, sector

# Whole numbers: corners on edges, shared edges and shared corners are then common.
CORNER = st.tuples(st.integers(-6, 6), st.integers(-6, 6))


def both(inside: Flags) -> Flags:
    found: Flags = np.logical_and.reduce(inside, axis=0)
    return found


def either(inside: Flags) -> Flags:
    found: Flags = np.logical_or.reduce(inside, axis=0)
    return found


def triangle(corners: list[tuple[int, int]]) -> Rows:
    outline = np.array(corners, dtype=float)
    first, second, third = outline
    assume((second[0] - first[0]) * (third[1] - first[1]) != (second[1] - first[1]) * (third[0] - first[0]))
    return polygon("triangle", outline)


def clipped(subject: Rows, convex: Rows) -> float:
    """Area of the overlap by cutting `subject` with each side of `convex` in turn (Sutherland and Hodgman)."""
    left = [tuple(corner) for corner in subject]
    for start, end in zip(convex, np.roll(convex, -1, axis=0), strict=True):
        kept: list[tuple[float, float]] = []
        for one, other in zip(left, left[1:] + left[:1], strict=True):
            here, there = (
                (end[0] - start[0]) * (at[1] - start[1]) - (end[1] - start[1]) * (at[0] - start[0])
                for at in (one, other)
            )
            if here >= 0:
                kept.append(one)
            if here * there < 0:
                part = here / (here - there)
                kept.append((one[0] + part * (other[0] - one[0]), one[1] + part * (other[1] - one[1])))
        left = kept
    doubled = float(
        sum(x * next_y - y * next_x for (x, y), (next_x, next_y) in zip(left, left[1:] + left[:1], strict=True))
    )
    return abs(doubled) / 2


@settings(max_examples=200, deadline=None)
@given(st.lists(CORNER, min_size=3, max_size=3), st.lists(CORNER, min_size=3, max_size=3))
def test_the_overlap_of_two_triangles_is_that_of_cutting_one_with_the_other(
    one: list[tuple[int, int]], other: list[tuple[int, int]]
) -> None:
    first, second = triangle(one), triangle(other)
    overlap = clipped(first, second)
    assert area_where((first, second), both) == pytest.approx(overlap, abs=1e-9)
    together = area_mm2(first) + area_mm2(second) - overlap
    assert area_where((first, second), either) == pytest.approx(together, abs=1e-9)


@settings(max_examples=200, deadline=None)
@given(st.lists(CORNER, min_size=3, max_size=3), st.integers(-7, 7).map(lambda whole: whole + 0.5))
def test_a_line_through_a_triangle_is_as_long_as_between_its_sides(
    corners: list[tuple[int, int]], height: float
) -> None:
    outline = triangle(corners)
    met = [
        x + (height - y) / (next_y - y) * (next_x - x)
        for (x, y), (next_x, next_y) in zip(outline, np.roll(outline, -1, axis=0), strict=True)
        if (y > height) != (next_y > height)
    ]
    line = np.array([[-20.0, height]]), np.array([[20.0, height]])
    expected = max(met) - min(met) if met else 0.0
    assert lengths_inside(*line, (outline,), either) == pytest.approx([expected], abs=1e-9)


def test_a_line_that_ends_inside_counts_as_far_as_it_goes() -> None:
    square = rectangle(4, 4)
    starts = np.array([[0.0, 0.0], [-9.0, 0.0], [-1.0, -1.0], [5.0, 5.0], [2.0, 0.0]])
    stops = np.array([[9.0, 0.0], [1.0, 0.0], [1.0, -1.0], [6.0, 9.0], [-2.0, 0.0]])
    assert lengths_inside(starts, stops, (square,), either) == pytest.approx([2, 3, 2, 0, 4])


def test_a_line_through_two_parts_counts_each_once() -> None:
    parts = (rectangle(4, 4, (-5, 0)), rectangle(4, 4, (5, 0)), rectangle(4, 4, (6, 0)))
    line = np.array([[-20.0, 0.5]]), np.array([[20.0, 0.5]])
    assert lengths_inside(*line, parts, either) == pytest.approx([9])


def test_the_middle_of_a_half_disc_is_four_thirds_of_its_radius_over_pi() -> None:
    half = circle(9, count=3600)[:1801]
    assert centroid(half) == pytest.approx([0, 4 * 9 / (3 * np.pi)], abs=1e-4)
    assert centroid(half + np.array([100, -50])) == pytest.approx([100, -50 + 4 * 9 / (3 * np.pi)], abs=1e-4)


def test_steps_around_a_rectangle_are_equal() -> None:
    points = around(rectangle(4, 2), 12)
    assert points[:5] == pytest.approx(np.array([(-1.5, -1), (-0.5, -1), (0.5, -1), (1.5, -1), (2, -0.5)]))
    assert points[-1] == pytest.approx([-2, -0.5])
    assert perimeter_mm(rectangle(4, 2)) == 12


def test_what_is_in_the_hollow_of_a_ring_part_is_outside() -> None:
    horseshoe = sector(5, 10, 0, 270)
    assert contains(horseshoe, np.array([(7.0, 0.1), (0.0, 0.0), (5.0, -5.0), (-7.0, 0.0)])).tolist() == [
        True,
        False,
        False,
        True,
    ]


def test_the_nearest_place_is_on_an_edge_or_at_a_corner() -> None:
    feet, distances = nearest(np.array([(0.0, 5.0), (5.0, 6.0), (1.0, 0.5)]), rectangle(4, 4))
    assert feet == pytest.approx(np.array([(0, 2), (2, 2), (2, 0.5)]))
    assert distances == pytest.approx([3, 5, 1])


def test_outlines_cross_where_their_edges_do() -> None:
    place = crossing(rectangle(4, 4), rectangle(20, 1, (0, 0)))
    assert place is not None
    assert np.abs(place) == pytest.approx([2, 0.5])


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(rectangle(4, 4, (4, 0)), id="sharing an edge"),
        pytest.param(rectangle(4, 4, (4, 4)), id="sharing a corner"),
        pytest.param(rectangle(2, 2), id="one in the other"),
        pytest.param(rectangle(4, 4), id="the same"),
        pytest.param(rectangle(4, 4, (9, 9)), id="apart"),
    ],
)
def test_outlines_that_touch_do_not_cross(other: Rows) -> None:
    assert crossing(rectangle(4, 4), other) is None


def test_an_outline_is_read_without_repetitions_and_counter_clockwise() -> None:
    square = rectangle(4, 4)
    drawn = np.concatenate((square[::-1], square[:1], square[3:]))
    read = polygon("contour", drawn)
    assert len(read) == 4
    assert {tuple(corner) for corner in read.tolist()} == {tuple(corner) for corner in square.tolist()}
    assert polygon("contour", square).tolist() == square.tolist()


def test_less_than_a_tenth_of_a_millimetre_square_is_no_area() -> None:
    assert len(polygon("contour", rectangle(0.1, 0.1001))) == 4
    with pytest.raises(GeometryError, match="contour: encloses less than 0"):
        polygon("contour", rectangle(0.1, 0.0999))


def test_two_different_points_are_no_outline() -> None:
    with pytest.raises(GeometryError, match="contour: 3 different points or more"):
        polygon("contour", np.array([(0.0, 0.0), (0.0, 0.0), (5.0, 5.0), (5.0, 5.0)]))
