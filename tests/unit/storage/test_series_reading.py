"""Series from their files: order, compression, what is refused, masks, makers' PET headers."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import RLELossless

from annotation.image_measurement.image_volume import ImageVolume
from annotation.image_measurement.suv import suv_factor
from annotation.nifti.header_values import moment
from annotation.nifti.pet_headers import pet_scan
from lesion_model.errors import FindingError, GeometryError, LesionModelError
from storage.image_slices import header, read_slice
from storage.segmentations import segment_voxels
from storage.series_reading import read_series
from tests.builders import pet
from tests.builders.measurable import CT_SERIES, ct_series, stored_bytes
from tests.builders.segmentations import segmentation

RANDOM = np.random.default_rng(20)
VOXELS = RANDOM.integers(-1000, 2000, (6, 64, 80)).astype(np.int16)


class Files:
    """Files by their number, as text."""

    def __init__(self, datasets: list[Dataset]) -> None:
        self.files = [stored_bytes(each) for each in datasets]

    def read(self, orthanc_id: str) -> Iterator[bytes]:
        yield self.files[int(orthanc_id)]


def volume_of(datasets: list[Dataset]) -> ImageVolume:
    return read_series(Files(datasets), CT_SERIES, [str(number) for number in range(len(datasets))])


def hounsfield(volume: ImageVolume) -> npt.NDArray[np.float64]:
    return volume.stored * volume.slopes[:, None, None] + volume.intercepts[:, None, None]


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], [3, 0, 5, 1, 4, 2]])
def test_slices_are_stacked_by_their_positions_in_whatever_order_they_come(order: list[int]) -> None:
    series = ct_series(VOXELS, origin=(-5, -7, 100), spacing=(2.5, 1.1, 0.9))
    volume = volume_of([series[number] for number in order])

    assert (hounsfield(volume) == VOXELS).all()
    assert volume.grid.to_patient(np.array([[2.0, 10, 20]])).tolist() == [pytest.approx([-5 + 18, -7 + 11, 105])]
    assert volume.slice_of(f"{CT_SERIES}.3") == 2
    assert volume.plane(3).position == pytest.approx((-5, -7, 107.5))


def test_a_compressed_series_has_the_same_values() -> None:
    series = ct_series(VOXELS)
    for dataset in series:
        dataset.compress(RLELossless)

    assert (hounsfield(volume_of(list(series))) == VOXELS).all()


def test_each_slice_has_a_slope_of_its_own() -> None:
    series = ct_series(VOXELS)
    for number, dataset in enumerate(series):
        dataset.RescaleSlope, dataset.RescaleIntercept = number + 1, -number

    volume = volume_of(list(series))

    at = np.array([[4, 10, 20]])
    assert volume.at(at) == pytest.approx([5 * (int(VOXELS[4, 10, 20]) + 1024) - 4])


def test_between_voxels_values_are_interpolated() -> None:
    volume = volume_of(list(ct_series(VOXELS, spacing=(2, 1, 1))))

    half = volume.between(np.array([[20.0, 10.0, 1.0]]))
    assert half == pytest.approx([(int(VOXELS[0, 10, 20]) + int(VOXELS[1, 10, 20])) / 2])


def changed(number: int, **attributes: object) -> list[Dataset]:
    series: list[Dataset] = list(ct_series(VOXELS))
    for keyword, value in attributes.items():
        setattr(series[number], keyword, value)
    return series


@pytest.mark.parametrize(
    ("series", "named"),
    [
        pytest.param([*ct_series(VOXELS)[:2], *ct_series(VOXELS)[3:]], "position", id="a slice is missing"),
        pytest.param([*ct_series(VOXELS), ct_series(VOXELS)[2]], "position", id="a slice is there twice"),
        pytest.param(ct_series(VOXELS)[:1], "images", id="one slice"),
        pytest.param(ct_series(VOXELS, spacing=(12, 1, 1)), "position", id="slices far apart"),
        pytest.param(changed(3, ImageOrientationPatient=[0, 1, 0, 0, 0, 1]), "orientation", id="turned"),
        pytest.param(changed(3, PixelSpacing=[1, 2]), "spacing", id="another spacing"),
        pytest.param(changed(3, FrameOfReferenceUID="2.25.1"), "FrameOfReferenceUID", id="another frame"),
        pytest.param(changed(3, Modality="MR"), "Modality", id="another modality"),
        pytest.param(changed(3, Modality="US"), "Modality", id="nothing to measure on"),
        pytest.param(changed(3, ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"]), "ImageType", id="a localizer"),
        pytest.param(changed(3, NumberOfFrames=2), "NumberOfFrames", id="several frames"),
        pytest.param(changed(3, PixelData=b"\0\0"), "PixelData", id="cut off"),
        pytest.param(changed(3, ImagePositionPatient=None), "position", id="no position"),
        pytest.param(changed(3, RescaleSlope=0), "RescaleSlope", id="slope of nought"),
    ],
)
def test_what_is_no_even_stack_is_refused_with_what_is_wrong(series: list[Dataset], named: str) -> None:
    with pytest.raises(LesionModelError) as refused:
        volume_of(series)

    assert named in {problem.field for problem in refused.value.problems}


def test_what_is_no_dicom_is_refused() -> None:
    with pytest.raises(FindingError):
        read_slice(b"nothing of the kind")


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ({"RescaleType": "US"}, "RescaleType is not HU"),
        ({"RescaleSlope": None}, "RescaleSlope is missing"),
        ({"RescaleIntercept": None}, "RescaleIntercept is missing"),
    ],
)
def test_a_ct_that_is_not_in_hounsfield_units_says_so(attributes: dict[str, Any], reason: str) -> None:
    volume = volume_of(list(ct_series(VOXELS, **attributes)))

    assert volume.not_hounsfield == reason


MARKED = np.zeros(VOXELS.shape, dtype=bool)
MARKED[2:4, 10:20, 30:45] = True
MARKED[4, 12, 31] = True


def test_a_segment_has_the_voxels_that_were_marked() -> None:
    series: list[Dataset] = list(ct_series(VOXELS, origin=(-5, -7, 100), spacing=(2.5, 1.1, 0.9)))
    found = segment_voxels(stored_bytes(segmentation(MARKED, series)), 1, volume_of(series))

    assert sorted(map(tuple, found.tolist())) == sorted(map(tuple, np.argwhere(MARKED).tolist()))


def test_a_segment_on_other_images_is_refused() -> None:
    series: list[Dataset] = list(ct_series(VOXELS))
    file = stored_bytes(segmentation(MARKED, series))

    with pytest.raises(GeometryError, match="not on the voxels"):
        segment_voxels(file, 1, volume_of(list(ct_series(VOXELS, origin=(0.4, 0, 0)))))
    with pytest.raises(GeometryError, match="not on the voxels"):
        segment_voxels(file, 1, volume_of(list(ct_series(VOXELS, spacing=(1, 1, 1)))))
    with pytest.raises(GeometryError, match="frame of reference"):
        segment_voxels(file, 1, volume_of(list(ct_series(VOXELS, frame="2.25.5"))))
    with pytest.raises(FindingError, match="no such segment"):
        segment_voxels(file, 2, volume_of(series))
    with pytest.raises(FindingError, match="no segmentation"):
        segment_voxels(stored_bytes(series[0]), 1, volume_of(series))


@pytest.mark.parametrize("timing", [pet.SAME_DAY, pet.ACROSS_MIDNIGHT, pet.INTO_A_LEAP_DAY])
def test_the_makers_headers_give_the_factor_of_the_vendor_neutral_pseudo_code(timing: pet.Timing) -> None:
    for file in (pet.ge(pet.invented(), timing), pet.siemens(pet.invented(), timing)):
        dataset = header(file)
        scan = pet_scan(dataset, [moment(dataset.AcquisitionDate, dataset.AcquisitionTime)])
        assert suv_factor(scan) == pytest.approx(pet.suv_factor(file))
