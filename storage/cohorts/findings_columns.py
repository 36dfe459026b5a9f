"""What a reading, a lesion and a patient are searched by: the domain's values as columns of the search tables."""

from collections.abc import Iterator
from decimal import Decimal
from enum import Enum
from typing import Any

from annotation.entities import Lesion, Reading
from lesion_model.answers import Answer
from lesion_model.assess import posterolateral_class
from lesion_model.assess_lesion import LesionAssessment
from lesion_model.clinical import ClinicalContext
from lesion_model.findings import ImagingFindings
from lesion_model.scoring import Score

_FULL = 100
_SCORES = ("mirels", "sins", "tokuhashi_revised", "tomita", "rades")
_ANSWERS = ("bilsky_escc", "van_der_linden", "genant", "harrington", "recist_bone", "ct_response")
_SAME_FINDINGS = (
    "lesion_type",
    "axial_cortical_mm",
    "circumferential_cortical_percent",
    "cortical_breach",
    "alignment",
    "retropulsion",
    "pathological_fracture",
    "long_axis_mm",
    "short_axis_mm",
    "volume_cm3",
)
_SAME_CLINICAL = (
    "primary_tumour",
    "mirels_pain",
    "sins_pain",
    "pain_intensity",
    "ecog",
    "frankel",
    "vertebral_metastases",
    "extraspinal_bone_metastases",
    "metastases",
    "cord_compression",
    "motor_deficit_days",
    "creatinine_clearance_ml_min",
    "diagnosed_on",
    "cord_compression_on",
    "systemic_line_started_on",
    "radiotherapy_at_site_on",
    "radionuclide_therapy_started_on",
    "antiresorptive_started_on",
)

Columns = dict[str, Any]


def patient_columns(clinical: ClinicalContext) -> Columns:
    visceral, expected, karnofsky = clinical.visceral, clinical.life_expectancy, clinical.karnofsky
    spans = (None, None) if expected is None else (expected.at_least, expected.at_most)
    lowest, highest = (None if span is None else float(span.days) for span in spans)
    return {
        **{name: _plain(getattr(clinical, name)) for name in _SAME_CLINICAL},
        "karnofsky": None if karnofsky is None else int(karnofsky.value),
        "visceral": None if visceral is None else visceral.present,
        "visceral_resectable": None if visceral is None else visceral.resectable,
        "visceral_treatable": None if visceral is None else visceral.treatable,
        "motor_deficit": clinical.has_motor_deficit,
        "life_expectancy_at_least_days": lowest,
        "life_expectancy_at_most_days": highest,
    }


def lesion_columns(lesion: Lesion, clinical: ClinicalContext) -> Columns:
    """`clinical`: as it is known for this lesion, so that its own pain goes before the patient's."""
    site = lesion.site
    return {
        "lesion_uuid": str(lesion.id),
        "bone": site.bone.value,
        "kind": site.kind.value,
        "level": _plain(site.level),
        "rib_number": site.number,
        "region": _plain(site.region),
        "side": _plain(site.side),
        "transitional": _plain(site.transitional),
        "resolved": lesion.resolved_on is not None,
        "mirels_pain": _plain(clinical.mirels_pain),
        "sins_pain": _plain(clinical.sins_pain),
        "pain_intensity": clinical.pain_intensity,
    }


def reading_columns(reading: Reading, protocol: str | None) -> Columns:
    return {
        "reading_uuid": str(reading.id),
        "revision": reading.revision,
        "protocol": protocol,
        "adjudicated": bool(reading.decided_from),
        **_findings(reading.findings),
    }


def score_columns(assessment: LesionAssessment) -> Iterator[Columns]:
    """Of each instrument that applies."""
    for name in _SCORES:
        score = getattr(assessment, name)
        if isinstance(score, Score):
            yield {
                "instrument": name,
                "total": score.total,
                "minimum": score.minimum,
                "maximum": score.maximum,
                "band": score.band,
                "decided": score.category_decided,
            }
    for name in _ANSWERS:
        answer = getattr(assessment, name)
        if isinstance(answer, Answer):
            yield {
                "instrument": name,
                **dict.fromkeys(("total", "minimum", "maximum")),
                "band": answer.answer,
                "decided": answer.decided,
            }


def _findings(findings: ImagingFindings) -> Columns:
    cortex, collapse, heights = findings.cortical_involvement, findings.vertebral_collapse, findings.vertebral_heights
    epidural, acetabulum, soft = findings.epidural_extension, findings.acetabular_defect, findings.soft_tissue
    density, change, sides = findings.hounsfield, findings.change, findings.posterolateral
    share = None if cortex is None else cortex.declared
    return {
        **{name: _plain(getattr(findings, name)) for name in _SAME_FINDINGS},
        "cortical_share": None if cortex is None else cortex.scored_category.value,
        "cortical_denominator": None if cortex is None else cortex.denominator.value,
        "cortical_destroyed_percent": None if share is None else float(share.share * _FULL),
        "collapse": None if collapse is None else collapse.collapsed,
        **_parts(collapse, "height_loss_percent", "body_involved_percent"),
        "anterior_height_mm": _part(heights, "anterior_mm"),
        "middle_height_mm": _part(heights, "middle_mm"),
        "posterior_height_mm": _part(heights, "posterior_mm"),
        "posterolateral": None if sides is None else posterolateral_class(sides).value,
        **_parts(epidural, "bilsky", "canal_narrowing_percent", "cord_distance_mm"),
        **_parts(acetabulum, "medial_wall_deficient", "rim_deficient"),
        "soft_tissue": _part(soft, "present"),
        "soft_tissue_mm": _part(soft, "longest_mm"),
        **_parts(density, "mean_hu", "sd_hu", "minimum_hu", "maximum_hu"),
        "change_lysis": _part(change, "lysis"),
        "change_soft_tissue": _part(change, "soft_tissue"),
        "change_sclerosis": _part(change, "sclerosis"),
        "new_lytic_lesion": _part(change, "new_lytic_lesion"),
    }


def _parts(whole: object | None, *names: str) -> Columns:
    return {name: _part(whole, name) for name in names}


def _part(whole: object | None, name: str) -> Any:
    return None if whole is None else _plain(getattr(whole, name))


def _plain(value: Any) -> Any:
    """As a column holds it; a decimal of the model has at most 12 digits, so that a double tells them apart."""
    if isinstance(value, Enum):
        return value.value
    return float(value) if isinstance(value, Decimal) else value
