"""Findings and geometry as documents in a column, and back."""

from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar

from lesion_model.findings import (
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
from lesion_model.geometry import Geometry, Point
from lesion_model.skeleton import Side

Document = dict[str, Any]
Member = TypeVar("Member", bound=Enum)


def findings_document(findings: ImagingFindings) -> Document:
    """What is known; unknown findings have no key. Decimals are text."""
    return _known(
        {
            "lesion_type": _name(findings.lesion_type),
            "cortical_involvement": _cortical_document(findings.cortical_involvement),
            "vertebral_collapse": _collapse_document(findings.vertebral_collapse),
            "posterolateral": _posterolateral_document(findings.posterolateral),
            "alignment": _name(findings.alignment),
            "retropulsion": findings.retropulsion,
            "pathological_fracture": findings.pathological_fracture,
            "long_axis_mm": _text(findings.long_axis_mm),
            "short_axis_mm": _text(findings.short_axis_mm),
        }
    )


def findings_from(document: Mapping[str, Any]) -> ImagingFindings:
    """Valid again once built: a document that the model refuses raises FindingError."""
    return ImagingFindings(
        lesion_type=_member(LesionType, document.get("lesion_type")),
        cortical_involvement=_cortical_from(document.get("cortical_involvement")),
        vertebral_collapse=_collapse_from(document.get("vertebral_collapse")),
        posterolateral=_posterolateral_from(document.get("posterolateral")),
        alignment=_member(Alignment, document.get("alignment")),
        retropulsion=document.get("retropulsion"),
        pathological_fracture=document.get("pathological_fracture"),
        long_axis_mm=_decimal(document.get("long_axis_mm")),
        short_axis_mm=_decimal(document.get("short_axis_mm")),
    )


def geometry_document(geometry: Geometry | None) -> Document | None:
    """Points as [x, y, z], mm, LPS."""
    if geometry is None:
        return None
    return _known(
        {
            "sop_instance_uid": geometry.sop_instance_uid,
            "frame_of_reference_uid": geometry.frame_of_reference_uid,
            "points": [[point.x, point.y, point.z] for point in geometry.points],
        }
    )


def geometry_from(document: Mapping[str, Any] | None) -> Geometry | None:
    if document is None:
        return None
    return Geometry(
        points=tuple(Point(x=x, y=y, z=z) for x, y, z in document["points"]),
        sop_instance_uid=document.get("sop_instance_uid"),
        frame_of_reference_uid=document.get("frame_of_reference_uid"),
    )


def _cortical_document(involvement: CorticalInvolvement | None) -> Document | None:
    if involvement is None:
        return None
    measured = [
        {"of": each.of.value, "destroyed_mm": str(each.destroyed_mm), "total_mm": str(each.total_mm)}
        for each in involvement.measured
    ]
    return _known(
        {
            "category": _name(involvement.category),
            "denominator": involvement.denominator.value,
            "measured": measured,
        }
    )


def _cortical_from(document: Mapping[str, Any] | None) -> CorticalInvolvement | None:
    if document is None:
        return None
    measured = tuple(
        MeasuredShare(
            of=Denominator(each["of"]),
            destroyed_mm=Decimal(each["destroyed_mm"]),
            total_mm=Decimal(each["total_mm"]),
        )
        for each in document["measured"]
    )
    return CorticalInvolvement(
        category=_member(CorticalShare, document.get("category")),
        measured=measured,
        denominator=Denominator(document["denominator"]),
    )


def _collapse_document(collapse: VertebralCollapse | None) -> Document | None:
    if collapse is None:
        return None
    return _known(
        {
            "present": collapse.present,
            "height_loss_percent": _text(collapse.height_loss_percent),
            "body_involved_percent": _text(collapse.body_involved_percent),
        }
    )


def _collapse_from(document: Mapping[str, Any] | None) -> VertebralCollapse | None:
    if document is None:
        return None
    return VertebralCollapse(
        present=document.get("present"),
        height_loss_percent=_decimal(document.get("height_loss_percent")),
        body_involved_percent=_decimal(document.get("body_involved_percent")),
    )


def _posterolateral_document(elements: frozenset[PosterolateralElement] | None) -> list[Document] | None:
    if elements is None:
        return None
    pairs = sorted((element.structure.value, element.side.value) for element in elements)
    return [{"structure": structure, "side": side} for structure, side in pairs]


def _posterolateral_from(document: list[Document] | None) -> frozenset[PosterolateralElement] | None:
    if document is None:
        return None
    return frozenset(
        PosterolateralElement(structure=Structure(each["structure"]), side=Side(each["side"])) for each in document
    )


def _known(document: Document) -> Document:
    return {key: value for key, value in document.items() if value is not None}


def _name(member: Enum | None) -> str | None:
    return None if member is None else str(member.value)


def _member(kind: type[Member], name: str | None) -> Member | None:
    return None if name is None else kind(name)


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
