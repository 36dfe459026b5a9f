"""Several lesions and several levels, against every joint completion tried one by one."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import product

import pytest

from lesion_model import mirels, sins
from lesion_model.anatomy import Site
from lesion_model.assess import PAIN_UNKNOWN, assess
from lesion_model.errors import ItemsError
from lesion_model.findings import ImagingFindings
from lesion_model.scoring import Instrument, NotApplicable, Score
from lesion_model.several import highest, mirels_by_bone, sins_of_levels
from lesion_model.skeleton import Bone, Level, Region, Side
from tests.unit.lesion_model.paper import MIRELS, SINS, mirels_band, reachable_totals, sins_band

LOW = {"site": "lower_limb", "size": "lt_1_3", "lesion_type": "blastic", "pain": "mild"}  # 5 points
HIGH = {"site": "peritrochanteric", "size": "gt_2_3", "lesion_type": "lytic", "pain": "mild"}  # 10 points
STABLE: Mapping[str, object] = {
    "pain": "none",
    "lesion_type": "blastic",
    "alignment": "normal",
    "collapse": "none",
    "posterolateral": "none",
}
LEFT_FEMUR = Site(bone=Bone.FEMUR, side=Side.LEFT, region=Region.SUBTROCHANTERIC)
LEFT_FEMUR_SHAFT = Site(bone=Bone.FEMUR, side=Side.LEFT, region=Region.SHAFT)
RIGHT_FEMUR = Site(bone=Bone.FEMUR, side=Side.RIGHT, region=Region.SHAFT)
RIB = Site(bone=Bone.RIB, side=Side.LEFT, number=5)


def mirels_answer(site: Site) -> Score | NotApplicable:
    return assess(site, ImagingFindings(), PAIN_UNKNOWN).mirels


def test_the_highest_lesion_of_each_bone_counts_and_left_is_not_right() -> None:
    by_bone = mirels_by_bone(
        {
            "a": (LEFT_FEMUR_SHAFT, mirels.calculate(LOW)),
            "b": (LEFT_FEMUR, mirels.calculate(HIGH)),
            "c": (RIGHT_FEMUR, mirels.calculate(LOW)),
        }
    )
    assert set(by_bone) == {(Bone.FEMUR, Side.LEFT), (Bone.FEMUR, Side.RIGHT)}
    left, right = by_bone[Bone.FEMUR, Side.LEFT], by_bone[Bone.FEMUR, Side.RIGHT]
    assert (left.total, left.band, left.places) == (10, "high", ("b",))
    assert set(left.answers) == {"a", "b"}
    assert (right.total, right.band, right.places) == (5, "low", ("c",))


def test_two_low_lesions_of_a_bone_stay_low_because_nothing_is_added_up() -> None:
    by_bone = mirels_by_bone({n: (LEFT_FEMUR_SHAFT, mirels.calculate(LOW)) for n in range(3)})
    together = by_bone[Bone.FEMUR, Side.LEFT]
    assert (together.total, together.minimum, together.maximum, together.band) == (5, 5, 5, "low")
    assert together.places == (0, 1, 2)


def test_a_bone_to_which_mirels_does_not_apply_is_left_out() -> None:
    assert mirels_by_bone({"rib": (RIB, mirels_answer(RIB))}) == {}


def test_a_fractured_lesion_is_reported_beside_the_one_that_counts() -> None:
    fractured = assess(LEFT_FEMUR, ImagingFindings(pathological_fracture=True), PAIN_UNKNOWN).mirels
    by_bone = mirels_by_bone({"f": (LEFT_FEMUR, fractured), "s": (LEFT_FEMUR_SHAFT, mirels.calculate(LOW))})
    together = by_bone[Bone.FEMUR, Side.LEFT]
    assert isinstance(together.answers["f"], NotApplicable)
    assert (together.total, together.places) == (5, ("s",))


MIRELS_ENTRIES: list[dict[str, str | None]] = [
    {**LOW},
    {**HIGH},
    {**LOW, "pain": None},
    {**HIGH, "size": None, "lesion_type": None},
    dict.fromkeys(MIRELS),
    {"site": "lower_limb", "size": "from_1_3_to_2_3", "lesion_type": "lytic", "pain": None},
    {"site": "upper_limb", "size": "gt_2_3", "lesion_type": None, "pain": "moderate"},
]


@pytest.mark.parametrize("entries", list(product(MIRELS_ENTRIES, repeat=3)))
def test_the_highest_spans_exactly_the_highest_totals_of_all_completions(
    entries: tuple[dict[str, str | None], ...],
) -> None:
    together = highest(mirels.INSTRUMENT, dict(enumerate(mirels.calculate(entry) for entry in entries)))
    assert together is not None
    own = [reachable_totals(MIRELS, entry) for entry in entries]
    totals = {max(each) for each in product(*own)}
    bands = {mirels_band(total) for total in totals}
    assert (together.minimum, together.maximum) == (min(totals), max(totals))
    assert together.total == (min(totals) if len(totals) == 1 else None)
    assert together.category_decided is (len(bands) == 1)
    assert together.band == (min(bands) if len(bands) == 1 else None)
    assert together.places == tuple(
        place for place in range(3) if any(max(joint) == joint[place] for joint in product(*own))
    )
    if len(bands) == 1:
        assert together.suggestion == mirels.INSTRUMENT.band(min(totals)).suggestion


def test_an_open_band_has_a_suggestion_only_where_all_its_bands_share_one() -> None:
    open_band = sins_of_levels({Level.T11: {"alignment": "subluxation_translation"}, Level.L5: STABLE})
    assert open_band is not None
    assert (open_band.minimum, open_band.maximum, open_band.band) == (7, 18, None)
    assert open_band.suggestion == sins.INSTRUMENT.band(7).suggestion
    wide_open = sins_of_levels({Level.T11: {}, Level.L5: STABLE})
    assert wide_open is not None
    assert (wide_open.minimum, wide_open.maximum, wide_open.suggestion) == (3, 18, None)


def test_the_highest_vertebra_counts_and_every_vertebra_is_reported() -> None:
    together = sins_of_levels({Level.T5: {**STABLE, "pain": "mechanical"}, Level.L1: STABLE, Level.S3: STABLE})
    assert together is not None
    assert {level: _total(answer) for level, answer in together.answers.items()} == {
        Level.T5: 4,
        Level.L1: 3,
        Level.S3: 0,
    }
    assert (together.total, together.places) == (4, (Level.T5,))
    assert sins_band(4) == together.band == "stable"


def test_a_confluent_lesion_takes_its_most_severe_level() -> None:
    together = sins_of_levels(dict.fromkeys((Level.T9, Level.T10, Level.T11), STABLE))
    assert together is not None
    assert (together.total, together.places) == (SINS["location"]["junctional"], (Level.T11,))


def test_the_coccyx_counts_for_nothing_beside_the_sacrum() -> None:
    together = sins_of_levels({Level.S1: STABLE, Level.COCCYX: STABLE})
    assert together is not None
    assert together.total == 3
    assert isinstance(together.answers[Level.COCCYX], NotApplicable)


@pytest.mark.parametrize("items", [{}, {Level.COCCYX: STABLE}])
def test_without_a_level_that_has_a_location_there_is_no_highest(items: Mapping[Level, Mapping[str, object]]) -> None:
    assert sins_of_levels(items) is None


def test_a_wrong_item_is_named_with_its_level() -> None:
    with pytest.raises(ItemsError) as refusal:
        sins_of_levels({Level.T5: STABLE, Level.T6: {"pain": "yes"}})
    (problem,) = refusal.value.problems
    assert (problem.field, problem.allowed) == ("T6.pain", ("mechanical", "non_mechanical", "none"))


def test_items_of_a_level_do_not_name_a_level_again() -> None:
    with pytest.raises(ItemsError) as refusal:
        sins_of_levels({Level.T5: {"level": "T5"}})
    assert [problem.field for problem in refusal.value.problems] == ["T5.level"]


@pytest.mark.parametrize("instrument", [mirels.INSTRUMENT, sins.INSTRUMENT], ids=lambda each: each.name)
def test_answers_of_two_instruments_have_no_highest(instrument: Instrument) -> None:
    with pytest.raises(ItemsError) as refusal:
        highest(instrument, {1: mirels.calculate(LOW), 2: sins.calculate({})})
    assert refusal.value.problems[0].allowed == (instrument.name,)


def test_an_answer_that_was_stored_and_read_again_is_still_of_its_instrument() -> None:
    stored = replace(mirels.calculate(LOW), instrument=b"mirels".decode())
    together = highest(mirels.INSTRUMENT, {1: stored})
    assert together is not None
    assert together.total == 5


def _total(answer: Score | NotApplicable) -> int | None:
    assert isinstance(answer, Score)
    return answer.total
