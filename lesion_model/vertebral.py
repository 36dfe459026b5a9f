"""What is seen of a vertebra: its height, its alignment and its posterolateral elements."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from lesion_model.checks import (
    FULL_PERCENT,
    all_unknown,
    member_problems,
    number_problems,
    positive_problems,
    refuse,
    yes_no_problems,
)
from lesion_model.errors import Problem
from lesion_model.places import Side

# Below this a measured loss may be projection or a normal wedge: the reader must call it a collapse.
SURE_COLLAPSE_PERCENT = 20
TALLEST_BODY_MM = 100  # the tallest lumbar bodies measure less than half: beyond it the unit is wrong


class Alignment(Enum):
    """Radiographic spinal alignment, in the words of SINS."""

    NORMAL = "normal"
    DE_NOVO_DEFORMITY = "de_novo_deformity"
    SUBLUXATION_TRANSLATION = "subluxation_translation"


class Structure(Enum):
    """Posterolateral elements that SINS looks at."""

    FACET = "facet"
    PEDICLE = "pedicle"
    COSTOVERTEBRAL_JOINT = "costovertebral_joint"


@dataclass(frozen=True, slots=True, kw_only=True)
class PosterolateralElement:
    """A posterolateral element that is fractured or replaced by tumour."""

    structure: Structure
    side: Side

    def __post_init__(self) -> None:
        refuse(
            [
                *member_problems("structure", self.structure, Structure),
                *member_problems("side", self.side, Side),
            ]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class VertebralCollapse:
    """Loss of height of the vertebral body, and the share of the body that tumour involves.

    `present` is the reader's word. It may be left open when a loss of at least 20 % is measured; a smaller
    one counts as collapse only with `present=True`.
    """

    present: bool | None = None
    height_loss_percent: Decimal | None = None
    body_involved_percent: Decimal | None = None

    def __post_init__(self) -> None:
        problems = [
            *yes_no_problems("present", self.present),
            *number_problems("height_loss_percent", self.height_loss_percent, FULL_PERCENT, optional=True),
            *number_problems("body_involved_percent", self.body_involved_percent, FULL_PERCENT, optional=True),
        ]
        if not problems and self.height_loss_percent is not None:
            problems.extend(self._contradictions(self.height_loss_percent))
        refuse(problems)

    @property
    def collapsed(self) -> bool | None:
        """Whether there is a collapse: the reader's word, or a measured loss that leaves no doubt."""
        if self.present is not None or self.height_loss_percent is None:
            return self.present
        if self.height_loss_percent >= SURE_COLLAPSE_PERCENT:
            return True
        return False if self.height_loss_percent == 0 else None

    @property
    def needs_confirmation(self) -> bool:
        """Some height is lost, too little to be called a collapse without the reader."""
        return self.height_loss_percent is not None and self.collapsed is None

    def _contradictions(self, loss: Decimal) -> Iterator[Problem]:
        if self.present is True and loss == 0:
            yield Problem(field="height_loss_percent", detail="0 contradicts present = true")
        if self.present is False and loss >= SURE_COLLAPSE_PERCENT:
            detail = f"a loss of {SURE_COLLAPSE_PERCENT} % or more contradicts present = false"
            yield Problem(field="height_loss_percent", detail=detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class VertebralHeights:
    """Heights of the vertebral body in mm, along its anterior wall, its middle and its posterior wall."""

    anterior_mm: Decimal | None = None
    middle_mm: Decimal | None = None
    posterior_mm: Decimal | None = None

    def __post_init__(self) -> None:
        heights = {
            "anterior_mm": self.anterior_mm,
            "middle_mm": self.middle_mm,
            "posterior_mm": self.posterior_mm,
        }
        problems = [
            problem for field, value in heights.items() for problem in positive_problems(field, value, TALLEST_BODY_MM)
        ]
        refuse(problems or all_unknown(heights))
