"""The regions of each bone that has some, with their names and codes, from proximal to distal."""

from collections.abc import Mapping
from types import MappingProxyType

from lesion_model.places import Region, Term

_PROXIMAL_PARTS: Mapping[Region, Term] = MappingProxyType(
    {
        Region.PROXIMAL_EPIPHYSIS: Term(en="proximal epiphysis", fr="épiphyse proximale"),
        Region.PROXIMAL_METAPHYSIS: Term(en="proximal metaphysis", fr="métaphyse proximale"),
    }
)
_DISTAL_PARTS: Mapping[Region, Term] = MappingProxyType(
    {
        Region.DISTAL_METAPHYSIS: Term(en="distal metaphysis", fr="métaphyse distale"),
        Region.DISTAL_EPIPHYSIS: Term(en="distal epiphysis", fr="épiphyse distale"),
    }
)


def _proximal(sct: str | None = None, meaning: str | None = None) -> Term:
    return Term(en="proximal end", fr="extrémité proximale", sct=sct, meaning=meaning)


def _shaft(sct: str | None = None, meaning: str | None = None, radlex: str | None = None) -> Term:
    return Term(en="shaft", fr="diaphyse", sct=sct, meaning=meaning, radlex=radlex)


def _distal(sct: str | None = None, meaning: str | None = None) -> Term:
    return Term(en="distal end", fr="extrémité distale", sct=sct, meaning=meaning)


def _long_bone(proximal: Term, shaft: Term, distal: Term) -> Mapping[Region, Term]:
    return MappingProxyType(
        {
            Region.PROXIMAL: proximal,
            **_PROXIMAL_PARTS,
            Region.SHAFT: shaft,
            **_DISTAL_PARTS,
            Region.DISTAL: distal,
        }
    )


# The proximal femur is told by its head, neck and trochanters only: Mirels scores them differently, and a
# lesion in "the proximal metaphysis" would have no site in it.
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
        Region.SHAFT: _shaft("41111004", "Shaft of femur", "RID41864"),
        **_DISTAL_PARTS,
        Region.DISTAL: _distal("310652005", "Distal femur"),
    }
)
HUMERUS = _long_bone(
    _proximal("119524001", "Proximal humerus"),
    _shaft("20760004", "Shaft of humerus", "RID41789"),
    _distal("118495001", "Distal humerus"),
)
RADIUS = _long_bone(
    _proximal("12881000", "Proximal radius"),
    _shaft("47728000", "Shaft of radius"),
    _distal("75129005", "Distal radius"),
)
ULNA = _long_bone(
    _proximal("34318004", "Proximal ulna"),
    _shaft("21133008", "Shaft of ulna"),
    _distal("91238003", "Distal ulna"),
)
TIBIA = _long_bone(
    _proximal(),
    _shaft("52687003", "Shaft of tibia", "RID2900"),
    _distal("64605006", "Distal tibia"),
)
FIBULA = _long_bone(_proximal(), _shaft(), _distal())

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
