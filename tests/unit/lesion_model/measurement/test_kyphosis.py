"""Angles of wedges of known shape: positive is kyphosis."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesion_model.errors import GeometryError
from lesion_model.geometry import Point
from lesion_model.measurement.kyphosis import (
    SIGN_CONVENTION,
    Endplate,
    KyphosisMethod,
    angle_degrees,
    local_kyphosis,
    regional_kyphosis,
)
from lesion_model.measurement.landmarks import VertebralLandmarks
from tests.builders.vertebral_bodies import DEPTH_MM, body, mapped, turn


def wedge(degrees: float) -> VertebralLandmarks:
    """Both endplates slope by half of `degrees`; its front is shorter."""
    lost = 2 * DEPTH_MM * float(np.tan(np.radians(degrees / 2)))
    return body(anterior=24, middle=24 + lost / 2, posterior=24 + lost)


def test_the_angle_of_a_wedge_that_is_shorter_in_front_is_positive() -> None:
    kyphosis = local_kyphosis(wedge(20))
    assert kyphosis.method is KyphosisMethod.LOCAL
    assert kyphosis.angle.value == Decimal("20.0")
    assert kyphosis.angle.unrounded == pytest.approx(20)


def test_a_body_that_is_taller_in_front_is_lordotic() -> None:
    assert local_kyphosis(wedge(-12)).angle.value == Decimal("-12.0")


def test_a_rectangle_has_no_angle() -> None:
    assert str(local_kyphosis(body()).angle.value) == "0.0"


def test_the_regional_angle_runs_from_the_level_above_to_the_level_below() -> None:
    # The level above leans forward by 15 degrees, the level below back by 10: about x, forward is positive.
    above = mapped(body(z=60), lambda at: turn(0, 15) @ at)
    below = mapped(body(), lambda at: turn(0, -10) @ at)
    kyphosis = regional_kyphosis(above, below)
    assert kyphosis.method is KyphosisMethod.REGIONAL
    assert kyphosis.angle.value == Decimal("25.0")


def test_levels_given_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(GeometryError, match="above: must be nearer the head"):
        regional_kyphosis(body(), body(z=60))
    with pytest.raises(GeometryError, match="above: must be nearer the head"):
        regional_kyphosis(body(), body())


def test_scoliosis_does_not_add_to_the_angle() -> None:
    tilted = mapped(wedge(20), lambda at: turn(1, 15) @ at)
    # Seen from the side a tilt of 15 degrees shortens heights by its cosine, and nothing else.
    expected = 2 * np.degrees(np.arctan(np.tan(np.radians(10)) * np.cos(np.radians(15))))
    assert local_kyphosis(tilted).angle.unrounded == pytest.approx(expected)


@given(nodding=st.floats(-60, 60), degrees=st.floats(-25, 40), moved=st.tuples(*[st.floats(-500, 500)] * 3))
def test_nodding_does_not_change_the_angle(nodding: float, degrees: float, moved: tuple[float, float, float]) -> None:
    nodded = mapped(wedge(degrees), lambda at: turn(0, nodding) @ at + np.array(moved))
    assert local_kyphosis(nodded).angle.unrounded == pytest.approx(degrees, abs=1e-6)


def test_an_endplate_in_ras_is_refused() -> None:
    with pytest.raises(
        GeometryError, match="anterior: must be in front of the posterior end: y must increase to the back"
    ):
        Endplate(anterior=Point(x=0, y=15, z=0), posterior=Point(x=0, y=-15, z=0))


def test_an_endplate_that_stands_upright_is_refused() -> None:
    with pytest.raises(GeometryError, match="anterior: must be in front"):
        Endplate(anterior=Point(x=0, y=5, z=0), posterior=Point(x=0, y=5, z=20))


def test_an_endplate_in_cm_is_refused() -> None:
    with pytest.raises(GeometryError, match="5 mm or more from the posterior end"):
        Endplate(anterior=Point(x=0, y=-1.5, z=0), posterior=Point(x=0, y=1.5, z=0))


def test_an_endplate_of_five_mm_is_long_enough() -> None:
    level = Endplate(anterior=Point(x=9, y=-2, z=0), posterior=Point(x=0, y=2, z=3))
    assert angle_degrees(level, level) == 0


def test_the_sign_is_stated_in_both_languages() -> None:
    assert SIGN_CONVENTION.en == "kyphosis positive, lordosis negative"
    assert SIGN_CONVENTION.fr == "cyphose positive, lordose négative"
