"""Series as they come: in any order, with tilted gantry, from files; and those that are refused."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from annotation.image_measurement.ct_image import CtImage, read_ct_image
from annotation.image_measurement.ct_volume import CtVolume, volume_of, volume_of_images
from annotation.image_measurement.lesion_volume import partial_volume
from lesion_model.errors import FindingError, GeometryError
from lesion_model.findings import HounsfieldModality
from lesion_model.measurement.planes import ImagePlane
from tests.phantoms.readers import marked
from tests.phantoms.scans import Scan, axial, oblique, tilted
from tests.phantoms.scenes import LYTIC_SPHERE
from tests.phantoms.series import images, itk_image, scanned, write_dicom

SCAN = axial(2.5, 70)


def sphere_images(scan: Scan = SCAN) -> list[CtImage]:
    return images(scan, scan.painted(LYTIC_SPHERE, noise=False))


def same(one: CtVolume, other: CtVolume) -> bool:
    return bool(
        np.array_equal(one.hounsfield, other.hounsfield)
        and np.allclose(one.grid.origin, other.grid.origin)
        and np.allclose(one.grid.steps, other.grid.steps)
    )


def test_the_order_in_which_images_come_does_not_matter() -> None:
    in_order = sphere_images()
    assert same(volume_of_images(in_order), volume_of_images(in_order[::-1]))
    assert same(volume_of_images(in_order), volume_of_images([*in_order[9:], *in_order[:9]]))


def test_a_missing_slice_is_refused() -> None:
    series = sphere_images()
    with pytest.raises(GeometryError, match="unevenly spaced: one is missing"):
        volume_of_images([*series[:9], *series[10:]])


def test_two_images_of_one_slice_are_refused() -> None:
    series = sphere_images()
    with pytest.raises(GeometryError, match="two images are at the same place"):
        volume_of_images([*series, series[4]])


def test_irregular_slice_distances_are_refused() -> None:
    series = sphere_images()
    x, y, z = series[4].plane.position
    moved = replace(series[4], plane=replace(series[4].plane, position=(x, y, z + 0.4)))
    with pytest.raises(GeometryError, match="unevenly spaced"):
        volume_of_images([*series[:4], moved, *series[5:]])


def test_a_single_image_is_no_volume() -> None:
    with pytest.raises(GeometryError, match="2 images or more"):
        volume_of_images(sphere_images()[:1])
    with pytest.raises(GeometryError, match="at least two"):
        volume_of_images([])


def test_slices_that_leave_gaps_are_refused() -> None:
    thin = [replace(image, thickness_mm=1.0) for image in sphere_images()]
    with pytest.raises(GeometryError, match="slices leave gaps"):
        volume_of_images(thin)


@pytest.mark.parametrize("degrees", [-22, 15, 30])
def test_the_tilt_of_a_gantry_is_measured_and_followed(degrees: float) -> None:
    volume = scanned(LYTIC_SPHERE, tilted(SCAN, degrees))
    assert volume.tilt_degrees == pytest.approx(abs(degrees), abs=1e-6)
    # A sheared voxel has the volume of its slice distance times its pixel.
    assert volume.grid.voxel_mm3 == pytest.approx(2.5 * 0.9 * 0.9)
    assert volume.grid.slice_distance_mm == pytest.approx(2.5)


def test_positions_that_slide_more_than_a_gantry_tilts_are_refused() -> None:
    scan = replace(SCAN, step=(0.0, 2.0, 2.5))
    with pytest.raises(GeometryError, match="sideways"):
        volume_of_images(sphere_images(scan))


def test_positions_in_centimetres_are_refused() -> None:
    scan = replace(SCAN, step=(0.0, 0.0, 0.25))
    with pytest.raises(GeometryError, match="positions must be in mm"):
        volume_of_images(sphere_images(scan))


def test_pixel_spacing_in_centimetres_is_refused() -> None:
    plane = sphere_images()[0].plane
    with pytest.raises(GeometryError, match="spacing must be in mm"):
        replace(plane, spacing=(0.09, 0.09))
    image = itk_image(SCAN, SCAN.painted(LYTIC_SPHERE, noise=False))
    image.SetSpacing([spacing / 10 for spacing in image.GetSpacing()])
    with pytest.raises(GeometryError, match="spacing must be in mm"):
        volume_of(image, HounsfieldModality.CT)


def test_an_image_of_another_size_than_its_plane_is_refused() -> None:
    image = sphere_images()[0]
    with pytest.raises(GeometryError, match="rows and columns of the plane"):
        CtImage(plane=image.plane, hounsfield=image.hounsfield[:-1])


def test_a_mirrored_or_turned_itk_image_is_the_same_patient() -> None:
    """Slices from head to feet, or an oblique stack: where a voxel lies is in its direction, not in its number."""
    scan = oblique(SCAN, about_x=17, about_z=11)
    voxels = scan.painted(LYTIC_SPHERE, noise=False)
    image = itk_image(scan, voxels)
    # Flip counts the slices from the other end and keeps every voxel in its place.
    flipped = image[:, :, ::-1]
    assert flipped.GetDirection()[8] < 0
    found = []
    for each in (image, flipped):
        volume = volume_of(each, HounsfieldModality.CT)
        lesion_first = volume.grid.to_indices(np.array([LYTIC_SPHERE.centre]))[0]
        depth, row, column = (round(float(number)) for number in lesion_first)
        assert volume.hounsfield[depth, row, column] == LYTIC_SPHERE.hounsfield
        found.append(sorted(volume.hounsfield.ravel().tolist()))
    assert found[0] == found[1]


def test_itk_image_and_single_images_give_the_same_volume() -> None:
    scan = oblique(SCAN, about_x=17, about_z=11)
    voxels = scan.painted(LYTIC_SPHERE)
    assert same(volume_of(itk_image(scan, voxels), HounsfieldModality.CT), volume_of_images(images(scan, voxels)))


def test_only_ct_is_measured_in_hounsfield_units() -> None:
    with pytest.raises(FindingError, match="only CT"):
        volume_of(itk_image(SCAN, SCAN.painted(LYTIC_SPHERE)), None)  # type: ignore[arg-type]


def test_stored_values_without_rescale_are_refused() -> None:
    stored = SCAN.painted(LYTIC_SPHERE) + 1024
    with pytest.raises(FindingError, match="not rescaled"):
        volume_of_images(images(SCAN, stored))


def test_values_that_are_no_numbers_are_refused() -> None:
    voxels = SCAN.painted(LYTIC_SPHERE).astype(np.float32)
    voxels[3, 4, 5] = np.nan
    with pytest.raises(FindingError, match="finite"):
        volume_of(itk_image(SCAN, voxels), HounsfieldModality.CT)


def test_files_are_read_in_hounsfield_units_and_in_place(tmp_path: Path) -> None:
    scan = tilted(axial(5, 70), 15)
    voxels = scan.painted(LYTIC_SPHERE)
    paths = write_dicom(tmp_path, scan, voxels)
    volume = volume_of_images([read_ct_image(path) for path in reversed(paths)])
    assert np.array_equal(volume.hounsfield, voxels)
    assert volume.tilt_degrees == pytest.approx(15, abs=0.01)
    assert volume.thickness_mm == 5
    measured = partial_volume(volume, marked(LYTIC_SPHERE, scan, volume))
    assert measured.volume_mm3 == pytest.approx(LYTIC_SPHERE.volume_mm3, rel=0.01)


def test_row_and_column_spacing_are_not_swapped_on_reading(tmp_path: Path) -> None:
    """Pixel Spacing is between rows, then between columns: with oblong pixels the lesion shows which was taken."""
    scan = replace(axial(5, 70), between_rows_mm=1.1, first=(-32.0, -38.0, -32.0))
    paths = write_dicom(tmp_path, scan, scan.painted(LYTIC_SPHERE, noise=False))
    volume = volume_of_images([read_ct_image(path) for path in paths])
    assert np.linalg.norm(volume.grid.steps, axis=1) == pytest.approx([5, 1.1, 0.9])
    held = np.argwhere(volume.hounsfield == LYTIC_SPHERE.hounsfield).astype(np.float64)
    centre = volume.grid.to_patient(held).mean(axis=0)
    assert centre == pytest.approx(LYTIC_SPHERE.centre, abs=1.0)


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        pytest.param({"Modality": "MR"}, "only CT", id="not CT"),
        pytest.param({"RescaleIntercept": None}, "RescaleIntercept: is needed", id="no intercept"),
        pytest.param({"RescaleSlope": None}, "RescaleSlope: is needed", id="no slope"),
        pytest.param({"RescaleSlope": "0"}, "must not be 0", id="slope zero"),
        pytest.param({"RescaleType": "US"}, "RescaleType: the values are not Hounsfield", id="unspecified units"),
        pytest.param({"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}, "a localizer", id="localizer"),
        pytest.param({"NumberOfFrames": "2"}, "frames", id="several frames"),
    ],
)
def test_files_that_are_not_in_hounsfield_units_are_refused(
    attributes: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    scan = axial(5, 5)
    path = write_dicom(tmp_path, scan, scan.painted(LYTIC_SPHERE), **attributes)[0]
    with pytest.raises(FindingError, match=reason):
        read_ct_image(path)


def test_a_file_without_a_place_is_refused(tmp_path: Path) -> None:
    scan = axial(5, 5)
    path = write_dicom(tmp_path, scan, scan.painted(LYTIC_SPHERE))[0]
    stripped = write_dicom(tmp_path / "b", scan, scan.painted(LYTIC_SPHERE), PixelSpacing=None)[0]
    assert isinstance(read_ct_image(path).plane, ImagePlane)
    with pytest.raises(GeometryError, match="spacing: must be 2 finite numbers"):
        read_ct_image(stripped)


def test_a_file_that_is_no_image_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "1.dcm"
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(FindingError, match="not an image"):
        read_ct_image(path)
