"""The exact edges of the classes, and what lies near them when it was measured."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesion_model.assess import collapse_classes
from lesion_model.errors import FindingError
from lesion_model.findings import CorticalShare, Denominator, MeasuredShare, VertebralCollapse
from lesion_model.measurement.levels import (
    AXIAL_OVER_30_MM,
    CANAL_NARROWED_OVER_QUARTER,
    CIRCUMFERENTIAL_OVER_HALF,
    CORD_WITHIN_5_MM,
    PERCENT_TOLERANCE,
    RECIST_MEASURABLE,
    GenantGrade,
    cortical_share,
    genant_grade,
    sins_collapse,
)
from lesion_model.measurement.measured import measured
from lesion_model.measurement.scales import Scale
from lesion_model.sins import Collapse

LOW, MIDDLE, HIGH = CorticalShare
TENTH = Decimal("0.1")


@pytest.mark.parametrize(
    ("share", "level", "boundary"),
    [
        pytest.param(Fraction(1, 3), MIDDLE, True, id="exactly a third"),
        pytest.param(Fraction(2, 3), MIDDLE, True, id="exactly two thirds"),
        pytest.param(Fraction(333_333, 1_000_000), LOW, False, id="just under a third"),
        pytest.param(Fraction(666_667, 1_000_000), HIGH, False, id="just over two thirds"),
        pytest.param(Decimal("0.33"), LOW, False, id="a decimal is exact"),
        pytest.param(Decimal("0.34"), MIDDLE, False, id="and so is this"),
        pytest.param(0, LOW, False, id="none"),
        pytest.param(1, HIGH, False, id="all"),
        pytest.param(1 / 3, MIDDLE, True, id="a third in binary"),
        pytest.param(2 / 3, MIDDLE, True, id="two thirds in binary"),
        pytest.param(1 / 3 - 1e-12, MIDDLE, True, id="a third but for noise"),
        pytest.param(1 / 3 - 1e-6, LOW, True, id="near a third from below"),
        pytest.param(2 / 3 + 1e-12, MIDDLE, True, id="two thirds but for noise"),
        pytest.param(2 / 3 + 0.009, HIGH, True, id="near two thirds from above"),
        pytest.param(2 / 3 + 0.011, HIGH, False, id="clear of two thirds"),
        pytest.param(0.32, LOW, False, id="clear of a third"),
    ],
)
def test_a_third_and_two_thirds_are_in_the_middle(share: Any, level: CorticalShare, boundary: bool) -> None:
    graded = cortical_share(share)
    assert (graded.level, graded.boundary) == (level, boundary)


def test_ten_of_thirty_millimetres_is_a_third() -> None:
    third = MeasuredShare(of=Denominator.CORTICAL, destroyed_mm=Decimal(10), total_mm=Decimal(30))
    graded = cortical_share(third.share)
    assert (graded.level, graded.boundary, graded.tolerance) == (MIDDLE, True, Fraction(0))
    assert graded.level is third.category


@pytest.mark.parametrize(
    ("loss", "grade", "boundary"),
    [
        ("0", "0", False),
        ("19.9", "0", False),
        ("20", "1", True),
        ("24.9", "1", False),
        ("25", "1", True),
        ("25.1", "2", False),
        ("40", "2", True),
        ("40.1", "3", False),
        ("100", "3", False),
        ("-5", "0", False),
    ],
)
def test_genant_grades_end_at_20_25_and_40(loss: str, grade: str, boundary: bool) -> None:
    graded = genant_grade(Decimal(loss))
    assert (graded.level, graded.boundary) == (GenantGrade(grade), boundary)


@pytest.mark.parametrize(
    ("loss", "level", "boundary"),
    [
        (Decimal(50), Collapse.LT_50, True),
        (Decimal("50.000001"), Collapse.GT_50, False),
        (Decimal("49.9"), Collapse.LT_50, False),
        (Decimal(20), Collapse.LT_50, False),
        (50.0, Collapse.LT_50, True),
        (100 * (24 - 12) / 24, Collapse.LT_50, True),
        (50.04, Collapse.GT_50, True),
        (50.06, Collapse.GT_50, False),
    ],
)
def test_exactly_half_the_height_is_not_more_than_half(loss: Any, level: Collapse, boundary: bool) -> None:
    graded = sins_collapse(loss)
    assert graded is not None
    assert (graded.level, graded.boundary) == (level, boundary)


@pytest.mark.parametrize(
    ("body", "level", "boundary"),
    [("50", Collapse.NONE, True), ("50.1", Collapse.NO_COLLAPSE_GT_50_BODY, False), ("0", Collapse.NONE, False)],
)
def test_without_collapse_more_than_half_of_the_body_counts(body: str, level: Collapse, boundary: bool) -> None:
    graded = sins_collapse(Decimal(0), body_involved_percent=Decimal(body))
    assert graded is not None
    assert (graded.level, graded.boundary) == (level, boundary)


def test_without_collapse_the_body_must_be_known() -> None:
    assert sins_collapse(Decimal(0)) is None


@pytest.mark.parametrize("loss", [Decimal("0.1"), Decimal("19.9"), 12.0])
def test_a_small_loss_needs_the_reader(loss: Any) -> None:
    assert sins_collapse(loss, body_involved_percent=Decimal(80)) is None
    confirmed = sins_collapse(loss, present=True, body_involved_percent=Decimal(80))
    denied = sins_collapse(loss, present=False, body_involved_percent=Decimal(80))
    assert confirmed is not None
    assert denied is not None
    assert (confirmed.level, denied.level) == (Collapse.LT_50, Collapse.NO_COLLAPSE_GT_50_BODY)


@pytest.mark.parametrize(("loss", "present"), [(Decimal(20), False), (Decimal(0), True), (Decimal(-3), True)])
def test_the_reader_must_not_contradict_the_measurement(loss: Decimal, present: bool) -> None:
    with pytest.raises(FindingError, match="present: contradicts the measured loss"):
        sins_collapse(loss, present=present)


@given(tenths=st.integers(0, 1000), body=st.integers(0, 1000))
def test_the_class_is_the_one_that_sins_gives_to_the_same_finding(tenths: int, body: int) -> None:
    loss, involved = tenths * TENTH, body * TENTH
    finding = VertebralCollapse(height_loss_percent=loss, body_involved_percent=involved)
    graded = sins_collapse(loss, body_involved_percent=involved)
    expected = collapse_classes(finding)
    assert graded is None if len(expected) > 1 else (graded is not None and expected == (graded.level,))


@pytest.mark.parametrize(
    ("scale", "edge", "at_edge", "beyond"),
    [
        pytest.param(AXIAL_OVER_30_MM, "30", False, {"30.1": True, "29.9": False}, id="axial"),
        pytest.param(CIRCUMFERENTIAL_OVER_HALF, "50", False, {"50.1": True, "49.9": False}, id="circumferential"),
        pytest.param(CANAL_NARROWED_OVER_QUARTER, "25", False, {"25.1": True, "24.9": False}, id="canal"),
        pytest.param(CORD_WITHIN_5_MM, "5", False, {"4.9": True, "5.1": False}, id="cord"),
        pytest.param(RECIST_MEASURABLE, "10", True, {"10.1": True, "9.9": False}, id="soft tissue"),
    ],
)
def test_the_edges_of_the_rules_are_exact(
    scale: Scale[bool], edge: str, at_edge: bool, beyond: dict[str, bool]
) -> None:
    assert (scale.grade(Decimal(edge)).level, scale.grade(Decimal(edge)).boundary) == (at_edge, True)
    for number, level in beyond.items():
        assert (scale.grade(Decimal(number)).level, scale.grade(Decimal(number)).boundary) == (level, False)


@pytest.mark.parametrize(("length", "boundary"), [(30.04, True), (29.96, True), (30.06, False), (29.94, False)])
def test_a_measured_length_is_near_thirty_within_half_its_step(length: float, boundary: bool) -> None:
    assert AXIAL_OVER_30_MM.grade(length).boundary is boundary


@given(loss=st.floats(0, 100))
def test_where_rounding_changes_the_class_both_are_flagged(loss: float) -> None:
    number = measured(loss, TENTH)
    unrounded, rounded = genant_grade(number), genant_grade(number.value)
    assert unrounded.tolerance == PERCENT_TOLERANCE
    assert unrounded.level is rounded.level or (unrounded.boundary and rounded.boundary)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), Decimal("NaN"), Decimal("Infinity"), True, "20", None])
def test_what_is_no_number_is_refused(number: Any) -> None:
    with pytest.raises(FindingError, match="height_loss_percent: must be a finite number"):
        genant_grade(number)
