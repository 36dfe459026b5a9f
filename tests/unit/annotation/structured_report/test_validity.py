"""Programs that others wrote to check reports find no error in ours (DCMTK, dicom3tools, PixelMed)."""

import re
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest

from annotation.structured_report.document import Source, as_file, document
from lesion_model.findings import (
    Alignment,
    BilskyGrade,
    ChangeSinceEarlier,
    EpiduralExtension,
    Finding,
    FindingSource,
    HounsfieldStatistics,
    How,
    ImagingFindings,
    LesionType,
    Sclerosis,
    SoftTissueComponent,
    Trend,
    VertebralHeights,
)
from tests.builders.image_planes import AXIAL_IMAGE
from tests.builders.lesions import LEFT_RIB_5, LUMBARISED_S1, SUBTROCHANTERIC, collapse, cortex, elements, findings
from tests.builders.programs import program
from tests.builders.reports import drawn, source

Z = AXIAL_IMAGE.position[2]
LINE = ((10.0, -100.0, Z), (31.5, -100.0, Z))
EVERYTHING = ImagingFindings(
    lesion_type=LesionType.MIXED,
    vertebral_collapse=collapse(present=True, loss="25.5", body="60"),
    vertebral_heights=VertebralHeights(
        anterior_mm=Decimal("12.5"), middle_mm=Decimal(13), posterior_mm=Decimal("20.123456")
    ),
    posterolateral=elements("left pedicle", "right facet"),
    alignment=Alignment.DE_NOVO_DEFORMITY,
    retropulsion=True,
    epidural_extension=EpiduralExtension(
        bilsky=BilskyGrade.G1C, canal_narrowing_percent=Decimal(30), cord_distance_mm=Decimal(0)
    ),
    pathological_fracture=False,
    long_axis_mm=Decimal("21.5"),
    short_axis_mm=Decimal(14),
    soft_tissue=SoftTissueComponent(present=True, longest_mm=Decimal(11)),
    volume_cm3=Decimal("4.25"),
    hounsfield=HounsfieldStatistics(
        mean_hu=Decimal("-12.5"), sd_hu=Decimal("30.1"), minimum_hu=Decimal(-100), maximum_hu=Decimal(200)
    ),
    change=ChangeSinceEarlier(
        earlier_study_instance_uid="2.25.77",
        lysis=Trend.INCREASE,
        sclerosis=Sclerosis.ON_LYTIC,
        new_lytic_lesion=False,
    ),
    sources=frozenset(
        {
            FindingSource(
                finding=Finding.VOLUME, how=How.MEASURED, study_instance_uid="2.25.77", sop_instance_uid="2.25.78"
            )
        }
    ),
)
REPORTS = [
    pytest.param(source(EVERYTHING), id="everything that can be stated"),
    pytest.param(
        source(
            findings(cortical_involvement=cortex("12", "30"), cortical_breach=True),
            site=SUBTROCHANTERIC,
            geometry=drawn(*LINE),
        ),
        id="a femur with a line",
    ),
    pytest.param(
        source(geometry=drawn(*LINE, (20.0, -107.0, Z), (20.0, -93.0, Z)), revision=2), id="two axes, in a revision"
    ),
    pytest.param(source(site=LEFT_RIB_5, geometry=drawn(*LINE, (20.0, -107.0, Z))), id="a rib with an outline"),
    pytest.param(source(geometry=drawn((10.0, -100.0, Z))), id="a point"),
    pytest.param(
        source(site=LUMBARISED_S1, geometry=drawn(*LINE, (1, 2, 3), (4, 4, 4))), id="points that are not on the image"
    ),
    pytest.param(source(geometry=drawn(*LINE, on_image=False)), id="a reformatted plane"),
]
# Of a scheme of our own the program can know nothing (PS3.3 8.2 lets a designator begin with 99).
OWN_SCHEME = re.compile(r"Warning - Unrecognized defined term <99OSTEON> for value 1 of attribute <Coding Scheme .*")
PIXELMED = Path("/usr/share/java/pixelmed.jar")
_NO_LIMITS = ("-Djdk.xml.xpathExprGrpLimit=0", "-Djdk.xml.xpathExprOpLimit=0", "-Djdk.xml.xpathTotalOpLimit=0")


@pytest.fixture
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    written = tmp_path / "report.dcm"
    made: Source = request.param
    written.write_bytes(as_file(document(made)))
    return written


def said(*command: str | Path) -> list[str]:
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=170)
    return [*ran.stdout.splitlines(), *ran.stderr.splitlines()]


@pytest.mark.parametrize("file", REPORTS, indirect=True)
def test_dciodvfy_finds_it_valid(file: Path) -> None:
    lines = [line for line in said(program("dciodvfy"), file) if not OWN_SCHEME.fullmatch(line)]

    assert lines == ["Comprehensive3DSR"]


@pytest.mark.parametrize("file", REPORTS, indirect=True)
def test_dsrdump_reads_it_without_a_complaint(file: Path) -> None:
    lines = said(program("dsrdump"), file)

    assert not [line for line in lines if line.startswith(("E:", "W:", "F:"))]
    assert 'CONTAINER:(,,"Imaging Measurement Report")' in "\n".join(lines)


@pytest.mark.skipif(
    not PIXELMED.exists() or shutil.which("java") is None, reason="needs Debian's libpixelmed-java and a Java"
)
@pytest.mark.parametrize("file", REPORTS[:3], indirect=True)
def test_pixelmed_finds_no_error(file: Path) -> None:
    jars = "/usr/share/java/pixelmed.jar:/usr/share/java/commons-codec.jar:/usr/share/java/vecmath.jar"
    lines = said("java", "-Xss512m", *_NO_LIMITS, "-cp", jars, "com.pixelmed.validate.DicomSRValidator", file)

    assert "Found Root Template TID_1500 (MeasurementReport)" in lines
    assert not [line for line in lines if line.startswith("Error")]
