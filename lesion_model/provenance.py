"""Where a finding comes from, when it is not simply seen on the study that is read."""

from dataclasses import dataclass
from enum import Enum

from lesion_model.checks import member_problems, refuse, uid_problems


class Finding(Enum):
    """The findings of a reading, by the names of their fields."""

    LESION_TYPE = "lesion_type"
    CORTICAL_INVOLVEMENT = "cortical_involvement"
    AXIAL_CORTICAL = "axial_cortical_mm"
    CIRCUMFERENTIAL_CORTICAL = "circumferential_cortical_percent"
    CORTICAL_BREACH = "cortical_breach"
    VERTEBRAL_COLLAPSE = "vertebral_collapse"
    VERTEBRAL_HEIGHTS = "vertebral_heights"
    POSTEROLATERAL = "posterolateral"
    ALIGNMENT = "alignment"
    RETROPULSION = "retropulsion"
    EPIDURAL_EXTENSION = "epidural_extension"
    ACETABULAR_DEFECT = "acetabular_defect"
    PATHOLOGICAL_FRACTURE = "pathological_fracture"
    LONG_AXIS = "long_axis_mm"
    SHORT_AXIS = "short_axis_mm"
    SOFT_TISSUE = "soft_tissue"
    VOLUME = "volume_cm3"
    HOUNSFIELD = "hounsfield"
    CHANGE = "change"


class How(Enum):
    """Judged by eye, measured on the image, or suggested by software and not yet confirmed by a reader."""

    VISUAL = "visual"
    MEASURED = "measured"
    SUGGESTED = "suggested"


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingSource:
    """How one finding was made, and on which study and image.

    Without `study_instance_uid` it is the reading's own study; an image is one of that study.
    """

    finding: Finding
    how: How
    study_instance_uid: str | None = None
    sop_instance_uid: str | None = None

    def __post_init__(self) -> None:
        refuse(
            [
                *member_problems("finding", self.finding, Finding),
                *member_problems("how", self.how, How),
                *uid_problems("study_instance_uid", self.study_instance_uid, optional=True),
                *uid_problems("sop_instance_uid", self.sop_instance_uid, optional=True),
            ]
        )
