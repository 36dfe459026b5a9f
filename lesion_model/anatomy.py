"""Where in the skeleton a lesion is."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import Enum

from lesion_model.errors import Problem, SiteError
from lesion_model.numbering import TRANSITIONAL, TransitionalAnatomy
from lesion_model.skeleton import SIDES, SKELETON, Bone, BoneFacts, Kind, Level, Region, Side, SideRule, Term


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One place in one bone; a `Site` that exists is a place that exists.

    A vertebra needs its `level`; a long bone and the pelvis need their `region`; a rib needs its `number`
    (1-12); paired bones need their `side`. `transitional` may be noted on the vertebrae beside its junction;
    it changes no score. Nothing else is accepted.
    """

    bone: Bone
    level: Level | None = None
    number: int | None = None
    region: Region | None = None
    side: Side | None = None
    transitional: TransitionalAnatomy | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.bone, Bone):
            raise SiteError([_not_one_of("bone", Bone)])
        problems = tuple(_problems(self, self.facts))
        if problems:
            raise SiteError(problems)

    @property
    def facts(self) -> BoneFacts:
        return SKELETON[self.bone]

    @property
    def kind(self) -> Kind:
        return self.facts.kind

    @property
    def terms(self) -> tuple[Term, ...]:
        """From the bone to its part; the last is the most specific. The side is not among them."""
        parts = [self.facts.term]
        if self.level is not None:
            parts.append(self.facts.levels[self.level])
        if self.region is not None:
            parts.append(self.facts.regions[self.region])
        return tuple(parts)

    @property
    def name_en(self) -> str:
        """For example "left femur, subtrochanteric region", "right rib 5", "S1 vertebra (lumbarised S1)"."""
        head, tail = _split(self)
        side = f"{SIDES[self.side].en} " if self.side else ""
        number = f" {self.number}" if self.number else ""
        note = f" ({TRANSITIONAL[self.transitional].label.en})" if self.transitional else ""
        return f"{side}{head.en}{number}" + (f", {tail.en}" if tail else "") + note

    @property
    def name_fr(self) -> str:
        """For example "fémur gauche, région sous-trochantérienne", "vertèbre S1 (S1 lombalisée)"."""
        head, tail = _split(self)
        side = f" {_side_fr(self.side, head)}" if self.side else ""
        number = f"{self.number}{'re' if self.number == 1 else 'e'} " if self.number else ""
        note = f" ({TRANSITIONAL[self.transitional].label.fr})" if self.transitional else ""
        return f"{number}{head.fr}{side}" + (f", {tail.fr}" if tail else "") + note


def _problems(site: Site, facts: BoneFacts) -> Iterator[Problem]:
    yield from _part_problems("level", site.level, facts.levels, site.bone)
    yield from _part_problems("region", site.region, facts.regions, site.bone)
    yield from _number_problems(site, facts)
    yield from _side_problems(site, facts)
    yield from _transitional_problems(site)


def _part_problems(field: str, given: Enum | None, parts: Collection[Enum], bone: Bone) -> Iterator[Problem]:
    allowed = tuple(part.value for part in parts)
    if given is None:
        if allowed:
            yield Problem(field=field, detail=f"required for the {bone.value}", allowed=allowed)
    elif not allowed:
        yield Problem(field=field, detail=f"the {bone.value} has none: leave it out")
    elif given not in parts:
        yield Problem(field=field, detail=f"not part of the {bone.value}", allowed=allowed)


def _number_problems(site: Site, facts: BoneFacts) -> Iterator[Problem]:
    if not facts.numbers:
        if site.number is not None:
            yield Problem(field="number", detail=f"the {site.bone.value} has none: leave it out")
    elif type(site.number) is not int or site.number not in facts.numbers:
        yield _not_one_of_numbers(facts.numbers)


def _side_problems(site: Site, facts: BoneFacts) -> Iterator[Problem]:
    if site.side is None:
        if facts.side is SideRule.REQUIRED:
            yield Problem(field="side", detail=f"required for the {site.bone.value}", allowed=_values(Side))
    elif facts.side is SideRule.NONE:
        yield Problem(field="side", detail=f"the {site.bone.value} has none: leave it out")
    elif not isinstance(site.side, Side):
        yield _not_one_of("side", Side)


def _transitional_problems(site: Site) -> Iterator[Problem]:
    if site.transitional is None:
        return
    if site.bone is not Bone.VERTEBRA:
        yield Problem(field="transitional", detail=f"the {site.bone.value} has none: leave it out")
    elif not isinstance(site.transitional, TransitionalAnatomy):
        yield _not_one_of("transitional", TransitionalAnatomy)
    elif isinstance(site.level, Level) and site.level not in TRANSITIONAL[site.transitional].levels:
        detail = f"not noted at {site.level.value}: only beside the junction where it is"
        here = tuple(each.value for each, facts in TRANSITIONAL.items() if site.level in facts.levels)
        yield Problem(field="transitional", detail=detail, allowed=here)


def _split(site: Site) -> tuple[Term, Term | None]:
    """The noun that carries the side, and what follows the comma."""
    if site.region is None:
        return site.terms[-1], None
    if site.bone is Bone.PELVIS:  # "left ilium", not "left pelvis, ilium"
        return site.terms[-1], None
    return site.terms[0], site.terms[-1]


def _side_fr(side: Side, noun: Term) -> str:
    return "droite" if side is Side.RIGHT and noun.feminine else SIDES[side].fr


def _not_one_of(field: str, kind: type[Enum]) -> Problem:
    return Problem(field=field, detail="not one of the allowed values", allowed=_values(kind))


def _not_one_of_numbers(numbers: range) -> Problem:
    return Problem(
        field="number", detail="a whole number is required", allowed=tuple(str(number) for number in numbers)
    )


def _values(kind: type[Enum]) -> tuple[str, ...]:
    return tuple(member.value for member in kind)
