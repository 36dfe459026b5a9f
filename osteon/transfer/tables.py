"""Readings and scores as CSV: one row per reading, and one per reading and instrument."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from osteon.transfer.client import Json

INSTRUMENTS = ("mirels", "sins")
READING = (
    "pseudonym", "study_instance_uid", "lesion_id", "lesion_label", "reading_id", "revision",
    "recorded_at", "recorded_by",
)  # fmt: skip
SITE = ("bone", "level", "number", "region", "side", "name_en", "name_fr")
PLAIN_FINDINGS = (
    "lesion_type", "alignment", "retropulsion", "pathological_fracture", "long_axis_mm", "short_axis_mm",
)  # fmt: skip
COLLAPSE = ("present", "height_loss_percent", "body_involved_percent")
CORTEX = ("category", "denominator")
CORTEX_MEASURES = tuple((of, length) for of in ("cortical", "bone_diameter") for length in ("destroyed_mm", "total_mm"))
# Findings that came later: their columns follow the others, so that those keep their places.
LATER_FINDINGS = ("axial_cortical_mm", "circumferential_cortical_percent", "cortical_breach", "volume_cm3")
LATER_PARTS: Mapping[str, tuple[str, ...]] = {
    "vertebral_heights": ("anterior_mm", "middle_mm", "posterior_mm"),
    "epidural_extension": ("bilsky", "canal_narrowing_percent", "cord_distance_mm"),
    "acetabular_defect": ("medial_wall_deficient", "rim_deficient"),
    "soft_tissue": ("present", "longest_mm"),
    "hounsfield": ("mean_hu", "sd_hu", "minimum_hu", "maximum_hu", "modality"),
    "change": ("earlier_study_instance_uid", "lysis", "soft_tissue", "sclerosis", "new_lytic_lesion"),
}
# Under which assignment, and for an adjudicated reading the blind ones that it was decided from.
UNDER = ("assignment_id", "decided_from")
READING_COLUMNS = (
    *READING,
    *(f"site_{name}" for name in SITE),
    *PLAIN_FINDINGS,
    *(f"collapse_{name}" for name in COLLAPSE),
    *(f"cortex_{name}" for name in CORTEX),
    *(f"cortex_{of}_{length}" for of, length in CORTEX_MEASURES),
    "posterolateral",
    "sop_instance_uid",
    "frame_of_reference_uid",
    "points_mm_lps",
    "site_transitional",
    *LATER_FINDINGS,
    *(f"{finding}_{name}" for finding, names in LATER_PARTS.items() for name in names),
    "sources",
    *UNDER,
)
SCORE = (
    "instrument", "version", "total", "minimum", "maximum", "band", "category_decided", "suggestion",
    "not_applicable", "reference",
)  # fmt: skip
SCORE_COLUMNS = (*READING, *SCORE, "points", "flags")

# What a spreadsheet would take for a formula. Only texts are guarded: a number may be negative.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def readings_table(readings: Iterable[Json]) -> str:
    """CSV, one row per reading; an empty cell is "not known"."""
    return _table(READING_COLUMNS, (_reading_row(reading) for reading in readings))


def scores_table(readings: Iterable[Json]) -> str:
    """CSV, one row per reading and instrument, also where the instrument does not apply."""
    rows = (
        _score_row(reading, reading["scores"][instrument])
        for reading in readings
        for instrument in INSTRUMENTS
        if reading["scores"].get(instrument)
    )
    return _table(SCORE_COLUMNS, rows)


def _reading_row(reading: Json) -> list[Any]:
    findings, geometry = reading.get("findings") or {}, reading.get("geometry") or {}
    collapse = findings.get("vertebral_collapse") or {}
    cortex = findings.get("cortical_involvement") or {}
    measured = {measure.get("of"): measure for measure in cortex.get("measured") or ()}
    return [
        *_values(reading, READING),
        *_values(reading.get("site") or {}, SITE),
        *_values(findings, PLAIN_FINDINGS),
        *_values(collapse, COLLAPSE),
        *_values(cortex, CORTEX),
        *(measured.get(of, {}).get(length) for of, length in CORTEX_MEASURES),
        _elements(findings.get("posterolateral")),
        *_values(geometry, ("sop_instance_uid", "frame_of_reference_uid")),
        _points(geometry.get("points")),
        (reading.get("site") or {}).get("transitional"),
        *_values(findings, LATER_FINDINGS),
        *(value for finding, names in LATER_PARTS.items() for value in _values(findings.get(finding) or {}, names)),
        json.dumps(findings["sources"]) if findings.get("sources") else None,
        reading.get("assignment_id"),
        ";".join(reading.get("decided_from") or ()) or None,
    ]


def _score_row(reading: Json, score: Json) -> list[Any]:
    return [
        *_values(reading, READING),
        *_values(score, SCORE),
        json.dumps(score["points"]) if score.get("points") else None,
        ";".join(score.get("flags") or ()),
    ]


def _elements(elements: Sequence[Json] | None) -> str | None:
    """`pedicle left;facet right`; "none" when looked for and absent."""
    if elements is None:
        return None
    return ";".join(f"{each['structure']} {each['side']}" for each in elements) or "none"


def _points(points: Sequence[Json] | None) -> str | None:
    if not points:
        return None
    return json.dumps([[point[axis] for axis in "xyz"] for point in points])


def _values(source: Json, names: Iterable[str]) -> list[Any]:
    return [source.get(name) for name in names]


def _table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value
