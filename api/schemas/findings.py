"""Shapes of imaging findings, the same in requests and in answers; null is "not known"."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, ConfigDict, Field, PlainSerializer, StrictBool, WithJsonSchema
from pydantic_core import PydanticCustomError

from api.schemas.body import Body
from lesion_model.errors import located
from lesion_model.findings import (
    DECIMAL_PLACES,
    FULL_PERCENT,
    LONGEST_MM,
    Alignment,
    CorticalInvolvement,
    CorticalShare,
    Denominator,
    ImagingFindings,
    LesionType,
    MeasuredShare,
    PosterolateralElement,
    Structure,
    VertebralCollapse,
)
from lesion_model.skeleton import Side

_LAST_DECIMAL = Decimal(1).scaleb(-DECIMAL_PLACES)


def _rounded(given: object) -> Decimal:
    """A number, half-even to the decimals that are kept: 64/3 is not written with so few. Text is no number."""
    if isinstance(given, bool) or not isinstance(given, int | float | Decimal):
        raise PydanticCustomError("number", "Input should be a number")
    number = Decimal(str(given))
    if number.is_finite() and int(number.as_tuple().exponent) < -DECIMAL_PLACES:
        number = number.quantize(_LAST_DECIMAL, ROUND_HALF_EVEN)
    return number or Decimal(0)


def _described(most: int) -> WithJsonSchema:
    return WithJsonSchema({"type": "number", "minimum": 0, "maximum": most})


# So few digits survive a JSON number unchanged; kept as decimals, 10 of 30 mm is exactly one third.
_AsNumber = PlainSerializer(float, return_type=float, when_used="json")
_Number = BeforeValidator(_rounded)
Millimetres = Annotated[Decimal, Field(ge=0, le=LONGEST_MM), _Number, _AsNumber, _described(LONGEST_MM)]
Percent = Annotated[Decimal, Field(ge=0, le=FULL_PERCENT), _Number, _AsNumber, _described(FULL_PERCENT)]

MOST_ELEMENTS = len(Structure) * len(Side)

VERTEBRA_EXAMPLE: dict[str, Any] = {
    "lesion_type": "lytic",
    "vertebral_collapse": {"present": True, "height_loss_percent": 40, "body_involved_percent": 60},
    "posterolateral": [{"structure": "pedicle", "side": "left"}],
    "alignment": "normal",
    "retropulsion": False,
    "long_axis_mm": 24.5,
    "short_axis_mm": 18,
}
FEMUR_EXAMPLE: dict[str, Any] = {
    "lesion_type": "lytic",
    "cortical_involvement": {
        "measured": [
            {"of": "cortical", "destroyed_mm": 3.5, "total_mm": 7},
            {"of": "bone_diameter", "destroyed_mm": 12, "total_mm": 30},
        ],
        "denominator": "cortical",
    },
    "pathological_fracture": False,
    "long_axis_mm": 31,
}


class MeasuredShareBody(Body):
    """Destroyed length of total length at the worst place in any plane."""

    of: Denominator
    destroyed_mm: Millimetres
    total_mm: Millimetres


class CorticalInvolvementBody(Body):
    """The reader's category, measurements, or both; scores use the declared `denominator`."""

    category: CorticalShare | None = None
    measured: list[MeasuredShareBody] = Field(default=[], max_length=len(Denominator))
    denominator: Denominator = Denominator.CORTICAL

    def to_domain(self) -> CorticalInvolvement:
        measured = []
        for index, each in enumerate(self.measured):
            with located(f"measured.{index}"):
                share = MeasuredShare(of=each.of, destroyed_mm=each.destroyed_mm, total_mm=each.total_mm)
                measured.append(share)
        return CorticalInvolvement(category=self.category, measured=tuple(measured), denominator=self.denominator)

    @classmethod
    def from_domain(cls, involvement: CorticalInvolvement) -> Self:
        measured = [
            MeasuredShareBody(of=each.of, destroyed_mm=each.destroyed_mm, total_mm=each.total_mm)
            for each in involvement.measured
        ]
        return cls(category=involvement.category, measured=measured, denominator=involvement.denominator)


class VertebralCollapseBody(Body):
    """A measured loss under 20 % counts as collapse only with `present` = true."""

    present: StrictBool | None = None
    height_loss_percent: Percent | None = None
    body_involved_percent: Percent | None = None

    def to_domain(self) -> VertebralCollapse:
        return VertebralCollapse(
            present=self.present,
            height_loss_percent=self.height_loss_percent,
            body_involved_percent=self.body_involved_percent,
        )

    @classmethod
    def from_domain(cls, collapse: VertebralCollapse) -> Self:
        return cls(
            present=collapse.present,
            height_loss_percent=collapse.height_loss_percent,
            body_involved_percent=collapse.body_involved_percent,
        )


class PosterolateralElementBody(Body):
    """A posterolateral element that is fractured or replaced by tumour."""

    structure: Structure
    side: Side


class FindingsBody(Body):
    """What is seen of one lesion. An empty `posterolateral` means "looked, none"."""

    model_config = ConfigDict(json_schema_extra={"examples": [VERTEBRA_EXAMPLE, FEMUR_EXAMPLE]})

    lesion_type: LesionType | None = None
    cortical_involvement: CorticalInvolvementBody | None = None
    vertebral_collapse: VertebralCollapseBody | None = None
    posterolateral: list[PosterolateralElementBody] | None = Field(default=None, max_length=MOST_ELEMENTS)
    alignment: Alignment | None = None
    retropulsion: StrictBool | None = None
    pathological_fracture: StrictBool | None = Field(default=None, description="A completed one.")
    long_axis_mm: Millimetres | None = None
    short_axis_mm: Millimetres | None = None

    def to_domain(self) -> ImagingFindings:
        with located("findings"):
            return ImagingFindings(
                lesion_type=self.lesion_type,
                cortical_involvement=self._cortical_involvement(),
                vertebral_collapse=self._vertebral_collapse(),
                posterolateral=self._posterolateral(),
                alignment=self.alignment,
                retropulsion=self.retropulsion,
                pathological_fracture=self.pathological_fracture,
                long_axis_mm=self.long_axis_mm,
                short_axis_mm=self.short_axis_mm,
            )

    @classmethod
    def from_domain(cls, findings: ImagingFindings) -> Self:
        cortical, collapse = findings.cortical_involvement, findings.vertebral_collapse
        return cls(
            lesion_type=findings.lesion_type,
            cortical_involvement=CorticalInvolvementBody.from_domain(cortical) if cortical else None,
            vertebral_collapse=VertebralCollapseBody.from_domain(collapse) if collapse else None,
            posterolateral=_elements(findings.posterolateral),
            alignment=findings.alignment,
            retropulsion=findings.retropulsion,
            pathological_fracture=findings.pathological_fracture,
            long_axis_mm=findings.long_axis_mm,
            short_axis_mm=findings.short_axis_mm,
        )

    def _cortical_involvement(self) -> CorticalInvolvement | None:
        if self.cortical_involvement is None:
            return None
        with located("cortical_involvement"):
            return self.cortical_involvement.to_domain()

    def _vertebral_collapse(self) -> VertebralCollapse | None:
        if self.vertebral_collapse is None:
            return None
        with located("vertebral_collapse"):
            return self.vertebral_collapse.to_domain()

    def _posterolateral(self) -> frozenset[PosterolateralElement] | None:
        if self.posterolateral is None:
            return None
        return frozenset(
            PosterolateralElement(structure=each.structure, side=each.side) for each in self.posterolateral
        )


def _elements(elements: frozenset[PosterolateralElement] | None) -> list[PosterolateralElementBody] | None:
    if elements is None:
        return None
    ordered = sorted(elements, key=lambda element: (element.structure.value, element.side.value))
    return [PosterolateralElementBody(structure=each.structure, side=each.side) for each in ordered]
