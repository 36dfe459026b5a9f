"""The code of everything that a report states, both ways.

A standard code is used where DICOM PS3.16 has one that says exactly this; for the rest there is the project's own
scheme, 99OSTEON. Codes of SNOMED CT that no dictionary of DICOM confirms are not used.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import TypeVar

from lesion_model.change import Sclerosis, Trend
from lesion_model.cortex import CorticalShare, Denominator
from lesion_model.epidural import BilskyGrade
from lesion_model.findings import Finding, How
from lesion_model.measurement.names import Concept
from lesion_model.numbering import TransitionalAnatomy
from lesion_model.skeleton import Side
from lesion_model.tumour import LesionType
from lesion_model.vertebral import Alignment, PosterolateralElement, Structure

OWN_SCHEME = "99OSTEON"

_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """What a value is of: a concept, and what else has to be said for it to be this one and no other."""

    concept: Concept
    derivation: Concept | None = None
    site: Concept | None = None
    modifier: Concept | None = None


def own(code: str, meaning: str) -> Concept:
    """A concept of the project's own; at most 16 characters, so that it is a Code Value (PS3.3 8.1)."""
    return Concept(scheme=OWN_SCHEME, code=code, meaning=meaning)


def sct(code: str, meaning: str) -> Concept:
    return Concept(scheme="SCT", code=code, meaning=meaning)


def dcm(code: str, meaning: str) -> Concept:
    return Concept(scheme="DCM", code=code, meaning=meaning)


def ucum(code: str, meaning: str) -> Concept:
    return Concept(scheme="UCUM", code=code, meaning=meaning)


BONE_METASTASIS = sct("94222008", "Bony metastasis")
LENGTH = sct("410668003", "Length")
AREA = sct("42798000", "Area")
LONG_AXIS = sct("103339001", "Long Axis")
SHORT_AXIS = sct("103340004", "Short Axis")
YES, NO = sct("373066001", "Yes"), sct("373067005", "No")
NONE = sct("260413007", "None")
MM, MM2 = ucum("mm", "millimeter"), ucum("mm2", "square millimeter")
CM3, PERCENT = ucum("cm3", "cubic centimeter"), ucum("%", "Percent")
HOUNSFIELD, NO_UNITS = ucum("[hnsf'U]", "Hounsfield unit"), ucum("1", "no units")

_VERTEBRA, _CORD = sct("51282000", "Vertebra"), sct("2748008", "Spinal cord")
_HEIGHT = dcm("121207", "Height")
_ATTENUATION = dcm("112031", "Attenuation Coefficient")

NAMES: Mapping[str, Name] = MappingProxyType(
    {
        "lesion_type": Name(concept=own("lesion_type", "Lesion type")),
        "cortical_involvement.category": Name(concept=own("cortical_share", "Share of the cortex destroyed")),
        "cortical_involvement.denominator": Name(concept=own("cortical_of", "Share of what is destroyed")),
        "cortical_involvement.cortical.destroyed_mm": Name(
            concept=own("cortex_destroyed", "Destroyed length of the cortex")
        ),
        "cortical_involvement.cortical.total_mm": Name(concept=own("cortex_total", "Whole length of the cortex")),
        "cortical_involvement.bone_diameter.destroyed_mm": Name(
            concept=own("bone_destroyed", "Destroyed length of the bone's diameter")
        ),
        "cortical_involvement.bone_diameter.total_mm": Name(concept=own("bone_total", "Diameter of the bone")),
        "axial_cortical_mm": Name(concept=own("axial_cortical", "Axial cortical involvement")),
        "circumferential_cortical_percent": Name(
            concept=own("circum_cortical", "Circumferential cortical involvement")
        ),
        "cortical_breach": Name(concept=own("cortical_breach", "Cortical breach")),
        "vertebral_collapse.present": Name(concept=own("collapse", "Collapse of vertebra")),
        "vertebral_collapse.height_loss_percent": Name(concept=own("height_loss", "Loss of vertebral height")),
        "vertebral_collapse.body_involved_percent": Name(
            concept=own("body_involved", "Share of the vertebral body involved")
        ),
        "vertebral_heights.anterior_mm": Name(concept=_HEIGHT, site=_VERTEBRA, modifier=sct("255549009", "Anterior")),
        "vertebral_heights.middle_mm": Name(concept=_HEIGHT, site=_VERTEBRA, modifier=own("middle", "Middle")),
        "vertebral_heights.posterior_mm": Name(concept=_HEIGHT, site=_VERTEBRA, modifier=sct("255551008", "Posterior")),
        "posterolateral": Name(concept=own("posterolateral", "Posterolateral involvement")),
        "alignment": Name(concept=own("alignment", "Spinal alignment")),
        "retropulsion": Name(concept=own("retropulsion", "Retropulsion of the posterior wall")),
        "epidural_extension.bilsky": Name(concept=own("escc", "Epidural spinal cord compression grade (Bilsky)")),
        "epidural_extension.canal_narrowing_percent": Name(
            concept=own("canal_narrowing", "Narrowing of the spinal canal")
        ),
        "epidural_extension.cord_distance_mm": Name(concept=dcm("121206", "Distance"), site=_CORD),
        "acetabular_defect.medial_wall_deficient": Name(
            concept=own("medial_wall", "Medial wall of the acetabulum deficient")
        ),
        "acetabular_defect.rim_deficient": Name(concept=own("acetabular_rim", "Rim of the acetabulum deficient")),
        "pathological_fracture": Name(concept=own("path_fracture", "Completed pathological fracture")),
        "long_axis_mm": Name(concept=LONG_AXIS),
        "short_axis_mm": Name(concept=SHORT_AXIS),
        "soft_tissue.present": Name(concept=own("soft_tissue", "Soft-tissue component")),
        "soft_tissue.longest_mm": Name(concept=own("soft_tissue_max", "Longest diameter of the soft-tissue component")),
        "volume_cm3": Name(concept=sct("118565006", "Volume")),
        "hounsfield.mean_hu": Name(concept=_ATTENUATION, derivation=sct("373098007", "Mean")),
        "hounsfield.sd_hu": Name(concept=_ATTENUATION, derivation=sct("386136009", "Standard Deviation")),
        "hounsfield.minimum_hu": Name(concept=_ATTENUATION, derivation=sct("255605001", "Minimum")),
        "hounsfield.maximum_hu": Name(concept=_ATTENUATION, derivation=sct("56851009", "Maximum")),
        "change.earlier_study_instance_uid": Name(concept=own("earlier_study", "Earlier study compared with")),
        "change.lysis": Name(concept=own("change_lysis", "Change of the lysis")),
        "change.soft_tissue": Name(concept=own("change_soft", "Change of the soft-tissue component")),
        "change.sclerosis": Name(concept=own("new_sclerosis", "Sclerosis that appeared")),
        "change.new_lytic_lesion": Name(concept=own("new_lytic", "New lytic lesion")),
    }
)

_UNIT_OF_ENDING = (("_mm", MM), ("_percent", PERCENT), ("_cm3", CM3), ("_hu", HOUNSFIELD))

CHOICES: Mapping[Enum, Concept] = MappingProxyType(
    {
        LesionType.LYTIC: own("lytic", "Lytic"),
        LesionType.MIXED: own("mixed", "Mixed lytic and blastic"),
        LesionType.BLASTIC: own("blastic", "Blastic"),
        CorticalShare.LT_1_3: own("share_lt_1_3", "Less than 1/3"),
        CorticalShare.FROM_1_3_TO_2_3: own("share_1_3_to_2_3", "1/3 to 2/3"),
        CorticalShare.GT_2_3: own("share_gt_2_3", "More than 2/3"),
        Denominator.CORTICAL: own("of_cortex", "Of the cortex"),
        Denominator.BONE_DIAMETER: own("of_diameter", "Of the bone's diameter"),
        Alignment.NORMAL: own("alignment_normal", "Normal alignment"),
        Alignment.DE_NOVO_DEFORMITY: own("new_deformity", "De novo deformity (kyphosis or scoliosis)"),
        Alignment.SUBLUXATION_TRANSLATION: own("subluxation", "Subluxation or translation"),
        BilskyGrade.G0: own("escc_0", "ESCC grade 0"),
        BilskyGrade.G1A: own("escc_1a", "ESCC grade 1a"),
        BilskyGrade.G1B: own("escc_1b", "ESCC grade 1b"),
        BilskyGrade.G1C: own("escc_1c", "ESCC grade 1c"),
        BilskyGrade.G2: own("escc_2", "ESCC grade 2"),
        BilskyGrade.G3: own("escc_3", "ESCC grade 3"),
        Trend.INCREASE: own("trend_increase", "Increase"),
        Trend.STABLE: own("trend_stable", "Stable"),
        Trend.DECREASE: own("trend_decrease", "Decrease"),
        Sclerosis.NONE: own("sclerosis_none", "No sclerosis appeared"),
        Sclerosis.ON_LYTIC: own("sclerosis_lytic", "Sclerosis on a lytic lesion"),
        Sclerosis.ON_NORMAL_BONE: own("sclerosis_normal", "Sclerosis on normal bone"),
        How.VISUAL: own("visual", "By eye"),
        How.MEASURED: own("measured", "Measured on the image"),
        How.SUGGESTED: own("suggested", "Suggested by software"),
        TransitionalAnatomy.LUMBARISED_S1: own("lumbarised_s1", "Lumbarised S1"),
        TransitionalAnatomy.SACRALISED_L5: own("sacralised_l5", "Sacralised L5"),
        TransitionalAnatomy.THIRTEENTH_RIB_PAIR: own("rib_pair_13", "Thirteenth pair of ribs"),
        TransitionalAnatomy.ELEVEN_RIB_PAIRS: own("rib_pairs_11", "Eleven pairs of ribs"),
    }
)

_STRUCTURES = {
    Structure.FACET: ("facet", "facet joint"),
    Structure.PEDICLE: ("pedicle", "pedicle"),
    Structure.COSTOVERTEBRAL_JOINT: ("costovert", "costovertebral joint"),
}
ELEMENTS: Mapping[PosterolateralElement, Concept] = MappingProxyType(
    {
        PosterolateralElement(structure=structure, side=side): own(
            f"{code}_{side.value}", f"{side.value.capitalize()} {meaning}"
        )
        for structure, (code, meaning) in _STRUCTURES.items()
        for side in Side
    }
)

TRANSITIONAL = own("transitional", "Transitional anatomy")
HOW_MADE = own("how_made", "How a finding was made")
OF_FINDING = own("of_finding", "Finding that this is about")
FROM_STUDY = own("from_study", "Study that a finding was made on")
FROM_IMAGE = own("from_image", "Image that a finding was made on")

FINDINGS: Mapping[Finding, Concept] = MappingProxyType(
    {
        Finding.LESION_TYPE: NAMES["lesion_type"].concept,
        Finding.CORTICAL_INVOLVEMENT: own("cortical", "Cortical involvement"),
        Finding.AXIAL_CORTICAL: NAMES["axial_cortical_mm"].concept,
        Finding.CIRCUMFERENTIAL_CORTICAL: NAMES["circumferential_cortical_percent"].concept,
        Finding.CORTICAL_BREACH: NAMES["cortical_breach"].concept,
        Finding.VERTEBRAL_COLLAPSE: NAMES["vertebral_collapse.present"].concept,
        Finding.VERTEBRAL_HEIGHTS: _HEIGHT,
        Finding.POSTEROLATERAL: NAMES["posterolateral"].concept,
        Finding.ALIGNMENT: NAMES["alignment"].concept,
        Finding.RETROPULSION: NAMES["retropulsion"].concept,
        Finding.EPIDURAL_EXTENSION: own("epidural", "Epidural extension"),
        Finding.ACETABULAR_DEFECT: own("acetabulum", "Acetabular defect"),
        Finding.PATHOLOGICAL_FRACTURE: NAMES["pathological_fracture"].concept,
        Finding.LONG_AXIS: LONG_AXIS,
        Finding.SHORT_AXIS: SHORT_AXIS,
        Finding.SOFT_TISSUE: NAMES["soft_tissue.present"].concept,
        Finding.VOLUME: NAMES["volume_cm3"].concept,
        Finding.HOUNSFIELD: _ATTENUATION,
        Finding.CHANGE: own("change", "Change since the earlier study"),
    }
)


def unit_of(path: str) -> Concept:
    """The UCUM unit of a number, from the ending of its field."""
    return next(unit for ending, unit in _UNIT_OF_ENDING if path.endswith(ending))


def same(one: Concept | None, other: Concept | None) -> bool:
    """Meanings are words for people: the scheme and the code are what counts (PS3.3 8.3)."""
    if one is None or other is None:
        return one is other
    return (one.scheme, one.code) == (other.scheme, other.code)


def path_of(name: Name) -> str | None:
    """The field that this is the value of; None for what findings have no field for."""
    return next((path for path, known in NAMES.items() if _same_name(known, name)), None)


def choice_of(value: Concept, kind: type[Enum]) -> Enum | None:
    """The member that has this code, of one kind of choice."""
    return next((each for each, code in CHOICES.items() if isinstance(each, kind) and same(code, value)), None)


def key_of(value: Concept, known: Mapping[_Key, Concept]) -> _Key | None:
    """What has this code in a table of codes."""
    return next((each for each, code in known.items() if same(code, value)), None)


def _same_name(known: Name, given: Name) -> bool:
    """What is said besides decides only where the known name says it: a long axis is one on any bone."""
    return same(known.concept, given.concept) and all(
        wanted is None or same(wanted, said)
        for wanted, said in (
            (known.derivation, given.derivation),
            (known.site, given.site),
            (known.modifier, given.modifier),
        )
    )
