"""Findings and geometry as documents in a column, and back."""

from lesion_model.findings import Alignment, ImagingFindings, LesionType
from lesion_model.geometry import Geometry, Point, Shape
from storage import finding_documents as parts
from storage.document_values import Document, Stored, decimal, known, member, name, text


def findings_document(findings: ImagingFindings) -> Document:
    """What is known; unknown findings have no key. Decimals are text."""
    return known(
        {
            "lesion_type": name(findings.lesion_type),
            "cortical_involvement": parts.cortical_document(findings.cortical_involvement),
            "axial_cortical_mm": text(findings.axial_cortical_mm),
            "circumferential_cortical_percent": text(findings.circumferential_cortical_percent),
            "cortical_breach": findings.cortical_breach,
            "vertebral_collapse": parts.collapse_document(findings.vertebral_collapse),
            "vertebral_heights": parts.heights_document(findings.vertebral_heights),
            "posterolateral": parts.posterolateral_document(findings.posterolateral),
            "alignment": name(findings.alignment),
            "retropulsion": findings.retropulsion,
            "epidural_extension": parts.epidural_document(findings.epidural_extension),
            "acetabular_defect": parts.acetabulum_document(findings.acetabular_defect),
            "pathological_fracture": findings.pathological_fracture,
            "long_axis_mm": text(findings.long_axis_mm),
            "short_axis_mm": text(findings.short_axis_mm),
            "soft_tissue": parts.soft_tissue_document(findings.soft_tissue),
            "volume_cm3": text(findings.volume_cm3),
            "hounsfield": parts.hounsfield_document(findings.hounsfield),
            "change": parts.change_document(findings.change),
            "sources": parts.sources_document(findings.sources),
        }
    )


def findings_from(document: Stored) -> ImagingFindings:
    """Valid again once built: a document that the model refuses raises FindingError.

    A document from before a finding existed lacks its key: the finding is then not known.
    """
    return ImagingFindings(
        lesion_type=member(LesionType, document.get("lesion_type")),
        cortical_involvement=parts.cortical_from(document.get("cortical_involvement")),
        axial_cortical_mm=decimal(document.get("axial_cortical_mm")),
        circumferential_cortical_percent=decimal(document.get("circumferential_cortical_percent")),
        cortical_breach=document.get("cortical_breach"),
        vertebral_collapse=parts.collapse_from(document.get("vertebral_collapse")),
        vertebral_heights=parts.heights_from(document.get("vertebral_heights")),
        posterolateral=parts.posterolateral_from(document.get("posterolateral")),
        alignment=member(Alignment, document.get("alignment")),
        retropulsion=document.get("retropulsion"),
        epidural_extension=parts.epidural_from(document.get("epidural_extension")),
        acetabular_defect=parts.acetabulum_from(document.get("acetabular_defect")),
        pathological_fracture=document.get("pathological_fracture"),
        long_axis_mm=decimal(document.get("long_axis_mm")),
        short_axis_mm=decimal(document.get("short_axis_mm")),
        soft_tissue=parts.soft_tissue_from(document.get("soft_tissue")),
        volume_cm3=decimal(document.get("volume_cm3")),
        hounsfield=parts.hounsfield_from(document.get("hounsfield")),
        change=parts.change_from(document.get("change")),
        sources=parts.sources_from(document.get("sources")),
    )


def geometry_document(geometry: Geometry | None) -> Document | None:
    """Points as [x, y, z], mm, LPS."""
    if geometry is None:
        return None
    return known(
        {
            "sop_instance_uid": geometry.sop_instance_uid,
            "frame_of_reference_uid": geometry.frame_of_reference_uid,
            "points": [[point.x, point.y, point.z] for point in geometry.points],
            "shape": None if geometry.shape is None else geometry.shape.value,
        }
    )


def geometry_from(document: Stored | None) -> Geometry | None:
    if document is None:
        return None
    return Geometry(
        points=tuple(Point(x=x, y=y, z=z) for x, y, z in document["points"]),
        sop_instance_uid=document.get("sop_instance_uid"),
        frame_of_reference_uid=document.get("frame_of_reference_uid"),
        shape=Shape(document["shape"]) if "shape" in document else None,
    )
