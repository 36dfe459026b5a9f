"""Tokuhashi, Tomita and Rades from what the meeting knows; points as in the papers' tables."""

from datetime import date
from typing import Any

import pytest

from lesion_model import flags
from lesion_model.anatomy import Site
from lesion_model.clinical import ClinicalContext, VisceralDisease
from lesion_model.findings import BilskyGrade, EpiduralExtension, ImagingFindings
from lesion_model.frankel import Frankel
from lesion_model.performance_status import Karnofsky
from lesion_model.primary import PrimaryTumour
from lesion_model.prognosis import assess_rades, assess_tokuhashi, assess_tomita
from lesion_model.scoring import NotApplicable, Score
from tests.builders.lesions import L3, LEFT_RIB_5, SUBTROCHANTERIC, findings, vertebra

UNRESECTABLE = VisceralDisease(present=True, resectable=False)
NO_VISCERAL = VisceralDisease(present=False)
SOME_VISCERAL = VisceralDisease(present=True)


def tokuhashi(**known: Any) -> Score:
    answer = assess_tokuhashi(L3, ClinicalContext(**known))
    assert isinstance(answer, Score)
    return answer


def tomita(**known: Any) -> Score:
    answer = assess_tomita(L3, ClinicalContext(**known))
    assert isinstance(answer, Score)
    return answer


def rades(seen: ImagingFindings | None = None, **known: Any) -> Score:
    answer = assess_rades(L3, seen or ImagingFindings(), ClinicalContext(**known))
    assert isinstance(answer, Score)
    return answer


def without_rades(site: Site = L3, **known: Any) -> str:
    answer = assess_rades(site, ImagingFindings(), ClinicalContext(**known))
    assert isinstance(answer, NotApplicable)
    return answer.reason.en


def bounds(score: Score) -> tuple[int, int]:
    return score.minimum, score.maximum


def test_a_complete_context_has_the_totals_of_the_papers() -> None:
    known = {
        "karnofsky": Karnofsky.K70,  # 1
        "extraspinal_bone_metastases": 2,  # 1
        "vertebral_metastases": 1,  # 2
        "visceral": NO_VISCERAL,  # 2
        "primary_tumour": PrimaryTumour.KIDNEY,  # 3
        "frankel": Frankel.D1,  # 1
    }
    assert tokuhashi(**known).total == 10
    assert tokuhashi(**known).band == "ge_6_months"
    assert tomita(**known).total == 2 + 0 + 2


def test_a_complete_rades_has_the_total_of_the_paper() -> None:
    score = rades(
        primary_tumour=PrimaryTumour.MYELOMA,  # 9
        diagnosed_on=date(2030, 1, 10),
        cord_compression_on=date(2031, 4, 11),  # 8
        visceral=UNRESECTABLE,  # 5
        frankel=Frankel.D2,  # 9
        motor_deficit_days=15,  # 9
        cord_compression=True,
    )
    assert score.total == 40
    assert score.flags == (flags.MOTOR_FROM_FRANKEL,)


def test_knowing_nothing_leaves_the_published_ranges() -> None:
    assert [bounds(tokuhashi()), bounds(tomita()), bounds(rades())] == [(0, 15), (2, 10), (21, 44)]
    assert (tokuhashi().flags, tomita().flags) == ((), ())
    assert rades().flags == (flags.CORD_COMPRESSION_NOT_CONFIRMED, flags.MOTOR_DEFICIT_NOT_CONFIRMED)


@pytest.mark.parametrize("site", [LEFT_RIB_5, SUBTROCHANTERIC], ids=str)
def test_outside_the_spine_none_of_them_applies(site: Site) -> None:
    for answer in (assess_tokuhashi(site, ClinicalContext()), assess_tomita(site, ClinicalContext())):
        assert isinstance(answer, NotApplicable)
        assert "elsewhere" in answer.reason.en
    assert "spinal canal" in without_rades(site)


def test_a_patient_without_vertebral_metastasis_has_no_tokuhashi() -> None:
    answer = assess_tokuhashi(vertebra("C0"), ClinicalContext(vertebral_metastases=0))
    assert isinstance(answer, NotApplicable)
    assert "no vertebra is involved" in answer.reason.en


@pytest.mark.parametrize(
    ("visceral", "points"),
    [
        pytest.param(NO_VISCERAL, 2, id="none"),
        pytest.param(VisceralDisease(present=True, resectable=True), 1, id="resectable"),
        pytest.param(UNRESECTABLE, 0, id="unresectable"),
        pytest.param(VisceralDisease(present=True, treatable=False), 0, id="untreatable is unresectable"),
    ],
)
def test_tokuhashi_asks_whether_visceral_disease_can_be_resected(visceral: VisceralDisease, points: int) -> None:
    assert tokuhashi(visceral=visceral).points["visceral"] == points


@pytest.mark.parametrize(
    ("visceral", "points"),
    [
        pytest.param(NO_VISCERAL, 0, id="none"),
        pytest.param(VisceralDisease(present=True, treatable=True), 2, id="treatable"),
        pytest.param(VisceralDisease(present=True, resectable=True), 2, id="resectable is treatable"),
        pytest.param(VisceralDisease(present=True, treatable=False), 4, id="untreatable"),
    ],
)
def test_tomita_asks_whether_visceral_disease_can_be_treated(visceral: VisceralDisease, points: int) -> None:
    assert tomita(visceral=visceral).points["visceral"] == points


def test_half_known_visceral_disease_narrows_the_interval() -> None:
    assert bounds(tokuhashi(visceral=SOME_VISCERAL)) == (0, 14)
    treatable = VisceralDisease(present=True, treatable=True)
    assert bounds(tokuhashi(visceral=treatable)) == (0, 14)
    assert bounds(tomita(visceral=SOME_VISCERAL)) == (4, 10)
    assert bounds(tomita(visceral=UNRESECTABLE)) == (4, 10)


@pytest.mark.parametrize(
    ("known", "points"),
    [
        pytest.param({}, None, id="nothing counted"),
        pytest.param({"vertebral_metastases": 1}, None, id="one vertebra, the rest not counted"),
        pytest.param({"vertebral_metastases": 2}, 2, id="two vertebrae"),
        pytest.param({"extraspinal_bone_metastases": 0}, None, id="none outside, the spine not counted"),
        pytest.param({"extraspinal_bone_metastases": 1}, 2, id="one outside beside this one"),
        pytest.param({"vertebral_metastases": 1, "extraspinal_bone_metastases": 0}, 1, id="this one alone"),
        pytest.param({"vertebral_metastases": 1, "extraspinal_bone_metastases": 1}, 2, id="one of each"),
        pytest.param({"vertebral_metastases": 0, "extraspinal_bone_metastases": 1}, 1, id="an occiput alone"),
        pytest.param({"metastases": 1}, 1, id="one in all organs"),
        pytest.param({"metastases": 2}, None, id="two somewhere"),
    ],
)
def test_tomita_asks_whether_the_bone_metastasis_is_the_only_one(known: dict[str, int], points: int | None) -> None:
    assert tomita(**known).points["bone"] == points


def test_a_lung_primary_is_flagged_by_tokuhashi() -> None:
    for tumour in (PrimaryTumour.LUNG, PrimaryTumour.LUNG_NSCLC, PrimaryTumour.LUNG_SCLC):
        assert tokuhashi(primary_tumour=tumour).flags == (flags.LUNG_PREDATES_TARGETED_THERAPY,)
        assert tokuhashi(primary_tumour=tumour).points["primary"] == 0
    assert tokuhashi(primary_tumour=PrimaryTumour.BREAST).flags == ()


def test_a_primary_without_published_growth_leaves_tomita_open() -> None:
    score = tomita(primary_tumour=PrimaryTumour.MELANOMA)
    assert score.points["growth"] is None
    assert score.flags == (flags.PRIMARY_WITHOUT_PUBLISHED_GROWTH,)
    assert tomita(primary_tumour=PrimaryTumour.LUNG).points["growth"] == 4


@pytest.mark.parametrize(
    ("tumour", "points"),
    [
        ("breast", 8),
        ("prostate", 7),
        ("myeloma", 9),
        ("lymphoma", 9),
        ("lung_nsclc", 5),
        ("lung_sclc", 6),
        ("unidentified", 5),
        ("kidney", 6),
        ("colon", 6),
        ("rectum", 6),
        ("melanoma", 6),
        ("other", 6),
    ],
)
def test_each_primary_has_its_points_in_rades(tumour: str, points: int) -> None:
    assert rades(primary_tumour=PrimaryTumour(tumour)).points["primary"] == points


def test_a_lung_cancer_of_unknown_type_is_one_of_two_in_rades() -> None:
    assert bounds(rades(primary_tumour=PrimaryTumour.LUNG)) == (21, 41)


@pytest.mark.parametrize(("grade", "points"), [("A", 1), ("B", 1), ("C", 3), ("D1", 9), ("D2", 9), ("D3", 10)])
def test_each_frankel_grade_has_its_motor_function_in_rades(grade: str, points: int) -> None:
    score = rades(frankel=Frankel(grade), cord_compression=True)
    assert score.points["motor"] == points
    assert score.flags == (flags.MOTOR_FROM_FRANKEL,)


def test_an_undivided_d_walks_with_or_without_an_aid() -> None:
    assert bounds(rades(frankel=Frankel.D)) == (29, 44)


@pytest.mark.parametrize(
    ("compressed", "points", "raised"),
    [
        pytest.param(date(2031, 5, 9), 6, False, id="before 15 months are over"),
        pytest.param(date(2031, 5, 10), 6, True, id="exactly 15 months"),
        pytest.param(date(2031, 5, 11), 8, False, id="a day later"),
        pytest.param(date(2030, 2, 1), 6, False, id="the compression revealed the tumour"),
    ],
)
def test_the_interval_of_rades_is_in_calendar_months(compressed: date, points: int, raised: bool) -> None:
    score = rades(diagnosed_on=date(2030, 2, 10), cord_compression_on=compressed)
    assert score.points["interval"] == points
    assert (flags.BOUNDARY in score.flags) is raised


def test_one_date_is_no_interval() -> None:
    assert rades(diagnosed_on=date(2030, 2, 10)).points["interval"] is None
    assert rades(cord_compression_on=date(2030, 2, 10)).points["interval"] is None


@pytest.mark.parametrize(("days", "points"), [(0, 4), (7, 4), (8, 7), (14, 7), (15, 9)])
def test_the_onset_of_rades_is_in_days(days: int, points: int) -> None:
    score = rades(motor_deficit_days=days, motor_deficit=True, cord_compression=True)
    assert score.points["onset"] == points
    assert score.flags == ((flags.ONSET_UNDER_ONE_DAY,) if days == 0 else ())


def test_rades_needs_a_compression_and_a_deficit() -> None:
    assert "cord compression" in without_rades(cord_compression=False)
    assert "motor deficit" in without_rades(motor_deficit=False)
    assert "motor deficit" in without_rades(frankel=Frankel.E)
    assert "spinal canal" in without_rades(vertebra("coccyx"))


@pytest.mark.parametrize("grade", BilskyGrade)
def test_a_cord_compressed_on_the_images_is_confirmed(grade: BilskyGrade) -> None:
    seen = findings(epidural_extension=EpiduralExtension(bilsky=grade))
    confirmed = grade.value in ("2", "3")
    assert (flags.CORD_COMPRESSION_NOT_CONFIRMED in rades(seen).flags) is not confirmed
    assert flags.CORD_COMPRESSION_NOT_CONFIRMED not in rades(seen, cord_compression=True).flags


def test_the_meetings_no_outweighs_the_image() -> None:
    seen = findings(epidural_extension=EpiduralExtension(bilsky=BilskyGrade.G3))
    assert isinstance(assess_rades(L3, seen, ClinicalContext(cord_compression=False)), NotApplicable)
