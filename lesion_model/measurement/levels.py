"""From measurements to the classes that scores and rules ask for.

Tolerances of geometry are half the step that measurements are rounded to: wherever the rounded value that a
finding stores falls in another class than the unrounded one, both are flagged as `boundary`.
"""

from enum import Enum
from fractions import Fraction

from lesion_model.errors import FindingError, Problem
from lesion_model.findings import ONE_THIRD, SURE_COLLAPSE_PERCENT, TWO_THIRDS, CorticalShare
from lesion_model.measurement.measured import STEP_MM, STEP_PERCENT
from lesion_model.measurement.scales import Edge, Graded, Number, Scale
from lesion_model.sins import Collapse

PERCENT_TOLERANCE = Fraction(STEP_PERCENT) / 2
MM_TOLERANCE = Fraction(STEP_MM) / 2
# Two lengths rounded to 0.01 mm, of a cortex of 1 mm or more, give their share to better than this.
SHARE_TOLERANCE = Fraction(1, 100)


class GenantGrade(Enum):
    """Semiquantitative grade of a vertebral fracture (Genant et al., J Bone Miner Res 1993;8:1137-48)."""

    G0 = "0"
    G1 = "1"
    G2 = "2"
    G3 = "3"


def _up_to(at: int | Fraction) -> Edge:
    """The edge itself still belongs below."""
    return Edge(at=Fraction(at), opens_upper=False)


def _from(at: int | Fraction) -> Edge:
    """The edge itself already belongs above."""
    return Edge(at=Fraction(at), opens_upper=True)


# Exactly 1/3 and exactly 2/3 are in the middle class.
CORTICAL_SHARE = Scale(
    field="share",
    levels=tuple(CorticalShare),
    edges=(_from(ONE_THIRD), _up_to(TWO_THIRDS)),
    tolerance=SHARE_TOLERANCE,
)
# Published as 20-25, 25-40 and more than 40 %: 25 belongs to two grades there. It is counted in the lower one,
# as 40 is, and flagged.
GENANT = Scale(
    field="height_loss_percent",
    levels=tuple(GenantGrade),
    edges=(_from(20), _up_to(25), _up_to(40)),
    tolerance=PERCENT_TOLERANCE,
)
# SINS asks for more than 50 %, of lost height and of the body involved.
COLLAPSED = Scale(
    field="height_loss_percent",
    levels=(Collapse.LT_50, Collapse.GT_50),
    edges=(_up_to(50),),
    tolerance=PERCENT_TOLERANCE,
)
NOT_COLLAPSED = Scale(
    field="body_involved_percent",
    levels=(Collapse.NONE, Collapse.NO_COLLAPSE_GT_50_BODY),
    edges=(_up_to(50),),
    tolerance=PERCENT_TOLERANCE,
)
# False: no height is lost. None: some is, too little to be called a collapse without the reader.
SURE_COLLAPSE: Scale[bool | None] = Scale(
    field="height_loss_percent",
    levels=(False, None, True),
    edges=(_up_to(0), _from(SURE_COLLAPSE_PERCENT)),
    tolerance=PERCENT_TOLERANCE,
)
# Van der Linden 2004: more than 30 mm along, more than 50 % around.
AXIAL_OVER_30_MM = Scale(field="axial_cortical_mm", levels=(False, True), edges=(_up_to(30),), tolerance=MM_TOLERANCE)
CIRCUMFERENTIAL_OVER_HALF = Scale(
    field="circumferential_cortical_percent", levels=(False, True), edges=(_up_to(50),), tolerance=PERCENT_TOLERANCE
)
# The French guideline's points to discuss before stereotactic radiotherapy: more than 25 %, less than 5 mm.
CANAL_NARROWED_OVER_QUARTER = Scale(
    field="canal_narrowing_percent", levels=(False, True), edges=(_up_to(25),), tolerance=PERCENT_TOLERANCE
)
CORD_WITHIN_5_MM = Scale(field="cord_distance_mm", levels=(True, False), edges=(_from(5),), tolerance=MM_TOLERANCE)
# RECIST 1.1: soft tissue of a bone lesion is measurable when its long axis is 10 mm or more.
RECIST_MEASURABLE = Scale(field="longest_mm", levels=(False, True), edges=(_from(10),), tolerance=MM_TOLERANCE)


def cortical_share(share: Number) -> Graded[CorticalShare]:
    """Mirels' size, from a share of 0 to 1."""
    return CORTICAL_SHARE.grade(share)


def genant_grade(height_loss_percent: Number) -> Graded[GenantGrade]:
    """From the largest loss of the three heights, in percent of the mean of the neighbours."""
    return GENANT.grade(height_loss_percent)


def sins_collapse(
    height_loss_percent: Number, *, present: bool | None = None, body_involved_percent: Number | None = None
) -> Graded[Collapse] | None:
    """The SINS collapse item; None while the reader has to say more.

    `present` is the reader's word on whether the loss is a collapse. Without it a loss of 20 % or more is one,
    none is not, and between them the item stays open. Without a collapse the item needs the share of the body
    that is involved. Raises `FindingError` when the reader's word contradicts the measurement.
    """
    sure = SURE_COLLAPSE.grade(height_loss_percent)
    if present is not None and sure.level is (not present):
        raise FindingError([Problem(field="present", detail="contradicts the measured loss of height")])
    collapsed = sure.level if present is None else present
    if collapsed is None:
        return None
    if collapsed:
        return COLLAPSED.grade(height_loss_percent)
    return None if body_involved_percent is None else NOT_COLLAPSED.grade(body_involved_percent)
