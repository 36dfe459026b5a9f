import pytest

from lesion_model import flags, mirels, sins
from lesion_model.anatomy import Site
from lesion_model.assess import ClinicalPain, assess
from lesion_model.findings import (
    Alignment,
    CorticalInvolvement,
    CorticalShare,
    Denominator,
    ImagingFindings,
    LesionType,
    VertebralCollapse,
)
from lesion_model.scoring import NotApplicable, Score
from lesion_model.skeleton import SKELETON, Bone, Kind, Level, Side
from tests.builders.lesions import (
    L3,
    LEFT_RIB_5,
    SUBTROCHANTERIC,
    collapse,
    cortex,
    elements,
    femur,
    findings,
    measured,
    vertebra,
)


def mirels_of(site: Site, seen: ImagingFindings, pain: mirels.Pain | None = None) -> Score:
    answer = assess(site, seen, ClinicalPain(mirels=pain)).mirels
    assert isinstance(answer, Score)
    return answer


def sins_of(site: Site, seen: ImagingFindings, pain: sins.Pain | None = None) -> Score:
    answer = assess(site, seen, ClinicalPain(sins=pain)).sins
    assert isinstance(answer, Score)
    return answer


def collapse_score(seen: VertebralCollapse) -> Score:
    return sins_of(L3, findings(vertebral_collapse=seen))


def test_a_vertebra_has_a_sins_and_no_mirels() -> None:
    answer = assess(L3, ImagingFindings())
    assert isinstance(answer.sins, Score)
    assert isinstance(answer.mirels, NotApplicable)
    assert "long bones" in answer.mirels.reason.en


def test_a_femur_has_a_mirels_and_no_sins() -> None:
    answer = assess(SUBTROCHANTERIC, ImagingFindings())
    assert isinstance(answer.mirels, Score)
    assert isinstance(answer.sins, NotApplicable)


def test_a_rib_has_neither_and_both_say_where_to_read_why() -> None:
    answer = assess(LEFT_RIB_5, ImagingFindings())
    assert isinstance(answer.mirels, NotApplicable)
    assert isinstance(answer.sins, NotApplicable)
    assert "Mirels H." in answer.mirels.reference
    assert "Fisher CG" in answer.sins.reference


def test_the_coccyx_has_no_sins() -> None:
    assert isinstance(assess(vertebra("coccyx"), ImagingFindings()).sins, NotApplicable)


def test_a_completed_fracture_is_not_scored() -> None:
    answer = assess(SUBTROCHANTERIC, findings(pathological_fracture=True)).mirels
    assert isinstance(answer, NotApplicable)
    assert "completed" in answer.reason.en


def test_a_fracture_that_nobody_excluded_is_flagged() -> None:
    assert flags.FRACTURE_NOT_EXCLUDED in mirels_of(SUBTROCHANTERIC, ImagingFindings()).flags
    assert mirels_of(SUBTROCHANTERIC, findings(pathological_fracture=False)).flags == ()


def test_a_radiological_mirels_waits_for_the_pain_between_its_bounds() -> None:
    seen = findings(lesion_type=LesionType.LYTIC, cortical_involvement=cortex("22", "30"))
    score = mirels_of(SUBTROCHANTERIC, seen)
    assert (score.minimum, score.maximum, score.total) == (10, 12, None)
    assert (score.category_decided, score.band) == (True, "high")


def test_the_meeting_completes_the_mirels() -> None:
    seen = findings(lesion_type=LesionType.LYTIC, cortical_involvement=cortex("22", "30"))
    assert mirels_of(SUBTROCHANTERIC, seen, mirels.Pain.MODERATE).total == 11


def test_no_pain_is_flagged_in_an_assessment_too() -> None:
    assert flags.NO_PAIN_SCORED_AS_MILD in mirels_of(SUBTROCHANTERIC, ImagingFindings(), mirels.Pain.NONE).flags


def test_the_radiological_sins_of_principle_two() -> None:
    seen = findings(
        lesion_type=LesionType.LYTIC,
        alignment=Alignment.NORMAL,
        vertebral_collapse=collapse(loss="40"),
        posterolateral=frozenset(),
    )
    score = sins_of(vertebra("T12"), seen)
    assert (score.minimum, score.maximum, score.band) == (7, 10, "potentially_unstable")
    assert sins_of(vertebra("T12"), seen, sins.Pain.MECHANICAL).total == 10


@pytest.mark.parametrize(
    ("region", "points", "raised"),
    [
        ("head", 2, [flags.FEMORAL_HEAD_OR_NECK]),
        ("neck", 2, [flags.FEMORAL_HEAD_OR_NECK]),
        ("greater_trochanter", 3, [flags.TROCHANTER_PERITROCHANTERIC]),
        ("lesser_trochanter", 3, [flags.TROCHANTER_PERITROCHANTERIC]),
        ("intertrochanteric", 3, []),
        ("subtrochanteric", 3, []),
        ("shaft", 2, []),
        ("distal_metaphysis", 2, []),
        ("distal_epiphysis", 2, []),
        ("distal", 2, []),
    ],
)
def test_each_region_of_the_femur_has_its_points(region: str, points: int, raised: list[str]) -> None:
    score = mirels_of(femur(region), findings(pathological_fracture=False))
    assert score.points["site"] == points
    assert list(score.flags) == raised


@pytest.mark.parametrize(
    ("bone", "points"),
    [(Bone.HUMERUS, 1), (Bone.RADIUS, 1), (Bone.ULNA, 1), (Bone.TIBIA, 2), (Bone.FIBULA, 2)],
)
def test_each_other_long_bone_belongs_to_its_limb_in_every_region(bone: Bone, points: int) -> None:
    for region in SKELETON[bone].regions:
        assert mirels_of(Site(bone=bone, region=region, side=Side.RIGHT), ImagingFindings()).points["site"] == points


def test_mirels_applies_to_long_bones_only() -> None:
    for bone, facts in SKELETON.items():
        site = Site(
            bone=bone,
            level=next(iter(facts.levels), None),
            region=next(iter(facts.regions), None),
            number=next(iter(facts.numbers), None),
            side=None if facts.side.value == "none" else Side.LEFT,
        )
        answer = assess(site, ImagingFindings())
        assert isinstance(answer.mirels, Score) is (facts.kind is Kind.LONG_BONE)
        assert isinstance(answer.sins, Score) is (bone is Bone.VERTEBRA)


@pytest.mark.parametrize(
    ("destroyed", "points", "boundary"),
    [
        pytest.param("9.9", 1, False, id="just under one third"),
        pytest.param("10", 2, True, id="exactly one third"),
        pytest.param("15", 2, False, id="one half"),
        pytest.param("20", 2, True, id="exactly two thirds"),
        pytest.param("20.1", 3, False, id="just over two thirds"),
    ],
)
def test_size_is_exact_at_its_boundaries(destroyed: str, points: int, boundary: bool) -> None:
    score = mirels_of(SUBTROCHANTERIC, findings(cortical_involvement=cortex(destroyed, "30")))
    assert score.points["size"] == points
    assert (flags.BOUNDARY in score.flags) is boundary


def test_size_follows_the_declared_denominator_and_says_when_they_disagree() -> None:
    both = (measured("10", "12"), measured("10", "32", Denominator.BONE_DIAMETER))
    by_cortex = CorticalInvolvement(measured=both)
    by_diameter = CorticalInvolvement(measured=both, denominator=Denominator.BONE_DIAMETER)
    first = mirels_of(SUBTROCHANTERIC, findings(cortical_involvement=by_cortex))
    second = mirels_of(SUBTROCHANTERIC, findings(cortical_involvement=by_diameter))
    assert (first.points["size"], second.points["size"]) == (3, 1)
    assert flags.SIZE_DENOMINATORS_DISAGREE in first.flags
    assert flags.SIZE_BY_BONE_DIAMETER not in first.flags
    assert {flags.SIZE_DENOMINATORS_DISAGREE, flags.SIZE_BY_BONE_DIAMETER} <= set(second.flags)


def test_a_readers_category_is_scored_without_any_measurement() -> None:
    judged = CorticalInvolvement(category=CorticalShare.GT_2_3)
    assert mirels_of(SUBTROCHANTERIC, findings(cortical_involvement=judged)).points["size"] == 3


@pytest.mark.parametrize(
    ("seen", "points", "raised"),
    [
        pytest.param(collapse(loss="50"), 2, [flags.BOUNDARY], id="exactly half the height"),
        pytest.param(collapse(loss="50.1"), 3, [], id="more than half the height"),
        pytest.param(collapse(loss="49.9"), 2, [], id="less than half the height"),
        pytest.param(collapse(present=True, loss="1"), 2, [], id="a small loss that the reader calls collapse"),
        pytest.param(collapse(present=False, body="50"), 0, [flags.BOUNDARY], id="exactly half the body"),
        pytest.param(collapse(present=False, body="50.1"), 1, [], id="more than half the body"),
        pytest.param(collapse(present=False, body="10"), 0, [], id="neither"),
        pytest.param(collapse(loss="30", body="90"), 2, [], id="collapse dominates involvement"),
        pytest.param(collapse(loss="30", body="50"), 2, [], id="involvement on its edge beside a collapse"),
        pytest.param(collapse(loss="0", body="60"), 1, [], id="no height lost"),
    ],
)
def test_collapse_scores(seen: VertebralCollapse, points: int, raised: list[str]) -> None:
    assert collapse_score(seen).points["collapse"] == points
    assert list(collapse_score(seen).flags) == raised


@pytest.mark.parametrize(
    ("seen", "least", "most"),
    [
        pytest.param(collapse(present=True), 2, 3, id="a collapse of unknown degree"),
        pytest.param(collapse(present=False), 0, 1, id="no collapse, body not estimated"),
        pytest.param(collapse(body="80"), 1, 3, id="most of the body, collapse not stated"),
        pytest.param(collapse(loss="15", body="80"), 1, 2, id="a small loss nobody called, most of the body"),
        pytest.param(collapse(loss="15"), 0, 2, id="a small loss nobody called"),
        pytest.param(collapse(), 0, 3, id="nothing known"),
    ],
)
def test_half_known_collapse_narrows_the_interval(seen: VertebralCollapse, least: int, most: int) -> None:
    score = collapse_score(seen)
    open_score = sins_of(L3, ImagingFindings())
    assert score.points["collapse"] is None
    assert (score.minimum - open_score.minimum, open_score.maximum - score.maximum) == (least, 3 - most)


def test_half_the_body_is_an_edge_while_nobody_has_said_whether_it_collapsed() -> None:
    assert collapse_score(collapse(body="50")).flags == (flags.BOUNDARY,)
    assert collapse_score(collapse(body="50.1")).flags == ()
    both = (flags.BOUNDARY, flags.COLLAPSE_NEEDS_CONFIRMATION)
    assert collapse_score(collapse(loss="15", body="50")).flags == both
    assert collapse_score(collapse(loss="15", body="49.9")).flags == (flags.COLLAPSE_NEEDS_CONFIRMATION,)


def test_a_small_measured_loss_waits_for_the_reader() -> None:
    assert collapse_score(collapse(loss="19.9")).flags == (flags.COLLAPSE_NEEDS_CONFIRMATION,)
    assert collapse_score(collapse(loss="20")).flags == ()
    assert collapse_score(collapse(loss="20")).points["collapse"] == 2


@pytest.mark.parametrize(
    ("names", "points"),
    [
        ((), 0),
        (("left pedicle",), 1),
        (("left pedicle", "left facet"), 1),
        (("left pedicle", "right facet"), 3),
        (("right costovertebral_joint", "left costovertebral_joint"), 3),
    ],
)
def test_posterolateral_counts_sides_and_not_structures(names: tuple[str, ...], points: int) -> None:
    score = sins_of(vertebra("T7"), findings(posterolateral=elements(*names)))
    assert score.points["posterolateral"] == points


def test_retropulsion_adds_nothing_and_is_flagged() -> None:
    with_it = sins_of(L3, findings(alignment=Alignment.NORMAL, retropulsion=True))
    without = sins_of(L3, findings(alignment=Alignment.NORMAL, retropulsion=False))
    assert with_it.points == without.points
    assert with_it.points["alignment"] == 0
    assert (with_it.flags, without.flags) == ((flags.RETROPULSION_SCORES_ZERO,), ())


def test_s1_is_junctional_and_s2_is_rigid() -> None:
    assert sins_of(Site(bone=Bone.VERTEBRA, level=Level.S1), ImagingFindings()).points["location"] == 3
    assert sins_of(Site(bone=Bone.VERTEBRA, level=Level.S2), ImagingFindings()).points["location"] == 0


def test_flags_are_a_stable_vocabulary() -> None:
    assert len(set(flags.ALL)) == len(flags.ALL)
    named = {value for name, value in vars(flags).items() if name.isupper() and isinstance(value, str)}
    assert named == set(flags.ALL)
