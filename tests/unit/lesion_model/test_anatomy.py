from typing import Any

import pytest
from pydicom.sr import _concepts_dict

from lesion_model.anatomy import Site
from lesion_model.errors import SiteError
from lesion_model.skeleton import LEVELS, SIDES, SKELETON, Bone, Kind, Level, Region, Side, Term
from tests.builders.lesions import L3, LEFT_RIB_5, SUBTROCHANTERIC, vertebra

# Codes of the project's list that come from second-hand maps only: not to be shipped.
UNVERIFIED_CODES = frozenset(
    {
        *("65985001", "11808007", "49967005", "69950008", "21452006"),  # S1-S5
        *("29627003", "30547004", "66040006"),  # femoral neck, greater trochanter, pubis
        *("48535007", "78247007", "25888004", "25523003", "15339008", "59558009"),  # ribs 1-6
        *("24915002", "5953002", "22565002", "77644006", "58830002", "43993008"),  # ribs 7-12
    }
)
UNVERIFIED_RADLEX = frozenset(
    {"RID29188", "RID29189", "RID29190", "RID29191", "RID29192", "RID2668", "RID2671", "RID2553"}
)

LONG_BONE_REGIONS = (
    *("proximal", "proximal_epiphysis", "proximal_metaphysis"),
    "shaft",
    *("distal_metaphysis", "distal_epiphysis", "distal"),
)


def every_term() -> list[Term]:
    parts = [part for facts in SKELETON.values() for part in (facts.levels, facts.regions)]
    return [
        *(facts.term for facts in SKELETON.values()),
        *(term for part in parts for term in part.values()),
        *SIDES.values(),
    ]


def dicom_snomed_meanings() -> dict[str, set[str]]:
    meanings: dict[str, set[str]] = {}
    snomed: dict[str, Any] = _concepts_dict.concepts["SCT"]  # DICOM PS3.16, by keyword, then by code
    for versions in snomed.values():
        for code, (meaning, _) in versions.items():
            meanings.setdefault(code, set()).add(meaning.lower())
    return meanings


def test_the_spine_runs_from_the_occiput_to_the_coccyx() -> None:
    names = [level.value for level in Level]
    assert names[:2] == ["C0", "C1"]
    assert names[-2:] == ["S5", "coccyx"]
    assert len(names) == 8 + 12 + 5 + 5 + 1
    assert set(LEVELS) == set(Level)


def test_every_bone_has_its_facts() -> None:
    assert set(SKELETON) == set(Bone)


def test_the_long_bones_are_those_of_mirels() -> None:
    long_bones = {bone.value for bone, facts in SKELETON.items() if facts.kind is Kind.LONG_BONE}
    assert long_bones == {"humerus", "radius", "ulna", "femur", "tibia", "fibula"}


def test_every_long_bone_but_the_femur_has_its_parts_from_end_to_end() -> None:
    for bone in (Bone.HUMERUS, Bone.RADIUS, Bone.ULNA, Bone.TIBIA, Bone.FIBULA):
        assert tuple(region.value for region in SKELETON[bone].regions) == LONG_BONE_REGIONS


def test_the_proximal_femur_is_told_by_the_parts_that_mirels_tells_apart() -> None:
    assert [region.value for region in SKELETON[Bone.FEMUR].regions] == [
        *("head", "neck", "greater_trochanter", "lesser_trochanter", "intertrochanteric", "subtrochanteric"),
        "shaft",
        *("distal_metaphysis", "distal_epiphysis", "distal"),
    ]


@pytest.mark.parametrize(
    ("bone", "region", "code"),
    [
        (Bone.RADIUS, "proximal", "12881000"),
        (Bone.RADIUS, "shaft", "47728000"),
        (Bone.RADIUS, "distal", "75129005"),
        (Bone.ULNA, "proximal", "34318004"),
        (Bone.ULNA, "shaft", "21133008"),
        (Bone.ULNA, "distal", "91238003"),
    ],
)
def test_the_bones_of_the_forearm_have_the_codes_of_dicom(bone: Bone, region: str, code: str) -> None:
    assert SKELETON[bone].regions[Region(region)].sct == code


def test_every_snomed_code_is_in_the_dicom_dictionaries_under_the_same_meaning() -> None:
    meanings = dicom_snomed_meanings()
    meanings["118645006"].add("bony pelvis")  # called "Pelvis" by older editions
    for term in every_term():
        if term.sct is not None:
            assert term.meaning is not None
            assert term.meaning.lower() in meanings[term.sct]


def test_no_unverified_code_is_shipped() -> None:
    assert not {term.sct for term in every_term()} & UNVERIFIED_CODES
    assert not {term.radlex for term in every_term()} & UNVERIFIED_RADLEX


def test_no_code_stands_for_two_places() -> None:
    codes = [term.sct for term in every_term() if term.sct is not None]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(
    ("names", "field", "said"),
    [
        pytest.param({"bone": Bone.VERTEBRA}, "level", "required", id="a vertebra without level"),
        pytest.param({"bone": Bone.VERTEBRA, "level": "L3"}, "level", "not part", id="a level as text"),
        pytest.param(
            {"bone": Bone.VERTEBRA, "level": Level.L3, "side": Side.LEFT}, "side", "has none", id="side of L3"
        ),
        pytest.param(
            {"bone": Bone.FEMUR, "region": Region.SHAFT, "side": Side.LEFT, "level": Level.L3},
            "level",
            "has none",
            id="a level on a femur",
        ),
        pytest.param({"bone": Bone.FEMUR, "side": Side.LEFT}, "region", "required", id="a femur without region"),
        pytest.param({"bone": Bone.FEMUR, "region": Region.SHAFT}, "side", "required", id="a femur without side"),
        pytest.param(
            {"bone": Bone.HUMERUS, "region": Region.SUBTROCHANTERIC, "side": Side.LEFT},
            "region",
            "not part of the humerus",
            id="a trochanter on a humerus",
        ),
        pytest.param({"bone": Bone.RIB, "side": Side.LEFT}, "number", "required", id="a rib without number"),
        pytest.param({"bone": Bone.RIB, "side": Side.LEFT, "number": 13}, "number", "required", id="rib 13"),
        pytest.param({"bone": Bone.RIB, "side": Side.LEFT, "number": 5.0}, "number", "required", id="rib 5.0"),
        pytest.param({"bone": Bone.RIB, "side": Side.LEFT, "number": True}, "number", "required", id="rib true"),
        pytest.param({"bone": Bone.STERNUM, "number": 1}, "number", "has none", id="a numbered sternum"),
        pytest.param({"bone": Bone.STERNUM, "side": Side.LEFT}, "side", "has none", id="a left sternum"),
        pytest.param({"bone": Bone.SKULL, "side": "left"}, "side", "not one of", id="a side as text"),
        pytest.param({"bone": "femur"}, "bone", "not one of", id="a bone as text"),
    ],
)
def test_a_place_that_does_not_exist_cannot_be_built(names: dict[str, Any], field: str, said: str) -> None:
    with pytest.raises(SiteError) as refusal:
        Site(**names)
    (problem,) = refusal.value.problems
    assert problem.field == field
    assert said in problem.detail


def test_a_refusal_names_what_is_allowed() -> None:
    with pytest.raises(SiteError) as refusal:
        Site(bone=Bone.TIBIA, region=Region.HEAD, side=Side.LEFT)
    assert refusal.value.problems[0].allowed == tuple(LONG_BONE_REGIONS)
    assert "allowed: proximal, proximal_epiphysis, " in str(refusal.value)


def test_a_refusal_lists_every_problem_at_once() -> None:
    with pytest.raises(SiteError) as refusal:
        Site(bone=Bone.FEMUR)
    assert {problem.field for problem in refusal.value.problems} == {"region", "side"}


@pytest.mark.parametrize(
    ("site", "english", "french"),
    [
        (L3, "L3 vertebra", "vertèbre L3"),
        (vertebra("C0"), "occiput (C0)", "occiput (C0)"),
        (SUBTROCHANTERIC, "left femur, subtrochanteric region", "fémur gauche, région sous-trochantérienne"),
        (
            Site(bone=Bone.ULNA, region=Region.SHAFT, side=Side.RIGHT),
            "right ulna, shaft",
            "ulna droite, diaphyse",
        ),
        (Site(bone=Bone.PELVIS, region=Region.ILIUM, side=Side.RIGHT), "right ilium", "ilium droit"),
        (
            Site(bone=Bone.TIBIA, region=Region.PROXIMAL_METAPHYSIS, side=Side.RIGHT),
            "right tibia, proximal metaphysis",
            "tibia droit, métaphyse proximale",
        ),
        (LEFT_RIB_5, "left rib 5", "5e côte gauche"),
        (Site(bone=Bone.RIB, number=1, side=Side.RIGHT), "right rib 1", "1re côte droite"),
        (Site(bone=Bone.SKULL), "skull", "crâne"),
    ],
)
def test_a_site_is_named_in_both_languages(site: Site, english: str, french: str) -> None:
    assert (site.name_en, site.name_fr) == (english, french)


def test_terms_go_from_the_bone_to_its_part() -> None:
    assert [term.sct for term in L3.terms] == ["51282000", "36470004"]
    assert [term.sct for term in SUBTROCHANTERIC.terms] == ["71341001", None]
