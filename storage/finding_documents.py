"""Each finding that has parts of its own as a document, and back."""

from decimal import Decimal

from lesion_model.findings import (
    AcetabularDefect,
    BilskyGrade,
    ChangeSinceEarlier,
    CorticalInvolvement,
    CorticalShare,
    Denominator,
    EpiduralExtension,
    Finding,
    FindingSource,
    HounsfieldModality,
    HounsfieldStatistics,
    How,
    MeasuredShare,
    PosterolateralElement,
    Sclerosis,
    SoftTissueComponent,
    Structure,
    Trend,
    VertebralCollapse,
    VertebralHeights,
)
from lesion_model.skeleton import Side
from storage.document_values import Document, Stored, decimal, known, member, name, text


def cortical_document(involvement: CorticalInvolvement | None) -> Document | None:
    if involvement is None:
        return None
    measured = [
        {"of": each.of.value, "destroyed_mm": str(each.destroyed_mm), "total_mm": str(each.total_mm)}
        for each in involvement.measured
    ]
    return known(
        {
            "category": name(involvement.category),
            "denominator": involvement.denominator.value,
            "measured": measured,
        }
    )


def cortical_from(document: Stored | None) -> CorticalInvolvement | None:
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
        category=member(CorticalShare, document.get("category")),
        measured=measured,
        denominator=Denominator(document["denominator"]),
    )


def collapse_document(collapse: VertebralCollapse | None) -> Document | None:
    if collapse is None:
        return None
    return known(
        {
            "present": collapse.present,
            "height_loss_percent": text(collapse.height_loss_percent),
            "body_involved_percent": text(collapse.body_involved_percent),
        }
    )


def collapse_from(document: Stored | None) -> VertebralCollapse | None:
    if document is None:
        return None
    return VertebralCollapse(
        present=document.get("present"),
        height_loss_percent=decimal(document.get("height_loss_percent")),
        body_involved_percent=decimal(document.get("body_involved_percent")),
    )


def posterolateral_document(elements: frozenset[PosterolateralElement] | None) -> list[Document] | None:
    if elements is None:
        return None
    pairs = sorted((element.structure.value, element.side.value) for element in elements)
    return [{"structure": structure, "side": side} for structure, side in pairs]


def posterolateral_from(document: list[Document] | None) -> frozenset[PosterolateralElement] | None:
    if document is None:
        return None
    return frozenset(
        PosterolateralElement(structure=Structure(each["structure"]), side=Side(each["side"])) for each in document
    )


def heights_document(heights: VertebralHeights | None) -> Document | None:
    if heights is None:
        return None
    return known(
        {
            "anterior_mm": text(heights.anterior_mm),
            "middle_mm": text(heights.middle_mm),
            "posterior_mm": text(heights.posterior_mm),
        }
    )


def heights_from(document: Stored | None) -> VertebralHeights | None:
    if document is None:
        return None
    return VertebralHeights(
        anterior_mm=decimal(document.get("anterior_mm")),
        middle_mm=decimal(document.get("middle_mm")),
        posterior_mm=decimal(document.get("posterior_mm")),
    )


def epidural_document(extension: EpiduralExtension | None) -> Document | None:
    if extension is None:
        return None
    return known(
        {
            "bilsky": name(extension.bilsky),
            "canal_narrowing_percent": text(extension.canal_narrowing_percent),
            "cord_distance_mm": text(extension.cord_distance_mm),
        }
    )


def epidural_from(document: Stored | None) -> EpiduralExtension | None:
    if document is None:
        return None
    return EpiduralExtension(
        bilsky=member(BilskyGrade, document.get("bilsky")),
        canal_narrowing_percent=decimal(document.get("canal_narrowing_percent")),
        cord_distance_mm=decimal(document.get("cord_distance_mm")),
    )


def acetabulum_document(defect: AcetabularDefect | None) -> Document | None:
    if defect is None:
        return None
    return known({"medial_wall_deficient": defect.medial_wall_deficient, "rim_deficient": defect.rim_deficient})


def acetabulum_from(document: Stored | None) -> AcetabularDefect | None:
    if document is None:
        return None
    return AcetabularDefect(
        medial_wall_deficient=document.get("medial_wall_deficient"), rim_deficient=document.get("rim_deficient")
    )


def soft_tissue_document(component: SoftTissueComponent | None) -> Document | None:
    if component is None:
        return None
    return known({"present": component.present, "longest_mm": text(component.longest_mm)})


def soft_tissue_from(document: Stored | None) -> SoftTissueComponent | None:
    if document is None:
        return None
    return SoftTissueComponent(present=document["present"], longest_mm=decimal(document.get("longest_mm")))


def hounsfield_document(statistics: HounsfieldStatistics | None) -> Document | None:
    if statistics is None:
        return None
    return {
        "mean_hu": str(statistics.mean_hu),
        "sd_hu": str(statistics.sd_hu),
        "minimum_hu": str(statistics.minimum_hu),
        "maximum_hu": str(statistics.maximum_hu),
        "modality": statistics.modality.value,
    }


def hounsfield_from(document: Stored | None) -> HounsfieldStatistics | None:
    if document is None:
        return None
    return HounsfieldStatistics(
        mean_hu=Decimal(document["mean_hu"]),
        sd_hu=Decimal(document["sd_hu"]),
        minimum_hu=Decimal(document["minimum_hu"]),
        maximum_hu=Decimal(document["maximum_hu"]),
        modality=HounsfieldModality(document["modality"]),
    )


def change_document(change: ChangeSinceEarlier | None) -> Document | None:
    if change is None:
        return None
    return known(
        {
            "earlier_study_instance_uid": change.earlier_study_instance_uid,
            "lysis": name(change.lysis),
            "soft_tissue": name(change.soft_tissue),
            "sclerosis": name(change.sclerosis),
            "new_lytic_lesion": change.new_lytic_lesion,
        }
    )


def change_from(document: Stored | None) -> ChangeSinceEarlier | None:
    if document is None:
        return None
    return ChangeSinceEarlier(
        earlier_study_instance_uid=document["earlier_study_instance_uid"],
        lysis=member(Trend, document.get("lysis")),
        soft_tissue=member(Trend, document.get("soft_tissue")),
        sclerosis=member(Sclerosis, document.get("sclerosis")),
        new_lytic_lesion=document.get("new_lytic_lesion"),
    )


def sources_document(sources: frozenset[FindingSource]) -> list[Document] | None:
    """By the finding's name; None when there are none, as in documents from before there were any."""
    ordered = sorted(sources, key=lambda source: source.finding.value)
    return [
        known(
            {
                "finding": source.finding.value,
                "how": source.how.value,
                "study_instance_uid": source.study_instance_uid,
                "sop_instance_uid": source.sop_instance_uid,
            }
        )
        for source in ordered
    ] or None


def sources_from(document: list[Document] | None) -> frozenset[FindingSource]:
    return frozenset(
        FindingSource(
            finding=Finding(each["finding"]),
            how=How(each["how"]),
            study_instance_uid=each.get("study_instance_uid"),
            sop_instance_uid=each.get("sop_instance_uid"),
        )
        for each in document or ()
    )
