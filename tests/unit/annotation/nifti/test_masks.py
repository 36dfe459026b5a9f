"""DICOM SEG as NIfTI: on the grid of the series' own NIfTI, read by SimpleITK; a phantom whose truth is known."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import highdicom
import numpy as np
import numpy.typing as npt
import pytest
import SimpleITK
from pydicom.dataset import Dataset, FileDataset
from pydicom.sr.codedict import codes
from pydicom.uid import ExplicitVRLittleEndian

from annotation.nifti.conversion import convert
from annotation.nifti.masks import convert_segmentation
from annotation.nifti.refusals import Reason, RefusedSeriesError
from tests.builders.measurable import ct_series, stored_bytes
from tests.builders.programs import program
from tests.builders.segmentations import segmentation

sitk: Any = SimpleITK
SHAPE = (6, 11, 9)  # slices, rows, columns: 99 pixels, so that the bits of a frame begin anywhere in a byte
SPACING, ORIGIN = (2.5, 0.8, 0.7), (-5.0, 6.0, 7.0)
OBLIQUE = (0.8, 0.6, 0.0, -0.36, 0.48, 0.8)
Marked = npt.NDArray[np.bool_]


def series(**attributes: Any) -> list[FileDataset]:
    voxels = np.random.default_rng(1).integers(-1000, 1000, SHAPE).astype(np.int16)
    return ct_series(voxels, spacing=SPACING, origin=ORIGIN, **attributes)


def oblique_series() -> list[FileDataset]:
    images = series()
    normal = np.cross(OBLIQUE[:3], OBLIQUE[3:])
    for number, image in enumerate(images):
        image.ImageOrientationPatient = list(OBLIQUE)
        image.ImagePositionPatient = [f"{each:.6f}" for each in np.array(ORIGIN) + number * SPACING[0] * normal]
    return images


def lesion() -> Marked:
    """Not the same from any side."""
    marked = np.zeros(SHAPE, dtype=bool)
    marked[1:4, 2:5, 3] = marked[2, 4, 3:8] = marked[4, 9, 1] = True
    return marked


def described(number: int) -> highdicom.seg.SegmentDescription:
    return highdicom.seg.SegmentDescription(
        segment_number=number,
        segment_label=f"lesion {number}",
        segmented_property_category=codes.SCT.MorphologicallyAbnormalStructure,
        segmented_property_type=codes.SCT.Lesion,
        algorithm_type=highdicom.seg.SegmentAlgorithmTypeValues.MANUAL,
        tracking_uid=f"2.25.88{number}",
        tracking_id=f"L{number}",
    )


def several(segments: Sequence[Marked] | highdicom.Volume, images: list[FileDataset], **changes: Any) -> Dataset:
    pixels = segments if isinstance(segments, highdicom.Volume) else np.stack(segments, axis=-1).astype(np.uint8)
    count = 1 if isinstance(segments, highdicom.Volume) else len(segments)
    made: Dataset = highdicom.seg.Segmentation(
        source_images=images,
        pixel_array=pixels,
        segmentation_type=changes.pop("segmentation_type", highdicom.seg.SegmentationTypeValues.BINARY),
        segment_descriptions=[described(number + 1) for number in range(count)],
        series_instance_uid="2.25.771",
        series_number=9,
        sop_instance_uid="2.25.772",
        instance_number=1,
        manufacturer="nobody",
        manufacturer_model_name="none",
        software_versions="1",
        device_serial_number="1",
        transfer_syntax_uid=ExplicitVRLittleEndian,
        **changes,
    )
    return made


def masks(seg: Dataset, images: list[FileDataset], folder: Path) -> dict[str, tuple[Any, dict[str, Any]]]:
    """By name: the mask as SimpleITK reads it, and its sidecar."""
    made = convert_segmentation(stored_bytes(seg), [stored_bytes(each) for each in images], folder)
    return {
        each.name: (sitk.ReadImage(str(each.path)), json.loads((folder / f"{each.name}.json").read_text()))
        for each in made
    }


def values_at(mask: Any, images: list[FileDataset]) -> npt.NDArray[np.int64]:
    """(slice, row, column): what the mask says at the place of each pixel, by DICOM's own equation."""
    found = np.zeros(SHAPE, dtype=np.int64)
    for (number, row, column), _ in np.ndenumerate(found):
        orientation = np.array(images[number].ImageOrientationPatient, dtype=float)
        steps = column * SPACING[2] * orientation[:3] + row * SPACING[1] * orientation[3:]
        point = np.array(images[number].ImagePositionPatient, dtype=float) + steps
        found[number, row, column] = mask[mask.TransformPhysicalPointToIndex([float(each) for each in point])]
    return found


def assert_same_grid(mask: Any, images: list[FileDataset], folder: Path) -> None:
    convert([stored_bytes(each) for each in images], folder / "volume.nii.gz")
    volume = sitk.ReadImage(str(folder / "volume.nii.gz"))
    assert mask.GetSize() == volume.GetSize()
    for of_mask, of_volume in (
        (mask.GetSpacing(), volume.GetSpacing()),
        (mask.GetOrigin(), volume.GetOrigin()),
        (mask.GetDirection(), volume.GetDirection()),
    ):
        assert of_mask == of_volume


def reason_of(seg: Dataset, images: list[FileDataset], folder: Path) -> Reason:
    with pytest.raises(RefusedSeriesError) as refused:
        masks(seg, images, folder)
    assert not list(folder.glob("*.nii.gz"))
    return refused.value.reason


@pytest.mark.parametrize("images", [series(), oblique_series()], ids=["axial", "oblique"])
def test_what_is_marked_is_marked_at_its_place_on_the_grid_of_the_volume(
    images: list[FileDataset], tmp_path: Path
) -> None:
    ((name, (mask, said)),) = masks(segmentation(lesion(), images), images, tmp_path).items()
    assert name == "dseg"
    assert mask.GetPixelIDTypeAsString() == "8-bit unsigned integer"
    assert (values_at(mask, images) == lesion()).all()
    assert_same_grid(mask, images, tmp_path)
    (segment,) = said["Segments"]
    assert (segment["Value"], segment["Voxels"]) == (1, int(lesion().sum()))
    assert segment["VolumeCm3"] == pytest.approx(lesion().sum() * 2.5 * 0.8 * 0.7 / 1000)


def test_it_is_what_highdicom_reads_of_it(tmp_path: Path) -> None:
    images = series()
    seg = several([lesion(), lesion()[::-1] & ~lesion()], images)
    ((mask, _),) = masks(seg, images, tmp_path).values()
    again = highdicom.seg.Segmentation.from_dataset(seg)
    volume = again.get_volume(combine_segments=True)
    for index in np.argwhere(np.ones(volume.array.shape, dtype=bool)):
        point = volume.affine @ [*index, 1]
        at = mask.TransformPhysicalPointToIndex([float(each) for each in point[:3]])
        assert mask[at] == volume.array[tuple(index)]


def test_it_is_what_dcm2niix_makes_of_the_slices_that_are_marked(tmp_path: Path) -> None:
    images = series()
    seg = segmentation(lesion(), images)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "seg.dcm").write_bytes(stored_bytes(seg))
    command = [program("dcm2niix"), "-b", "n", "-z", "n", "-o", str(tmp_path), "-f", "peer", str(tmp_path / "in")]
    subprocess.run(command, check=True, capture_output=True)
    peer = sitk.ReadImage(str(tmp_path / "peer.nii"))
    ((mask, _),) = masks(seg, images, tmp_path).values()
    there = np.argwhere(sitk.GetArrayFromImage(peer))
    points = [peer.TransformIndexToPhysicalPoint([int(each) for each in index[::-1]]) for index in there]
    assert len(points) == int(sitk.GetArrayFromImage(mask).sum()) == int(lesion().sum())
    assert all(mask[mask.TransformPhysicalPointToIndex(point)] == 1 for point in points)


def test_segments_that_share_no_voxel_are_the_values_of_one_file(tmp_path: Path) -> None:
    images = series()
    other = np.zeros(SHAPE, dtype=bool)
    other[5, 0, 0] = True
    ((mask, said),) = masks(several([lesion(), other], images), images, tmp_path).values()
    assert (values_at(mask, images) == lesion() + 2 * other).all()
    assert [(each["Value"], each["Label"], each["TrackingUID"]) for each in said["Segments"]] == [
        (1, "lesion 1", "2.25.881"),
        (2, "lesion 2", "2.25.882"),
    ]
    assert said["Segments"][0]["Type"] == "52988006^SCT^Lesion"
    assert (said["SourceSeriesInstanceUID"], said["SegmentationSOPInstanceUID"]) == ("2.25.902", "2.25.772")


def test_segments_that_overlap_have_a_file_each(tmp_path: Path) -> None:
    images, other = series(), lesion()
    other[2] = True
    found = masks(several([lesion(), other], images), images, tmp_path)
    assert list(found) == ["label-1_mask", "label-2_mask"]
    assert (values_at(found["label-1_mask"][0], images) == lesion()).all()
    assert (values_at(found["label-2_mask"][0], images) == other).all()
    assert [each["SegmentNumber"] for each in found["label-2_mask"][1]["Segments"]] == [2]


def test_a_segmentation_seen_from_another_side_marks_the_same_voxels(tmp_path: Path) -> None:
    """Sagittal frames on the voxels of an axial series, as programs write them that think in volumes."""
    images = series()
    axial = highdicom.seg.Segmentation.from_dataset(segmentation(lesion(), images)).get_volume(combine_segments=True)
    sagittal = axial.permute_spatial_axes([2, 1, 0]).flip_spatial(1)
    ((mask, _),) = masks(several(sagittal, images), images, tmp_path).values()
    assert (values_at(mask, images) == lesion()).all()


def test_half_a_voxel_beside_the_grid_is_refused(tmp_path: Path) -> None:
    images = series()
    seg = segmentation(lesion(), images)
    for frame in seg.PerFrameFunctionalGroupsSequence:
        frame.PlanePositionSequence[0].ImagePositionPatient[0] += 0.35
    assert reason_of(seg, images, tmp_path) is Reason.OTHER_GRID


def test_other_voxels_are_refused(tmp_path: Path) -> None:
    images = series()
    seg = segmentation(lesion(), images)
    seg.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0].PixelSpacing = [0.4, 0.35]
    assert reason_of(seg, images, tmp_path) is Reason.OTHER_GRID


def test_marks_outside_of_the_volume_are_refused(tmp_path: Path) -> None:
    images = series()
    seg = segmentation(lesion(), images)
    seg.PerFrameFunctionalGroupsSequence[0].PlanePositionSequence[0].ImagePositionPatient[2] -= 2.5 * 100
    assert reason_of(seg, images, tmp_path) is Reason.OTHER_GRID


def test_another_frame_of_reference_and_another_series_are_refused(tmp_path: Path) -> None:
    images = series()
    elsewhere = segmentation(lesion(), images)
    elsewhere.FrameOfReferenceUID = "2.25.904"
    assert reason_of(elsewhere, images, tmp_path) is Reason.OTHER_GRID
    of_another = segmentation(lesion(), images)
    of_another.ReferencedSeriesSequence[0].SeriesInstanceUID = "2.25.905"
    assert reason_of(of_another, images, tmp_path) is Reason.OTHER_GRID


def test_a_series_that_is_no_volume_has_no_masks_and_the_reason_is_its_own(tmp_path: Path) -> None:
    images = series()
    seg = segmentation(lesion(), images)
    assert reason_of(seg, [*images[:2], *images[3:]], tmp_path) is Reason.GAPS


def test_what_marks_nothing_and_what_is_no_binary_segmentation_is_refused(tmp_path: Path) -> None:
    images = series()
    empty = segmentation(lesion(), images)
    empty.PixelData = bytes(len(empty.PixelData))
    assert reason_of(empty, images, tmp_path) is Reason.EMPTY_MASK
    fractional = several(
        [lesion()], images, segmentation_type=highdicom.seg.SegmentationTypeValues.FRACTIONAL, max_fractional_value=1
    )
    assert reason_of(fractional, images, tmp_path) is Reason.NO_SEGMENTATION
    assert reason_of(images[0], images, tmp_path) is Reason.NO_SEGMENTATION


def test_pixels_that_are_not_all_there_and_segments_that_nobody_describes_are_refused(tmp_path: Path) -> None:
    images = series()
    cut = segmentation(lesion(), images)
    cut.PixelData = cut.PixelData[:10]
    assert reason_of(cut, images, tmp_path) is Reason.UNDECODABLE
    unknown = segmentation(lesion(), images)
    unknown.SegmentSequence[0].SegmentNumber = 2
    assert reason_of(unknown, images, tmp_path) is Reason.NO_SUCH_SEGMENT


def test_a_place_that_cannot_be_is_refused(tmp_path: Path) -> None:
    images = series()
    seg = segmentation(lesion(), images)
    seg.PerFrameFunctionalGroupsSequence[0].PlanePositionSequence[0].ImagePositionPatient = [0, 0, 1e15]
    assert reason_of(seg, images, tmp_path) is Reason.BAD_VALUE
