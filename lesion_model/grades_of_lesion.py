"""Grades and the response on CT of one lesion, from its site and findings; each asks only what it knows."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from lesion_model.anatomy import Site
from lesion_model.answers import Answer
from lesion_model.clinical import ClinicalContext
from lesion_model.entries import Entry
from lesion_model.epidural import BilskyGrade
from lesion_model.findings import ImagingFindings
from lesion_model.grades import bilsky, genant, harrington, recist_bone, van_der_linden
from lesion_model.labels import Label, label
from lesion_model.rules import ct_response
from lesion_model.scoring import NotApplicable
from lesion_model.skeleton import Bone, Kind, Level, Region

NO_SOFT_TISSUE_MM = Decimal(0)

_NO_CANAL = label(
    "Epidural extension is graded beside the spinal canal: this lesion is elsewhere.",
    "L'extension épidurale se cote au contact du canal rachidien : cette lésion est ailleurs.",
)
_NO_BODY = label(
    "The Genant grade is that of a vertebral body: this lesion is elsewhere.",
    "Le grade de Genant est celui d'un corps vertébral : cette lésion est ailleurs.",
)
_NO_ACETABULUM = label(
    "The Harrington class is that of the acetabulum: this lesion is elsewhere.",
    "La classe de Harrington est celle de l'acétabulum : cette lésion est ailleurs.",
)
_NO_FEMUR = label(
    "Cortical involvement was studied in the femur: this lesion is elsewhere.",
    "L'atteinte corticale a été étudiée au fémur : cette lésion est ailleurs.",
)
_WITHOUT_BODY = (Level.C0, Level.C1, Level.COCCYX)

# Each stage includes the ones before it.
_STAGES = ("epidural_extension", "thecal_sac_deformed", "cord_abutted", "cord_compressed")
_STAGES_REACHED: Mapping[BilskyGrade, int] = MappingProxyType(
    {
        BilskyGrade.G0: 0,
        BilskyGrade.G1A: 1,
        BilskyGrade.G1B: 2,
        BilskyGrade.G1C: 3,
        BilskyGrade.G2: 4,
        BilskyGrade.G3: 4,
    }
)


def assess_bilsky(site: Site, findings: ImagingFindings) -> Answer | NotApplicable:
    """The grade that the reader gave, in the words of the scale."""
    if site.kind is not Kind.SPINE or site.level is Level.COCCYX:
        return _not_applicable(bilsky.ENTRY, _NO_CANAL)
    extension = findings.epidural_extension
    grade = None if extension is None else extension.bilsky
    return bilsky.decide({} if grade is None else bilsky_facts(grade))


def bilsky_facts(grade: BilskyGrade) -> dict[str, object]:
    """What a grade says of each stage, and of the fluid around a compressed cord."""
    reached = _STAGES_REACHED[grade]
    facts: dict[str, object] = {stage: place < reached for place, stage in enumerate(_STAGES)}
    if facts["cord_compressed"]:
        facts["csf_visible"] = grade is BilskyGrade.G2
    return facts


def assess_van_der_linden(site: Site, findings: ImagingFindings) -> Answer | NotApplicable:
    if site.bone is not Bone.FEMUR:
        return _not_applicable(van_der_linden.ENTRY, _NO_FEMUR)
    return van_der_linden.decide(
        {
            "femur": True,
            "axial_cortical_mm": findings.axial_cortical_mm,
            "circumferential_pct": findings.circumferential_cortical_percent,
            "cortical_breach": findings.cortical_breach,
        }
    )


def assess_genant(site: Site, findings: ImagingFindings) -> Answer | NotApplicable:
    """By the measured loss: heights alone do not say how tall the vertebra was."""
    if site.kind is not Kind.SPINE or site.level in _WITHOUT_BODY:
        return _not_applicable(genant.ENTRY, _NO_BODY)
    collapse = findings.vertebral_collapse
    return genant.decide({"height_loss_percent": None if collapse is None else collapse.height_loss_percent})


def assess_harrington(site: Site, findings: ImagingFindings, clinical: ClinicalContext) -> Answer | NotApplicable:
    """Whether a resection can cure is for the meeting: only several metastases say that it cannot."""
    if site.region is not Region.ACETABULUM:
        return _not_applicable(harrington.ENTRY, _NO_ACETABULUM)
    defect = findings.acetabular_defect
    return harrington.decide(
        {
            "resection_for_cure": False if has_several_metastases(clinical) else None,
            "medial_wall_deficient": None if defect is None else defect.medial_wall_deficient,
            "rim_deficient": None if defect is None else defect.rim_deficient,
        }
    )


def assess_recist_bone(findings: ImagingFindings) -> Answer:
    """Modality and slice thickness are not findings: they stay open where they matter."""
    lesion_type, soft_tissue = findings.lesion_type, findings.soft_tissue
    longest = None
    if soft_tissue is not None:
        longest = soft_tissue.longest_mm if soft_tissue.present else NO_SOFT_TISSUE_MM
    return recist_bone.decide(
        {"lesion_type": None if lesion_type is None else lesion_type.value, "soft_tissue_mm": longest}
    )


def assess_ct_response(findings: ImagingFindings) -> Answer:
    change = findings.change
    if change is None:
        return ct_response.decide({})
    return ct_response.decide(
        {
            "lysis": None if change.lysis is None else change.lysis.value,
            "soft_tissue": None if change.soft_tissue is None else change.soft_tissue.value,
            "sclerosis": None if change.sclerosis is None else change.sclerosis.value,
            "new_lytic_lesion": change.new_lytic_lesion,
        }
    )


def has_several_metastases(clinical: ClinicalContext) -> bool:
    """More than one is counted, or there is visceral disease beside this bone."""
    counted = (clinical.vertebral_metastases or 0) + (clinical.extraspinal_bone_metastases or 0)
    visceral = clinical.visceral is not None and clinical.visceral.present
    return counted > 1 or (clinical.metastases or 0) > 1 or visceral


def _not_applicable(entry: Entry, reason: Label) -> NotApplicable:
    return NotApplicable(instrument=entry.name, version=entry.version, reason=reason, reference=entry.reference)
