"""Mirels score: fracture risk of a metastasis in a long bone (Clin Orthop 1989;249:256-64)."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

from lesion_model import flags
from lesion_model.findings import CorticalShare, LesionType
from lesion_model.labels import label
from lesion_model.scoring import Band, Instrument, Score, Table, add_up, read_items


class LimbSite(Enum):
    """Where in the limb. Peritrochanteric reaches to 5 cm below the lesser trochanter."""

    UPPER_LIMB = "upper_limb"
    LOWER_LIMB = "lower_limb"
    PERITROCHANTERIC = "peritrochanteric"


class Pain(Enum):
    """The patient's word. Functional means aggravated by use of the limb, not merely severe."""

    NONE = "none"
    MILD = "mild"
    MODERATE = "moderate"
    FUNCTIONAL = "functional"


TABLE: Table = MappingProxyType(
    {
        "site": MappingProxyType(
            {
                LimbSite.UPPER_LIMB: 1,
                LimbSite.LOWER_LIMB: 2,
                LimbSite.PERITROCHANTERIC: 3,
            }
        ),
        "size": MappingProxyType(
            {
                CorticalShare.LT_1_3: 1,
                CorticalShare.FROM_1_3_TO_2_3: 2,
                CorticalShare.GT_2_3: 3,
            }
        ),
        "lesion_type": MappingProxyType(
            {
                LesionType.BLASTIC: 1,
                LesionType.MIXED: 2,
                LesionType.LYTIC: 3,
            }
        ),
        "pain": MappingProxyType(
            {
                Pain.NONE: 1,  # not in the paper, whose lowest level is mild: counted as mild, with a flag
                Pain.MILD: 1,
                Pain.MODERATE: 2,
                Pain.FUNCTIONAL: 3,
            }
        ),
    }
)

INSTRUMENT = Instrument(
    name="mirels",
    version="1989",
    reference=(
        "Mirels H. Metastatic disease in long bones: a proposed scoring system for diagnosing impending "
        "pathologic fractures. Clin Orthop Relat Res. 1989;(249):256-264."
    ),
    table=TABLE,
    bands=(
        Band(
            floor=4,
            name="low",
            suggestion=label(
                "Mirels 1989: 7 points or less, radiotherapy or observation.",
                "Mirels 1989 : 7 points ou moins, radiothérapie ou surveillance.",
            ),
        ),
        Band(
            floor=8,
            name="borderline",
            suggestion=label(
                "Mirels 1989: 8 points, to be discussed in the meeting.",
                "Mirels 1989 : 8 points, à discuter en réunion.",
            ),
        ),
        Band(
            floor=9,
            name="high",
            suggestion=label(
                "Mirels 1989: 9 points or more, prophylactic fixation is suggested.",
                "Mirels 1989 : 9 points ou plus, une fixation préventive est suggérée.",
            ),
        ),
    ),
)


def calculate(items: Mapping[str, object]) -> Score:
    """Score items named and valued as in the table; any of them may be missing or None.

    Raises `ItemsError` for anything that the table does not have.
    """
    read = read_items(TABLE, items)
    return add_up(INSTRUMENT, read, pain_flags(read))


def pain_flags(possible: Mapping[str, object]) -> list[str]:
    """No level of the paper fits a lesion that does not hurt."""
    return [flags.NO_PAIN_SCORED_AS_MILD] if possible.get("pain") == (Pain.NONE,) else []
