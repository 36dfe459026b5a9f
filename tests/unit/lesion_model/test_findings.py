from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesion_model.applicability import check_applicable
from lesion_model.errors import FindingError, FindingNotApplicableError
from lesion_model.findings import (
    Alignment,
    CorticalInvolvement,
    CorticalShare,
    Denominator,
    ImagingFindings,
    LesionType,
    MeasuredShare,
    VertebralCollapse,
)
from tests.builders.lesions import (
    L3,
    LEFT_RIB_5,
    SUBTROCHANTERIC,
    collapse,
    cortex,
    elements,
    findings,
    measured,
    vertebra,
)


def test_ten_of_thirty_millimetres_is_exactly_one_third() -> None:
    assert measured("10", "30").share == Fraction(1, 3)
    assert measured("10", "30").category is CorticalShare.FROM_1_3_TO_2_3
    assert measured("10", "30").on_boundary


def test_exactly_two_thirds_is_in_the_middle_class() -> None:
    assert measured("20", "30").category is CorticalShare.FROM_1_3_TO_2_3
    assert measured("20", "30").on_boundary


@pytest.mark.parametrize(
    ("destroyed", "total", "category"),
    [
        ("0", "30", CorticalShare.LT_1_3),
        ("9.999999", "30", CorticalShare.LT_1_3),
        ("0.1", "0.3", CorticalShare.FROM_1_3_TO_2_3),
        ("1.1", "3.3", CorticalShare.FROM_1_3_TO_2_3),
        ("20.000001", "30", CorticalShare.GT_2_3),
        ("30", "30", CorticalShare.GT_2_3),
    ],
)
def test_a_measured_share_falls_in_its_class(destroyed: str, total: str, category: CorticalShare) -> None:
    assert measured(destroyed, total).category is category


@given(st.decimals("0.001", 300, places=3))
def test_a_third_of_any_length_is_one_third(third: Decimal) -> None:
    share = MeasuredShare(of=Denominator.CORTICAL, destroyed_mm=third, total_mm=3 * third)
    assert share.on_boundary
    assert share.category is CorticalShare.FROM_1_3_TO_2_3


@pytest.mark.parametrize(
    ("destroyed", "total", "field"),
    [
        pytest.param(Decimal("NaN"), Decimal(30), "destroyed_mm", id="not a number"),
        pytest.param(Decimal("sNaN"), Decimal(30), "destroyed_mm", id="a signalling NaN"),
        pytest.param(Decimal("Infinity"), Decimal(30), "destroyed_mm", id="infinite"),
        pytest.param(Decimal(-1), Decimal(30), "destroyed_mm", id="negative"),
        pytest.param(Decimal(31), Decimal(30), "destroyed_mm", id="more destroyed than there is"),
        pytest.param(Decimal(0), Decimal(0), "total_mm", id="nothing of nothing"),
        pytest.param(Decimal(1), Decimal(1001), "total_mm", id="longer than any bone"),
        pytest.param(0.1, Decimal(30), "destroyed_mm", id="a binary float"),
        pytest.param(Decimal("1e-999999"), Decimal(30), "destroyed_mm", id="absurdly many decimals"),
    ],
)
def test_an_impossible_measurement_is_refused(destroyed: Any, total: Any, field: str) -> None:
    with pytest.raises(FindingError) as refusal:
        MeasuredShare(of=Denominator.CORTICAL, destroyed_mm=destroyed, total_mm=total)
    assert [problem.field for problem in refusal.value.problems] == [field]


def test_a_category_that_contradicts_the_declared_measurement_is_refused() -> None:
    with pytest.raises(FindingError, match="contradicts the measurement"):
        CorticalInvolvement(category=CorticalShare.GT_2_3, measured=(measured("10", "30"),))


def test_a_measurement_against_the_other_denominator_may_disagree_and_is_kept() -> None:
    diameter = measured("10", "32", Denominator.BONE_DIAMETER)
    involvement = CorticalInvolvement(measured=(measured("10", "12"), diameter))
    assert involvement.scored_category is CorticalShare.GT_2_3
    assert involvement.denominators_disagree
    assert involvement.of(Denominator.BONE_DIAMETER) is diameter


def test_a_lone_measurement_of_the_diameter_must_be_declared() -> None:
    diameter = (measured("10", "32", Denominator.BONE_DIAMETER),)
    with pytest.raises(FindingError, match="nothing was measured against it"):
        CorticalInvolvement(measured=diameter)
    declared = CorticalInvolvement(measured=diameter, denominator=Denominator.BONE_DIAMETER)
    assert declared.scored_category is CorticalShare.LT_1_3


def test_cortical_involvement_without_any_content_is_refused() -> None:
    with pytest.raises(FindingError, match="leave the finding out"):
        CorticalInvolvement()


def test_two_measurements_against_one_denominator_are_refused() -> None:
    with pytest.raises(FindingError, match="at most one"):
        CorticalInvolvement(measured=(measured("1", "30"), measured("2", "30")))


@pytest.mark.parametrize(
    ("given_collapse", "collapsed"),
    [
        pytest.param(collapse(), None, id="nothing known"),
        pytest.param(collapse(loss="0"), False, id="no height lost"),
        pytest.param(collapse(loss="19.9"), None, id="a small loss is the reader's to call"),
        pytest.param(collapse(present=True, loss="5"), True, id="a small loss that the reader calls collapse"),
        pytest.param(collapse(present=False, loss="19.9"), False, id="a small loss that the reader does not"),
        pytest.param(collapse(loss="20"), True, id="twenty per cent leaves no doubt"),
        pytest.param(collapse(present=True), True, id="the reader's word alone"),
    ],
)
def test_a_collapse_is_the_readers_word_or_a_clear_loss(
    given_collapse: VertebralCollapse, collapsed: bool | None
) -> None:
    assert given_collapse.collapsed is collapsed


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"present": True, "height_loss_percent": Decimal(0)}, id="a collapse without any loss"),
        pytest.param({"present": False, "height_loss_percent": Decimal(20)}, id="a clear loss called no collapse"),
        pytest.param({"height_loss_percent": Decimal("100.1")}, id="more than everything"),
        pytest.param({"height_loss_percent": Decimal(-1)}, id="a negative loss"),
        pytest.param({"body_involved_percent": Decimal("NaN")}, id="not a number"),
        pytest.param({"body_involved_percent": 50.0}, id="a binary float"),
        pytest.param({"present": 1}, id="a number for yes"),
    ],
)
def test_an_impossible_collapse_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(FindingError):
        VertebralCollapse(**values)


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"long_axis_mm": Decimal(10), "short_axis_mm": Decimal(11)}, id="short above long"),
        pytest.param({"long_axis_mm": Decimal(0)}, id="no length"),
        pytest.param({"long_axis_mm": 10.0}, id="a binary float"),
        pytest.param({"lesion_type": "lytic"}, id="text for a type"),
        pytest.param({"retropulsion": "no"}, id="text for no"),
    ],
)
def test_impossible_findings_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(FindingError):
        ImagingFindings(**values)


def test_equal_axes_are_a_round_lesion() -> None:
    assert findings(long_axis_mm=Decimal(10), short_axis_mm=Decimal("10.0")).long_axis_mm == 10


def test_everything_may_be_unknown() -> None:
    check_applicable(L3, ImagingFindings())


@pytest.mark.parametrize(
    ("site", "seen", "field"),
    [
        pytest.param(SUBTROCHANTERIC, findings(vertebral_collapse=collapse(loss="30")), "vertebral_collapse", id="a"),
        pytest.param(LEFT_RIB_5, findings(alignment=Alignment.NORMAL), "alignment", id="b"),
        pytest.param(SUBTROCHANTERIC, findings(posterolateral=frozenset()), "posterolateral", id="c"),
        pytest.param(SUBTROCHANTERIC, findings(retropulsion=False), "retropulsion", id="d"),
        pytest.param(L3, findings(cortical_involvement=cortex("10", "30")), "cortical_involvement", id="e"),
        pytest.param(L3, findings(posterolateral=elements("left costovertebral_joint")), "posterolateral", id="f"),
    ],
)
def test_a_finding_that_the_bone_cannot_show_is_refused_by_name(site: Any, seen: ImagingFindings, field: str) -> None:
    with pytest.raises(FindingNotApplicableError) as refusal:
        check_applicable(site, seen)
    (problem,) = refusal.value.problems
    assert problem.field == field
    assert site.name_en in problem.detail


def test_a_thoracic_vertebra_has_costovertebral_joints() -> None:
    check_applicable(vertebra("T7"), findings(posterolateral=elements("left costovertebral_joint")))


def test_a_lesion_type_applies_everywhere() -> None:
    for site in (L3, SUBTROCHANTERIC, LEFT_RIB_5):
        check_applicable(site, findings(lesion_type=LesionType.MIXED, pathological_fracture=False))
