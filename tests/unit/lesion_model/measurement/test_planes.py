"""Pixels and patient space, and the attributes that cannot be those of a clinical image."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesion_model.errors import GeometryError
from lesion_model.measurement.planes import ImagePlane
from tests.builders.image_planes import AXIAL_IMAGE, SAGITTAL_IMAGE
from tests.builders.vertebral_bodies import turn


def test_the_first_pixel_is_at_the_image_position() -> None:
    assert AXIAL_IMAGE.to_patient(np.array([[0.0, 0.0]])) == pytest.approx(np.array([[-40, -220, 115]]))


def test_the_second_spacing_is_between_columns() -> None:
    # PS3.3 C.7.6.2.1.1: along a row the step is the spacing between columns, which is the second number.
    moved = AXIAL_IMAGE.to_patient(np.array([[10.0, 0.0], [0.0, 10.0]]))
    assert moved == pytest.approx(np.array([[-35, -220, 115], [-40, -212, 115]]))


def test_columns_and_rows_of_a_sagittal_image_run_to_the_back_and_to_the_feet() -> None:
    assert SAGITTAL_IMAGE.to_patient(np.array([[100.0, 50.0]])) == pytest.approx(np.array([[12, -90, 870]]))


def test_the_normal_of_an_axial_image_points_to_the_head() -> None:
    assert AXIAL_IMAGE.normal == pytest.approx([0, 0, 1])
    assert AXIAL_IMAGE.distances(np.array([[7.0, 7.0, 118.5]])) == pytest.approx([3.5])


@given(
    turned=st.tuples(*[st.floats(-180, 180)] * 3),
    pixel=st.tuples(st.floats(0, 299), st.floats(0, 399)),
)
def test_a_pixel_comes_back_from_patient_space(turned: tuple[float, float, float], pixel: tuple[float, float]) -> None:
    frame = turn(0, turned[0]) @ turn(1, turned[1]) @ turn(2, turned[2])
    oblique = replace(AXIAL_IMAGE, orientation=tuple(map(float, (*frame[:, 0], *frame[:, 1]))))
    placed = oblique.to_patient(np.array([pixel]))
    assert oblique.to_pixels(placed) == pytest.approx(np.array([pixel]), abs=1e-9)
    assert oblique.distances(placed) == pytest.approx([0], abs=1e-9)


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        pytest.param({"spacing": (0.08, 0.05)}, "rows", "spacing must be in mm", id="spacing in cm"),
        pytest.param({"spacing": (0.0008, 0.0005)}, "spacing", "must be from 0.05 to 10 mm", id="spacing in m"),
        pytest.param({"spacing": (0.8, 10.1)}, "spacing", "must be from 0.05 to 10 mm", id="too coarse"),
        pytest.param({"spacing": (0.8, 0.0)}, "spacing", "must be from 0.05 to 10 mm", id="no spacing"),
        pytest.param({"spacing": (0.8, -0.5)}, "spacing", "must be from 0.05 to 10 mm", id="a negative spacing"),
        pytest.param({"spacing": (0.8,)}, "spacing", "must be 2 finite numbers", id="one spacing"),
        pytest.param({"spacing": (0.8, float("nan"))}, "spacing", "must be 2 finite numbers", id="no number"),
        pytest.param({"rows": 4000}, "rows", "must span 60 to 2500 mm", id="too many rows"),
        pytest.param({"rows": 0}, "rows", "a whole number from 1 to 65535", id="no rows"),
        pytest.param({"columns": 300.0}, "columns", "a whole number from 1 to 65535", id="half columns"),
        pytest.param({"columns": True}, "columns", "a whole number from 1 to 65535", id="yes for columns"),
        pytest.param({"position": (0, 0, float("inf"))}, "position", "must be 3 finite numbers", id="nowhere"),
        pytest.param({"position": (0, 0)}, "position", "must be 3 finite numbers", id="two coordinates"),
        pytest.param({"position": (0, 0, True)}, "position", "must be 3 finite numbers", id="yes for a number"),
        pytest.param({"position": (0, 0, 10_001)}, "position", "must be within 10000 mm", id="too far"),
        pytest.param({"position": (0, 0, -(10**400))}, "position", "within 10000 mm", id="too far for a binary number"),
        pytest.param({"spacing": (10**400, 1)}, "spacing", "within 10000 mm", id="too coarse for a binary number"),
        pytest.param({"orientation": (1, 0, 0)}, "orientation", "must be 6 finite numbers", id="one direction"),
        pytest.param({"orientation": (1, 0, 0, 0, 2, 0)}, "orientation", "directions of length 1", id="not a cosine"),
        pytest.param({"orientation": (1, 0, 0, 0, 0, 0)}, "orientation", "directions of length 1", id="no direction"),
        pytest.param({"orientation": (1, 0, 0, 1, 0, 0)}, "orientation", "at right angles", id="twice the same"),
        pytest.param({"orientation": (1, 0, 0, 0.01, 1, 0)}, "orientation", "at right angles", id="half a degree off"),
    ],
)
def test_an_image_that_cannot_be_is_refused(changes: dict[str, Any], field: str, message: str) -> None:
    with pytest.raises(GeometryError) as refused:
        replace(AXIAL_IMAGE, **changes)
    assert refused.value.problems[0].field == field
    assert message in refused.value.problems[0].detail


def test_ten_metres_from_the_origin_is_still_a_position() -> None:
    assert replace(AXIAL_IMAGE, position=(0, 0, -10_000)).position[2] == -10_000


def test_cosines_may_be_rounded() -> None:
    rounded = ImagePlane(
        position=(0, 0, 0), orientation=(0.9397, 0.342, 0, -0.342, 0.9397, 0), spacing=(1, 1), rows=256, columns=256
    )
    assert rounded.normal == pytest.approx([0, 0, 1], abs=1e-3)


def test_a_coarse_image_of_few_pixels_is_an_image() -> None:
    coarse = replace(AXIAL_IMAGE, spacing=(5.0, 4.0), rows=100, columns=128)
    assert coarse.to_patient(np.array([[1.0, 1.0]])) == pytest.approx(np.array([[-36, -215, 115]]))


def test_ten_metres_is_still_a_position() -> None:
    assert replace(AXIAL_IMAGE, position=(0, -10_000, 10_000)).rows == 400
