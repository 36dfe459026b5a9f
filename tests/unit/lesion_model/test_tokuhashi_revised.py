from dataclasses import dataclass

import pytest

from lesion_model import flags, tokuhashi_revised
from lesion_model.errors import FindingError, ItemsError
from lesion_model.frankel import Frankel
from lesion_model.performance_status import Karnofsky
from lesion_model.primary import PrimaryTumour
from lesion_model.scoring import NotApplicable, Score

# Typed from the paper's table; a tumour that it does not list is in its row "others", 2 points.
POINTS_OF_TUMOURS = {
    0: "lung lung_nsclc lung_sclc osteosarcoma stomach bladder oesophagus pancreas",
    1: "liver gallbladder unidentified",
    2: "other colon melanoma myeloma lymphoma",
    3: "kidney uterus",
    4: "rectum",
    5: "thyroid breast prostate carcinoid",
}
TUMOURS = [(tumour, points) for points, tumours in POINTS_OF_TUMOURS.items() for tumour in tumours.split()]
DECADES = [("10", 0), ("40", 0), ("50", 1), ("70", 1), ("80", 2), ("100", 2)]
GRADES = [("A", 0), ("B", 0), ("C", 1), ("D", 1), ("D1", 1), ("D2", 1), ("D3", 1), ("E", 2)]
HIGHEST = {
    "general": "kps_80_100",
    "extraspinal_bone": "0",
    "vertebral": "1",
    "visceral": "none",
    "primary": "p5",
    "palsy": "frankel_E",
}


@dataclass(frozen=True)
class Contradiction:
    item: str
    value: str
    source: str
    given: str
    allowed: str


@pytest.mark.parametrize(("tumour", "points"), TUMOURS)
def test_a_named_tumour_gives_the_points_of_its_row(tumour: str, points: int) -> None:
    assert tokuhashi_revised.calculate({"primary_tumour": tumour}).points["primary"] == points


def test_every_named_tumour_has_a_row() -> None:
    assert {tumour for tumour, _ in TUMOURS} == {tumour.value for tumour in PrimaryTumour}


def test_only_the_rectum_scores_four_and_the_colon_is_other() -> None:
    assert [tumour for tumour, points in TUMOURS if points == 4] == ["rectum"]
    assert tokuhashi_revised.calculate({"primary_tumour": "rectum"}).points["primary"] == 4
    assert tokuhashi_revised.calculate({"primary_tumour": "colon"}).points["primary"] == 2


@pytest.mark.parametrize(("decade", "points"), DECADES)
def test_a_karnofsky_decade_gives_the_general_condition(decade: str, points: int) -> None:
    assert tokuhashi_revised.calculate({"karnofsky": decade}).points["general"] == points


def test_every_karnofsky_decade_has_a_class() -> None:
    assert set(tokuhashi_revised.GENERAL_BY_KARNOFSKY) == set(Karnofsky)


@pytest.mark.parametrize("value", ["45", "0", "110", "80 %", 80, 80.0, True])
def test_karnofsky_is_taken_in_decades_only(value: object) -> None:
    with pytest.raises(ItemsError) as refusal:
        tokuhashi_revised.calculate({"karnofsky": value})
    (problem,) = refusal.value.problems
    assert problem.field == "karnofsky"
    assert problem.allowed == ("10", "20", "30", "40", "50", "60", "70", "80", "90", "100")


@pytest.mark.parametrize(("grade", "points"), GRADES)
def test_a_frankel_grade_gives_the_palsy(grade: str, points: int) -> None:
    assert tokuhashi_revised.calculate({"frankel": grade}).points["palsy"] == points


def test_every_frankel_grade_has_a_class() -> None:
    assert {grade for grade, _ in GRADES} == {grade.value for grade in Frankel}
    assert set(tokuhashi_revised.PALSY_BY_FRANKEL) == set(Frankel)


@pytest.mark.parametrize(
    "case",
    [
        Contradiction("primary", "p5", "primary_tumour", "colon", "p2"),
        Contradiction("general", "kps_10_40", "karnofsky", "50", "kps_50_70"),
        Contradiction("palsy", "frankel_E", "frankel", "D3", "frankel_CD"),
    ],
    ids=lambda case: case.source,
)
def test_an_item_that_contradicts_its_stand_in_is_refused(case: Contradiction) -> None:
    with pytest.raises(ItemsError) as refusal:
        tokuhashi_revised.calculate({case.item: case.value, case.source: case.given})
    (problem,) = refusal.value.problems
    assert (problem.field, problem.allowed) == (case.item, (case.allowed,))
    assert problem.detail == f"contradicts {case.source}"


def test_all_contradictions_are_named_at_once() -> None:
    items = {"primary": "p5", "primary_tumour": "lung", "palsy": "frankel_E", "frankel": "A"}
    with pytest.raises(ItemsError) as refusal:
        tokuhashi_revised.calculate(items)
    assert [problem.field for problem in refusal.value.problems] == ["primary", "palsy"]


def test_an_item_may_come_with_a_stand_in_that_agrees() -> None:
    score = tokuhashi_revised.calculate({**HIGHEST, "primary_tumour": "breast", "karnofsky": "90", "frankel": "E"})
    assert (score.total, score.band, score.flags) == (15, "ge_1_year", ())


def test_an_entry_without_the_vertebral_item_is_incomplete() -> None:
    score = tokuhashi_revised.calculate(HIGHEST | {"vertebral": None})
    assert (score.minimum, score.maximum, score.total) == (13, 15, None)
    assert (score.band, score.points["vertebral"]) == ("ge_1_year", None)


@pytest.mark.parametrize("lung", ["lung", "lung_nsclc", "lung_sclc"])
def test_a_lung_primary_never_passes_ten_points_and_says_why(lung: str) -> None:
    score = tokuhashi_revised.calculate({**HIGHEST, "primary": None, "primary_tumour": lung})
    assert (score.total, score.band) == (10, "ge_6_months")
    assert score.flags == (flags.LUNG_PREDATES_TARGETED_THERAPY,)


@pytest.mark.parametrize("tumour", [tumour for tumour, _ in TUMOURS if not tumour.startswith("lung")])
def test_only_a_lung_primary_raises_the_flag_of_the_lung(tumour: str) -> None:
    assert tokuhashi_revised.calculate({"primary_tumour": tumour}).flags == ()


@pytest.mark.parametrize(("total", "words"), [(8, "8 points or less"), (9, "9 to 11"), (11, "9 to 11"), (12, "12")])
def test_the_suggestion_changes_at_nine_and_at_twelve_points(total: int, words: str) -> None:
    suggestion = tokuhashi_revised.INSTRUMENT.band(total).suggestion
    assert suggestion.en.startswith(f"Tokuhashi 2005: {words}")


def test_nine_to_eleven_points_name_the_exception_for_a_single_lesion() -> None:
    suggestion = tokuhashi_revised.INSTRUMENT.band(10).suggestion
    assert "palliative surgery; excisional surgery for a single lesion without visceral metastases" in suggestion.en


def test_no_vertebral_metastasis_is_not_applicable() -> None:
    answer = tokuhashi_revised.assess(HIGHEST, vertebral_metastases=0, extraspinal_bone_metastases=0)
    assert isinstance(answer, NotApplicable)
    assert (answer.instrument, answer.reason) == ("tokuhashi_revised", tokuhashi_revised.NO_VERTEBRA_REASON)


@pytest.mark.parametrize(("count", "points"), [(1, 2), (2, 1), (3, 0), (24, 0)])
def test_counted_vertebrae_give_their_class(count: int, points: int) -> None:
    answer = tokuhashi_revised.assess({}, vertebral_metastases=count, extraspinal_bone_metastases=None)
    assert isinstance(answer, Score)
    assert answer.points["vertebral"] == points
    assert answer.points["extraspinal_bone"] is None


@pytest.mark.parametrize(("count", "points"), [(0, 2), (1, 1), (2, 1), (3, 0), (40, 0)])
def test_counted_extraspinal_foci_give_their_class(count: int, points: int) -> None:
    answer = tokuhashi_revised.assess({}, vertebral_metastases=None, extraspinal_bone_metastases=count)
    assert isinstance(answer, Score)
    assert answer.points["extraspinal_bone"] == points
    assert answer.points["vertebral"] is None


def test_an_assessment_takes_stand_ins_and_keeps_their_flags() -> None:
    answer = tokuhashi_revised.assess(
        {"primary_tumour": "lung", "karnofsky": "80"}, vertebral_metastases=1, extraspinal_bone_metastases=0
    )
    assert isinstance(answer, Score)
    assert (answer.minimum, answer.maximum) == (6, 10)
    assert answer.flags == (flags.LUNG_PREDATES_TARGETED_THERAPY,)


def test_the_two_counts_are_named_so_that_they_cannot_be_swapped() -> None:
    with pytest.raises(TypeError):
        tokuhashi_revised.assess({}, 1, 0)  # type: ignore[call-arg]


@pytest.mark.parametrize("item", ["vertebral", "extraspinal_bone"])
def test_a_class_that_contradicts_its_count_is_refused(item: str) -> None:
    with pytest.raises(ItemsError) as refusal:
        tokuhashi_revised.assess({item: "ge_3"}, vertebral_metastases=2, extraspinal_bone_metastases=2)
    (problem,) = refusal.value.problems
    assert problem.field == item
    assert problem.allowed == ({"vertebral": "2", "extraspinal_bone": "1_2"}[item],)


@pytest.mark.parametrize("count", [-1, 1.0, True, "1"])
def test_a_count_that_is_none_is_refused(count: int) -> None:
    with pytest.raises(FindingError, match="vertebral_metastases"):
        tokuhashi_revised.vertebral_class(count)
    with pytest.raises(FindingError, match="extraspinal_bone_metastases"):
        tokuhashi_revised.extraspinal_class(count)
