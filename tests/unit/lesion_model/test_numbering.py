from typing import Any

import pytest

from lesion_model import flags
from lesion_model.anatomy import Site
from lesion_model.assess import assess
from lesion_model.errors import SiteError
from lesion_model.findings import ImagingFindings
from lesion_model.numbering import TRANSITIONAL, TransitionalAnatomy, neighbours
from lesion_model.scoring import Score
from lesion_model.skeleton import Bone, Level, Region, Side


@pytest.mark.parametrize(
    ("level", "above", "below"),
    [
        pytest.param("C0", None, "C1", id="nothing is above the occiput"),
        pytest.param("C1", "C0", "C2", id="the occiput is above the atlas"),
        pytest.param("C7", "C6", "T1", id="the cervicothoracic junction"),
        pytest.param("T12", "T11", "L1", id="the thoracolumbar junction"),
        pytest.param("L5", "L4", "S1", id="the lumbosacral junction"),
        pytest.param("S1", "L5", "S2", id="the sacrum is counted piece by piece"),
        pytest.param("S5", "S4", "coccyx", id="the last piece of the sacrum"),
        pytest.param("coccyx", "S5", None, id="nothing is below the coccyx"),
    ],
)
def test_a_vertebra_has_one_above_and_one_below(level: str, above: str | None, below: str | None) -> None:
    found = neighbours(Level(level))
    assert tuple(each.value if each else None for each in found) == (above, below)


def test_who_is_below_one_vertebra_has_it_above() -> None:
    walked, level = [Level.C0], neighbours(Level.C0)[1]
    while level is not None:
        assert neighbours(level)[0] is walked[-1]
        walked.append(level)
        level = neighbours(level)[1]
    assert len(walked) == 1 + 7 + 12 + 5 + 5 + 1
    assert set(walked) == set(Level)


def test_every_variant_is_named_and_has_its_levels() -> None:
    assert set(TRANSITIONAL) == set(TransitionalAnatomy)
    by_value = {variant.value: [level.value for level in facts.levels] for variant, facts in TRANSITIONAL.items()}
    assert by_value["lumbarised_s1"] == by_value["sacralised_l5"] == ["L4", "L5", "S1", "S2"]
    assert by_value["thirteenth_rib_pair"] == by_value["eleven_rib_pairs"] == ["T11", "T12", "L1", "L2"]


def test_the_note_is_part_of_the_name() -> None:
    site = Site(bone=Bone.VERTEBRA, level=Level.S1, transitional=TransitionalAnatomy.LUMBARISED_S1)
    assert site.name_en == "S1 vertebra (lumbarised S1)"
    assert site.name_fr == "vertèbre S1 (S1 lombalisée)"


@pytest.mark.parametrize(
    ("names", "said", "allowed"),
    [
        pytest.param(
            {"bone": Bone.VERTEBRA, "level": Level.L3, "transitional": TransitionalAnatomy.SACRALISED_L5},
            "not noted at L3",
            (),
            id="away from every junction",
        ),
        pytest.param(
            {"bone": Bone.VERTEBRA, "level": Level.T12, "transitional": TransitionalAnatomy.SACRALISED_L5},
            "not noted at T12",
            ("thirteenth_rib_pair", "eleven_rib_pairs"),
            id="beside another junction",
        ),
        pytest.param(
            {
                "bone": Bone.FEMUR,
                "region": Region.SHAFT,
                "side": Side.LEFT,
                "transitional": TransitionalAnatomy.SACRALISED_L5,
            },
            "the femur has none",
            (),
            id="on a femur",
        ),
        pytest.param(
            {"bone": Bone.VERTEBRA, "level": Level.L5, "transitional": "sacralised_l5"},
            "not one of",
            tuple(each.value for each in TransitionalAnatomy),
            id="as text",
        ),
    ],
)
def test_a_note_that_does_not_belong_there_is_refused(
    names: dict[str, Any], said: str, allowed: tuple[str, ...]
) -> None:
    with pytest.raises(SiteError) as refusal:
        Site(**names)
    (problem,) = refusal.value.problems
    assert problem.field == "transitional"
    assert said in problem.detail
    assert problem.allowed == allowed


@pytest.mark.parametrize("variant", TransitionalAnatomy)
def test_a_transitional_vertebra_scores_as_it_is_numbered_and_is_flagged(variant: TransitionalAnatomy) -> None:
    for level in TRANSITIONAL[variant].levels:
        plain = assess(Site(bone=Bone.VERTEBRA, level=level), ImagingFindings()).sins
        noted = assess(Site(bone=Bone.VERTEBRA, level=level, transitional=variant), ImagingFindings()).sins
        assert isinstance(plain, Score)
        assert isinstance(noted, Score)
        assert (noted.points, noted.minimum, noted.maximum) == (plain.points, plain.minimum, plain.maximum)
        assert (plain.flags, noted.flags) == ((), (flags.TRANSITIONAL_VERTEBRA,))
