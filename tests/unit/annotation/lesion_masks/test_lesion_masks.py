"""Masks of what was drawn: areas that are known, voxels that another program finds too, and what is refused."""

import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from math import cos, pi, sin
from pathlib import Path
from typing import Any

import highdicom
import numpy as np
import numpy.typing as npt
import pydicom
import pytest
from matplotlib.path import Path as Outline
from pydicom.dataset import Dataset

from annotation.lesion_masks.marking import marked
from annotation.lesion_masks.refusals import NoMask, RefusedOutlineError
from annotation.lesion_masks.segmentation import mask_of
from lesion_model.errors import GeometryError
from lesion_model.geometry import Geometry, Point, Shape
from tests.builders.measurable import CT_FRAME, CT_SERIES, ct_series, stored_bytes
from tests.builders.programs import program
from tests.builders.registry import new_lesion, new_reading

ROWS, COLUMNS = 120, 150
SPACING = (2.0, 0.8, 0.7)
ORIGIN = (5.0, 6.0, 7.0)
OBLIQUE = (0.8, 0.6, 0.0, -0.36, 0.48, 0.8)
Flat = npt.NDArray[np.float64]


def image(**attributes: Any) -> Dataset:
    made: Dataset = ct_series(np.zeros((1, ROWS, COLUMNS), dtype=np.int16), spacing=SPACING, origin=ORIGIN)[0]
    made.PatientBirthDate = ""
    for keyword, value in attributes.items():
        setattr(made, keyword, value)
    return made


def placed(pixels: Sequence[tuple[float, float]] | Flat, on: Dataset) -> tuple[Point, ...]:
    """From (column, row) by the equation of the standard, written out (PS3.3 C.7.6.2.1-1)."""
    position, orientation = np.array(on.ImagePositionPatient, float), np.array(on.ImageOrientationPatient, float)
    between_rows, between_columns = (float(each) for each in on.PixelSpacing)
    places = [
        position + column * between_columns * orientation[:3] + row * between_rows * orientation[3:]
        for column, row in pixels
    ]
    return tuple(Point(x=float(x), y=float(y), z=float(z)) for x, y, z in places)


def drawn(pixels: Sequence[tuple[float, float]] | Flat, on: Dataset, **changes: Any) -> Geometry:
    values = {"points": placed(pixels, on), "sop_instance_uid": on.SOPInstanceUID, "shape": Shape.CONTOUR}
    return Geometry(**(values | changes))


def by_hand(seed: int) -> Flat:
    """A wavy outline round the middle of the image, pixels."""
    chance = np.random.default_rng(seed)
    angles = np.linspace(0, 2 * pi, 90, endpoint=False)
    waves = sum(chance.uniform(0, 6) * np.cos(n * angles + chance.uniform(0, 2 * pi)) for n in range(2, 6))
    radius = 28 + waves
    outline: Flat = np.stack((72.3 + radius * np.cos(angles), 58.6 + radius * np.sin(angles)), axis=1)
    return outline


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("orientation", [(1.0, 0.0, 0.0, 0.0, 1.0, 0.0), OBLIQUE], ids=["axial", "oblique"])
def test_the_pixels_of_a_contour_are_those_that_another_program_finds(
    seed: int, orientation: tuple[float, ...]
) -> None:
    on = image(ImageOrientationPatient=list(orientation))
    outline = by_hand(seed)
    columns, rows = np.meshgrid(np.arange(COLUMNS), np.arange(ROWS))
    inside = Outline(outline).contains_points(np.stack((columns.ravel(), rows.ravel()), axis=1))

    found = marked(drawn(outline, on), on)

    assert found.sum() > 1000
    np.testing.assert_array_equal(found, inside.reshape(ROWS, COLUMNS))


def test_a_square_holds_exactly_the_pixels_whose_centres_it_encloses() -> None:
    on = image()
    square = [(19.5, 29.5), (39.5, 29.5), (39.5, 44.5), (19.5, 44.5)]

    found = marked(drawn(square, on), on)

    expected = np.zeros((ROWS, COLUMNS), dtype=bool)
    expected[30:45, 20:40] = True
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("radius", [3.0, 9.5, 20.25])
def test_the_area_of_a_drawn_circle_is_right_to_less_than_one_ring_of_pixels(radius: float) -> None:
    on = image()
    middle = np.array([ORIGIN[0] + 45.0, ORIGIN[1] + 44.0, ORIGIN[2]])
    ends = [(radius, 0.0), (-radius, 0.0), (0.0, radius), (0.0, -radius)]
    points = tuple(Point(x=float(middle[0] + x), y=float(middle[1] + y), z=float(middle[2])) for x, y in ends)

    found = marked(Geometry(points=points, sop_instance_uid=on.SOPInstanceUID, shape=Shape.ELLIPSE), on)

    pixel = 0.8 * 0.7
    assert abs(found.sum() * pixel - pi * radius**2) < 2 * pi * radius * 0.8
    row, column = np.nonzero(found)
    distances = np.hypot(ORIGIN[0] + 0.7 * column - middle[0], ORIGIN[1] + 0.8 * row - middle[1])
    assert distances.max() <= radius
    row, column = np.nonzero(~found)
    outside = np.hypot(ORIGIN[0] + 0.7 * column - middle[0], ORIGIN[1] + 0.8 * row - middle[1])
    assert outside.min() >= radius * cos(pi / 360)  # the polygon of 360 corners is that much nearer


def test_a_turned_ellipse_has_its_area_and_its_axes() -> None:
    on = image()
    turn = 0.5
    long, short = np.array([cos(turn), sin(turn)]) * 30, np.array([-sin(turn), cos(turn)]) * 12
    middle = np.array([ORIGIN[0] + 50, ORIGIN[1] + 45])
    ends = [middle + long, middle - long, middle + short, middle - short]
    points = tuple(Point(x=float(x), y=float(y), z=ORIGIN[2]) for x, y in ends)

    found = marked(Geometry(points=points, sop_instance_uid=on.SOPInstanceUID, shape=Shape.ELLIPSE), on)

    assert found.sum() * 0.8 * 0.7 == pytest.approx(pi * 30 * 12, rel=0.01)
    row, column = np.nonzero(found)
    offset = np.stack((ORIGIN[0] + 0.7 * column, ORIGIN[1] + 0.8 * row), axis=1) - middle
    along = offset @ (long / 30) / 30, offset @ (short / 12) / 12
    assert np.hypot(*along).max() <= 1


SQUARE = [(20.0, 20.0), (40.0, 20.0), (40.0, 40.0), (20.0, 40.0)]


def refused(geometry: Geometry, on: Dataset) -> NoMask:
    with pytest.raises(RefusedOutlineError) as caught:
        marked(geometry, on)
    return caught.value.reason


def test_what_encloses_nothing_has_no_mask() -> None:
    on = image()

    assert refused(drawn(SQUARE, on, shape=None), on) is NoMask.NO_OUTLINE
    assert refused(drawn([(20, 20), (40, 40), (40, 20), (20, 40)], on), on) is NoMask.NOT_CLOSED_ONCE
    assert refused(drawn([(20, 20), (40, 20), (30, 20)], on), on) is NoMask.NOT_CLOSED_ONCE
    assert refused(drawn([(20.2, 20.2), (20.8, 20.2), (20.8, 20.8), (20.2, 20.8)], on), on) is NoMask.EMPTY
    assert refused(drawn(SQUARE, on, shape=Shape.ELLIPSE), on) is NoMask.NOT_CLOSED_ONCE


def test_what_is_not_on_its_image_has_no_mask() -> None:
    on = image()
    above = tuple(Point(x=each.x, y=each.y, z=each.z + 0.1) for each in placed(SQUARE, on))
    reformatted = drawn(SQUARE, on, sop_instance_uid=None, frame_of_reference_uid=CT_FRAME)

    assert refused(drawn(SQUARE, on, points=above), on) is NoMask.NOT_ON_AN_IMAGE
    assert refused(reformatted, on) is NoMask.NOT_ON_AN_IMAGE
    assert refused(drawn([(130, 20), (150, 20), (150, 40)], on), on) is NoMask.OUTSIDE
    assert refused(drawn([(-0.6, 20), (20, 20), (20, 40)], on), on) is NoMask.OUTSIDE
    assert refused(drawn(SQUARE, on), image(NumberOfFrames=3)) is NoMask.IMAGE_WITHOUT_PLACE


def test_a_shape_has_as_many_points_as_it_needs() -> None:
    on = image()

    with pytest.raises(GeometryError, match="points"):
        drawn(SQUARE[:2], on)
    with pytest.raises(GeometryError, match="points"):
        drawn(SQUARE[:3], on, shape=Shape.ELLIPSE)


def test_the_segmentation_says_where_and_what_and_is_the_same_when_made_again() -> None:
    on = image(StudyDate="20310203", StudyTime="101500", PatientName="OST^A", PatientSex="F")
    outline = by_hand(2)
    lesion = new_lesion()
    reading = new_reading(lesion.id, geometry=drawn(outline, on), recorded_at=datetime(2033, 5, 6, tzinfo=UTC))

    file = stored_bytes(mask_of(lesion, reading, on))

    assert stored_bytes(mask_of(lesion, reading, on)) == file
    assert b"20330506" not in file
    assert b"reader" not in file
    read = highdicom.seg.segread(BytesIO(file))
    said = [str(each) for each in (read.StudyDate, read.ContentDate, read.PatientSex, read.PatientName)]
    assert said == ["20310203", "20310203", "F", "OST^A"]
    assert read.ReferencedSeriesSequence[0].SeriesInstanceUID == CT_SERIES
    assert read.get_segment_description(1).segmented_property_type.value == "52988006"  # SNOMED CT: lesion
    (pixels,) = read.get_pixels_by_source_instance([on.SOPInstanceUID], combine_segments=True)
    np.testing.assert_array_equal(pixels.astype(bool), marked(reading.geometry or drawn(outline, on), on))
    dataset = pydicom.dcmread(BytesIO(file))
    (frame,) = dataset.PerFrameFunctionalGroupsSequence
    assert list(frame.PlanePositionSequence[0].ImagePositionPatient) == list(ORIGIN)


def test_dciodvfy_finds_no_error_in_it(tmp_path: Path) -> None:
    on = image(StudyDate="20310203", StudyTime="101500", StudyID="1")
    lesion = new_lesion()
    file = tmp_path / "mask.dcm"
    file.write_bytes(stored_bytes(mask_of(lesion, new_reading(lesion.id, geometry=drawn(SQUARE, on)), on)))

    said = subprocess.run([program("dciodvfy"), file], check=False, capture_output=True, text=True).stderr.splitlines()

    assert said == ["Segmentation"]


def test_an_image_without_a_frame_of_reference_has_no_segmentation() -> None:
    on = image()
    del on.FrameOfReferenceUID
    lesion = new_lesion()

    with pytest.raises(RefusedOutlineError):
        mask_of(lesion, new_reading(lesion.id, geometry=drawn(SQUARE, on)), on)
    with pytest.raises(RefusedOutlineError):
        mask_of(lesion, new_reading(lesion.id, geometry=None), on)
