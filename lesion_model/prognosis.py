"""Revised Tokuhashi, Tomita and Rades of one lesion, from its site and what the meeting knows.

Where a fact allows several classes of an item, the interval covers them; where none is known, all.
"""

from collections.abc import Collection, Mapping
from datetime import date
from enum import Enum
from types import MappingProxyType

from lesion_model import flags, rades, tokuhashi_revised, tomita
from lesion_model.anatomy import Site
from lesion_model.clinical import ClinicalContext, VisceralDisease
from lesion_model.epidural import BilskyGrade
from lesion_model.findings import ImagingFindings
from lesion_model.frankel import Frankel
from lesion_model.labels import label
from lesion_model.months import add_months
from lesion_model.primary import LUNG, PrimaryTumour
from lesion_model.scoring import NotApplicable, Score, add_up, not_applicable
from lesion_model.skeleton import Kind, Level

Classes = dict[str, Collection[Enum]]

# The paper's classes of the tumours that have one of their own; a lung cancer of unknown type is one of two.
RADES_PRIMARIES: Mapping[PrimaryTumour, tuple[rades.Primary, ...]] = MappingProxyType(
    {
        PrimaryTumour.BREAST: (rades.Primary.BREAST,),
        PrimaryTumour.PROSTATE: (rades.Primary.PROSTATE,),
        PrimaryTumour.MYELOMA: (rades.Primary.MYELOMA_LYMPHOMA,),
        PrimaryTumour.LYMPHOMA: (rades.Primary.MYELOMA_LYMPHOMA,),
        PrimaryTumour.LUNG_NSCLC: (rades.Primary.NSCLC,),
        PrimaryTumour.LUNG_SCLC: (rades.Primary.SCLC,),
        PrimaryTumour.LUNG: (rades.Primary.NSCLC, rades.Primary.SCLC),
        PrimaryTumour.UNIDENTIFIED: (rades.Primary.CUP,),
        PrimaryTumour.KIDNEY: (rades.Primary.KIDNEY,),
        PrimaryTumour.COLON: (rades.Primary.COLORECTAL,),
        PrimaryTumour.RECTUM: (rades.Primary.COLORECTAL,),
    }
)
# Frankel's words: A and B move nothing, C moves without use, D walks; the local D1 and D2 with an aid.
RADES_MOTOR: Mapping[Frankel, tuple[rades.Motor, ...]] = MappingProxyType(
    {
        Frankel.A: (rades.Motor.PARAPLEGIC,),
        Frankel.B: (rades.Motor.PARAPLEGIC,),
        Frankel.C: (rades.Motor.NON_AMBULATORY,),
        Frankel.D: (rades.Motor.AMBULATORY_AIDED, rades.Motor.AMBULATORY_UNAIDED),
        Frankel.D1: (rades.Motor.AMBULATORY_AIDED,),
        Frankel.D2: (rades.Motor.AMBULATORY_AIDED,),
        Frankel.D3: (rades.Motor.AMBULATORY_UNAIDED,),
    }
)
_COMPRESSED = frozenset({BilskyGrade.G2, BilskyGrade.G3})

_TOKUHASHI_SPINE_ONLY = label(
    "The revised Tokuhashi score is defined for metastases of the spine: this lesion is elsewhere.",
    "Le score de Tokuhashi révisé est défini pour les métastases rachidiennes : cette lésion est ailleurs.",
)
_TOMITA_SPINE_ONLY = label(
    "The Tomita score is defined for metastases of the spine: this lesion is elsewhere.",
    "Le score de Tomita est défini pour les métastases rachidiennes : cette lésion est ailleurs.",
)
_RADES_CANAL_ONLY = label(
    "The Rades score is defined for metastatic spinal cord compression: this lesion is not beside the spinal canal.",
    "Le score de Rades est défini pour la compression médullaire métastatique : cette lésion ne borde pas le canal "
    "rachidien.",
)


def assess_tokuhashi(site: Site, clinical: ClinicalContext) -> Score | NotApplicable:
    if site.kind is not Kind.SPINE:
        return not_applicable(tokuhashi_revised.INSTRUMENT, _TOKUHASHI_SPINE_ONLY)
    possible: Classes = {}
    if clinical.vertebral_metastases is not None:
        vertebral = tokuhashi_revised.vertebral_class(clinical.vertebral_metastases)
        if vertebral is None:
            return not_applicable(tokuhashi_revised.INSTRUMENT, tokuhashi_revised.NO_VERTEBRA_REASON)
        possible["vertebral"] = (vertebral,)
    if clinical.extraspinal_bone_metastases is not None:
        outside = clinical.extraspinal_bone_metastases
        possible["extraspinal_bone"] = (tokuhashi_revised.extraspinal_class(outside),)
    if clinical.karnofsky is not None:
        possible["general"] = (tokuhashi_revised.GENERAL_BY_KARNOFSKY[clinical.karnofsky],)
    if clinical.frankel is not None:
        possible["palsy"] = (tokuhashi_revised.PALSY_BY_FRANKEL[clinical.frankel],)
    if clinical.visceral is not None:
        possible["visceral"] = resectability(clinical.visceral)
    tumour = clinical.primary_tumour
    if tumour is not None:
        possible["primary"] = (tokuhashi_revised.PRIMARY_BY_TUMOUR[tumour],)
    raised = [flags.LUNG_PREDATES_TARGETED_THERAPY] if tumour in LUNG else []
    return add_up(tokuhashi_revised.INSTRUMENT, possible, raised)


def assess_tomita(site: Site, clinical: ClinicalContext) -> Score | NotApplicable:
    if site.kind is not Kind.SPINE:
        return not_applicable(tomita.INSTRUMENT, _TOMITA_SPINE_ONLY)
    possible: Classes = {}
    raised = []
    if clinical.primary_tumour is not None:
        growth = tomita.GROWTH_BY_TUMOUR.get(clinical.primary_tumour)
        if growth is None:
            raised.append(flags.PRIMARY_WITHOUT_PUBLISHED_GROWTH)
        else:
            possible["growth"] = (growth,)
    if clinical.visceral is not None:
        possible["visceral"] = treatability(clinical.visceral)
    bone = bone_class(clinical)
    if bone is not None:
        possible["bone"] = (bone,)
    return add_up(tomita.INSTRUMENT, possible, raised)


def assess_rades(site: Site, findings: ImagingFindings, clinical: ClinicalContext) -> Score | NotApplicable:
    """A cord that is compressed on the images (Bilsky 2 and 3) counts as compressed unless the meeting says no."""
    reason = None
    if site.kind is not Kind.SPINE or site.level is Level.COCCYX:
        reason = _RADES_CANAL_ONLY
    elif clinical.cord_compression is False:
        reason = rades.NO_CORD_COMPRESSION_REASON
    elif clinical.has_motor_deficit is False:
        reason = rades.NO_MOTOR_DEFICIT_REASON
    if reason is not None:
        return not_applicable(rades.INSTRUMENT, reason)
    return add_up(rades.INSTRUMENT, _rades_classes(clinical), _rades_flags(findings, clinical))


def resectability(visceral: VisceralDisease) -> tuple[tokuhashi_revised.Visceral, ...]:
    """Tokuhashi's classes that are still possible."""
    if not visceral.present:
        return (tokuhashi_revised.Visceral.NONE,)
    if visceral.treatable is False or visceral.resectable is False:
        return (tokuhashi_revised.Visceral.UNRESECTABLE,)
    if visceral.resectable:
        return (tokuhashi_revised.Visceral.RESECTABLE,)
    return tokuhashi_revised.Visceral.UNRESECTABLE, tokuhashi_revised.Visceral.RESECTABLE


def treatability(visceral: VisceralDisease) -> tuple[tomita.Visceral, ...]:
    """Tomita's classes that are still possible: what can be resected can be treated."""
    if not visceral.present:
        return (tomita.Visceral.NONE,)
    if visceral.treatable or visceral.resectable:
        return (tomita.Visceral.TREATABLE,)
    if visceral.treatable is False:
        return (tomita.Visceral.UNTREATABLE,)
    return tomita.Visceral.TREATABLE, tomita.Visceral.UNTREATABLE


def bone_class(clinical: ClinicalContext) -> tomita.Bone | None:
    """Solitary or multiple, for a patient with a spinal metastasis; None while the counts leave it open."""
    spine, outside = clinical.vertebral_metastases, clinical.extraspinal_bone_metastases
    if clinical.bone_metastases is not None:
        return tomita.Bone.MULTIPLE if clinical.bone_metastases > 1 else tomita.Bone.SOLITARY
    if (spine or 0) > 1 or (outside or 0) > 0:
        return tomita.Bone.MULTIPLE  # outside the spine even one: this lesion comes on top
    return tomita.Bone.SOLITARY if clinical.metastases == 1 else None


def _rades_classes(clinical: ClinicalContext) -> Classes:
    possible: Classes = {}
    if clinical.primary_tumour is not None:
        possible["primary"] = RADES_PRIMARIES.get(clinical.primary_tumour, (rades.Primary.OTHER,))
    if clinical.diagnosed_on is not None and clinical.cord_compression_on is not None:
        possible["interval"] = (interval_class(clinical.diagnosed_on, clinical.cord_compression_on),)
    if clinical.visceral is not None:
        possible["visceral"] = (rades.Visceral.YES if clinical.visceral.present else rades.Visceral.NO,)
    if clinical.frankel is not None:
        possible["motor"] = RADES_MOTOR[clinical.frankel]
    if clinical.motor_deficit_days is not None:
        possible["onset"] = (rades.onset_class(clinical.motor_deficit_days),)
    return possible


def interval_class(diagnosed: date, compressed: date) -> rades.Interval:
    """In calendar months: the day 15 months after the diagnosis is still in the first class."""
    above = compressed > add_months(diagnosed, rades.INTERVAL_MONTHS)
    return rades.Interval.GT_15_MONTHS if above else rades.Interval.LE_15_MONTHS


def _rades_flags(findings: ImagingFindings, clinical: ClinicalContext) -> list[str]:
    raised = []
    diagnosed, compressed = clinical.diagnosed_on, clinical.cord_compression_on
    if diagnosed is not None and compressed == add_months(diagnosed, rades.INTERVAL_MONTHS):
        raised.append(flags.BOUNDARY)
    if clinical.frankel is not None:
        raised.append(flags.MOTOR_FROM_FRANKEL)
    if clinical.motor_deficit_days is not None:
        raised += rades.onset_flags(clinical.motor_deficit_days)
    if clinical.cord_compression is None and not _compressed_on_images(findings):
        raised.append(flags.CORD_COMPRESSION_NOT_CONFIRMED)
    if clinical.has_motor_deficit is None:
        raised.append(flags.MOTOR_DEFICIT_NOT_CONFIRMED)
    return raised


def _compressed_on_images(findings: ImagingFindings) -> bool:
    return findings.epidural_extension is not None and findings.epidural_extension.bilsky in _COMPRESSED
