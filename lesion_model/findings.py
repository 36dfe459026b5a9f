"""What a reader sees of one bone lesion on one examination; None is always "not known"."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import cast

from lesion_model.errors import FindingError, Problem
from lesion_model.skeleton import Side

LONGEST_MM = 1000  # no bone is longer, so no measurement is
DECIMAL_PLACES = 6
FULL_PERCENT = 100

ONE_THIRD = Fraction(1, 3)
TWO_THIRDS = Fraction(2, 3)

# Below this a measured loss may be projection or a normal wedge: the reader must call it a collapse.
SURE_COLLAPSE_PERCENT = 20


class LesionType(Enum):
    """The reader's judgement of the matrix, on CT or radiographs."""

    LYTIC = "lytic"
    MIXED = "mixed"
    BLASTIC = "blastic"


class CorticalShare(Enum):
    """Share of the cortex destroyed, in Mirels' three classes; 1/3 and 2/3 are in the middle one."""

    LT_1_3 = "lt_1_3"
    FROM_1_3_TO_2_3 = "from_1_3_to_2_3"
    GT_2_3 = "gt_2_3"


class Denominator(Enum):
    """What the destroyed length is a share of: reprints of Mirels' table disagree."""

    CORTICAL = "cortical"
    BONE_DIAMETER = "bone_diameter"


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
class MeasuredShare:
    """Destroyed length of total length, both in mm, at the worst place in any plane."""

    of: Denominator
    destroyed_mm: Decimal
    total_mm: Decimal

    def __post_init__(self) -> None:
        problems = [
            *_member_problems("of", self.of, Denominator),
            *_number_problems("destroyed_mm", self.destroyed_mm, LONGEST_MM),
            *_number_problems("total_mm", self.total_mm, LONGEST_MM),
        ]
        if not problems and self.total_mm == 0:
            problems.append(Problem(field="total_mm", detail="must be above 0"))
        elif not problems and self.destroyed_mm > self.total_mm:
            problems.append(Problem(field="destroyed_mm", detail="must not be above total_mm"))
        _refuse(problems)

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
            *_member_problems("category", self.category, CorticalShare, optional=True),
            *_member_problems("denominator", self.denominator, Denominator),
        ]
        if len({measure.of for measure in self.measured}) < len(self.measured):
            problems.append(Problem(field="measured", detail="at most one measurement per denominator"))
        _refuse(problems)
        _refuse(list(self._contradictions()))

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
            *_yes_no_problems("present", self.present),
            *_number_problems("height_loss_percent", self.height_loss_percent, FULL_PERCENT, optional=True),
            *_number_problems("body_involved_percent", self.body_involved_percent, FULL_PERCENT, optional=True),
        ]
        if not problems and self.height_loss_percent is not None:
            problems.extend(self._contradictions(self.height_loss_percent))
        _refuse(problems)

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
class PosterolateralElement:
    """A posterolateral element that is fractured or replaced by tumour."""

    structure: Structure
    side: Side

    def __post_init__(self) -> None:
        _refuse(
            [
                *_member_problems("structure", self.structure, Structure),
                *_member_problems("side", self.side, Side),
            ]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagingFindings:
    """Everything one reading may say. An empty `posterolateral` means "looked, none"."""

    lesion_type: LesionType | None = None
    cortical_involvement: CorticalInvolvement | None = None
    vertebral_collapse: VertebralCollapse | None = None
    posterolateral: frozenset[PosterolateralElement] | None = None
    alignment: Alignment | None = None
    retropulsion: bool | None = None
    pathological_fracture: bool | None = None
    long_axis_mm: Decimal | None = None
    short_axis_mm: Decimal | None = None

    def __post_init__(self) -> None:
        problems = [
            *_member_problems("lesion_type", self.lesion_type, LesionType, optional=True),
            *_member_problems("alignment", self.alignment, Alignment, optional=True),
            *_yes_no_problems("retropulsion", self.retropulsion),
            *_yes_no_problems("pathological_fracture", self.pathological_fracture),
            *_axis_problems("long_axis_mm", self.long_axis_mm),
            *_axis_problems("short_axis_mm", self.short_axis_mm),
        ]
        axes = [axis for axis in (self.short_axis_mm, self.long_axis_mm) if axis is not None]
        if not problems and axes != sorted(axes):
            problems.append(Problem(field="short_axis_mm", detail="must not be above long_axis_mm"))
        _refuse(problems)


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise FindingError(problems)


def _member_problems(field: str, value: object, kind: type[Enum], *, optional: bool = False) -> Iterator[Problem]:
    if not isinstance(value, kind) and not (optional and value is None):
        allowed = tuple(member.value for member in kind)
        yield Problem(field=field, detail="not one of the allowed values", allowed=allowed)


def _yes_no_problems(field: str, value: object) -> Iterator[Problem]:
    if value is not None and not isinstance(value, bool):
        yield Problem(field=field, detail="must be yes, no or unknown", allowed=("true", "false", "null"))


def _number_problems(field: str, value: object, most: int, *, optional: bool = False) -> Iterator[Problem]:
    """A decimal from 0 to `most`. A binary float is refused: 0.1 would already be another number."""
    if optional and value is None:
        return
    if not isinstance(value, Decimal):
        yield Problem(field=field, detail="must be an exact decimal number")
    elif not value.is_finite() or not 0 <= value <= most:
        yield Problem(field=field, detail=f"must be a number from 0 to {most}")
    elif int(value.as_tuple().exponent) < -DECIMAL_PLACES:
        yield Problem(field=field, detail=f"at most {DECIMAL_PLACES} decimals")


def _axis_problems(field: str, value: Decimal | None) -> Iterator[Problem]:
    yield from _number_problems(field, value, LONGEST_MM, optional=True)
    if isinstance(value, Decimal) and value == 0:
        yield Problem(field=field, detail="must be above 0")
