"""Where each voxel of a volume lies: DICOM's own equation, read back by SimpleITK; values, bytes and dcm2niix."""

import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from annotation.nifti.conversion import convert
from tests.builders.programs import program
from tests.builders.real_files import packaged

sitk: Any = SimpleITK
ROWS, COLUMNS, SLICES = 3, 4, 5
numbers = st.floats(-1, 1, allow_nan=False, width=32)
lengths = st.floats(0.3, 6, allow_nan=False)


def rotation(axis: tuple[float, float, float], angle: float) -> NDArray[np.float64]:
    """By Rodrigues' formula; the first axis is taken where none is given."""
    x, y, z = np.array(axis) / np.linalg.norm(axis) if np.linalg.norm(axis) > 0.1 else np.array([1.0, 0, 0])
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    turned: NDArray[np.float64] = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
    return turned


def slice_at(
    position: NDArray[np.float64], axes: NDArray[np.float64], spacing: tuple[float, float], pixels: Any
) -> Dataset:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID, dataset.SOPInstanceUID = CTImageStorage, generate_uid()
    dataset.Modality, dataset.FrameOfReferenceUID = "CT", "2.25.7"
    dataset.Rows, dataset.Columns, dataset.SamplesPerPixel = ROWS, COLUMNS, 1
    dataset.PhotometricInterpretation, dataset.PixelRepresentation = "MONOCHROME2", 1
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 16, 15
    dataset.RescaleSlope, dataset.RescaleIntercept = "1", "-1024"
    dataset.PixelSpacing = [f"{each:.8f}" for each in spacing]
    dataset.ImagePositionPatient = [f"{each:.8f}" for each in position]
    dataset.ImageOrientationPatient = [f"{each:.10f}" for each in (*axes[:, 0], *axes[:, 1])]
    dataset.PixelData = pixels.astype("<i2").tobytes()
    return dataset


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    axis=st.tuples(numbers, numbers, numbers),
    angle=st.floats(-3.1, 3.1, allow_nan=False),
    spacing=st.tuples(lengths, lengths, lengths),
    origin=st.tuples(*[st.floats(-400, 400, allow_nan=False, width=32)] * 3),
    order=st.permutations(range(SLICES)),
)
def test_each_voxel_lies_where_dicoms_equation_says_and_has_its_value(
    axis: tuple[float, float, float],
    angle: float,
    spacing: tuple[float, float, float],
    origin: tuple[float, float, float],
    order: list[int],
) -> None:
    """PS3.3 C.7.6.2.1.1. The files come in any order; the slices may go either way along the normal."""
    axes = rotation(axis, angle)
    between_rows, between_columns, distance = spacing
    stored = np.arange(SLICES * ROWS * COLUMNS).reshape(SLICES, ROWS, COLUMNS)
    with tempfile.TemporaryDirectory() as name:
        folder, paths = Path(name), []
        for number in order:
            position = np.array(origin) + number * distance * axes[:, 2]
            path = folder / f"{number}.dcm"
            slice_at(position, axes, (between_rows, between_columns), stored[number]).save_as(
                path, enforce_file_format=True
            )
            paths.append(path)
        convert(paths, folder / "volume.nii")
        image = sitk.ReadImage(str(folder / "volume.nii"))
    values = sitk.GetArrayFromImage(image)
    assert values.dtype == np.int16
    for number, row, column in ((0, 0, 0), (4, 2, 3), (2, 1, 0), (3, 0, 2)):
        where = np.array(origin) + number * distance * axes[:, 2]
        where = where + axes[:, 0] * between_columns * column + axes[:, 1] * between_rows * row
        index = image.TransformPhysicalPointToIndex([float(each) for each in where])
        assert np.allclose(image.TransformIndexToPhysicalPoint(index), where, atol=2e-3)
        assert values[index[2], index[1], index[0]] == stored[number, row, column] - 1024


def test_an_enhanced_ct_has_dcm2niix_s_geometry_and_values(tmp_path: Path) -> None:
    source = packaged("eCT_Supplemental.dcm")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.dcm").write_bytes(Path(source).read_bytes())
    convert([Path(source)], tmp_path / "ours.nii.gz")
    written = ("-b", "n", "-z", "n", "-o", str(tmp_path), "-f", "peer", str(tmp_path / "in"))
    subprocess.run([program("dcm2niix"), *written], check=True, capture_output=True)
    ours, theirs = (
        sitk.DICOMOrient(sitk.ReadImage(str(tmp_path / name)), "LPS") for name in ("ours.nii.gz", "peer.nii")
    )
    assert np.array_equal(sitk.GetArrayFromImage(ours), sitk.GetArrayFromImage(theirs))
    assert np.allclose(ours.GetOrigin(), theirs.GetOrigin(), atol=1e-2)
    assert np.allclose(ours.GetDirection(), theirs.GetDirection(), atol=1e-3)
    assert np.allclose(ours.GetSpacing(), theirs.GetSpacing(), atol=1e-3)


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz"])
def test_the_sidecar_stands_beside_the_volume_and_holds_no_date(tmp_path: Path, name: str) -> None:
    convert([Path(packaged("eCT_Supplemental.dcm"))], tmp_path / name)
    text = (tmp_path / "a.json").read_text()
    assert '"Modality": "CT"' in text
    assert "Date" not in text
