"""The bones that a lesion can be in: names, codes and parts.

Codes are shipped only when they were found in the dictionaries of DICOM PS3.16 (as carried by pydicom);
a part without such a code has none, rather than one from memory.
"""

from collections.abc import Mapping
from types import MappingProxyType

from lesion_model.levels import LEVELS
from lesion_model.places import Bone, BoneFacts, Kind, Level, Region, Side, SideRule, Term
from lesion_model.regions import FEMUR, FIBULA, HUMERUS, PELVIS, RADIUS, TIBIA, ULNA

__all__ = ["LEVELS", "SIDES", "SKELETON", "Bone", "BoneFacts", "Kind", "Level", "Region", "Side", "SideRule", "Term"]

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
            regions=RADIUS,
        ),
        Bone.ULNA: BoneFacts(
            kind=Kind.LONG_BONE,
            term=Term(en="ulna", fr="ulna", sct="23416004", meaning="Ulna", radlex="RID2119", feminine=True),
            regions=ULNA,
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
            regions=FIBULA,
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
