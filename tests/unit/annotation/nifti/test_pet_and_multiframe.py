"""PET as SUVbw, and Enhanced MR and PET: each voxel against the stored pixel and the numbers of its own slice."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import EnhancedMRImageStorage, EnhancedPETImageStorage, ExplicitVRLittleEndian, generate_uid

from annotation.nifti.conversion import convert
from annotation.nifti.refusals import Reason, RefusedSeriesError
from tests.builders import pet
from tests.builders.pseudonymised import read

sitk: Any = SimpleITK
SLICES, SIZE, DISTANCE, SPACING = 3, 4, 3.27, 5.5
ORIGIN = np.array([-10.0, -20.0, 30.0])
SLOPES, INTERCEPTS = (2.5, 0.125, 1.7141), (0.0, -3.0, 12.5)
Stored = NDArray[np.int16]


def stored_pixels(volumes: int = 1) -> Stored:
    """(volume, slice, row, column), no two alike."""
    count = volumes * SLICES * SIZE * SIZE
    return (np.arange(count, dtype="<i2") * 37 - 500).reshape(volumes, SLICES, SIZE, SIZE)


def check_voxels(path: Path, wanted: Callable[[int, int], NDArray[np.float64]], volumes: int = 1) -> None:
    """`wanted`: the plane of a volume and a slice. Each voxel is looked up by where it lies in the patient."""
    image = sitk.ReadImage(str(path))
    assert image.GetDimension() == (4 if volumes > 1 else 3)
    values = sitk.GetArrayFromImage(image).reshape(volumes, SLICES, SIZE, SIZE)
    volume = sitk.Extract(image, [*image.GetSize()[:3], 0]) if volumes > 1 else image
    for number in range(volumes):
        for z, y, x in np.ndindex(SLICES, SIZE, SIZE):
            where = ORIGIN + np.array([x * SPACING, y * SPACING, z * DISTANCE])
            i, j, k = volume.TransformPhysicalPointToIndex([float(each) for each in where])
            assert values[number, k, j, i] == pytest.approx(wanted(number, z)[y, x], rel=1e-6, abs=1e-9)


def rescaled(stored: Stored) -> Callable[[int, int], NDArray[np.float64]]:
    return lambda volume, z: stored[volume, z].astype(np.float64) * SLOPES[z] + INTERCEPTS[z]


def pet_series(folder: Path, make: Callable[[bytes], bytes], stored: Stored) -> tuple[list[Path], float]:
    """Slices of a scan, each with a scale of its own, and the factor that the header of the first one gives."""
    file = make(pet.invented())
    paths = []
    for z in (1, 2, 0):
        dataset = read(file)
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
        dataset.ImagePositionPatient = [*map(str, ORIGIN[:2]), f"{ORIGIN[2] + z * DISTANCE:.4f}"]
        dataset.ImageOrientationPatient = ["1", "0", "0", "0", "1", "0"]
        dataset.PixelSpacing = [str(SPACING)] * 2
        dataset.RescaleSlope, dataset.RescaleIntercept = str(SLOPES[z]), str(INTERCEPTS[z])
        dataset.PixelData = stored[0, z].tobytes()
        paths.append(folder / f"{z}.dcm")
        dataset.save_as(paths[-1], enforce_file_format=True)
    return paths, pet.suv_factor(file)


@pytest.mark.parametrize("timing", [pet.SAME_DAY, pet.ACROSS_MIDNIGHT, pet.INTO_A_LEAP_DAY])
@pytest.mark.parametrize("maker", [pet.ge, pet.siemens])
def test_each_voxel_of_a_pet_is_its_suv_by_body_weight(
    tmp_path: Path, maker: Callable[[bytes, pet.Timing], bytes], timing: pet.Timing
) -> None:
    stored = stored_pixels()
    paths, factor = pet_series(tmp_path, lambda file: maker(file, timing), stored)
    sidecar = convert(paths, tmp_path / "suv.nii.gz", suv=True)
    convert(paths, tmp_path / "activity.nii.gz")
    check_voxels(tmp_path / "suv.nii.gz", lambda volume, z: rescaled(stored)(volume, z) * factor)
    check_voxels(tmp_path / "activity.nii.gz", rescaled(stored))
    assert (sidecar["Units"], sidecar["SUVFactor"]) == ("g/mL", pytest.approx(factor))


def test_a_voxel_is_the_suv_that_is_reckoned_by_hand(tmp_path: Path) -> None:
    # 71 kg; 388.777 MBq of a half-life of 6588 s, 2711 s before the scan: 71,000 g / 292.31 MBq = 2.4290e-4 g/Bq.
    # The first pixel is -500 * 2.5 = -1250 Bq/ml.
    paths, factor = pet_series(tmp_path, lambda file: pet.ge(file, pet.SAME_DAY), stored_pixels())
    convert(paths, tmp_path / "suv.nii", suv=True)
    image = sitk.ReadImage(str(tmp_path / "suv.nii"))
    first = image.TransformPhysicalPointToIndex([float(each) for each in ORIGIN])
    assert image[first] == pytest.approx(-1250 * 2.4290e-4, rel=1e-4)
    assert factor == pytest.approx(2.4290e-4, rel=1e-4)


def test_counts_have_no_suv_and_are_not_written_as_if_they_had(tmp_path: Path) -> None:
    paths, _ = pet_series(
        tmp_path, lambda file: pet.philips(file, pet.SAME_DAY, suv_factor="0.000551"), stored_pixels()
    )
    with pytest.raises(RefusedSeriesError) as refused:
        convert(paths, tmp_path / "suv.nii.gz", suv=True)
    assert refused.value.reason is Reason.NO_SUV
    assert not (tmp_path / "suv.nii.gz").exists()


def enhanced(path: Path, modality: str, sop_class: str, stored: Stored) -> None:
    """Its frames stand in no order of places; each has its own place and scale, and shares spacing and directions."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID, dataset.SOPInstanceUID = sop_class, generate_uid()
    dataset.Modality, dataset.FrameOfReferenceUID = modality, "2.25.7"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"]
    dataset.Rows = dataset.Columns = SIZE
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 16, 15, 1
    orientation, measures, shared = Dataset(), Dataset(), Dataset()
    orientation.ImageOrientationPatient = ["1", "0", "0", "0", "1", "0"]
    measures.PixelSpacing, measures.SliceThickness = [str(SPACING)] * 2, str(DISTANCE)
    shared.PlaneOrientationSequence, shared.PixelMeasuresSequence = [orientation], [measures]
    dataset.SharedFunctionalGroupsSequence = [shared]
    places = [(volume, z) for z in (2, 0, 1) for volume in reversed(range(len(stored)))]
    dataset.PerFrameFunctionalGroupsSequence = [_frame(volume, z, len(stored)) for volume, z in places]
    dataset.NumberOfFrames = len(places)
    dataset.PixelData = b"".join(stored[place].tobytes() for place in places)
    dataset.save_as(path, enforce_file_format=True)


def _frame(volume: int, z: int, volumes: int) -> Dataset:
    position, scale, content, frame = Dataset(), Dataset(), Dataset(), Dataset()
    position.ImagePositionPatient = [*map(str, ORIGIN[:2]), f"{ORIGIN[2] + z * DISTANCE:.4f}"]
    scale.RescaleSlope, scale.RescaleIntercept, scale.RescaleType = str(SLOPES[z]), str(INTERCEPTS[z]), "US"
    frame.PlanePositionSequence, frame.PixelValueTransformationSequence = [position], [scale]
    if volumes > 1:
        content.TemporalPositionIndex = volume + 1
        frame.FrameContentSequence = [content]
    return frame


@pytest.mark.parametrize("volumes", [1, 2])
@pytest.mark.parametrize(("modality", "sop_class"), [("MR", EnhancedMRImageStorage), ("PT", EnhancedPETImageStorage)])
def test_each_voxel_of_a_multi_frame_object_has_the_place_and_scale_of_its_frame(
    tmp_path: Path, modality: str, sop_class: str, volumes: int
) -> None:
    stored = stored_pixels(volumes)
    enhanced(tmp_path / "a.dcm", modality, sop_class, stored)
    convert([tmp_path / "a.dcm"], tmp_path / "a.nii.gz")
    check_voxels(tmp_path / "a.nii.gz", rescaled(stored), volumes)
