"""What changed in a lesion since an earlier examination, as the French CT response rule asks it."""

from dataclasses import dataclass
from enum import Enum

from lesion_model.checks import all_unknown, member_problems, refuse, uid_problems, yes_no_problems


class Trend(Enum):
    """More, the same or less than on the earlier examination."""

    INCREASE = "increase"
    STABLE = "stable"
    DECREASE = "decrease"


class Sclerosis(Enum):
    """Where sclerosis appeared: on what was lytic, or on bone that looked normal."""

    NONE = "none"
    ON_LYTIC = "on_lytic"
    ON_NORMAL_BONE = "on_normal_bone"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSinceEarlier:
    """The four findings of the rule, and the study they are compared with (its Study Instance UID)."""

    earlier_study_instance_uid: str
    lysis: Trend | None = None
    soft_tissue: Trend | None = None
    sclerosis: Sclerosis | None = None
    new_lytic_lesion: bool | None = None

    def __post_init__(self) -> None:
        problems = [
            *uid_problems("earlier_study_instance_uid", self.earlier_study_instance_uid),
            *member_problems("lysis", self.lysis, Trend, optional=True),
            *member_problems("soft_tissue", self.soft_tissue, Trend, optional=True),
            *member_problems("sclerosis", self.sclerosis, Sclerosis, optional=True),
            *yes_no_problems("new_lytic_lesion", self.new_lytic_lesion),
        ]
        known = {
            "lysis": self.lysis,
            "soft_tissue": self.soft_tissue,
            "sclerosis": self.sclerosis,
            "new_lytic_lesion": self.new_lytic_lesion,
        }
        refuse(problems or all_unknown(known))
