"""Shapes of places in the skeleton."""

from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.body import Body
from lesion_model.anatomy import Site
from lesion_model.errors import located
from lesion_model.numbering import TRANSITIONAL, TransitionalAnatomy, TransitionalFacts
from lesion_model.skeleton import SIDES, SKELETON, Bone, BoneFacts, Kind, Level, Region, Side, SideRule, Term

SNOMED_CT = "SCT"
SITE_EXAMPLES: list[Any] = [
    {"bone": "vertebra", "level": "L3"},
    {"bone": "femur", "region": "subtrochanteric", "side": "left"},
    {"bone": "rib", "number": 5, "side": "right"},
    {"bone": "pelvis", "region": "ilium", "side": "left"},
    {"bone": "sternum"},
    {"bone": "vertebra", "level": "S1", "transitional": "lumbarised_s1"},
]


class SiteBody(Body):
    """A place in one bone; `GET /sites` lists what each bone needs."""

    model_config = ConfigDict(json_schema_extra={"examples": SITE_EXAMPLES})

    bone: Bone
    level: Level | None = None
    number: Annotated[int, Field(strict=True)] | None = None
    region: Region | None = None
    side: Side | None = None
    transitional: TransitionalAnatomy | None = Field(
        default=None, description="Of a vertebra beside a junction, where its number is disputable."
    )

    def to_domain(self) -> Site:
        with located("site"):
            return Site(
                bone=self.bone,
                level=self.level,
                number=self.number,
                region=self.region,
                side=self.side,
                transitional=self.transitional,
            )


class SiteOut(BaseModel):
    """A place in one bone, with its names."""

    bone: Bone
    level: Level | None
    number: int | None
    region: Region | None
    side: Side | None
    transitional: TransitionalAnatomy | None
    name_en: str = Field(examples=["L3 vertebra"])
    name_fr: str = Field(examples=["vertèbre L3"])

    @classmethod
    def of(cls, site: Site) -> Self:
        return cls(
            bone=site.bone,
            level=site.level,
            number=site.number,
            region=site.region,
            side=site.side,
            transitional=site.transitional,
            name_en=site.name_en,
            name_fr=site.name_fr,
        )


class CodeOut(BaseModel):
    """A concept as DICOM codes it."""

    scheme: str = Field(examples=[SNOMED_CT])
    value: str = Field(examples=["36470004"])
    meaning: str = Field(examples=["L3 vertebra"])


class PlaceOut(BaseModel):
    """A value to use in a site; its codes are null where none is verified."""

    value: str = Field(examples=["L3"])
    name_en: str = Field(examples=["L3 vertebra"])
    name_fr: str = Field(examples=["vertèbre L3"])
    code: CodeOut | None
    radlex: str | None = Field(examples=["RID29195"])

    @classmethod
    def of(cls, member: Enum, term: Term) -> Self:
        code = None
        if term.sct is not None and term.meaning is not None:
            code = CodeOut(scheme=SNOMED_CT, value=term.sct, meaning=term.meaning)
        return cls(value=member.value, name_en=term.en, name_fr=term.fr, code=code, radlex=term.radlex)


class BoneOut(BaseModel):
    """One bone and what a site in it needs: one of `levels`, `numbers` and `regions` where they are not empty."""

    bone: PlaceOut
    kind: Kind
    side: SideRule
    levels: list[PlaceOut]
    numbers: list[int]
    regions: list[PlaceOut]

    @classmethod
    def of(cls, bone: Bone, facts: BoneFacts) -> Self:
        return cls(
            bone=PlaceOut.of(bone, facts.term),
            kind=facts.kind,
            side=facts.side,
            levels=_places(facts.levels),
            numbers=list(facts.numbers),
            regions=_places(facts.regions),
        )


class TransitionalOut(BaseModel):
    """A variant of how vertebrae are counted, and the levels that may carry it."""

    value: TransitionalAnatomy
    name_en: str = Field(examples=["lumbarised S1"])
    name_fr: str = Field(examples=["S1 lombalisée"])
    levels: list[Level]

    @classmethod
    def of(cls, variant: TransitionalAnatomy, facts: TransitionalFacts) -> Self:
        return cls(value=variant, name_en=facts.label.en, name_fr=facts.label.fr, levels=list(facts.levels))


class SkeletonOut(BaseModel):
    """Every place that a lesion can be in."""

    bones: list[BoneOut]
    sides: list[PlaceOut]
    transitional: list[TransitionalOut]

    @classmethod
    def whole(cls) -> Self:
        return cls(
            bones=[BoneOut.of(bone, facts) for bone, facts in SKELETON.items()],
            sides=_places(SIDES),
            transitional=[TransitionalOut.of(variant, facts) for variant, facts in TRANSITIONAL.items()],
        )


def _places(terms: Mapping[Level, Term] | Mapping[Region, Term] | Mapping[Side, Term]) -> list[PlaceOut]:
    return [PlaceOut.of(member, term) for member, term in terms.items()]
