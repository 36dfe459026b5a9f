"""The words for places in the skeleton: bones, levels, regions, sides, and what a bone's facts are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Side(Enum):
    """Side of the patient, not of the image."""

    LEFT = "left"
    RIGHT = "right"


class Kind(Enum):
    """What sort of bone it is; Mirels is about long bones, SINS about the spine."""

    SPINE = "spine"
    LONG_BONE = "long_bone"
    FLAT_BONE = "flat_bone"
    OTHER_BONE = "other_bone"


class Bone(Enum):
    """A bone, or the pelvis as a whole (its parts are regions)."""

    VERTEBRA = "vertebra"
    HUMERUS = "humerus"
    RADIUS = "radius"
    ULNA = "ulna"
    FEMUR = "femur"
    TIBIA = "tibia"
    FIBULA = "fibula"
    PELVIS = "pelvis"
    RIB = "rib"
    STERNUM = "sternum"
    SCAPULA = "scapula"
    CLAVICLE = "clavicle"
    SKULL = "skull"
    MANDIBLE = "mandible"
    PATELLA = "patella"


class Level(Enum):
    """Vertebral level. C0 is the occiput, counted with the cervical spine as SINS does."""

    C0 = "C0"
    C1 = "C1"
    C2 = "C2"
    C3 = "C3"
    C4 = "C4"
    C5 = "C5"
    C6 = "C6"
    C7 = "C7"
    T1 = "T1"
    T2 = "T2"
    T3 = "T3"
    T4 = "T4"
    T5 = "T5"
    T6 = "T6"
    T7 = "T7"
    T8 = "T8"
    T9 = "T9"
    T10 = "T10"
    T11 = "T11"
    T12 = "T12"
    L1 = "L1"
    L2 = "L2"
    L3 = "L3"
    L4 = "L4"
    L5 = "L5"
    S1 = "S1"
    S2 = "S2"
    S3 = "S3"
    S4 = "S4"
    S5 = "S5"
    COCCYX = "coccyx"


class Region(Enum):
    """Part of a bone; which bone has which parts is in `skeleton.SKELETON`.

    `PROXIMAL` and `DISTAL` are the whole end of a long bone, for a reader who does not tell epiphysis from
    metaphysis or for a lesion in both.
    """

    HEAD = "head"
    NECK = "neck"
    GREATER_TROCHANTER = "greater_trochanter"
    LESSER_TROCHANTER = "lesser_trochanter"
    INTERTROCHANTERIC = "intertrochanteric"
    SUBTROCHANTERIC = "subtrochanteric"
    PROXIMAL = "proximal"
    PROXIMAL_EPIPHYSIS = "proximal_epiphysis"
    PROXIMAL_METAPHYSIS = "proximal_metaphysis"
    SHAFT = "shaft"
    DISTAL_METAPHYSIS = "distal_metaphysis"
    DISTAL_EPIPHYSIS = "distal_epiphysis"
    DISTAL = "distal"
    ILIUM = "ilium"
    ACETABULUM = "acetabulum"
    ISCHIUM = "ischium"
    PUBIS = "pubis"
    SACROILIAC_JOINT = "sacroiliac_joint"


class SideRule(Enum):
    """Whether a site on this bone must, may or cannot name a side."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A place in the skeleton: its two names and its verified codes.

    `sct` is a SNOMED CT code with `meaning` as in DICOM PS3.16; `feminine` is the French gender
    ("droit", "droite").
    """

    en: str
    fr: str
    sct: str | None = None
    meaning: str | None = None
    radlex: str | None = None
    feminine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BoneFacts:
    """What can be said about a lesion in one bone."""

    kind: Kind
    term: Term
    side: SideRule = SideRule.REQUIRED
    levels: Mapping[Level, Term] = field(default_factory=dict)
    numbers: range = range(0)
    regions: Mapping[Region, Term] = field(default_factory=dict)
