"""A suggestion of lytic, mixed or blastic from CT density, against the patient's own normal bone.

Always a suggestion: readers themselves agree poorly on the lesion type (kappa 0.21 to 0.24 in SINS), and density
depends on the scanner, its settings and contrast medium. The patient's own bone, measured on the same series,
carries the same influences, so the lesion is compared with that and with no fixed number of Hounsfield units.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from types import MappingProxyType

from lesion_model.errors import FindingError, Problem
from lesion_model.findings import HounsfieldStatistics, How, LesionType
from lesion_model.labels import Label, label

# Two standard deviations: of normal bone about one voxel in forty lies beyond, on each side. What is beyond it
# as a whole is no longer normal bone by chance.
NORMAL_SPREADS = Decimal(2)
# Noise of a clinical CT is 10 to 20 HU. A smaller deviation of normal bone comes from smoothing or a tiny
# region, and would make every lesion look abnormal.
LEAST_SPREAD_HU = Decimal(20)
# The denser and the less dense part of a lesion are looked for one standard deviation from its mean: about one
# voxel in six lies beyond, enough to be a part of it and not noise.
PART_SPREADS = Decimal(1)
# Normal bone that is not denser than this is soft tissue or marrow fat in the region, not bone; above it the
# region is cortex or metal, which lytic and blastic lesions of the spongy bone cannot be compared with.
LEAST_NORMAL_HU = Decimal(20)
MOST_NORMAL_HU = Decimal(1500)

SUGGESTED_ONLY = label(
    "Suggestion from CT density; the reader decides.",
    "Suggestion d’après la densité scanographique ; le lecteur décide.",
)


class Pattern(Enum):
    """What the densities look like, seen from the normal bone."""

    BELOW = "below"
    ABOVE = "above"
    BOTH = "both"
    WITHIN = "within"


TYPE_BY_PATTERN: Mapping[Pattern, LesionType | None] = MappingProxyType(
    {
        Pattern.BELOW: LesionType.LYTIC,
        Pattern.ABOVE: LesionType.BLASTIC,
        Pattern.BOTH: LesionType.MIXED,
        Pattern.WITHIN: None,
    }
)

_COMPARED: Mapping[Pattern, Label] = MappingProxyType(
    {
        Pattern.BELOW: label("less dense than normal bone", "moins dense que l’os normal"),
        Pattern.ABOVE: label("denser than normal bone", "plus dense que l’os normal"),
        Pattern.BOTH: label(
            "parts are less dense and parts denser than normal bone",
            "une partie moins dense et une partie plus dense que l’os normal",
        ),
        Pattern.WITHIN: label(
            "not told apart from normal bone by its density", "densité non distincte de celle de l’os normal"
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A lesion type for the reader to confirm; None when density does not tell.

    `normal_from_hu` and `normal_to_hu` bound what was taken for normal; the other numbers are those given.
    """

    lesion_type: LesionType | None
    pattern: Pattern
    how: How
    notice: Label
    reason: Label
    lesion_mean_hu: Decimal
    lesion_sd_hu: Decimal
    normal_mean_hu: Decimal
    normal_sd_hu: Decimal
    normal_from_hu: Decimal
    normal_to_hu: Decimal


def suggest_lesion_type(lesion: HounsfieldStatistics, normal: HounsfieldStatistics) -> Suggestion:
    """Compare a lesion with normal bone of the same patient on the same series, best the same bone.

    Mean below the normal range: lytic; above it: blastic; but mixed when the lesion reaches beyond the range on
    both sides. Raises `FindingError` for normal bone that cannot be.
    """
    problems = tuple(_normal_problems(normal))
    if problems:
        raise FindingError(problems)
    spread = NORMAL_SPREADS * max(normal.sd_hu, LEAST_SPREAD_HU)
    low, high = normal.mean_hu - spread, normal.mean_hu + spread
    pattern = _pattern(lesion, low, high)
    return Suggestion(
        lesion_type=TYPE_BY_PATTERN[pattern],
        pattern=pattern,
        how=How.SUGGESTED,
        notice=SUGGESTED_ONLY,
        reason=_reason(pattern, lesion, low, high),
        lesion_mean_hu=lesion.mean_hu,
        lesion_sd_hu=lesion.sd_hu,
        normal_mean_hu=normal.mean_hu,
        normal_sd_hu=normal.sd_hu,
        normal_from_hu=low,
        normal_to_hu=high,
    )


def _pattern(lesion: HounsfieldStatistics, low: Decimal, high: Decimal) -> Pattern:
    part = PART_SPREADS * lesion.sd_hu
    if lesion.mean_hu - part < low and lesion.mean_hu + part > high:
        return Pattern.BOTH
    if lesion.mean_hu < low:
        return Pattern.BELOW
    return Pattern.ABOVE if lesion.mean_hu > high else Pattern.WITHIN


def _reason(pattern: Pattern, lesion: HounsfieldStatistics, low: Decimal, high: Decimal) -> Label:
    mean, sd, least, most = (_whole(number) for number in (lesion.mean_hu, lesion.sd_hu, low, high))
    compared = _COMPARED[pattern]
    return label(
        f"Lesion {mean} ± {sd} HU, normal bone of this patient {least} to {most} HU: {compared.en}.",
        f"Lésion {mean} ± {sd} UH, os normal du patient de {least} à {most} UH : {compared.fr}.",
    )


def _whole(number: Decimal) -> str:
    """To whole Hounsfield units, with a typographic minus."""
    return f"{number.quantize(Decimal(1), rounding=ROUND_HALF_UP) + 0:f}".replace("-", "−")


def _normal_problems(normal: HounsfieldStatistics) -> Iterator[Problem]:
    if not LEAST_NORMAL_HU <= normal.mean_hu <= MOST_NORMAL_HU:
        detail = f"normal bone has a mean of {LEAST_NORMAL_HU} to {MOST_NORMAL_HU} HU: choose another region"
        yield Problem(field="normal.mean_hu", detail=detail)
