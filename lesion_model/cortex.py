"""How much of the cortex is destroyed, as Mirels' size item asks."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import cast

from lesion_model.checks import LONGEST_MM, collection_problems, member_problems, number_problems, refuse
from lesion_model.errors import Problem

ONE_THIRD = Fraction(1, 3)
TWO_THIRDS = Fraction(2, 3)


class CorticalShare(Enum):
    """Share of the cortex destroyed, in Mirels' three classes; 1/3 and 2/3 are in the middle one."""

    LT_1_3 = "lt_1_3"
    FROM_1_3_TO_2_3 = "from_1_3_to_2_3"
    GT_2_3 = "gt_2_3"


class Denominator(Enum):
    """What the destroyed length is a share of: reprints of Mirels' table disagree."""

    CORTICAL = "cortical"
    BONE_DIAMETER = "bone_diameter"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredShare:
    """Destroyed length of total length, both in mm, at the worst place in any plane."""

    of: Denominator
    destroyed_mm: Decimal
    total_mm: Decimal

    def __post_init__(self) -> None:
        problems = [
            *member_problems("of", self.of, Denominator),
            *number_problems("destroyed_mm", self.destroyed_mm, LONGEST_MM),
            *number_problems("total_mm", self.total_mm, LONGEST_MM),
        ]
        if not problems and self.total_mm == 0:
            problems.append(Problem(field="total_mm", detail="must be above 0"))
        elif not problems and self.destroyed_mm > self.total_mm:
            problems.append(Problem(field="destroyed_mm", detail="must not be above total_mm"))
        refuse(problems)

    @property
    def share(self) -> Fraction:
        """Exact: 10 mm of 30 mm is 1/3."""
        return Fraction(self.destroyed_mm) / Fraction(self.total_mm)

    @property
    def category(self) -> CorticalShare:
        if self.share < ONE_THIRD:
            return CorticalShare.LT_1_3
        return CorticalShare.GT_2_3 if self.share > TWO_THIRDS else CorticalShare.FROM_1_3_TO_2_3

    @property
    def on_boundary(self) -> bool:
        return self.share in (ONE_THIRD, TWO_THIRDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class CorticalInvolvement:
    """How much of the cortex is destroyed: the reader's class, measurements, or both.

    Scores use the `denominator` declared here; a measurement against the other one is kept beside it.
    """

    category: CorticalShare | None = None
    measured: tuple[MeasuredShare, ...] = ()
    denominator: Denominator = Denominator.CORTICAL

    def __post_init__(self) -> None:
        problems = [
            *member_problems("category", self.category, CorticalShare, optional=True),
            *member_problems("denominator", self.denominator, Denominator),
        ]
        problems.extend(collection_problems("measured", self.measured, tuple, MeasuredShare))
        refuse(problems)
        if len({measure.of for measure in self.measured}) < len(self.measured):
            problems.append(Problem(field="measured", detail="at most one measurement per denominator"))
        refuse(problems)
        refuse(list(self._contradictions()))

    def of(self, denominator: Denominator) -> MeasuredShare | None:
        """The measurement against one denominator."""
        return next((measure for measure in self.measured if measure.of is denominator), None)

    @property
    def declared(self) -> MeasuredShare | None:
        """The measurement that scores use."""
        return self.of(self.denominator)

    @property
    def scored_category(self) -> CorticalShare:
        """The class that scores use; an involvement without one cannot be built."""
        if self.declared is not None:
            return self.declared.category
        return cast(CorticalShare, self.category)  # never None here: see _contradictions

    @property
    def denominators_disagree(self) -> bool:
        """Cortex and bone diameter put the lesion in different classes."""
        return any(measure.category is not self.scored_category for measure in self.measured)

    def _contradictions(self) -> Iterator[Problem]:
        if self.declared is None and self.category is None:
            if self.measured:
                yield Problem(
                    field="denominator",
                    detail="nothing was measured against it: declare the one measured, or give the category",
                    allowed=tuple(measure.of.value for measure in self.measured),
                )
            else:
                yield Problem(field="category", detail="give the category or a measurement, or leave the finding out")
        elif self.declared is not None and self.category not in (None, self.declared.category):
            yield Problem(
                field="category",
                detail="contradicts the measurement against the declared denominator",
                allowed=(self.declared.category.value,),
            )
