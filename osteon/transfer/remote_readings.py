"""The readings behind a target, as the server lists them: every shape is checked here, once."""

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from osteon.transfer.client import Client, Json
from osteon.transfer.errors import AnswerError
from osteon.transfer.names import Target, TargetKind

Check = Callable[[Any], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """A JSON object: what must be there, and what may be missing or null; other fields are ignored."""

    needed: Mapping[str, Check] = field(default_factory=dict)
    optional: Mapping[str, Check] = field(default_factory=dict)

    def __call__(self, value: Any) -> bool:
        return (
            isinstance(value, dict)
            and all(check(value.get(name)) for name, check in self.needed.items())
            and all(value.get(name) is None or check(value[name]) for name, check in self.optional.items())
        )


def is_text(value: Any) -> bool:
    """Half of a surrogate pair is JSON, but no text that can be written."""
    return isinstance(value, str) and not any("\ud800" <= character <= "\udfff" for character in value)


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def is_truth(value: Any) -> bool:
    return isinstance(value, bool)


def _list_of(check: Check) -> Check:
    return lambda value: isinstance(value, list) and all(check(each) for each in value)


def _points_by_item(value: Any) -> bool:
    return isinstance(value, dict) and all(
        is_text(item) and (points is None or is_number(points)) for item, points in value.items()
    )


SITE = Fields(
    optional={
        **dict.fromkeys(("bone", "level", "region", "side", "transitional", "name_en", "name_fr"), is_text),
        "number": is_whole,
    }
)
COLLAPSE = Fields(optional={"present": is_truth, "height_loss_percent": is_number, "body_involved_percent": is_number})
CORTEX = Fields(
    optional={
        "category": is_text,
        "denominator": is_text,
        "measured": _list_of(Fields(needed={"of": is_text, "destroyed_mm": is_number, "total_mm": is_number})),
    }
)
LATER_PARTS = {
    "vertebral_heights": Fields(optional=dict.fromkeys(("anterior_mm", "middle_mm", "posterior_mm"), is_number)),
    "epidural_extension": Fields(
        optional={"bilsky": is_text, "canal_narrowing_percent": is_number, "cord_distance_mm": is_number}
    ),
    "acetabular_defect": Fields(optional=dict.fromkeys(("medial_wall_deficient", "rim_deficient"), is_truth)),
    "soft_tissue": Fields(optional={"present": is_truth, "longest_mm": is_number}),
    "hounsfield": Fields(
        optional={**dict.fromkeys(("mean_hu", "sd_hu", "minimum_hu", "maximum_hu"), is_number), "modality": is_text}
    ),
    "change": Fields(
        optional={
            **dict.fromkeys(("earlier_study_instance_uid", "lysis", "soft_tissue", "sclerosis"), is_text),
            "new_lytic_lesion": is_truth,
        }
    ),
}
SOURCE = Fields(
    needed={"finding": is_text, "how": is_text},
    optional={"study_instance_uid": is_text, "sop_instance_uid": is_text},
)
FINDINGS = Fields(
    optional={
        "lesion_type": is_text,
        "alignment": is_text,
        "retropulsion": is_truth,
        "pathological_fracture": is_truth,
        "long_axis_mm": is_number,
        "short_axis_mm": is_number,
        "vertebral_collapse": COLLAPSE,
        "cortical_involvement": CORTEX,
        "posterolateral": _list_of(Fields(needed={"structure": is_text, "side": is_text})),
        "axial_cortical_mm": is_number,
        "circumferential_cortical_percent": is_number,
        "cortical_breach": is_truth,
        "volume_cm3": is_number,
        **LATER_PARTS,
        "sources": _list_of(SOURCE),
    }
)
GEOMETRY = Fields(
    optional={
        "sop_instance_uid": is_text,
        "frame_of_reference_uid": is_text,
        "points": _list_of(Fields(needed=dict.fromkeys("xyz", is_number))),
    }
)
SCORE = Fields(
    optional={
        **dict.fromkeys(("instrument", "version", "band", "suggestion", "not_applicable", "reference"), is_text),
        **dict.fromkeys(("total", "minimum", "maximum"), is_number),
        "category_decided": is_truth,
        "points": _points_by_item,
        "flags": _list_of(is_text),
    }
)
READING = Fields(
    needed={
        **dict.fromkeys(("pseudonym", "study_instance_uid", "lesion_id", "reading_id"), is_text),
        "revision": is_whole,
        "scores": Fields(optional={"mirels": SCORE, "sins": SCORE}),
    },
    optional={
        **dict.fromkeys(("lesion_label", "recorded_at", "recorded_by", "assignment_id"), is_text),
        "decided_from": _list_of(is_text),
        "site": SITE,
        "findings": FINDINGS,
        "geometry": GEOMETRY,
    },
)


def list_readings(client: Client, target: Target, patients: Collection[str]) -> list[Json]:
    """Every reading of the target, safe to make a table of; `patients`: whose they may be."""
    patient = target.kind is TargetKind.PATIENT
    readings = list(client.items(f"{'patients' if patient else 'studies'}/{target.name}/readings"))
    for reading in readings:
        if not READING(reading):
            raise AnswerError("the server sent a reading that is none")
        if reading["pseudonym"] not in patients:
            raise AnswerError("the server listed a reading of somebody else")
        if not patient and reading["study_instance_uid"] != target.name:
            raise AnswerError("the server listed a reading of another study")
    return readings
