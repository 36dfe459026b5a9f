"""What a metastasis leaves of the acetabulum (Harrington, J Bone Joint Surg Am 1981;63:653-64)."""

from dataclasses import dataclass

from lesion_model.checks import all_unknown, refuse, yes_no_problems


@dataclass(frozen=True, slots=True, kw_only=True)
class AcetabularDefect:
    """Which walls no longer carry load: the medial one; the rim, that is lateral cortices or superior wall."""

    medial_wall_deficient: bool | None = None
    rim_deficient: bool | None = None

    def __post_init__(self) -> None:
        known = {"medial_wall_deficient": self.medial_wall_deficient, "rim_deficient": self.rim_deficient}
        problems = [problem for field, value in known.items() for problem in yes_no_problems(field, value)]
        refuse(problems or all_unknown(known))
