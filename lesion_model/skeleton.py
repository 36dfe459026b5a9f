"""The bones that a lesion can be in: names, codes and parts.

Codes are shipped only when they were found in the dictionaries of DICOM PS3.16 (as carried by pydicom);
a part without such a code has none, rather than one from memory.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType


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
    """Part of a bone; which bone has which parts is in `SKELETON`."""

    HEAD = "head"
    NECK = "neck"
    GREATER_TROCHANTER = "greater_trochanter"
    LESSER_TROCHANTER = "lesser_trochanter"
    INTERTROCHANTERIC = "intertrochanteric"
    SUBTROCHANTERIC = "subtrochanteric"
    PROXIMAL = "proximal"
    SHAFT = "shaft"
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


def _vertebra(level: str, sct: str | None = None, radlex: str | None = None) -> Term:
    name = f"{level} vertebra"
    return Term(en=name, fr=f"vertèbre {level}", sct=sct, meaning=name if sct else None, radlex=radlex)


LEVELS: Mapping[Level, Term] = MappingProxyType(
    {
        Level.C0: Term(en="occiput (C0)", fr="occiput (C0)"),
        Level.C1: _vertebra("C1", "14806007", "RID7745"),
        Level.C2: _vertebra("C2", "39976000", "RID7747"),
        Level.C3: _vertebra("C3", "113205007", "RID29160"),
        Level.C4: _vertebra("C4", "5329002", "RID29161"),
        Level.C5: _vertebra("C5", "36978003", "RID29224"),
        Level.C6: _vertebra("C6", "36054005", "RID29162"),
        Level.C7: _vertebra("C7", "87391001", "RID29163"),
        Level.T1: _vertebra("T1", "64864005", "RID29198"),
        Level.T2: _vertebra("T2", "53733008", "RID29199"),
        Level.T3: _vertebra("T3", "1626008", "RID29200"),
        Level.T4: _vertebra("T4", "73071006", "RID29201"),
        Level.T5: _vertebra("T5", "56401006", "RID29202"),
        Level.T6: _vertebra("T6", "45296009", "RID29203"),
        Level.T7: _vertebra("T7", "62487009", "RID29204"),
        Level.T8: _vertebra("T8", "11068009", "RID29205"),
        Level.T9: _vertebra("T9", "82687006", "RID29206"),
        Level.T10: _vertebra("T10", "7610001", "RID29207"),
        Level.T11: _vertebra("T11", "12989004", "RID29208"),
        Level.T12: _vertebra("T12", "23215003", "RID29209"),
        Level.L1: _vertebra("L1", "66794005", "RID29193"),
        Level.L2: _vertebra("L2", "14293000", "RID29194"),
        Level.L3: _vertebra("L3", "36470004", "RID29195"),
        Level.L4: _vertebra("L4", "11994002", "RID29196"),
        Level.L5: _vertebra("L5", "49668003", "RID29197"),
        Level.S1: _vertebra("S1"),
        Level.S2: _vertebra("S2"),
        Level.S3: _vertebra("S3"),
        Level.S4: _vertebra("S4"),
        Level.S5: _vertebra("S5"),
        Level.COCCYX: Term(en="coccyx", fr="coccyx", sct="64688005", meaning="Coccyx"),
    }
)

_THIRDS: Mapping[Region, Term] = MappingProxyType(
    {
        Region.PROXIMAL: Term(en="proximal end", fr="extrémité proximale"),
        Region.SHAFT: Term(en="shaft", fr="diaphyse"),
        Region.DISTAL: Term(en="distal end", fr="extrémité distale"),
    }
)

FEMUR: Mapping[Region, Term] = MappingProxyType(
    {
        Region.HEAD: Term(en="head", fr="tête", sct="2812003", meaning="Femoral head", radlex="RID2664"),
        Region.NECK: Term(en="neck", fr="col"),
        Region.GREATER_TROCHANTER: Term(en="greater trochanter", fr="grand trochanter"),
        Region.LESSER_TROCHANTER: Term(
            en="lesser trochanter",
            fr="petit trochanter",
            sct="55499008",
            meaning="Lesser trochanter",
            radlex="RID2673",
        ),
        Region.INTERTROCHANTERIC: Term(en="intertrochanteric region", fr="région intertrochantérienne"),
        # To 5 cm below the lesser trochanter, as in Mirels' peritrochanteric site; lower is the shaft.
        Region.SUBTROCHANTERIC: Term(en="subtrochanteric region", fr="région sous-trochantérienne"),
        Region.SHAFT: Term(en="shaft", fr="diaphyse", sct="41111004", meaning="Shaft of femur", radlex="RID41864"),
        Region.DISTAL: Term(en="distal end", fr="extrémité distale", sct="310652005", meaning="Distal femur"),
    }
)

HUMERUS: Mapping[Region, Term] = MappingProxyType(
    {
        Region.PROXIMAL: Term(en="proximal end", fr="extrémité proximale", sct="119524001", meaning="Proximal humerus"),
        Region.SHAFT: Term(en="shaft", fr="diaphyse", sct="20760004", meaning="Shaft of humerus", radlex="RID41789"),
        Region.DISTAL: Term(en="distal end", fr="extrémité distale", sct="118495001", meaning="Distal humerus"),
    }
)

TIBIA: Mapping[Region, Term] = MappingProxyType(
    {
        Region.PROXIMAL: _THIRDS[Region.PROXIMAL],
        Region.SHAFT: Term(en="shaft", fr="diaphyse", sct="52687003", meaning="Shaft of tibia", radlex="RID2900"),
        Region.DISTAL: Term(en="distal end", fr="extrémité distale", sct="64605006", meaning="Distal tibia"),
    }
)

PELVIS: Mapping[Region, Term] = MappingProxyType(
    {
        Region.ILIUM: Term(en="ilium", fr="ilium", sct="22356005", meaning="Ilium", radlex="RID2531"),
        Region.ACETABULUM: Term(
            en="acetabulum", fr="acétabulum", sct="37783008", meaning="Acetabulum", radlex="RID2564"
        ),
        Region.ISCHIUM: Term(en="ischium", fr="ischium", sct="85710004", meaning="Ischium", radlex="RID2545"),
        Region.PUBIS: Term(en="pubis", fr="pubis"),
        Region.SACROILIAC_JOINT: Term(
            en="sacroiliac joint",
            fr="articulation sacro-iliaque",
            sct="39723000",
            meaning="Sacroiliac joint",
            feminine=True,
        ),
    }
)

SIDES: Mapping[Side, Term] = MappingProxyType(
    {
        Side.LEFT: Term(en="left", fr="gauche", sct="7771000", meaning="Left"),
        Side.RIGHT: Term(en="right", fr="droit", sct="24028007", meaning="Right"),
    }
)

SKELETON: Mapping[Bone, BoneFacts] = MappingProxyType(
    {
        Bone.VERTEBRA: BoneFacts(
            kind=Kind.SPINE,
            term=Term(en="vertebra", fr="vertèbre", sct="51282000", meaning="Vertebra", feminine=True),
            side=SideRule.NONE,
            levels=LEVELS,
        ),
        Bone.HUMERUS: BoneFacts(
            kind=Kind.LONG_BONE,
            term=Term(en="humerus", fr="humérus", sct="85050009", meaning="Humerus", radlex="RID1971"),
            regions=HUMERUS,
        ),
        Bone.RADIUS: BoneFacts(
            kind=Kind.LONG_BONE,
            term=Term(en="radius", fr="radius", sct="62413002", meaning="Radius", radlex="RID2109"),
            regions=_THIRDS,
        ),
        Bone.ULNA: BoneFacts(
            kind=Kind.LONG_BONE,
            term=Term(en="ulna", fr="ulna", sct="23416004", meaning="Ulna", radlex="RID2119", feminine=True),
            regions=_THIRDS,
        ),
        Bone.FEMUR: BoneFacts(
            kind=Kind.LONG_BONE,
            term=Term(en="femur", fr="fémur", sct="71341001", meaning="Femur", radlex="RID2662"),
            regions=FEMUR,
        ),
        Bone.TIBIA: BoneFacts(
            kind=Kind.LONG_BONE,
            term=Term(en="tibia", fr="tibia", sct="12611008", meaning="Tibia", radlex="RID2885"),
            regions=TIBIA,
        ),
        Bone.FIBULA: BoneFacts(
            kind=Kind.LONG_BONE,
            term=Term(en="fibula", fr="fibula", sct="87342007", meaning="Fibula", radlex="RID2871", feminine=True),
            regions=_THIRDS,
        ),
        Bone.PELVIS: BoneFacts(
            kind=Kind.FLAT_BONE,
            term=Term(en="pelvis", fr="pelvis", sct="118645006", meaning="Bony pelvis"),
            regions=PELVIS,
        ),
        Bone.RIB: BoneFacts(
            kind=Kind.FLAT_BONE,
            term=Term(en="rib", fr="côte", sct="113197003", meaning="Rib", feminine=True),
            numbers=range(1, 13),
        ),
        Bone.STERNUM: BoneFacts(
            kind=Kind.FLAT_BONE,
            term=Term(en="sternum", fr="sternum", sct="56873002", meaning="Sternum", radlex="RID2473"),
            side=SideRule.NONE,
        ),
        Bone.SCAPULA: BoneFacts(
            kind=Kind.FLAT_BONE,
            term=Term(en="scapula", fr="scapula", sct="79601000", meaning="Scapula", radlex="RID1860", feminine=True),
        ),
        Bone.CLAVICLE: BoneFacts(
            kind=Kind.FLAT_BONE,
            term=Term(
                en="clavicle",
                fr="clavicule",
                sct="51299004",
                meaning="Clavicle",
                radlex="RID1854",
                feminine=True,
            ),
        ),
        Bone.SKULL: BoneFacts(
            kind=Kind.FLAT_BONE,
            term=Term(en="skull", fr="crâne", sct="89546000", meaning="Skull", radlex="RID9196"),
            side=SideRule.OPTIONAL,
        ),
        Bone.MANDIBLE: BoneFacts(
            kind=Kind.FLAT_BONE,
            term=Term(
                en="mandible",
                fr="mandibule",
                sct="91609006",
                meaning="Mandible",
                radlex="RID9082",
                feminine=True,
            ),
            side=SideRule.OPTIONAL,
        ),
        Bone.PATELLA: BoneFacts(
            kind=Kind.OTHER_BONE,
            term=Term(en="patella", fr="patella", sct="64234005", meaning="Patella", radlex="RID2746", feminine=True),
        ),
    }
)
