"""Exact numbers with units, as JSON numbers."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from lesion_model.checks import DECIMAL_PLACES, FULL_PERCENT, LONGEST_MM
from lesion_model.clinical import HIGHEST_CLEARANCE
from lesion_model.tumour import HIGHEST_HU, LARGEST_CM3, LOWEST_HU
from lesion_model.vertebral import TALLEST_BODY_MM

_LAST_DECIMAL = Decimal(1).scaleb(-DECIMAL_PLACES)
_WIDEST_HU = HIGHEST_HU - LOWEST_HU


def _rounded(given: object) -> Decimal:
    """A number, half-even to the decimals that are kept: 64/3 is not written with so few. Text is no number."""
    if isinstance(given, bool) or not isinstance(given, int | float | Decimal):
        raise PydanticCustomError("number", "Input should be a number")
    number = Decimal(str(given))
    if number.is_finite() and int(number.as_tuple().exponent) < -DECIMAL_PLACES:
        number = number.quantize(_LAST_DECIMAL, ROUND_HALF_EVEN)
    return number or Decimal(0)


def _described(most: int, least: int = 0) -> WithJsonSchema:
    return WithJsonSchema({"type": "number", "minimum": least, "maximum": most})


# So few digits survive a JSON number unchanged; kept as decimals, 10 of 30 mm is exactly one third.
_AsNumber = PlainSerializer(float, return_type=float, when_used="json")
_Number = BeforeValidator(_rounded)
Millimetres = Annotated[Decimal, Field(ge=0, le=LONGEST_MM), _Number, _AsNumber, _described(LONGEST_MM)]
Percent = Annotated[Decimal, Field(ge=0, le=FULL_PERCENT), _Number, _AsNumber, _described(FULL_PERCENT)]
BodyHeight = Annotated[Decimal, Field(ge=0, le=TALLEST_BODY_MM), _Number, _AsNumber, _described(TALLEST_BODY_MM)]
CubicCentimetres = Annotated[Decimal, Field(ge=0, le=LARGEST_CM3), _Number, _AsNumber, _described(LARGEST_CM3)]
HounsfieldUnits = Annotated[
    Decimal, Field(ge=LOWEST_HU, le=HIGHEST_HU), _Number, _AsNumber, _described(HIGHEST_HU, LOWEST_HU)
]
Clearance = Annotated[Decimal, Field(ge=0, le=HIGHEST_CLEARANCE), _Number, _AsNumber, _described(HIGHEST_CLEARANCE)]
HounsfieldSpread = Annotated[Decimal, Field(ge=0, le=_WIDEST_HU), _Number, _AsNumber, _described(_WIDEST_HU)]
