"""NIfTI files against dcm2niix, on the sample study and on real series where they are present."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK

from annotation.nifti.conversion import convert
from osteon.sample.study import write_sample_study
from tests.builders.programs import program

sitk: Any = SimpleITK
ROOT = Path(__file__).resolve().parents[3]
REAL = Path(os.environ.get("OSTEON_TEST_DATA", ROOT.parent / "shared" / "data"))
SERIES = {
    "ct": "ct_ge_CRLM-CT-1004",
    "pet with a scale per slice": "pt_ge_wholebody_STS_001",
    "mr": "mr_toshiba_ADC_CMB-CRC-MSB-06489",
}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    write_sample_study(folder)
    return folder


def assert_same_as_dcm2niix(paths: list[Path], folder: Path) -> None:
    source = folder / "in"
    source.mkdir()
    for path in paths:
        shutil.copy(path, source)
    subprocess.run(
        [program("dcm2niix"), "-b", "n", "-z", "n", "-o", folder, "-f", "peer", source], check=True, capture_output=True
    )
    convert(paths[::-1], folder / "ours.nii.gz")
    (peer,) = folder.glob("peer*.nii")
    ours, theirs = (sitk.DICOMOrient(sitk.ReadImage(str(path)), "LPS") for path in (folder / "ours.nii.gz", peer))
    assert ours.GetSize() == theirs.GetSize()
    assert np.allclose(ours.GetSpacing(), theirs.GetSpacing(), atol=1e-3)
    assert np.allclose(ours.GetDirection(), theirs.GetDirection(), atol=1e-3)
    assert np.allclose(ours.GetOrigin(), theirs.GetOrigin(), atol=1e-2)
    values, others = (sitk.GetArrayFromImage(image).astype(float) for image in (ours, theirs))
    assert np.allclose(values, others, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("series", ["2-*.dcm", "3-*.dcm"])
def test_the_sample_study_has_dcm2niix_s_geometry_and_values(sample: Path, tmp_path: Path, series: str) -> None:
    assert_same_as_dcm2niix(sorted(sample.glob(series)), tmp_path)


@pytest.mark.parametrize("name", SERIES)
def test_a_real_series_has_dcm2niix_s_geometry_and_values(name: str, tmp_path: Path) -> None:
    paths = real_series(SERIES[name])
    assert_same_as_dcm2niix(paths, tmp_path)


def real_series(folder: str) -> list[Path]:
    """The folder with most images below a data set."""
    found = [path for path in (REAL / folder).rglob("*.dcm") if path.is_file()]
    if not found:
        pytest.skip("the real series are not here (OSTEON_TEST_DATA)")
    largest = max({path.parent for path in found}, key=lambda parent: len(list(parent.glob("*.dcm"))))
    return sorted(largest.glob("*.dcm"))


def test_converting_again_gives_the_same_bytes_of_sixteen_bits(sample: Path, tmp_path: Path) -> None:
    paths = sorted(sample.glob("3-*.dcm"))
    for name in ("a.nii.gz", "b.nii.gz"):
        convert(paths, tmp_path / name)
    assert (tmp_path / "a.nii.gz").read_bytes() == (tmp_path / "b.nii.gz").read_bytes()
    assert sitk.ReadImage(str(tmp_path / "a.nii.gz")).GetPixelIDTypeAsString() == "16-bit signed integer"
