"""Rounding to a stated step."""

from decimal import Decimal

import pytest

from lesion_model.errors import GeometryError
from lesion_model.measurement.measured import measured


@pytest.mark.parametrize(
    ("number", "step", "value"),
    [
        pytest.param(2.25, "0.1", "2.3", id="a half goes up"),
        pytest.param(-2.25, "0.1", "-2.3", id="and away from nought"),
        pytest.param(2.2499, "0.1", "2.2", id="less than a half goes down"),
        pytest.param(7.3, "0.5", "7.5", id="a step of a half"),
        pytest.param(7.2, "0.5", "7.0", id="with the decimals of the step"),
        pytest.param(12.4, "1", "12", id="a whole step"),
        pytest.param(-0.01, "0.1", "0.0", id="no negative nought"),
    ],
)
def test_a_measurement_is_rounded_to_its_step(number: float, step: str, value: str) -> None:
    rounded = measured(number, Decimal(step))
    assert str(rounded.value) == value
    assert rounded.unrounded == number


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_is_no_number_is_no_measurement(number: float) -> None:
    with pytest.raises(GeometryError, match="no finite measurement"):
        measured(number, Decimal("0.1"))
