from typing import Any

import pytest

from lesion_model.errors import GeometryError
from lesion_model.geometry import Geometry, Point, is_uid

ORIGIN = Point(x=0, y=0, z=0)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 10_000.001, -10_001, 10**400, True, "1", None])
def test_a_point_is_finite_and_within_ten_metres(value: Any) -> None:
    with pytest.raises(GeometryError, match="y: must be a number"):
        Point(x=0, y=value, z=0)


def test_ten_metres_is_still_a_place() -> None:
    assert Point(x=-10_000, y=10_000, z=0.5).z == 0.5


def test_geometry_needs_something_it_was_drawn_on() -> None:
    with pytest.raises(GeometryError, match="give sop_instance_uid, frame_of_reference_uid, or both"):
        Geometry(points=(ORIGIN,))


@pytest.mark.parametrize("count", [0, 10_001])
def test_geometry_has_from_one_to_ten_thousand_points(count: int) -> None:
    with pytest.raises(GeometryError, match="from 1 to 10000 points"):
        Geometry(points=(ORIGIN,) * count, frame_of_reference_uid="2.25.1")


def test_geometry_may_have_ten_thousand_points() -> None:
    assert len(Geometry(points=(ORIGIN,) * 10_000, sop_instance_uid="2.25.1").points) == 10_000


@pytest.mark.parametrize("text", ["2.25.1", "1.2.840.10008.5.1.4.1.1.2", "1.0", "2.25." + "1" * 59])
def test_a_well_formed_identifier_is_recognised(text: str) -> None:
    assert is_uid(text)


@pytest.mark.parametrize("text", ["", "1", "1.", ".1", "1.02", "../../etc/x", "1.2\n", "١.٢", "2.25." + "1" * 60, 12])
def test_anything_else_is_no_identifier(text: object) -> None:
    assert not is_uid(text)
    with pytest.raises(GeometryError):
        Geometry(points=(ORIGIN,), sop_instance_uid=text)  # type: ignore[arg-type]
