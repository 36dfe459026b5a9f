"""What is seen of the tumour itself: its matrix, its soft tissue, its density on CT."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from lesion_model.checks import (
    LONGEST_MM,
    member_problems,
    number_problems,
    positive_problems,
    refuse,
    yes_no_problems,
)
from lesion_model.errors import Problem

LARGEST_CM3 = 10_000  # ten litres: beyond it the unit is wrong

# The ends of the extended CT scale; the ordinary one ends at -1024 and 3071.
LOWEST_HU = -10_240
HIGHEST_HU = 30_710


class LesionType(Enum):
    """The reader's judgement of the matrix, on CT or radiographs."""

    LYTIC = "lytic"
    MIXED = "mixed"
    BLASTIC = "blastic"


class HounsfieldModality(Enum):
    """Where Hounsfield units come from (DICOM Modality); no other modality has them."""

    CT = "CT"


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftTissueComponent:
    """Tumour outside the bone; `longest_mm` is its longest diameter in mm, of one that is there."""

    present: bool
    longest_mm: Decimal | None = None

    def __post_init__(self) -> None:
        problems = [
            *yes_no_problems("present", self.present, optional=False),
            *positive_problems("longest_mm", self.longest_mm, LONGEST_MM),
        ]
        if not problems and not self.present and self.longest_mm is not None:
            problems.append(Problem(field="longest_mm", detail="contradicts present = false"))
        refuse(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class HounsfieldStatistics:
    """Density over the whole lesion on CT, in Hounsfield units; `sd_hu` is the standard deviation."""

    mean_hu: Decimal
    sd_hu: Decimal
    minimum_hu: Decimal
    maximum_hu: Decimal
    modality: HounsfieldModality = HounsfieldModality.CT

    def __post_init__(self) -> None:
        problems = [
            *number_problems("mean_hu", self.mean_hu, HIGHEST_HU, least=LOWEST_HU),
            *number_problems("sd_hu", self.sd_hu, HIGHEST_HU - LOWEST_HU),
            *number_problems("minimum_hu", self.minimum_hu, HIGHEST_HU, least=LOWEST_HU),
            *number_problems("maximum_hu", self.maximum_hu, HIGHEST_HU, least=LOWEST_HU),
            *member_problems("modality", self.modality, HounsfieldModality),
        ]
        refuse(problems or self._contradictions())

    def _contradictions(self) -> Iterator[Problem]:
        if self.minimum_hu > self.maximum_hu:
            yield Problem(field="minimum_hu", detail="must not be above maximum_hu")
        elif not self.minimum_hu <= self.mean_hu <= self.maximum_hu:
            yield Problem(field="mean_hu", detail="must lie between minimum_hu and maximum_hu")
        elif self.sd_hu > self.maximum_hu - self.minimum_hu:
            yield Problem(field="sd_hu", detail="must not be above the range from minimum_hu to maximum_hu")
