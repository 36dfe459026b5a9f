"""SINS, Spinal Instability Neoplastic Score (Spine 2010;35:E1221-9)."""

from collections.abc import Iterable, Mapping
from enum import Enum
from types import MappingProxyType

from lesion_model.errors import ItemsError, Problem
from lesion_model.findings import Alignment, LesionType
from lesion_model.labels import label
from lesion_model.scoring import (
    Band,
    Instrument,
    Score,
    Table,
    add_up,
    read_items,
)
from lesion_model.skeleton import Level


class Location(Enum):
    """How much the segment moves."""

    JUNCTIONAL = "junctional"
    MOBILE = "mobile"
    SEMIRIGID = "semirigid"
    RIGID = "rigid"


class Pain(Enum):
    """The type of pain. Mechanical: on movement or loading, relieved by lying down."""

    MECHANICAL = "mechanical"
    NON_MECHANICAL = "non_mechanical"
    NONE = "none"


class Collapse(Enum):
    """Loss of height of the vertebral body; exactly 50 % belongs to `LT_50`."""

    GT_50 = "gt_50"
    LT_50 = "lt_50"
    NO_COLLAPSE_GT_50_BODY = "no_collapse_gt_50_body"
    NONE = "none"


class Posterolateral(Enum):
    """Facet, pedicle or costovertebral joint, fractured or replaced by tumour."""

    BILATERAL = "bilateral"
    UNILATERAL = "unilateral"
    NONE = "none"


TABLE: Table = MappingProxyType(
    {
        "location": MappingProxyType(
            {
                Location.JUNCTIONAL: 3,
                Location.MOBILE: 2,
                Location.SEMIRIGID: 1,
                Location.RIGID: 0,
            }
        ),
        "pain": MappingProxyType(
            {
                Pain.MECHANICAL: 3,
                Pain.NON_MECHANICAL: 1,
                Pain.NONE: 0,
            }
        ),
        "lesion_type": MappingProxyType(
            {
                LesionType.LYTIC: 2,
                LesionType.MIXED: 1,
                LesionType.BLASTIC: 0,
            }
        ),
        "alignment": MappingProxyType(
            {
                Alignment.SUBLUXATION_TRANSLATION: 4,
                Alignment.DE_NOVO_DEFORMITY: 2,
                Alignment.NORMAL: 0,
            }
        ),
        "collapse": MappingProxyType(
            {
                Collapse.GT_50: 3,
                Collapse.LT_50: 2,
                Collapse.NO_COLLAPSE_GT_50_BODY: 1,
                Collapse.NONE: 0,
            }
        ),
        "posterolateral": MappingProxyType(
            {
                Posterolateral.BILATERAL: 3,
                Posterolateral.UNILATERAL: 1,
                Posterolateral.NONE: 0,
            }
        ),
    }
)

# The paper's own ranges. The coccyx has no location and so no SINS.
LEVELS_BY_LOCATION: Mapping[Location, str] = MappingProxyType(
    {
        Location.JUNCTIONAL: "C0 C1 C2  C7 T1 T2  T11 T12 L1  L5 S1",
        Location.MOBILE: "C3 C4 C5 C6  L2 L3 L4",
        Location.SEMIRIGID: "T3 T4 T5 T6 T7 T8 T9 T10",
        Location.RIGID: "S2 S3 S4 S5",
    }
)
LOCATION_BY_LEVEL: Mapping[Level, Location] = MappingProxyType(
    {Level(level): location for location, levels in LEVELS_BY_LOCATION.items() for level in levels.split()}
)
COCCYX_REASON = label(
    "SINS defines no location for the coccyx.", "Le SINS ne définit pas de localisation pour le coccyx."
)
CALCULATOR_ITEMS: Mapping[str, Iterable[Enum]] = MappingProxyType({**TABLE, "level": tuple(Level)})

_SURGICAL_OPINION = label(
    "Fisher 2010: from 7 points a surgical opinion is advised.",
    "Fisher 2010 : à partir de 7 points, un avis chirurgical est conseillé.",
)

INSTRUMENT = Instrument(
    name="sins",
    version="2010",
    reference=(
        "Fisher CG, DiPaola CP, Ryken TC, et al. A novel classification system for spinal instability in "
        "neoplastic disease: an evidence-based approach and expert consensus from the Spine Oncology Study "
        "Group. Spine (Phila Pa 1976). 2010;35(22):E1221-E1229."
    ),
    table=TABLE,
    bands=(
        Band(
            floor=0,
            name="stable",
            suggestion=label(
                "Fisher 2010: 6 points or less, regarded as stable.",
                "Fisher 2010 : 6 points ou moins, considéré comme stable.",
            ),
        ),
        Band(floor=7, name="potentially_unstable", suggestion=_SURGICAL_OPINION),
        Band(floor=13, name="unstable", suggestion=_SURGICAL_OPINION),
    ),
)


def calculate(items: Mapping[str, object]) -> Score:
    """Score items named and valued as in the table; any of them may be missing or None.

    `level` ("T11") may stand in for `location`. Raises `ItemsError` for anything that the table does not
    have, for the coccyx, and for a level that lies in another location than the one given.
    """
    read = read_items(CALCULATOR_ITEMS, items)
    (level,) = read.pop("level", (None,))
    if level is Level.COCCYX:
        levels = tuple(each.value for each in Level if each in LOCATION_BY_LEVEL)
        raise ItemsError([Problem(field="level", detail=COCCYX_REASON.en, allowed=levels)])
    if isinstance(level, Level):
        location = LOCATION_BY_LEVEL[level]
        if read.setdefault("location", (location,)) != (location,):
            raise ItemsError([Problem(field="location", detail="not where this level is", allowed=(location.value,))])
    return add_up(INSTRUMENT, read)
