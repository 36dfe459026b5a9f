"""The sample study as files: valid, repeatable, small, and full of an invented identity."""

import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pydicom
import pytest

from osteon.sample import study
from osteon.sample.reading import sample_lesions
from osteon.sample.spine import spine_truth
from tests.builders.programs import program

MOST_BYTES = 20_000_000


@pytest.fixture(scope="module")
def series() -> tuple[study.SampleSeries, study.SampleSeries]:
    return study.sample_series()


@pytest.fixture(scope="module")
def files(
    tmp_path_factory: pytest.TempPathFactory, series: tuple[study.SampleSeries, study.SampleSeries]
) -> Iterator[list[Path]]:
    folder = tmp_path_factory.mktemp("sample")
    yield study.write_sample_study(folder, series)
    shutil.rmtree(folder)


def test_the_study_is_one_examination_of_two_series_under_twenty_megabytes(files: list[Path]) -> None:
    headers = [pydicom.dcmread(path, stop_before_pixels=True) for path in files]
    assert len({header.StudyInstanceUID for header in headers}) == 1
    assert len({header.SeriesInstanceUID for header in headers}) == 2
    assert len({header.SOPInstanceUID for header in headers}) == len(files) == 88 + 60
    assert sum(path.stat().st_size for path in files) < MOST_BYTES


def test_generating_again_gives_the_same_bytes(files: list[Path], tmp_path: Path) -> None:
    again = study.write_sample_study(tmp_path)
    assert [digest(path) for path in again] == [digest(path) for path in files]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("position", [0, 40, -1])
def test_a_validator_finds_no_error(files: list[Path], position: int) -> None:
    run = subprocess.run([program("dciodvfy"), files[position]], capture_output=True, text=True, check=False)
    complaints = (run.stdout + run.stderr).splitlines()
    assert [line for line in complaints if "Error" in line] == []
    assert "CTImage" in complaints


def test_stored_pixels_give_back_the_phantom(
    files: list[Path], series: tuple[study.SampleSeries, study.SampleSeries]
) -> None:
    volume = series[0].volume
    header = pydicom.dcmread(files[0])
    hounsfield = header.pixel_array.astype(int) * int(header.RescaleSlope) + int(header.RescaleIntercept)
    assert np.array_equal(hounsfield, volume.voxels[-1])
    assert header.ImagePositionPatient[2] == pytest.approx(volume.slice_position(len(volume.voxels) - 1))


def test_the_invented_identity_is_everywhere_it_would_be(files: list[Path]) -> None:
    content = files[0].read_bytes()
    missing = [text for text in study.IDENTIFYING_TEXTS if text.encode("latin-1") not in content]
    assert missing == []


def test_uids_follow_the_standard(files: list[Path]) -> None:
    header = pydicom.dcmread(files[0], stop_before_pixels=True)
    for uid in (header.StudyInstanceUID, header.SeriesInstanceUID, header.SOPInstanceUID):
        assert uid.is_valid
        assert uid.startswith("2.25.")


def test_the_reading_says_what_the_truth_says(
    series: tuple[study.SampleSeries, study.SampleSeries],
) -> None:
    vertebra, femur = sample_lesions(*series)
    assert vertebra.site == {"bone": "vertebra", "level": "L3"}
    assert vertebra.findings["vertebral_collapse"] == {"present": True, "height_loss_percent": 40.0}
    assert vertebra.findings["posterolateral"] == [{"structure": "pedicle", "side": "left"}]
    assert femur.site == {"bone": "femur", "region": "subtrochanteric", "side": "left"}
    cortex, width = femur.findings["cortical_involvement"]["measured"]
    assert cortex == {"of": "cortical", "destroyed_mm": 3.0, "total_mm": 6.0}
    assert width == {"of": "bone_diameter", "destroyed_mm": 14.0, "total_mm": 28.0}


def test_the_geometry_lies_in_the_image_that_the_reading_names(
    series: tuple[study.SampleSeries, study.SampleSeries],
) -> None:
    for lesion, source in zip(sample_lesions(*series), series, strict=True):
        image = study.image(source, lesion.instance_number)
        assert image.SeriesNumber == lesion.series_number
        assert {point[2] for point in lesion.points} == {float(image.ImagePositionPatient[2])}
        geometry = lesion.geometry("2.25.1")
        assert geometry["sop_instance_uid"] == "2.25.1"
        assert set(geometry["points"][0]) == {"x", "y", "z"}


def test_the_vertebral_lesion_is_drawn_through_the_hole_s_middle(
    series: tuple[study.SampleSeries, study.SampleSeries],
) -> None:
    vertebra, _ = sample_lesions(*series)
    assert vertebra.points[0][2] == pytest.approx(spine_truth().hole.centre[2])
