"""Findings in words, English and French: what a history says was changed from what to what."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from types import MappingProxyType
from typing import Any

from lesion_model.findings import (
    Alignment,
    BilskyGrade,
    CorticalShare,
    Denominator,
    FindingSource,
    HounsfieldModality,
    How,
    LesionType,
    PosterolateralElement,
    Sclerosis,
    Structure,
    Trend,
)
from lesion_model.labels import Label, label
from lesion_model.skeleton import Side

FIELDS: Mapping[str, Label] = MappingProxyType(
    {
        "lesion_type": label("lesion type", "type de lésion"),
        "cortical_involvement": label("cortical involvement", "atteinte corticale"),
        "axial_cortical_mm": label("axial cortical involvement", "atteinte corticale axiale"),
        "circumferential_cortical_percent": label(
            "circumferential cortical involvement", "atteinte corticale circonférentielle"
        ),
        "cortical_breach": label("cortical breach", "rupture corticale"),
        "vertebral_collapse": label("vertebral collapse", "tassement vertébral"),
        "vertebral_heights": label("vertebral heights", "hauteurs vertébrales"),
        "posterolateral": label("posterolateral involvement", "atteinte postérolatérale"),
        "alignment": label("alignment", "alignement"),
        "retropulsion": label("retropulsion", "recul du mur postérieur"),
        "epidural_extension": label("epidural extension", "extension épidurale"),
        "acetabular_defect": label("acetabular defect", "perte de substance acétabulaire"),
        "pathological_fracture": label("completed pathological fracture", "fracture pathologique constituée"),
        "long_axis_mm": label("long axis", "grand axe"),
        "short_axis_mm": label("short axis", "petit axe"),
        "soft_tissue": label("soft-tissue component", "composante des parties molles"),
        "volume_cm3": label("volume", "volume"),
        "hounsfield": label("density", "densité"),
        "change": label("change since the earlier study", "évolution depuis l'examen antérieur"),
        "sources": label("where findings come from", "origine des constatations"),
        "geometry": label("place on the images", "position sur les images"),
        "note": label("note", "note"),
    }
)

PARTS: Mapping[str, Label] = MappingProxyType(
    {
        "category": label("share", "part"),
        "measured": label("measured", "mesures"),
        "denominator": label("of", "rapportée à"),
        "of": label("of", "rapportée à"),
        "destroyed_mm": label("destroyed", "détruit"),
        "total_mm": label("total", "total"),
        "present": label("present", "présence"),
        "height_loss_percent": label("height loss", "perte de hauteur"),
        "body_involved_percent": label("body involved", "corps atteint"),
        "anterior_mm": label("anterior", "antérieure"),
        "middle_mm": label("middle", "moyenne"),
        "posterior_mm": label("posterior", "postérieure"),
        "bilsky": label("Bilsky grade", "grade de Bilsky"),
        "canal_narrowing_percent": label("canal narrowing", "rétrécissement canalaire"),
        "cord_distance_mm": label("distance to the cord", "distance à la moelle"),
        "medial_wall_deficient": label("medial wall deficient", "paroi médiale déficiente"),
        "rim_deficient": label("rim deficient", "rebord déficient"),
        "longest_mm": label("longest", "plus grand axe"),
        "mean_hu": label("mean", "moyenne"),
        "sd_hu": label("SD", "écart type"),
        "minimum_hu": label("minimum", "minimum"),
        "maximum_hu": label("maximum", "maximum"),
        "modality": label("on", "sur"),
        "earlier_study_instance_uid": label("earlier study", "examen antérieur"),
        "lysis": label("lysis", "lyse"),
        "soft_tissue": label("soft tissue", "parties molles"),
        "sclerosis": label("sclerosis", "condensation"),
        "new_lytic_lesion": label("new lytic lesion", "nouvelle lésion lytique"),
        "sop_instance_uid": label("image", "image"),
        "frame_of_reference_uid": label("frame of reference", "repère"),
        "points": label("points", "points"),
    }
)

VALUES: Mapping[Enum, Label] = MappingProxyType(
    {
        LesionType.LYTIC: label("lytic", "lytique"),
        LesionType.MIXED: label("mixed", "mixte"),
        LesionType.BLASTIC: label("blastic", "condensante"),
        Alignment.NORMAL: label("normal", "normal"),
        Alignment.DE_NOVO_DEFORMITY: label("de novo deformity", "déformation récente"),
        Alignment.SUBLUXATION_TRANSLATION: label("subluxation or translation", "subluxation ou translation"),
        CorticalShare.LT_1_3: label("less than 1/3", "moins de 1/3"),
        CorticalShare.FROM_1_3_TO_2_3: label("1/3 to 2/3", "de 1/3 à 2/3"),
        CorticalShare.GT_2_3: label("more than 2/3", "plus de 2/3"),
        Denominator.CORTICAL: label("the cortex", "la corticale"),
        Denominator.BONE_DIAMETER: label("the bone's diameter", "le diamètre de l'os"),
        Structure.FACET: label("facet", "facette"),
        Structure.PEDICLE: label("pedicle", "pédicule"),
        Structure.COSTOVERTEBRAL_JOINT: label("costovertebral joint", "articulation costovertébrale"),
        Side.LEFT: label("left", "à gauche"),
        Side.RIGHT: label("right", "à droite"),
        **{grade: label(grade.value, grade.value) for grade in BilskyGrade},
        **{modality: label(modality.value, modality.value) for modality in HounsfieldModality},
        Trend.INCREASE: label("increase", "augmentation"),
        Trend.STABLE: label("stable", "stable"),
        Trend.DECREASE: label("decrease", "diminution"),
        Sclerosis.NONE: label("none", "aucune"),
        Sclerosis.ON_LYTIC: label("on a lytic lesion", "sur lésion lytique"),
        Sclerosis.ON_NORMAL_BONE: label("on normal bone", "sur os sain"),
        How.VISUAL: label("by eye", "à l'œil"),
        How.MEASURED: label("measured", "mesuré"),
        How.SUGGESTED: label("suggested by software", "proposé par logiciel"),
    }
)

NOT_KNOWN = label("not known", "non renseigné")
NONE_SEEN = label("looked, none", "recherché, aucun")
_YES, _NO = label("yes", "oui"), label("no", "non")
_UNITS = (("_mm", " mm"), ("_percent", " %"), ("_cm3", " cm³"))


def in_words(field: str, value: object) -> Label:
    """One value of the field of this name; composite ones part by part."""
    if value is None:
        return NOT_KNOWN
    if isinstance(value, frozenset | tuple):
        return _several(field, value)
    if isinstance(value, Decimal):
        return _number(field, value)
    return _element(value) if is_dataclass(value) else _single(value)


def _single(value: object) -> Label:
    if isinstance(value, bool):
        return _YES if value else _NO
    return VALUES[value] if isinstance(value, Enum) else label(str(value), str(value))


def _several(field: str, values: Collection[object]) -> Label:
    if field == "points":
        return label(str(len(values)), str(len(values)))
    if not values:
        return NOT_KNOWN if field == "sources" else NONE_SEEN
    return _joined(sorted((_element(each) for each in values), key=lambda each: each.en), ", ")


def _element(value: object) -> Label:
    if isinstance(value, PosterolateralElement):
        side, structure = VALUES[value.side], VALUES[value.structure]
        return label(f"{side.en} {structure.en}", f"{structure.fr} {side.fr}")
    if isinstance(value, FindingSource):
        of, how = FIELDS[value.finding.value], VALUES[value.how]
        return label(f"{of.en} {how.en}", f"{of.fr} : {how.fr}")
    if not is_dataclass(value):
        raise TypeError(f"no words for a {type(value).__name__}")
    known = ((part.name, getattr(value, part.name)) for part in fields(value))
    return _joined((_part(name, given) for name, given in known if given not in (None, ())), ", ")


def _part(name: str, value: Any) -> Label:
    title, words = PARTS[name], in_words(name, value)
    return label(f"{title.en} {words.en}", f"{title.fr} {words.fr}")


def _number(field: str, value: Decimal) -> Label:
    unit = next((unit for ending, unit in _UNITS if field.endswith(ending)), "")
    plain = f"{value:f}"
    hounsfield = field.endswith("_hu")
    french = plain.replace(".", ",") + unit.replace(" ", "\u00a0")
    return label(f"{plain}{' HU' if hounsfield else unit}", f"{french}\u00a0UH" if hounsfield else french)


def _joined(words: Iterable[Label], between: str) -> Label:
    listed = list(words)
    return label(between.join(each.en for each in listed), between.join(each.fr for each in listed))
