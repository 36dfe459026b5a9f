"""Where a lesion is, as a coded finding site (PS3.16 TID 1501 rows of Finding Site), and back.

The site is the most specific place that a standard code says exactly; where that is not the whole of it (S1, the fifth
rib, the subtrochanteric region), a topographical modifier of the project's own says the rest.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType

from annotation.structured_report.codes import own, same, sct
from lesion_model.anatomy import Site
from lesion_model.errors import SiteError
from lesion_model.measurement.names import Concept
from lesion_model.skeleton import LEVELS, SIDES, SKELETON, Bone, Level, Region, Side, Term


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedSite:
    """A finding site of a report."""

    place: Concept
    laterality: Concept | None = None
    modifier: Concept | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    bone: Bone
    level: Level | None = None
    number: int | None = None
    region: Region | None = None


LATERALITIES: Mapping[Side, Concept] = MappingProxyType(
    {side: sct(str(term.sct), str(term.meaning)) for side, term in SIDES.items()}
)


def coded(site: Site) -> CodedSite:
    """Of every place there is. Transitional anatomy is said apart, as it is of the spine."""
    place = _PLACES[_Place(bone=site.bone, level=site.level, number=site.number, region=site.region)]
    return CodedSite(
        place=place.place,
        laterality=None if site.side is None else LATERALITIES[site.side],
        modifier=place.modifier,
    )


def site_of(coded_site: CodedSite) -> Site | None:
    """The place of ours; None when there is none of these codes, or when they say too little (a rib, no side)."""
    place = next((place for place, known in _PLACES.items() if _is(known, coded_site)), None)
    if place is None:
        return None
    side = next((side for side, code in LATERALITIES.items() if same(code, coded_site.laterality)), None)
    try:
        return Site(bone=place.bone, level=place.level, number=place.number, region=place.region, side=side)
    except SiteError:
        return None


def _is(known: CodedSite, given: CodedSite) -> bool:
    return same(known.place, given.place) and same(known.modifier, given.modifier)


def _places() -> Iterator[tuple[_Place, CodedSite]]:
    for bone, facts in SKELETON.items():
        whole = _code(facts.term)
        for level, region in product(facts.levels or (None,), facts.regions or (None,)):
            part = facts.levels[level] if level else facts.regions[region] if region else None
            for number in facts.numbers or (None,):
                place = _Place(bone=bone, level=level, number=number, region=region)
                if part is not None and part.sct:
                    yield place, CodedSite(place=_code(part))
                else:
                    yield place, CodedSite(place=whole, modifier=_modifier(level, region, number))


def _modifier(level: Level | None, region: Region | None, number: int | None) -> Concept | None:
    if level is not None:
        return own(f"level_{level.value}", LEVELS[level].en.capitalize())
    if region is not None:
        return own(_REGIONS[region], region.value.replace("_", " ").capitalize())
    return None if number is None else own(f"rib_{number}", f"Rib {number}")


def _code(term: Term) -> Concept:
    if term.sct is None or term.meaning is None:
        raise LookupError(f"{term.en} has no code")
    return sct(term.sct, term.meaning)


# Short enough for a Code Value.
_REGIONS: Mapping[Region, str] = MappingProxyType(
    {
        Region.HEAD: "part_head",
        Region.NECK: "part_neck",
        Region.GREATER_TROCHANTER: "part_great_troch",
        Region.LESSER_TROCHANTER: "part_less_troch",
        Region.INTERTROCHANTERIC: "part_intertroch",
        Region.SUBTROCHANTERIC: "part_subtroch",
        Region.PROXIMAL: "part_proximal",
        Region.PROXIMAL_EPIPHYSIS: "part_prox_epi",
        Region.PROXIMAL_METAPHYSIS: "part_prox_meta",
        Region.SHAFT: "part_shaft",
        Region.DISTAL_METAPHYSIS: "part_dist_meta",
        Region.DISTAL_EPIPHYSIS: "part_dist_epi",
        Region.DISTAL: "part_distal",
        Region.ILIUM: "part_ilium",
        Region.ACETABULUM: "part_acetabulum",
        Region.ISCHIUM: "part_ischium",
        Region.PUBIS: "part_pubis",
        Region.SACROILIAC_JOINT: "part_sacroiliac",
    }
)
_PLACES: Mapping[_Place, CodedSite] = MappingProxyType(dict(_places()))
