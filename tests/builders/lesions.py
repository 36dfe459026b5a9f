"""Sites and findings to start a test from."""

from decimal import Decimal
from typing import Any

from lesion_model.anatomy import Site
from lesion_model.findings import (
    CorticalInvolvement,
    Denominator,
    ImagingFindings,
    LesionType,
    MeasuredShare,
    PosterolateralElement,
    Structure,
    VertebralCollapse,
)
from lesion_model.numbering import TransitionalAnatomy
from lesion_model.skeleton import Bone, Level, Region, Side

L3 = Site(bone=Bone.VERTEBRA, level=Level.L3)
SUBTROCHANTERIC = Site(bone=Bone.FEMUR, region=Region.SUBTROCHANTERIC, side=Side.LEFT)
LUMBARISED_S1 = Site(bone=Bone.VERTEBRA, level=Level.S1, transitional=TransitionalAnatomy.LUMBARISED_S1)
LEFT_RIB_5 = Site(bone=Bone.RIB, number=5, side=Side.LEFT)


def vertebra(level: str) -> Site:
    return Site(bone=Bone.VERTEBRA, level=Level(level))


def femur(region: str) -> Site:
    return Site(bone=Bone.FEMUR, region=Region(region), side=Side.LEFT)


def findings(**known: Any) -> ImagingFindings:
    """Everything is unknown but what is named."""
    return ImagingFindings(**known)


def lytic_findings() -> ImagingFindings:
    """Applicable to every bone."""
    return ImagingFindings(lesion_type=LesionType.LYTIC, long_axis_mm=Decimal("21.5"), short_axis_mm=Decimal(14))


def measured(destroyed: str, total: str, of: Denominator = Denominator.CORTICAL) -> MeasuredShare:
    return MeasuredShare(of=of, destroyed_mm=Decimal(destroyed), total_mm=Decimal(total))


def cortex(destroyed: str, total: str, of: Denominator = Denominator.CORTICAL) -> CorticalInvolvement:
    return CorticalInvolvement(measured=(measured(destroyed, total, of),), denominator=of)


def collapse(*, present: bool | None = None, loss: str | None = None, body: str | None = None) -> VertebralCollapse:
    return VertebralCollapse(
        present=present,
        height_loss_percent=None if loss is None else Decimal(loss),
        body_involved_percent=None if body is None else Decimal(body),
    )


def elements(*names: str) -> frozenset[PosterolateralElement]:
    """From "left pedicle", "right facet" and the like."""
    pairs = (name.split() for name in names)
    return frozenset(
        PosterolateralElement(structure=Structure(structure), side=Side(side)) for side, structure in pairs
    )
