"""Masks: on the voxels of their image or refused with what differs."""

from typing import Any

import numpy as np
import pytest
import SimpleITK

from annotation.image_measurement.ct_volume import CtVolume, volume_of
from annotation.image_measurement.hounsfield import density
from annotation.image_measurement.lesion_volume import VolumeMethod, counted_volume, partial_volume
from annotation.image_measurement.region import Region, region_of
from lesion_model.errors import FindingError, GeometryError
from lesion_model.findings import HounsfieldModality
from tests.phantoms.readers import marked
from tests.phantoms.scans import axial
from tests.phantoms.scenes import LYTIC_SPHERE, SPONGIOSA_HU, Lesion
from tests.phantoms.series import inside, itk_image, scanned

sitk: Any = SimpleITK  # it carries no types

SCAN = axial(2.5, 70)


def volume(*, noise: bool = False) -> CtVolume:
    return volume_of(itk_image(SCAN, SCAN.painted(LYTIC_SPHERE, noise=noise)), HounsfieldModality.CT)


def mask(of: CtVolume) -> Any:
    return itk_image(SCAN, marked(LYTIC_SPHERE, SCAN, of).flags.astype(np.uint8))


def test_a_mask_on_the_image_is_taken() -> None:
    image = volume()
    region = region_of(mask(image), image.grid)
    assert np.array_equal(region.flags, marked(LYTIC_SPHERE, SCAN, image).flags)
    assert counted_volume(region).volume_mm3 == pytest.approx(region.voxels * 2.5 * 0.81)


def test_an_empty_mask_is_refused() -> None:
    image = volume()
    with pytest.raises(GeometryError, match="is empty"):
        region_of(mask(image), image.grid, value=2)


def test_a_mask_in_ras_is_refused_by_name() -> None:
    image = volume()
    made = mask(image)
    x, y, z = made.GetOrigin()
    made.SetOrigin((-x, -y, z))
    made.SetDirection((-1, 0, 0, 0, -1, 0, 0, 0, 1))
    with pytest.raises(GeometryError, match="is in RAS, the image in LPS"):
        region_of(made, image.grid)


def test_a_mask_with_its_slices_in_decreasing_order_is_refused_by_name() -> None:
    image = volume()
    with pytest.raises(GeometryError, match="slices in the opposite order"):
        region_of(mask(image)[:, :, ::-1], image.grid)


def test_a_mask_with_row_and_column_spacing_swapped_is_refused_by_name() -> None:
    image = itk_image(SCAN, SCAN.painted(LYTIC_SPHERE))
    image.SetSpacing((0.9, 1.1, 2.5))
    made = itk_image(SCAN, np.ones((SCAN.slices, SCAN.rows, SCAN.columns), np.uint8))
    made.SetSpacing((1.1, 0.9, 2.5))
    with pytest.raises(GeometryError, match="row and column swapped"):
        region_of(made, volume_of(image, HounsfieldModality.CT).grid)


def test_a_mask_with_its_axes_in_another_order_is_refused_by_name() -> None:
    image = volume()
    turned = sitk.PermuteAxes(mask(image), (2, 1, 0))
    with pytest.raises(GeometryError, match="axes are in another order"):
        region_of(turned, image.grid)


def test_a_mask_in_centimetres_is_refused() -> None:
    image = volume()
    made = mask(image)
    made.SetSpacing([spacing / 10 for spacing in made.GetSpacing()])
    with pytest.raises(GeometryError, match=r"mask.spacing: differs"):
        region_of(made, image.grid)


@pytest.mark.parametrize("change", ["moved", "turned", "smaller", "flat"])
def test_a_mask_that_lies_elsewhere_is_refused(change: str) -> None:
    image = volume()
    made = mask(image)
    if change == "moved":
        made.SetOrigin(tuple(value + 0.9 for value in made.GetOrigin()))
    elif change == "turned":
        made.SetDirection((0, 1, 0, -1, 0, 0, 0, 0, 1))
    else:
        made = made[1:, :, :] if change == "smaller" else made[:, :, 3]
    with pytest.raises(GeometryError, match="mask"):
        region_of(made, image.grid)


def test_flags_that_are_no_yes_or_no_are_refused() -> None:
    image = volume()
    with pytest.raises(GeometryError, match="yes or no"):
        Region(grid=image.grid, flags=np.ones(image.grid.shape))  # type: ignore[arg-type]


def test_a_region_of_another_volume_is_refused() -> None:
    one, other = volume(), volume()
    with pytest.raises(GeometryError, match="not made for this volume"):
        density(one, marked(LYTIC_SPHERE, SCAN, other))


def test_density_of_a_region_is_that_of_its_voxels() -> None:
    """Half of the region is tumour of 45 HU, half spongy bone of 230: mean 137.5, each 92.5 from it."""
    image = volume()
    flags = np.zeros(image.grid.shape, dtype=np.bool_)
    at = np.round(image.grid.to_indices(np.array([LYTIC_SPHERE.centre, (2.3, 18.0, 0.8)]))[:]).astype(int)
    for depth, row, column in at:
        flags[depth, row - 1 : row + 2, column - 1 : column + 2] = True
    found = density(image, Region(grid=image.grid, flags=flags))
    assert (found.voxels, found.minimum_hu, found.maximum_hu) == (18, 45, SPONGIOSA_HU)
    assert (found.mean_hu, found.median_hu, found.sd_hu) == pytest.approx((137.5, 137.5, 92.5))
    assert found.voxel_mm3 == pytest.approx(2.5 * 0.81)
    assert str(found.finding().mean_hu) == "137.5"


def test_noise_is_the_standard_deviation_of_a_uniform_region() -> None:
    image = volume(noise=True)
    core = marked(LYTIC_SPHERE, SCAN, image, larger=0.7)
    found = density(image, core)
    assert found.sd_hu == pytest.approx(SCAN.noise_hu, rel=0.1)
    assert found.mean_hu == pytest.approx(LYTIC_SPHERE.hounsfield, abs=4 * SCAN.noise_hu / core.voxels**0.5)


def test_values_rescaled_twice_or_outside_the_field_of_view_are_refused() -> None:
    voxels = SCAN.painted(LYTIC_SPHERE).astype(np.int16) - 1224
    image = volume_of(itk_image(SCAN, voxels), HounsfieldModality.CT)
    with pytest.raises(FindingError, match="rescaled twice"):
        density(image, marked(LYTIC_SPHERE, SCAN, image))


@pytest.mark.parametrize("larger", [0.9, 1.1])
def test_weighed_volume_does_not_depend_on_how_generously_the_reader_marks(larger: float) -> None:
    image = volume(noise=True)
    exact, marked_otherwise = (
        partial_volume(image, marked(LYTIC_SPHERE, SCAN, image, larger=factor)) for factor in (1.0, larger)
    )
    assert marked_otherwise.volume_mm3 == pytest.approx(exact.volume_mm3, rel=0.002)
    assert exact.method is VolumeMethod.PARTIAL_VOLUME
    # Half way between 45 and 230.
    assert exact.threshold_hu == pytest.approx(137.5, abs=1)


def test_a_lesion_too_small_for_its_slices_is_refused() -> None:
    scan = axial(5, 60)
    small = Lesion(centre=(0.0, 0.0, 0.0), semi_axes=(4.0, 4.0, 4.0), hounsfield=45.0)
    image = scanned(small, scan)
    with pytest.raises(FindingError, match="too small for these slices"):
        partial_volume(image, marked(small, scan, image))


def test_a_lesion_as_dense_as_its_surroundings_is_refused() -> None:
    alike = Lesion(centre=(0.0, 0.0, 0.0), semi_axes=(10.0, 10.0, 10.0), hounsfield=SPONGIOSA_HU + 5)
    image = scanned(alike, SCAN)
    with pytest.raises(FindingError, match="density does not tell"):
        partial_volume(image, marked(alike, SCAN, image))


def test_surroundings_of_several_tissues_are_refused() -> None:
    """At the rim of the bone the lesion borders on fat as well."""
    rim = Lesion(centre=(20.0, 0.0, 0.0), semi_axes=(8.0, 8.0, 8.0), hounsfield=45.0)
    image = scanned(rim, SCAN)
    with pytest.raises(FindingError, match="not one tissue"):
        partial_volume(image, marked(rim, SCAN, image))


def test_a_lesion_that_leaves_the_images_is_flagged() -> None:
    scan = axial(2.5, 30)
    image = scanned(LYTIC_SPHERE, scan)
    assert counted_volume(marked(LYTIC_SPHERE, scan, image, larger=1.4)).touches_edge
    assert not counted_volume(marked(LYTIC_SPHERE, scan, image)).touches_edge
    assert inside(scan, image, centre=np.zeros(3), semi_axes=np.ones(3)).any()
