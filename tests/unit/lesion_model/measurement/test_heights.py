"""Heights and their loss on bodies of known shape, and the mistakes that landmarks can carry."""

from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesion_model.errors import FindingError, GeometryError
from lesion_model.geometry import Point
from lesion_model.measurement.heights import (
    METHOD_LABELS,
    LossMethod,
    heights_mm,
    largest_loss,
    loss_against_neighbours,
    loss_against_posterior_wall,
    vertebral_heights,
)
from lesion_model.measurement.landmarks import VertebralLandmarks, Wall
from lesion_model.measurement.vectors import Vector
from lesion_model.places import Level
from tests.builders.vertebral_bodies import body, corners, mapped, turn

WEDGE = body(anterior=15, middle=18, posterior=24)


def refusal(**points: Point) -> list[tuple[str, str]]:
    with pytest.raises(GeometryError) as refused:
        VertebralLandmarks(**points)
    return [(problem.field, problem.detail) for problem in refused.value.problems]


def test_the_heights_of_a_wedge_are_its_own() -> None:
    assert {wall: each.value for wall, each in heights_mm(WEDGE).items()} == {
        Wall.ANTERIOR: Decimal("15.0"),
        Wall.MIDDLE: Decimal("18.0"),
        Wall.POSTERIOR: Decimal("24.0"),
    }


def test_the_finding_takes_the_rounded_heights() -> None:
    finding = vertebral_heights(body(anterior=15.04, middle=18.05, posterior=24.06))
    assert (finding.anterior_mm, finding.middle_mm, finding.posterior_mm) == (
        Decimal("15.0"),
        Decimal("18.1"),
        Decimal("24.1"),
    )


def test_against_both_neighbours_each_height_has_its_own_mean() -> None:
    losses = loss_against_neighbours(
        Level.L1, WEDGE, {Level.L2: body(anterior=26, middle=26, posterior=28, z=-35), Level.T12: body(z=35)}
    )
    assert [loss.wall for loss in losses] == [Wall.ANTERIOR, Wall.MIDDLE, Wall.POSTERIOR]
    assert [loss.reference_mm.value for loss in losses] == [Decimal("25.0"), Decimal("25.0"), Decimal("26.0")]
    # 1 - 15/25, 1 - 18/25, 1 - 24/26
    assert [loss.loss_percent.value for loss in losses] == [Decimal("40.0"), Decimal("28.0"), Decimal("7.7")]
    assert losses[2].loss_percent.unrounded == pytest.approx(100 / 13)
    assert {loss.method for loss in losses} == {LossMethod.MEAN_OF_NEIGHBOURS}
    assert {loss.reference_levels for loss in losses} == {(Level.T12, Level.L2)}
    assert largest_loss(losses) is losses[0]


def test_against_one_neighbour_the_method_says_so() -> None:
    loss = loss_against_neighbours(Level.L1, WEDGE, {Level.L2: body(anterior=20, z=-30)})[0]
    assert loss.method is LossMethod.ONE_NEIGHBOUR
    assert loss.reference_levels == (Level.L2,)
    assert loss.loss_percent.value == Decimal("25.0")


@pytest.mark.parametrize("levels", [(), (Level.L1,), (Level.L3,), (Level.T12, Level.T11)])
def test_a_reference_that_is_not_adjacent_is_refused(levels: tuple[Level, ...]) -> None:
    with pytest.raises(FindingError) as refused:
        loss_against_neighbours(Level.L1, WEDGE, dict.fromkeys(levels, body()))
    assert refused.value.problems[0].field == "references"
    assert refused.value.problems[0].allowed == ("T12", "L2")


@pytest.mark.parametrize(
    ("level", "z", "where"),
    [(Level.T12, -35.0, "above"), (Level.T12, 0.0, "above"), (Level.L2, 0.0, "below"), (Level.L2, 35.0, "below")],
)
def test_a_reference_that_lies_elsewhere_than_its_level_says_is_refused(level: Level, z: float, where: str) -> None:
    with pytest.raises(GeometryError, match=rf"references\.{level.value}: must lie {where} the measured vertebra"):
        loss_against_neighbours(Level.L1, WEDGE, {level: body(z=z)})


def test_against_the_posterior_wall_only_the_other_heights_are_compared() -> None:
    anterior, middle = loss_against_posterior_wall(WEDGE)
    assert (anterior.wall, anterior.loss_percent.value) == (Wall.ANTERIOR, Decimal("37.5"))
    assert (middle.wall, middle.loss_percent.value) == (Wall.MIDDLE, Decimal("25.0"))
    assert anterior.method is LossMethod.POSTERIOR_WALL
    assert anterior.reference_levels == ()


def test_a_height_above_its_reference_has_lost_nothing() -> None:
    taller = loss_against_posterior_wall(body(anterior=27))[0]
    assert taller.loss_percent.value == Decimal("-12.5")
    assert taller.height_loss_percent == 0


def test_every_method_has_a_name_in_both_languages() -> None:
    assert set(METHOD_LABELS) == set(LossMethod)


@given(
    turned=st.tuples(st.floats(-30, 30), st.floats(-20, 20), st.floats(-20, 20)),
    moved=st.tuples(*[st.floats(-500, 500)] * 3),
)
def test_heights_do_not_depend_on_how_the_patient_lies(
    turned: tuple[float, float, float], moved: tuple[float, float, float]
) -> None:
    matrix = turn(0, turned[0]) @ turn(1, turned[1]) @ turn(2, turned[2])
    lying = mapped(WEDGE, lambda at: matrix @ at + np.array(moved))
    assert [lying.height_mm(wall) for wall in Wall] == pytest.approx([15, 18, 24], abs=1e-9)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(lambda at: at / 10, "must be in mm, not cm", id="coordinates in cm"),
        pytest.param(lambda at: at * 10, "above 60 mm", id="coordinates ten times too large"),
        pytest.param(lambda at: at * (-1, -1, 1), "LPS, not RAS", id="RAS for LPS"),
        pytest.param(lambda at: at * (1, 1, -1), "z must increase to the head", id="slices in decreasing order"),
        pytest.param(lambda at: at[[1, 0, 2]], "must be in front of the posterior landmark", id="x and y swapped"),
        pytest.param(lambda at: at[[0, 2, 1]], "the upper endplate is below the lower one", id="y and z swapped"),
    ],
)
def test_a_mistake_of_unit_or_orientation_is_named(change: Callable[[Vector], Vector], message: str) -> None:
    with pytest.raises(GeometryError, match=message):
        mapped(body(), change)


def test_landmarks_of_a_coronal_plane_are_refused() -> None:
    coronal = turn(2, 80)
    with pytest.raises(GeometryError, match="must lie on a sagittal plane"):
        mapped(body(), lambda at: coronal @ at)


def test_a_vertebra_may_be_turned_by_less_than_45_degrees() -> None:
    turned, too_far = turn(2, 44.9), turn(2, 45.1)
    assert mapped(body(), lambda at: turned @ at).height_mm(Wall.MIDDLE) == pytest.approx(24)
    with pytest.raises(GeometryError, match="must lie on a sagittal plane"):
        mapped(body(), lambda at: too_far @ at)


def test_swapped_endplates_are_refused() -> None:
    points = corners(24, 24, 24)
    swapped = {f"{'lower' if name.startswith('upper') else 'upper'}{name[5:]}": at for name, at in points.items()}
    assert [field for field, _ in refusal(**swapped)] == [""]


def test_one_swapped_wall_is_named() -> None:
    points = corners(24, 24, 24)
    points["upper_middle"], points["lower_middle"] = points["lower_middle"], points["upper_middle"]
    assert [field for field, _ in refusal(**points)] == ["upper_middle"]


def test_swapped_walls_are_named() -> None:
    points = corners(24, 24, 24)
    points["lower_anterior"], points["lower_posterior"] = points["lower_posterior"], points["lower_anterior"]
    assert [field for field, _ in refusal(**points)] == ["lower_anterior"]


def test_a_middle_that_is_not_between_is_named() -> None:
    points = corners(24, 24, 24)
    points["upper_middle"], points["upper_anterior"] = points["upper_anterior"], points["upper_middle"]
    assert [field for field, _ in refusal(**points)] == ["upper_middle"]


@pytest.mark.parametrize(
    ("one", "other", "named"),
    [
        ("upper_middle", "upper_anterior", "upper_middle"),
        ("lower_middle", "lower_posterior", "lower_middle"),
        ("upper_middle", "lower_middle", "upper_middle"),
    ],
)
def test_two_landmarks_at_one_place_are_refused(one: str, other: str, named: str) -> None:
    points = corners(24, 24, 24)
    points[one] = points[other]
    assert [field for field, _ in refusal(**points)] == [named]


def test_a_landmark_on_another_sagittal_image_is_refused() -> None:
    points = corners(24, 24, 24)
    points["upper_anterior"] = Point(x=12, y=-15, z=12)
    assert refusal(**points)[0][1] == "the landmarks must lie within 3 mm of one plane"


def test_a_body_crushed_flat_in_its_middle_is_still_measured() -> None:
    assert body(anterior=12, middle=2, posterior=22).height_mm(Wall.MIDDLE) == 2


def test_the_plausible_heights_end_at_three_and_sixty_mm() -> None:
    assert body(3, 3, 3).height_mm(Wall.ANTERIOR) == 3
    assert body(60, 60, 60).height_mm(Wall.ANTERIOR) == 60
    with pytest.raises(GeometryError, match="no height reaches 3 mm"):
        body(2.999, 2.999, 2.999)
    with pytest.raises(GeometryError, match="upper_posterior: a height above 60 mm"):
        body(60, 60, 60.001)
