"""Cortical shares of rings, whose destroyed parts are known in closed form."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lesion_model.errors import GeometryError
from lesion_model.findings import CorticalShare, Denominator
from lesion_model.measurement.cortex import (
    CorticalDestruction,
    cortical_destruction,
    cortical_involvement,
    worst_of,
)
from lesion_model.measurement.vectors import Rows
from tests.builders.contours import AXIAL, OBLIQUE, circle, on_plane, rectangle, sector
from tests.builders.vertebral_bodies import turn

OUTER = circle(15)
INNER = circle(10)


def destruction(*lesions: Rows, frame: Rows = AXIAL, outer: Rows = OUTER, inner: Rows = INNER) -> CorticalDestruction:
    origin = (30.0, -40.0, 500.0)
    return cortical_destruction(
        on_plane(outer, frame, origin),
        on_plane(inner, frame, origin),
        [on_plane(lesion, frame, origin) for lesion in lesions],
    )


@pytest.mark.parametrize("frame", [AXIAL, OBLIQUE, turn(1, 90)], ids=["axial", "oblique", "sagittal"])
@pytest.mark.parametrize("degrees", [36, 90, 180, 252])
def test_a_sector_destroys_its_share_of_circumference_and_area(frame: Rows, degrees: float) -> None:
    share = destruction(sector(8, 17, 10, 10 + degrees), frame=frame)
    assert share.circumference_percent.unrounded == pytest.approx(degrees / 3.6, abs=0.15)
    assert share.area_percent.unrounded == pytest.approx(degrees / 3.6, abs=0.05)
    assert share.depth.share == pytest.approx(1)


@pytest.mark.parametrize(("reached", "share"), [(11, 0.2), (12.5, 0.5), (14, 0.8), (15, 1), (17, 1)])
def test_destruction_from_within_is_as_deep_as_it_reaches(reached: float, share: float) -> None:
    found = destruction(sector(3, reached, 0, 60))
    assert found.depth.share == pytest.approx(share, abs=0.001)
    assert found.depth.total_mm.value == Decimal("5.00")
    assert found.circumference_percent.unrounded == pytest.approx(100 / 6, abs=0.2)


def test_destruction_from_without_is_as_deep_as_it_reaches() -> None:
    assert destruction(sector(13, 20, 0, 90)).depth.share == pytest.approx(2 / 5, abs=0.001)


def test_the_area_of_a_ring_part_is_that_of_the_circles() -> None:
    # A quarter of the ring from 12 to 15 of the ring from 10 to 15.
    expected = (15**2 - 12**2) / (15**2 - 10**2) * 25
    assert destruction(sector(12, 18, 0, 90)).area_percent.unrounded == pytest.approx(expected, abs=0.02)


def test_two_lesions_count_together_and_their_overlap_once() -> None:
    apart = destruction(sector(8, 17, 0, 45), sector(8, 17, 180, 225))
    assert apart.circumference_percent.unrounded == pytest.approx(25, abs=0.15)
    overlapping = destruction(sector(8, 17, 0, 60), sector(8, 17, 30, 90))
    assert overlapping.circumference_percent.unrounded == pytest.approx(25, abs=0.15)
    assert overlapping.area_percent.unrounded == pytest.approx(25, abs=0.05)


def test_halves_of_the_thickness_from_two_sides_add_up() -> None:
    assert destruction(sector(5, 12, 0, 40), sector(14, 16, 0, 40)).depth.share == pytest.approx(3 / 5, abs=0.001)


def test_a_lesion_of_the_marrow_leaves_the_cortex_whole() -> None:
    marrow = destruction(circle(9))
    assert marrow.depth.share == 0
    assert marrow.circumference_percent.value == 0
    assert marrow.area_percent.value == 0
    assert marrow.diameter.share == pytest.approx(18 / 30, abs=0.001)


def test_a_lesion_that_only_grazes_the_cortex_is_not_around_it() -> None:
    grazing = destruction(circle(10 + 0.49))
    assert grazing.circumference_percent.value == 0
    assert grazing.least_depth_mm == 0.5
    assert destruction(circle(10 + 0.51)).circumference_percent.value == 100


def test_the_diameter_is_that_through_the_middle_in_the_worst_direction() -> None:
    # A band 8 mm thick along the whole left half: 8 mm of 30 mm on each line through the middle.
    band = destruction(sector(7, 15, 90, 270))
    assert band.diameter.total_mm.value == Decimal("30.00")
    assert band.diameter.share == pytest.approx(8 / 30, abs=0.001)


def test_the_outline_may_be_shared_with_the_lesion() -> None:
    along_the_outline = OUTER[:91]
    lesion = np.concatenate((along_the_outline, 8 / 15 * along_the_outline[::-1]))
    share = destruction(lesion)
    assert share.circumference_percent.unrounded == pytest.approx(25, abs=0.15)
    assert share.area_percent.unrounded == pytest.approx(25, abs=0.05)
    assert share.depth.share == pytest.approx(1)


def test_a_square_bone_is_measured_as_well_as_a_round_one() -> None:
    square = destruction(rectangle(16, 8, (0, -10)), outer=rectangle(20, 20), inner=rectangle(12, 12))
    # The lower wall is 4 mm thick; the lesion takes all of it from -8 to 8. Every line through the middle that
    # leaves through it has 4 of its 20 mm of height within the lesion.
    assert square.depth.share == pytest.approx(1)
    assert square.diameter.share == pytest.approx(0.2, abs=0.001)
    assert square.area_percent.unrounded == pytest.approx(100 * 16 * 4 / (400 - 144), abs=1e-9)


@settings(max_examples=10, deadline=None)
@given(
    turned=st.tuples(*[st.floats(-180, 180)] * 3),
    moved=st.tuples(*[st.floats(-1000, 1000)] * 3),
    backwards=st.booleans(),
)
def test_shares_do_not_depend_on_where_the_plane_lies_or_which_way_one_draws(
    turned: tuple[float, float, float], moved: tuple[float, float, float], backwards: bool
) -> None:
    frame = turn(0, turned[0]) @ turn(1, turned[1]) @ turn(2, turned[2])
    lesion = sector(6, 13, 0, 70)
    share = cortical_destruction(
        on_plane(circle(15, count=90), frame, moved),
        on_plane(circle(10, count=90)[:: -1 if backwards else 1], frame, moved),
        [on_plane(lesion[:: -1 if backwards else 1], frame, moved)],
    )
    still = cortical_destruction(on_plane(circle(15, count=90)), on_plane(circle(10, count=90)), [on_plane(lesion)])
    assert share.area_percent.unrounded == pytest.approx(still.area_percent.unrounded, abs=1e-6)
    assert share.depth.share == pytest.approx(still.depth.share, abs=0.005)
    assert share.circumference_percent.unrounded == pytest.approx(still.circumference_percent.unrounded, abs=0.15)


def test_the_worst_plane_is_the_one_destroyed_deepest() -> None:
    shallow, deep = destruction(sector(3, 11, 0, 200)), destruction(sector(3, 14, 0, 20))
    assert worst_of([shallow, deep]) is deep


def test_the_finding_carries_both_denominators() -> None:
    involvement = cortical_involvement(destruction(sector(3, 12.5, 0, 90)), Denominator.BONE_DIAMETER)
    cortical = involvement.of(Denominator.CORTICAL)
    assert cortical is not None
    assert cortical.share == Fraction(1, 2)
    assert involvement.declared is involvement.of(Denominator.BONE_DIAMETER)
    assert involvement.scored_category is CorticalShare.LT_1_3  # 9.5 mm of 30 mm
    assert involvement.denominators_disagree


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        pytest.param({"outer": OUTER / 10, "inner": INNER / 10}, "outer", "coordinates must be in mm", id="in cm"),
        pytest.param({"outer": OUTER * 10, "inner": INNER * 10}, "outer", "coordinates must be in mm", id="too large"),
        pytest.param({"outer": INNER, "inner": OUTER}, "inner", "must be inside the outer contour", id="swapped"),
        pytest.param({"inner": circle(10, (8, 0))}, "inner", "must be inside the outer contour", id="crossing"),
        pytest.param({"inner": circle(10, (40, 0))}, "inner", "must be inside the outer contour", id="beside"),
        pytest.param({"inner": circle(14.95)}, "inner", "0.1 mm of cortex or more", id="no cortex"),
        pytest.param({"outer": OUTER[:2]}, "outer", "3 points or more", id="a line"),
        pytest.param({"outer": OUTER[[0, 180, 90, 270]]}, "outer", "must not cross itself", id="a bow tie"),
        pytest.param({"outer": circle(15, count=2001)}, "outer", "at most 2000 points", id="too many points"),
    ],
)
def test_contours_that_cannot_be_those_of_a_bone_are_refused(
    changes: dict[str, Rows], field: str, message: str
) -> None:
    with pytest.raises(GeometryError, match=message) as refused:
        destruction(sector(8, 17, 0, 90), **changes)
    assert refused.value.problems[0].field == field


def test_a_contour_drawn_on_another_image_is_refused() -> None:
    with pytest.raises(GeometryError, match="of one plane with the other points"):
        cortical_destruction(on_plane(OUTER), on_plane(INNER), [on_plane(sector(8, 17, 0, 90), origin=(0, 0, 5))])


def test_without_a_lesion_there_is_nothing_to_measure() -> None:
    with pytest.raises(GeometryError, match="lesions: at least one contour"):
        destruction()


@pytest.mark.parametrize("depth", [-0.1, 200.1, float("nan")])
def test_the_least_depth_is_a_depth(depth: float) -> None:
    with pytest.raises(GeometryError, match="least_depth_mm: must be from 0 to 200 mm"):
        cortical_destruction(on_plane(OUTER), on_plane(INNER), [on_plane(sector(8, 17, 0, 90))], least_depth_mm=depth)
