"""Which series make a regular volume, and why others do not."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, EnhancedCTImageStorage, ExplicitVRLittleEndian, generate_uid

from annotation.nifti.conversion import read_series, write_nifti
from annotation.nifti.refusals import RefusedSeriesError
from annotation.nifti.stack import Stack

SLICES = 6


def image(index: int) -> Dataset:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID, dataset.SOPInstanceUID = CTImageStorage, generate_uid()
    dataset.Modality = "CT"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.FrameOfReferenceUID = "2.25.7"
    dataset.Rows, dataset.Columns, dataset.SamplesPerPixel = 4, 5, 1
    dataset.PixelSpacing = ["0.7", "0.8"]
    dataset.ImagePositionPatient = ["-10", "-20", f"{30 + 2.5 * index}"]
    dataset.ImageOrientationPatient = ["1", "0", "0", "0", "1", "0"]
    dataset.InstanceNumber = SLICES - index
    return dataset


def image_as_it_is(_index: int, _dataset: Dataset) -> None:
    """Changes nothing."""


def drifting(index: int, dataset: Dataset) -> None:
    dataset.ImagePositionPatient = ["0", "0", str((0, 2.4, 4.8, 7.3, 9.9, 12.5)[index])]


def written(folder: Path, change: Callable[[int, Dataset], object] = image_as_it_is) -> list[Path]:
    """A series, changed slice by slice, in an order that has nothing to do with position."""
    paths = []
    for index in (3, 0, 5, 1, 4, 2):
        dataset = image(index)
        change(index, dataset)
        path = folder / f"{index}.dcm"
        dataset.save_as(path, enforce_file_format=True)
        paths.append(path)
    return paths


def stack_of(paths: list[Path]) -> Stack:
    return read_series(paths).stack


def test_slices_are_sorted_by_position(tmp_path: Path) -> None:
    paths = written(tmp_path)
    stack = stack_of(paths)
    assert [paths[frame.source].stem for frame in stack.frames] == list("012345")
    assert stack.spacing == pytest.approx((0.8, 0.7, 2.5))
    assert stack.origin == pytest.approx([-10, -20, 30])
    assert np.array_equal(stack.directions, np.eye(3))


def test_oblique_slices_stack_along_their_normal(tmp_path: Path) -> None:
    def tilt(index: int, dataset: Dataset) -> None:
        dataset.ImageOrientationPatient = ["1", "0", "0", "0", "0.8", "0.6"]
        dataset.ImagePositionPatient = ["0", f"{-0.6 * 3 * index:.4f}", f"{0.8 * 3 * index:.4f}"]

    stack = stack_of(written(tmp_path, tilt))
    assert stack.spacing[2] == pytest.approx(3)
    assert stack.directions[:, 2] == pytest.approx([0, -0.6, 0.8])


def only(target: int, **values: object) -> Callable[[int, Dataset], None]:
    def change(index: int, dataset: Dataset) -> None:
        if index == target:
            for keyword, value in values.items():
                setattr(dataset, keyword, value)

    return change


def everywhere(**values: object) -> Callable[[int, Dataset], None]:
    def change(_: int, dataset: Dataset) -> None:
        for keyword, value in values.items():
            setattr(dataset, keyword, value)

    return change


def sheared(index: int, dataset: Dataset) -> None:
    dataset.ImagePositionPatient = ["0", f"{0.2 * index}", f"{2.5 * index}"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param(only(5, ImagePositionPatient=["-10", "-20", "45"]), "gaps", id="a gap"),
        pytest.param(only(2, ImagePositionPatient=["-10", "-20", "32.5"]), "duplicate", id="the same place twice"),
        pytest.param(only(2, ImagePositionPatient=["-10", "-20", "34.8"]), "gaps|uneven", id="uneven"),
        pytest.param(only(2, PixelSpacing=["0.7", "0.7"]), "pixel spacing", id="mixed spacing"),
        pytest.param(only(2, Rows=8), "matrix size", id="mixed size"),
        pytest.param(only(2, FrameOfReferenceUID="2.25.8"), "frames of reference", id="two frames of reference"),
        pytest.param(only(2, ImageOrientationPatient=["1", "0", "0", "0", "0.99", "0.14"]), "orientation", id="turned"),
        pytest.param(drifting, "uneven", id="a distance that drifts"),
        pytest.param(sheared, "tilt or shear", id="gantry tilt"),
        pytest.param(everywhere(ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"]), "localizer", id="localizer"),
        pytest.param(everywhere(SOPClassUID=EnhancedCTImageStorage), "one item for each frame", id="enhanced"),
        pytest.param(everywhere(NumberOfFrames=3), "several frames in an object", id="frames"),
        pytest.param(everywhere(SOPClassUID="1.2.840.10008.5.1.4.1.1.7"), "not a series", id="secondary capture"),
        pytest.param(everywhere(SamplesPerPixel=3), "colour", id="colour"),
        pytest.param(only(1, ImagePositionPatient=None), "ImagePositionPatient is missing", id="no position"),
        pytest.param(everywhere(PixelSpacing="0.7"), "PixelSpacing is not 2 numbers", id="one spacing"),
        pytest.param(everywhere(PixelSpacing=["0.7", "0.7", "0.7"]), "PixelSpacing is not 2", id="three spacings"),
        pytest.param(everywhere(PixelSpacing=["0", "0"]), "PixelSpacing is not positive", id="no spacing"),
        pytest.param(everywhere(PixelSpacing=["-1", "1"]), "PixelSpacing is not positive", id="negative spacing"),
        pytest.param(only(1, ImagePositionPatient=["1", "2"]), "ImagePositionPatient is not 3", id="a flat position"),
        pytest.param(only(1, ImagePositionPatient="1"), "ImagePositionPatient is not 3", id="one coordinate"),
        pytest.param(only(1, ImagePositionPatient=["1", "2", "1e300"]), "is not 3 numbers", id="beyond reach"),
        pytest.param(only(0, ImageOrientationPatient=["1"] * 5), "ImageOrientationPatient is not 6", id="five cosines"),
        pytest.param(everywhere(RescaleSlope=None), "RescaleSlope is not a number", id="an empty slope"),
        pytest.param(everywhere(RescaleSlope=["1", "2"]), "RescaleSlope is not a number", id="two slopes"),
        pytest.param(only(3, RescaleIntercept=None), "RescaleIntercept is not a number", id="an empty intercept"),
        pytest.param(everywhere(Rows=[4, 4]), "Rows is not a whole number", id="two heights"),
        pytest.param(everywhere(NumberOfFrames=["1", "2"]), "NumberOfFrames is not a whole", id="two counts of frames"),
        pytest.param(everywhere(ImageOrientationPatient=["0"] * 6), "right angle", id="no direction"),
    ],
)
def test_what_is_no_volume_is_refused_with_the_reason(
    tmp_path: Path, change: Callable[[int, Dataset], object], reason: str
) -> None:
    with pytest.raises(RefusedSeriesError, match=reason):
        stack_of(written(tmp_path, change))


def test_a_single_slice_is_no_volume(tmp_path: Path) -> None:
    with pytest.raises(RefusedSeriesError, match="single slice"):
        stack_of(written(tmp_path)[:1])


def test_an_image_without_type_and_frame_count_is_one_frame(tmp_path: Path) -> None:
    assert stack_of(written(tmp_path, everywhere(ImageType=None, NumberOfFrames=None))).spacing[2] == pytest.approx(2.5)


def test_damage_anywhere_in_the_header_is_a_refusal_and_no_traceback(tmp_path: Path) -> None:
    paths = written(tmp_path)
    whole, random = paths[0].read_bytes(), Random(1)  # noqa: S311 - damage that can be repeated
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(random.randint(1, 8)):
            damaged[random.randrange(128, len(damaged))] = random.randrange(256)
        paths[0].write_bytes(damaged[: random.randrange(100, len(damaged) + 1)])
        with suppress(RefusedSeriesError):
            stack_of(paths)


def test_a_file_that_the_machine_cannot_read_is_no_refusal(tmp_path: Path) -> None:
    paths = written(tmp_path)
    paths[2].unlink()
    with pytest.raises(FileNotFoundError):
        read_series(paths)


def test_a_disk_that_fails_between_header_and_pixels_is_no_refusal(tmp_path: Path) -> None:
    def with_pixels(_index: int, dataset: Dataset) -> None:
        dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 16, 15, 1
        dataset.PhotometricInterpretation = "MONOCHROME2"
        dataset.RescaleSlope, dataset.RescaleIntercept = "1", "0"
        dataset.PixelData = bytes(4 * 5 * 2)

    paths = written(tmp_path, with_pixels)
    series = read_series(paths)
    paths[0].unlink()
    with pytest.raises(FileNotFoundError):
        write_nifti(series, tmp_path / "volume.nii.gz")
    assert not list(tmp_path.glob("*.nii.gz"))
