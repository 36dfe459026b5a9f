"""Six landmarks of a wedge that has lost 40 %, wherever it lies, and of bodies in the wrong unit."""

from dataclasses import fields, replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesion_model.errors import GeometryError
from lesion_model.findings import VertebralCollapse
from lesion_model.geometry import Point
from lesion_model.measurement.heights import largest_loss, loss_against_neighbours, loss_against_posterior_wall
from lesion_model.measurement.landmarks import VertebralLandmarks
from lesion_model.measurement.levels import GenantGrade, genant_grade
from lesion_model.measurement.vectors import Vector
from lesion_model.places import Level
from tests.builders.vertebral_bodies import body, mapped, turn

# The front of a body of 25 mm lost 10 mm: 40 %.
WEDGE = body(anterior=15, middle=20, posterior=25)
ABOVE = body(24, 24, 24, z=36)
BELOW = body(26, 26, 26, z=-36)


def shallow(depth_mm: float) -> dict[str, Point]:
    """The landmarks of a body of 24 mm that is this deep from front to back."""
    points = {each.name: getattr(body(), each.name) for each in fields(VertebralLandmarks)}
    return {name: replace(at, y=at.y * depth_mm / 30) for name, at in points.items()}


@given(
    turned=st.tuples(st.floats(-30, 30), st.floats(-20, 20), st.floats(-20, 20)),
    moved=st.tuples(*[st.floats(-500, 500)] * 3),
)
def test_a_wedge_has_lost_forty_percent_wherever_it_lies(
    turned: tuple[float, float, float], moved: tuple[float, float, float]
) -> None:
    matrix = turn(0, turned[0]) @ turn(1, turned[1]) @ turn(2, turned[2])

    def lie(at: Vector) -> Vector:
        lying: Vector = matrix @ at + np.array(moved)
        return lying

    wedge = mapped(WEDGE, lie)
    neighbours = {Level.T12: mapped(ABOVE, lie), Level.L2: mapped(BELOW, lie)}
    for losses in (loss_against_posterior_wall(wedge), loss_against_neighbours(Level.L1, wedge, neighbours)):
        worst = largest_loss(losses)
        assert worst.loss_percent.unrounded == pytest.approx(40, abs=1e-9)
        assert VertebralCollapse(height_loss_percent=worst.height_loss_percent).height_loss_percent == Decimal("40.0")
        graded = genant_grade(worst.loss_percent)
        assert (graded.level, graded.boundary) == (GenantGrade.G2, True)


@pytest.mark.parametrize("height", [24.0, 31.0, 38.0])
def test_a_tall_body_in_cm_is_refused_too(height: float) -> None:
    with pytest.raises(GeometryError, match=r"upper_anterior: must be 5 mm or more .* in mm, not cm"):
        mapped(body(height, height, height), lambda at: at / 10)


def test_the_least_depth_of_an_endplate_is_five_mm() -> None:
    assert VertebralLandmarks(**shallow(5)).upper_posterior.y == 2.5
    with pytest.raises(GeometryError) as refused:
        VertebralLandmarks(**shallow(4.999))
    assert [problem.field for problem in refused.value.problems] == ["upper_anterior", "lower_anterior"]
