"""Epidural extension, cortex, heights, soft tissue, density, change and sources: what can and cannot be."""

from decimal import Decimal
from typing import Any

import pytest

from lesion_model.anatomy import Site
from lesion_model.applicability import check_applicable
from lesion_model.errors import FindingError, FindingNotApplicableError
from lesion_model.findings import (
    AcetabularDefect,
    BilskyGrade,
    ChangeSinceEarlier,
    CorticalInvolvement,
    Denominator,
    EpiduralExtension,
    Finding,
    FindingSource,
    HounsfieldStatistics,
    How,
    ImagingFindings,
    LesionType,
    MeasuredShare,
    Sclerosis,
    SoftTissueComponent,
    Trend,
    VertebralHeights,
)
from lesion_model.skeleton import Bone, Region, Side
from tests.builders.lesions import L3, LEFT_RIB_5, SUBTROCHANTERIC, findings, vertebra

EARLIER = "2.25.7"
TIBIA = Site(bone=Bone.TIBIA, region=Region.DISTAL_METAPHYSIS, side=Side.LEFT)
ACETABULUM = Site(bone=Bone.PELVIS, region=Region.ACETABULUM, side=Side.LEFT)
ILIUM = Site(bone=Bone.PELVIS, region=Region.ILIUM, side=Side.LEFT)


def refused(build: Any, **values: Any) -> list[str]:
    with pytest.raises(FindingError) as refusal:
        build(**values)
    return [problem.field for problem in refusal.value.problems]


def density(mean: str, sd: str, least: str, most: str) -> HounsfieldStatistics:
    return HounsfieldStatistics(
        mean_hu=Decimal(mean), sd_hu=Decimal(sd), minimum_hu=Decimal(least), maximum_hu=Decimal(most)
    )


def heights(anterior: str) -> VertebralHeights:
    return VertebralHeights(anterior_mm=Decimal(anterior))


def source(finding: Finding = Finding.LESION_TYPE, how: How = How.SUGGESTED, **where: str) -> FindingSource:
    return FindingSource(finding=finding, how=how, **where)


def test_the_grades_are_those_of_the_epidural_compression_scale() -> None:
    assert [grade.value for grade in BilskyGrade] == ["0", "1a", "1b", "1c", "2", "3"]


@pytest.mark.parametrize("grade", ["1c", "2", "3"])
def test_where_the_cord_is_touched_its_distance_is_nought(grade: str) -> None:
    bilsky = BilskyGrade(grade)
    assert EpiduralExtension(bilsky=bilsky, cord_distance_mm=Decimal("0.0")).cord_distance_mm == 0
    assert refused(EpiduralExtension, bilsky=bilsky, cord_distance_mm=Decimal("0.1")) == ["cord_distance_mm"]


@pytest.mark.parametrize("grade", ["0", "1a", "1b"])
def test_where_the_cord_is_not_touched_there_is_a_distance(grade: str) -> None:
    bilsky = BilskyGrade(grade)
    assert EpiduralExtension(bilsky=bilsky, cord_distance_mm=Decimal("0.1")).bilsky is bilsky
    assert refused(EpiduralExtension, bilsky=bilsky, cord_distance_mm=Decimal(0)) == ["cord_distance_mm"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        pytest.param({}, "bilsky", id="nothing known"),
        pytest.param({"bilsky": "2"}, "bilsky", id="a grade as text"),
        pytest.param({"canal_narrowing_percent": Decimal("100.1")}, "canal_narrowing_percent", id="above everything"),
        pytest.param({"canal_narrowing_percent": 25}, "canal_narrowing_percent", id="not a decimal"),
        pytest.param({"cord_distance_mm": Decimal(-1)}, "cord_distance_mm", id="a negative distance"),
    ],
)
def test_an_impossible_epidural_extension_is_refused(values: dict[str, Any], field: str) -> None:
    assert refused(EpiduralExtension, **values) == [field]


def test_the_canal_may_be_narrowed_by_nought_and_by_everything() -> None:
    for share in (Decimal(0), Decimal(100)):
        assert EpiduralExtension(canal_narrowing_percent=share).canal_narrowing_percent == share


@pytest.mark.parametrize(
    ("values", "field"),
    [
        pytest.param({}, "anterior_mm", id="no height at all"),
        pytest.param({"middle_mm": Decimal(0)}, "middle_mm", id="no height is no measurement"),
        pytest.param({"posterior_mm": Decimal("100.1")}, "posterior_mm", id="a height in another unit"),
        pytest.param({"anterior_mm": 25.0}, "anterior_mm", id="a binary float"),
    ],
)
def test_impossible_heights_are_refused(values: dict[str, Any], field: str) -> None:
    assert refused(VertebralHeights, **values) == [field]


def test_an_acetabular_defect_says_something_of_one_wall_at_least() -> None:
    assert refused(AcetabularDefect) == ["medial_wall_deficient"]
    assert refused(AcetabularDefect, medial_wall_deficient=True, rim_deficient=0) == ["rim_deficient"]
    assert AcetabularDefect(rim_deficient=False).medial_wall_deficient is None


@pytest.mark.parametrize(
    ("values", "field"),
    [
        pytest.param({"present": None}, "present", id="neither yes nor no"),
        pytest.param({"present": 1}, "present", id="a number for yes"),
        pytest.param({"present": True, "longest_mm": Decimal(0)}, "longest_mm", id="of no length"),
        pytest.param({"present": False, "longest_mm": Decimal(5)}, "longest_mm", id="a length of what is not there"),
    ],
)
def test_an_impossible_soft_tissue_component_is_refused(values: dict[str, Any], field: str) -> None:
    assert refused(SoftTissueComponent, **values) == [field]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        pytest.param(("5", "1", "10", "20"), "mean_hu", id="a mean below the minimum"),
        pytest.param(("25", "1", "10", "20"), "mean_hu", id="a mean above the maximum"),
        pytest.param(("15", "1", "20", "10"), "minimum_hu", id="the ends the wrong way round"),
        pytest.param(("15", "10.1", "10", "20"), "sd_hu", id="a deviation wider than the range"),
        pytest.param(("15", "-1", "10", "20"), "sd_hu", id="a negative deviation"),
        pytest.param(("15", "1", "-10241", "20"), "minimum_hu", id="below the extended CT scale"),
        pytest.param(("15", "1", "10", "30711"), "maximum_hu", id="above the extended CT scale"),
        pytest.param(("NaN", "1", "10", "20"), "mean_hu", id="not a number"),
    ],
)
def test_impossible_densities_are_refused(values: tuple[str, str, str, str], field: str) -> None:
    assert refused(density, **dict(zip(("mean", "sd", "least", "most"), values, strict=True))) == [field]


def test_hounsfield_units_are_of_ct() -> None:
    assert density("-3.5", "0", "-3.5", "-3.5").modality.value == "CT"
    given = dict.fromkeys(("mean_hu", "sd_hu", "minimum_hu", "maximum_hu"), Decimal(0))
    assert refused(HounsfieldStatistics, **given, modality="MR") == ["modality"]
    for name in given:
        assert refused(HounsfieldStatistics, **(given | {name: None})) == [name]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        pytest.param({}, "lysis", id="nothing compared"),
        pytest.param({"lysis": "stable"}, "lysis", id="a trend as text"),
        pytest.param({"sclerosis": Trend.STABLE}, "sclerosis", id="a trend for sclerosis"),
        pytest.param({"soft_tissue": Sclerosis.NONE}, "soft_tissue", id="sclerosis for a trend"),
        pytest.param({"new_lytic_lesion": 0}, "new_lytic_lesion", id="a number for no"),
        pytest.param({"lysis": Trend.STABLE, "earlier_study_instance_uid": "1..2"}, "earlier_study_instance_uid"),
        pytest.param({"lysis": Trend.STABLE, "earlier_study_instance_uid": None}, "earlier_study_instance_uid"),
    ],
)
def test_an_impossible_change_is_refused(values: dict[str, Any], field: str) -> None:
    assert refused(ChangeSinceEarlier, **{"earlier_study_instance_uid": EARLIER, **values}) == [field]


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        pytest.param({"axial_cortical_mm": Decimal(-1)}, ["axial_cortical_mm"], id="a negative length"),
        pytest.param(
            {"circumferential_cortical_percent": Decimal("100.01")},
            ["circumferential_cortical_percent"],
            id="more than around",
        ),
        pytest.param(
            {"axial_cortical_mm": Decimal(0), "circumferential_cortical_percent": Decimal(10)},
            ["circumferential_cortical_percent"],
            id="around but not along",
        ),
        pytest.param(
            {"axial_cortical_mm": Decimal(10), "circumferential_cortical_percent": Decimal(0)},
            ["circumferential_cortical_percent"],
            id="along but not around",
        ),
        pytest.param(
            {"axial_cortical_mm": Decimal(0), "cortical_breach": True}, ["cortical_breach"], id="a breach of nothing"
        ),
        pytest.param(
            {"circumferential_cortical_percent": Decimal("0.0"), "cortical_breach": True},
            ["cortical_breach"],
            id="a breach of nothing around",
        ),
        pytest.param({"cortical_breach": "yes"}, ["cortical_breach"], id="text for yes"),
        pytest.param({"volume_cm3": Decimal(0)}, ["volume_cm3"], id="no volume"),
        pytest.param({"volume_cm3": Decimal(10_001)}, ["volume_cm3"], id="a volume in another unit"),
        pytest.param({"epidural_extension": "2"}, ["epidural_extension"], id="text for an extension"),
        pytest.param({"vertebral_heights": Decimal(20)}, ["vertebral_heights"], id="a number for heights"),
        pytest.param({"acetabular_defect": True}, ["acetabular_defect"], id="yes for a defect"),
        pytest.param({"alignment": "normal"}, ["alignment"], id="text for an alignment"),
        pytest.param({"cortical_involvement": Decimal(1)}, ["cortical_involvement"], id="a number for a share"),
        pytest.param({"vertebral_collapse": True}, ["vertebral_collapse"], id="yes for a collapse"),
        pytest.param({"change": Trend.STABLE}, ["change"], id="a trend for a change"),
        pytest.param({"pathological_fracture": 1}, ["pathological_fracture"], id="a number for a fracture"),
        pytest.param({"short_axis_mm": Decimal(0)}, ["short_axis_mm"], id="no width"),
        pytest.param({"soft_tissue": True}, ["soft_tissue"], id="yes for a component"),
        pytest.param({"hounsfield": {"mean_hu": 1}}, ["hounsfield"], id="a dictionary for densities"),
        pytest.param({"posterolateral": ["pedicle"]}, ["posterolateral"], id="a list for a set"),
        pytest.param({"posterolateral": frozenset({"pedicle"})}, ["posterolateral"], id="text in a set"),
        pytest.param({"sources": [source()], "lesion_type": LesionType.LYTIC}, ["sources"], id="a list of sources"),
        pytest.param({"sources": frozenset({source()})}, ["sources"], id="a source of what is not known"),
        pytest.param(
            {"sources": frozenset({source(), source(how=How.VISUAL)}), "lesion_type": LesionType.LYTIC},
            ["sources"],
            id="two sources of one finding",
        ),
        pytest.param(
            {
                "soft_tissue": SoftTissueComponent(present=False),
                "change": ChangeSinceEarlier(earlier_study_instance_uid=EARLIER, soft_tissue=Trend.INCREASE),
            },
            ["change.soft_tissue"],
            id="more of what is not there",
        ),
    ],
)
def test_findings_that_cannot_be_are_refused(values: dict[str, Any], fields: list[str]) -> None:
    assert refused(ImagingFindings, **values) == fields


def test_soft_tissue_that_is_gone_has_decreased() -> None:
    gone = ChangeSinceEarlier(earlier_study_instance_uid=EARLIER, soft_tissue=Trend.DECREASE)
    assert findings(soft_tissue=SoftTissueComponent(present=False), change=gone).change is gone


@pytest.mark.parametrize("present", [True, False])
def test_soft_tissue_and_its_change_are_known_apart(present: bool) -> None:
    component = SoftTissueComponent(present=present)
    assert findings(soft_tissue=component).change is None
    grown = ChangeSinceEarlier(earlier_study_instance_uid=EARLIER, soft_tissue=Trend.INCREASE)
    assert findings(change=grown).soft_tissue is None


def test_measured_shares_come_in_a_tuple() -> None:
    share = MeasuredShare(of=Denominator.CORTICAL, destroyed_mm=Decimal(1), total_mm=Decimal(3))
    assert refused(CorticalInvolvement, measured=[share]) == ["measured"]
    assert refused(CorticalInvolvement, measured=(Decimal(1),)) == ["measured"]


def test_a_finding_is_seen_on_the_study_that_is_read_unless_a_source_says_otherwise() -> None:
    on_mr = source(Finding.EPIDURAL_EXTENSION, How.VISUAL, study_instance_uid="2.25.8", sop_instance_uid="2.25.9")
    seen = findings(
        lesion_type=LesionType.LYTIC,
        epidural_extension=EpiduralExtension(bilsky=BilskyGrade.G2),
        sources=frozenset({on_mr}),
    )
    assert seen.source_of(Finding.EPIDURAL_EXTENSION) is on_mr
    assert seen.source_of(Finding.LESION_TYPE) is None
    assert seen.known == {Finding.LESION_TYPE, Finding.EPIDURAL_EXTENSION}


@pytest.mark.parametrize("where", ["study_instance_uid", "sop_instance_uid"])
def test_a_source_is_named_by_an_identifier(where: str) -> None:
    assert refused(source, **{where: "../etc"}) == [where]
    assert refused(FindingSource, finding="lesion_type", how=How.VISUAL) == ["finding"]
    assert refused(FindingSource, finding=Finding.LESION_TYPE, how="visual") == ["how"]
    assert refused(FindingSource, finding=Finding.LESION_TYPE, how=None) == ["how"]


def test_every_finding_has_a_name_to_give_its_source() -> None:
    names = set(ImagingFindings.__dataclass_fields__) - {"sources"}
    assert {finding.value for finding in Finding} == names


DEFECT = AcetabularDefect(medial_wall_deficient=True)
EXTENSION = EpiduralExtension(bilsky=BilskyGrade.G1A)


@pytest.mark.parametrize(
    ("site", "seen", "fields"),
    [
        pytest.param(SUBTROCHANTERIC, {"epidural_extension": EXTENSION}, ["epidural_extension"], id="a femur's canal"),
        pytest.param(LEFT_RIB_5, {"vertebral_heights": heights("9")}, ["vertebral_heights"], id="a rib's height"),
        pytest.param(vertebra("C0"), {"vertebral_heights": heights("9")}, ["vertebral_heights"], id="no body at C0"),
        pytest.param(vertebra("C1"), {"vertebral_heights": heights("9")}, ["vertebral_heights"], id="nor at C1"),
        pytest.param(vertebra("coccyx"), {"vertebral_heights": heights("9")}, ["vertebral_heights"], id="nor there"),
        pytest.param(vertebra("coccyx"), {"epidural_extension": EXTENSION}, ["epidural_extension"], id="no canal"),
        pytest.param(L3, {"axial_cortical_mm": Decimal(31)}, ["axial_cortical_mm"], id="a vertebra's shaft"),
        pytest.param(
            ILIUM,
            {"circumferential_cortical_percent": Decimal(31)},
            ["circumferential_cortical_percent"],
            id="around an ilium",
        ),
        pytest.param(ILIUM, {"acetabular_defect": DEFECT}, ["acetabular_defect"], id="an ilium's socket"),
        pytest.param(L3, {"acetabular_defect": DEFECT}, ["acetabular_defect"], id="a vertebra's socket"),
    ],
)
def test_a_finding_that_the_bone_cannot_show_is_refused_by_name(
    site: Site, seen: dict[str, Any], fields: list[str]
) -> None:
    with pytest.raises(FindingNotApplicableError) as refusal:
        check_applicable(site, findings(**seen))
    assert [problem.field for problem in refusal.value.problems] == fields
    assert all(site.name_en in problem.detail for problem in refusal.value.problems)


@pytest.mark.parametrize("site", [L3, TIBIA, ILIUM, LEFT_RIB_5], ids=str)
def test_what_is_seen_of_the_tumour_can_be_seen_in_every_bone(site: Site) -> None:
    tumour = findings(
        cortical_breach=True,
        soft_tissue=SoftTissueComponent(present=True),
        volume_cm3=Decimal("4.2"),
        hounsfield=density("40", "12", "-5", "210"),
        change=ChangeSinceEarlier(earlier_study_instance_uid=EARLIER, sclerosis=Sclerosis.NONE),
    )
    check_applicable(site, tumour)


def test_each_level_with_a_body_and_a_canal_has_their_findings() -> None:
    for level in ("C2", "T12", "L5", "S1", "S5"):
        check_applicable(vertebra(level), findings(vertebral_heights=heights("20"), epidural_extension=EXTENSION))
    check_applicable(ACETABULUM, findings(acetabular_defect=DEFECT))
    check_applicable(TIBIA, findings(axial_cortical_mm=Decimal(31), circumferential_cortical_percent=Decimal(20)))
