"""What is written into a report is read out of it again."""

from dataclasses import replace
from io import BytesIO

import highdicom
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.sr.codedict import codes

from annotation.structured_report.document import as_file, document
from annotation.structured_report.drawing import geometry_of, plane_of
from annotation.structured_report.leaves import gathered, leaves
from annotation.structured_report.reading_back import NotAReportError, Report, read_back
from annotation.structured_report.site_codes import coded, site_of
from annotation.structured_report.understanding import understood
from lesion_model.anatomy import Site
from lesion_model.applicability import check_applicable
from lesion_model.errors import FindingNotApplicableError, SiteError
from lesion_model.findings import ImagingFindings
from lesion_model.geometry import Geometry
from lesion_model.skeleton import SKELETON, Bone, Side
from tests.builders.every_finding import imaging_findings
from tests.builders.image_planes import AXIAL_IMAGE
from tests.builders.lesions import L3, LEFT_RIB_5, LUMBARISED_S1, SUBTROCHANTERIC, lytic_findings
from tests.builders.reports import drawn, image_header, in_order, source

Z = AXIAL_IMAGE.position[2]
HOW_MANY = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def every_site() -> list[Site]:
    found = []
    for bone, facts in SKELETON.items():
        for level in facts.levels or (None,):
            for region in facts.regions or (None,):
                for number in facts.numbers or (None,):
                    for side in (None, *Side):
                        try:
                            found.append(Site(bone=bone, level=level, region=region, number=number, side=side))
                        except SiteError:
                            continue
    return found


def applicable(site: Site, findings: ImagingFindings) -> ImagingFindings:
    """Without what this bone cannot show."""
    try:
        check_applicable(site, findings)
    except FindingNotApplicableError as error:
        named = {problem.field.partition(".")[0] for problem in error.problems}
        kept = frozenset(each for each in findings.sources if each.finding.value not in named)
        return replace(findings, sources=kept, **dict.fromkeys(named))
    return findings


def written_and_read(**given: object) -> Report:
    return read_back(pydicom.dcmread(BytesIO(as_file(document(source(**given))))))  # type: ignore[arg-type]


@given(imaging_findings())
@HOW_MANY
def test_findings_taken_apart_and_put_together_are_the_same(findings: ImagingFindings) -> None:
    again = gathered(leaves(findings), findings.sources)

    assert (again.findings, again.left_out) == (in_order(findings), ())


@pytest.mark.parametrize("site", every_site(), ids=lambda site: site.name_en)
def test_every_site_has_a_code_of_its_own(site: Site) -> None:
    assert site_of(coded(site)) == site


@given(st.sampled_from([L3, SUBTROCHANTERIC, LUMBARISED_S1, LEFT_RIB_5]), imaging_findings())
@HOW_MANY
def test_a_report_gives_back_site_and_findings(site: Site, findings: ImagingFindings) -> None:
    stated = applicable(site, findings)

    (group,) = written_and_read(findings=stated, site=site).groups

    read = understood(group)
    assert (read.site, read.findings) == (site, in_order(stated))


@pytest.mark.parametrize(
    "geometry",
    [
        pytest.param(drawn((10.0, -100.0, Z)), id="a point"),
        pytest.param(drawn((10.0, -100.0, Z), (31.5, -100.0, Z)), id="a line"),
        pytest.param(
            drawn((10.0, -100.0, Z), (31.5, -100.0, Z), (20.0, -107.0, Z), (20.0, -93.0, Z)), id="the two axes"
        ),
        pytest.param(drawn((10.0, -100.0, Z), (31.5, -100.0, Z), (20.0, -107.0, Z)), id="an outline"),
        pytest.param(drawn((10.0, -100.0, Z), (31.5, -90.0, Z + 9), (1, 2, 3), (4, 4, 4)), id="points off the image"),
        pytest.param(
            drawn((10.0, -100.0, 3), (31.5, -100.0, 7), (20.0, -10, 5), on_image=False), id="a reformatted plane"
        ),
    ],
)
def test_a_report_gives_back_what_was_drawn(geometry: Geometry) -> None:
    (group,) = written_and_read(geometry=geometry).groups

    read = geometry_of(group.drawings, lambda _: plane_of(image_header()))

    assert read is not None
    pairs = list(zip(read.points, geometry.points, strict=True))
    assert (
        max(abs(a - b) for one, two in pairs for a, b in zip((one.x, one.y, one.z), (two.x, two.y, two.z), strict=True))
        < 1e-4
    )


def test_highdicom_reads_the_same_values() -> None:
    geometry = drawn((10.0, -100.0, Z), (31.5, -100.0, Z), (20.0, -107.0, Z), (20.0, -93.0, Z))
    file = as_file(document(source(lytic_findings(), site=SUBTROCHANTERIC, geometry=geometry)))

    report = highdicom.sr.srread(BytesIO(file))
    assert isinstance(report.content, highdicom.sr.MeasurementReport)
    (group,) = report.content.get_image_measurement_groups()

    assert group.finding_type == codes.SCT.BonyMetastasis
    (place,) = group.finding_sites
    assert (place.value, place.laterality) == (codes.SCT.Femur, codes.SCT.Left)
    (long,) = group.get_measurements(name=codes.SCT.LongAxis)
    assert (long.value, long.unit) == (21.5, codes.UCUM.Millimeter)
    (short,) = group.get_measurements(name=codes.SCT.ShortAxis)
    assert short.value == 14


@pytest.mark.parametrize("bone", list(Bone), ids=lambda bone: bone.value)
def test_a_bone_without_its_part_or_side_is_no_site_of_ours(bone: Bone) -> None:
    (first, *_) = [site for site in every_site() if site.bone is bone]
    loose = replace(coded(first), laterality=None, modifier=None)

    assert site_of(loose) in (None, *every_site())


def test_an_object_that_is_no_report_is_refused() -> None:
    with pytest.raises(NotAReportError, match="126000"):
        read_back(image_header())
