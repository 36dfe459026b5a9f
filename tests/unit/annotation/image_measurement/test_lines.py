"""Profiles and edges along lines, and the ring of cortex, against arithmetic done by hand."""

import numpy as np
import pytest

from annotation.image_measurement.cortical_ring import cortical_ring
from annotation.image_measurement.ct_volume import CtVolume
from annotation.image_measurement.edges import equal_area, half_maximum, next_crossing
from annotation.image_measurement.ellipse import fitted_radii
from annotation.image_measurement.grid import Grid
from annotation.image_measurement.neighbourhood import grown, shrunk
from annotation.image_measurement.profile import Profile, profile, sampled
from lesion_model.errors import FindingError, GeometryError
from lesion_model.geometry import Point
from tests.phantoms.measured import AXIS, NEAR_THE_MIDDLE, SHAFT_MM
from tests.phantoms.scans import axial
from tests.phantoms.scenes import LYTIC_SPHERE, Shaft
from tests.phantoms.series import scanned

SHEARED = Grid(
    origin=np.array((-3.0, 5.0, 7.0)),
    steps=np.array(((0.0, 0.5, 2.0), (0.0, 1.0, 0.0), (0.8, 0.0, 0.0))),
    shape=(6, 8, 10),
)


def linear_volume() -> CtVolume:
    """Density -400 + 10 x + 20 y + 30 z HU (mm): interpolation must give it back everywhere, sheared or not."""
    index = np.stack(np.meshgrid(*map(np.arange, SHEARED.shape), indexing="ij"), axis=-1).reshape(-1, 3)
    density = -400 + SHEARED.to_patient(index.astype(np.float64)) @ np.array((10.0, 20.0, 30.0))
    return CtVolume(
        grid=SHEARED,
        hounsfield=density.reshape(SHEARED.shape).astype(np.float32),
        thickness_mm=2.0,
        tilt_degrees=14.0,
    )


def test_a_sheared_voxel_has_the_volume_of_its_height_times_its_base() -> None:
    assert SHEARED.voxel_mm3 == pytest.approx(2.0 * 1.0 * 0.8)
    assert SHEARED.slice_distance_mm == pytest.approx(2.0)
    assert SHEARED.normal == pytest.approx([0, 0, 1])


def test_indices_and_places_are_each_other_s_way_back() -> None:
    index = np.array(((0.0, 0.0, 0.0), (2.0, 3.5, 7.25)))
    places = SHEARED.to_patient(index)
    # -3 + 7.25 * 0.8; 5 + 2 * 0.5 + 3.5; 7 + 2 * 2
    assert places[1] == pytest.approx([2.8, 9.5, 11.0])
    assert SHEARED.to_indices(places) == pytest.approx(index)


def test_steps_that_span_no_volume_are_refused() -> None:
    with pytest.raises(GeometryError, match="three different directions"):
        Grid(origin=np.zeros(3), steps=np.ones((3, 3)), shape=(2, 2, 2))


def test_interpolation_gives_a_linear_density_back_between_sheared_voxels() -> None:
    places = np.array(((0.1, 9.3, 10.9), (-1.7, 8.2, 12.3)))
    assert sampled(linear_volume(), places) == pytest.approx(-400 + places @ np.array((10.0, 20.0, 30.0)), abs=1e-3)


def test_a_place_outside_the_images_is_refused() -> None:
    with pytest.raises(GeometryError, match="outside the images"):
        sampled(linear_volume(), np.array(((100.0, 0.0, 0.0),)))


def test_a_bundle_of_lines_has_the_mean_of_its_lines() -> None:
    """Of a linear density the mean of lines on all sides is that of the line in their middle."""
    start, stop = np.array((0.0, 8.5, 10.0)), np.array((0.0, 9.5, 12.0))
    one, bundle = (profile(linear_volume(), start, stop, half_width_mm=width) for width in (0.0, 1.0))
    assert bundle.hounsfield == pytest.approx(one.hounsfield, abs=1e-3)


def averaged_step(edge_mm: float, slice_mm: float) -> Profile:
    """100 HU before the edge and 0 beyond, averaged over slices that touch each other, and interpolated."""
    centres = (np.arange(12) + 0.5) * slice_mm
    values = 100 * np.clip((edge_mm - centres) / slice_mm + 0.5, 0, 1)
    at = np.arange(centres[0], centres[-1], 0.1)
    return Profile(at_mm=at, hounsfield=np.interp(at, centres, values))


@pytest.mark.parametrize("edge_mm", [28.0, 29.3, 31.6, 32.5])
def test_equal_area_finds_an_edge_exactly_in_thick_slices(edge_mm: float) -> None:
    assert equal_area(averaged_step(edge_mm, 5), 12.5, 47.5, 100, 0) == pytest.approx(edge_mm, abs=0.01)


def test_half_maximum_is_off_by_up_to_a_tenth_of_a_thick_slice() -> None:
    """With 70 % of a slice before the edge, the interpolated half lies 0.2/0.7 of a slice beyond its centre."""
    edge = 30 + 0.7 * 5
    found = half_maximum(averaged_step(edge, 5), 20, 50, 100, 0)
    assert found == pytest.approx(32.5 + 5 * 0.2 / 0.7, abs=0.02)
    assert abs(found - edge) < 0.5


def test_edges_are_found_in_both_directions_and_for_dark_bodies() -> None:
    at = np.arange(0, 20, 0.1)
    dark = Profile(at_mm=at, hounsfield=np.where((at > 5) & (at < 15), 0.0, 100.0))
    assert half_maximum(dark, 10, 0, 0, 100) == pytest.approx(5, abs=0.1)
    assert half_maximum(dark, 10, 20, 0, 100) == pytest.approx(15, abs=0.1)
    assert next_crossing(dark, 10, 20, 50) == pytest.approx(15, abs=0.11)
    assert next_crossing(dark, 16, 20, 50) == 20


def test_a_line_without_an_edge_says_so() -> None:
    flat = Profile(at_mm=np.arange(0, 10, 0.1), hounsfield=np.full(100, 100.0))
    with pytest.raises(FindingError, match="no edge"):
        half_maximum(flat, 0, 9, 100, 0)


def test_the_missing_part_of_an_ellipse_is_completed_from_any_point_inside() -> None:
    """x²/17² + y²/13² = 1 seen from (2, -1): the radius in each direction solves a quadratic equation."""
    angles = np.radians(np.arange(360))
    cosine, sine = np.cos(angles), np.sin(angles)
    a = cosine**2 / 289 + sine**2 / 169
    b = 2 * (2 * cosine / 289 - sine / 169)
    c = 4 / 289 + 1 / 169 - 1
    radii = (-b + np.sqrt(b * b - 4 * a * c)) / (2 * a)
    known = (np.arange(360) < 100) | (np.arange(360) >= 220)
    assert fitted_radii(angles, known, radii[known]) == pytest.approx(radii, rel=1e-6)


def test_an_outline_that_is_no_ellipse_is_refused() -> None:
    angles = np.radians(np.arange(360))
    known = (np.arange(360) < 40) | (np.arange(360) > 320)
    hyperbola = 10 / np.cos(angles[known]) ** 2
    with pytest.raises(FindingError, match=r"ellipse|inside"):
        fitted_radii(angles, known, hyperbola)


def test_growing_and_shrinking_undo_each_other_on_a_box() -> None:
    box = np.zeros((9, 9, 9), dtype=np.bool_)
    box[4, 3:6, 2:7] = True
    larger = grown(box, (2, 1, 0))
    assert int(larger.sum()) == 5 * 5 * 5
    assert np.array_equal(shrunk(larger, (2, 1, 0)), box)


@pytest.mark.parametrize(("degrees", "gaps"), [(0.0, 0), (60.0, 1), (170.0, 1)])
def test_the_share_of_lost_cortex_follows_the_angle_of_a_round_shaft(degrees: float, gaps: int) -> None:
    shaft = Shaft(semi_axes=(14.0, 14.0), from_degrees=300.0, gone_degrees=degrees)
    ring = cortical_ring(scanned(shaft, axial(2.5, SHAFT_MM)), AXIS, NEAR_THE_MIDDLE)
    assert ring.gone_percent.unrounded == pytest.approx(100 * degrees / 360, abs=2)
    assert len(ring.gaps) == gaps


def test_a_point_outside_the_bone_has_no_ring_of_cortex() -> None:
    volume = scanned(Shaft(semi_axes=(14.0, 14.0)), axial(2.5, SHAFT_MM))
    with pytest.raises(FindingError, match="middle"):
        cortical_ring(volume, AXIS, Point(x=20.0, y=0.0, z=0.0))


def test_spongy_bone_without_cortex_is_no_shaft() -> None:
    volume = scanned(LYTIC_SPHERE, axial(2.5, SHAFT_MM))
    with pytest.raises(FindingError, match="no cortex"):
        cortical_ring(volume, AXIS, NEAR_THE_MIDDLE)


def test_a_point_off_the_middle_of_the_marrow_gives_the_same_share() -> None:
    """Rays from there would cross the ends of the gap askew: they are drawn anew from the middle of the bone."""
    shaft = Shaft(semi_axes=(14.0, 14.0))
    ring = cortical_ring(scanned(shaft, axial(2.5, SHAFT_MM)), AXIS, Point(x=4.0, y=-3.0, z=1.0))
    assert ring.gone_percent.unrounded == pytest.approx(shaft.gone_percent, abs=1)
