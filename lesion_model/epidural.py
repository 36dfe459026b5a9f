"""Epidural extension of a spinal metastasis (Bilsky et al., J Neurosurg Spine 2010;13:324-8)."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from lesion_model.checks import (
    FULL_PERCENT,
    LONGEST_MM,
    all_unknown,
    member_problems,
    number_problems,
    refuse,
)
from lesion_model.errors import Problem


class BilskyGrade(Enum):
    """Epidural spinal cord compression, on axial T2-weighted MR images at the worst place."""

    G0 = "0"  # bone only
    G1A = "1a"  # epidural, no deformation of the thecal sac
    G1B = "1b"  # the sac is deformed, the cord not touched
    G1C = "1c"  # the sac is deformed, the cord touched and not compressed
    G2 = "2"  # the cord is compressed, cerebrospinal fluid visible around it
    G3 = "3"  # the cord is compressed, no fluid visible


TOUCHING_THE_CORD = frozenset({BilskyGrade.G1C, BilskyGrade.G2, BilskyGrade.G3})


@dataclass(frozen=True, slots=True, kw_only=True)
class EpiduralExtension:
    """Tumour in the spinal canal: its grade, how much of the canal it takes, and how far the cord is.

    `canal_narrowing_percent` is the share of the canal that is lost at the worst place, from 0 to 100.
    `cord_distance_mm` is the shortest distance from tumour to cord in mm; 0 is contact.
    """

    bilsky: BilskyGrade | None = None
    canal_narrowing_percent: Decimal | None = None
    cord_distance_mm: Decimal | None = None

    def __post_init__(self) -> None:
        problems = [
            *member_problems("bilsky", self.bilsky, BilskyGrade, optional=True),
            *number_problems("canal_narrowing_percent", self.canal_narrowing_percent, FULL_PERCENT, optional=True),
            *number_problems("cord_distance_mm", self.cord_distance_mm, LONGEST_MM, optional=True),
        ]
        known = {
            "bilsky": self.bilsky,
            "canal_narrowing_percent": self.canal_narrowing_percent,
            "cord_distance_mm": self.cord_distance_mm,
        }
        refuse(problems or (*all_unknown(known), *self._contradictions()))

    def _contradictions(self) -> Iterator[Problem]:
        if self.bilsky is None or self.cord_distance_mm is None:
            return
        if self.bilsky in TOUCHING_THE_CORD and self.cord_distance_mm > 0:
            yield Problem(field="cord_distance_mm", detail="must be 0: in this grade the tumour touches the cord")
        if self.bilsky not in TOUCHING_THE_CORD and self.cord_distance_mm == 0:
            yield Problem(field="cord_distance_mm", detail="must be above 0: in this grade nothing touches the cord")
