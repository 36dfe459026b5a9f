"""A CT series as one volume: its images in the order of their places, whatever order they came in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import SimpleITK

from annotation.image_measurement.ct_image import CtImage, Hounsfield
from annotation.image_measurement.grid import Grid
from lesion_model.errors import FindingError, GeometryError, Problem
from lesion_model.findings import HounsfieldModality
from lesion_model.measurement.planes import COARSEST_MM, FINEST_MM, ImagePlane
from lesion_model.measurement.stacks import in_order, stack
from lesion_model.measurement.vectors import refuse

sitk: Any = SimpleITK  # it carries no types

# Every CT of a patient shows fat (about -100 HU) or air (-1000 HU). A volume without any is in stored values,
# which start at 0.
SURELY_FAT_HU = -30.0
DIMENSIONS = 3
# Slices of a spiral CT overlap by up to three quarters; positions in cm would make it nine tenths. Thickness and
# distance are both rounded, so that touching slices may seem to leave a sliver.
MOST_OVERLAP = 5
MOST_GAP = 1.1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CtVolume:
    """`hounsfield`: (slice, row, column). `thickness_mm`: how much of the patient one slice averages.

    Slices may overlap (thicker than they are apart), and may be sheared by a tilted gantry (`tilt_degrees`).
    Raises `FindingError` for numbers that cannot be Hounsfield units.
    """

    grid: Grid
    hounsfield: Hounsfield
    thickness_mm: float
    tilt_degrees: float

    def __post_init__(self) -> None:
        if self.hounsfield.shape != self.grid.shape:
            raise GeometryError([Problem(field="hounsfield", detail="must have the shape of the grid")])
        problems = tuple(self._unit_problems())
        if problems:
            raise FindingError(problems)

    def _unit_problems(self) -> Iterator[Problem]:
        if not np.isfinite(self.hounsfield).all():
            yield Problem(field="hounsfield", detail="must be finite numbers")
        elif float(self.hounsfield.min()) > SURELY_FAT_HU:
            detail = "neither fat nor air in the whole volume: stored values that were not rescaled"
            yield Problem(field="hounsfield", detail=detail)


def volume_of_images(images: Sequence[CtImage]) -> CtVolume:
    """Stack the images of one series by their true positions; a tilted gantry is followed, not straightened.

    Raises `GeometryError` for images that are no even stack: mixed orientation, spacing or size, two at one place,
    one missing, a gap between slices.
    """
    if not images:
        refuse([Problem(field="images", detail="at least two images are needed")])
    by_plane = {id(image.plane): image for image in images}
    stacked = stack(in_order([image.plane for image in images]))
    placed = [by_plane[id(plane)] for plane in stacked.images]
    thickness = _thickness(placed, stacked.spacing_mm)
    refuse(_thickness_problems(thickness, stacked.spacing_mm))
    first = placed[0].plane
    between_rows, between_columns = first.spacing
    grid = Grid(
        origin=np.array(first.position, dtype=np.float64),
        steps=np.stack((stacked.step, between_rows * first.along_column, between_columns * first.along_row)),
        shape=(len(placed), first.rows, first.columns),
    )
    return CtVolume(
        grid=grid,
        hounsfield=np.stack([image.hounsfield for image in placed]),
        thickness_mm=thickness,
        tilt_degrees=stacked.tilt_degrees,
    )


def volume_of(image: Any, modality: HounsfieldModality, *, thickness_mm: float | None = None) -> CtVolume:
    """A SimpleITK image of three dimensions in Hounsfield units. Its direction may be turned or mirrored.

    SimpleITK has no place for the shear of a tilted gantry and drops it while reading a series: such a series has
    to come in through `volume_of_images`. `thickness_mm` is the distance between slices unless given.
    """
    if modality is not HounsfieldModality.CT:
        raise FindingError([Problem(field="modality", detail="only CT has Hounsfield units", allowed=("CT",))])
    refuse(_image_problems(image))
    _check_first_slice(image)
    grid = grid_of(image)
    thickness = grid.slice_distance_mm if thickness_mm is None else thickness_mm
    refuse(_thickness_problems(thickness, grid.slice_distance_mm))
    return CtVolume(
        grid=grid,
        hounsfield=sitk.GetArrayFromImage(image).astype(np.float32),
        thickness_mm=thickness,
        tilt_degrees=0.0,
    )


def grid_of(image: Any) -> Grid:
    """The grid of a SimpleITK image of three dimensions."""
    directions = np.array(image.GetDirection()).reshape(DIMENSIONS, DIMENSIONS)
    columns, rows, slices = (int(count) for count in image.GetSize())
    return Grid(
        origin=np.array(image.GetOrigin(), dtype=np.float64),
        steps=(directions * np.array(image.GetSpacing())).T[::-1],
        shape=(slices, rows, columns),
    )


def _image_problems(image: Any) -> Iterator[Problem]:
    if image.GetDimension() != DIMENSIONS or image.GetNumberOfComponentsPerPixel() != 1:
        yield Problem(field="image", detail="must have three dimensions and one value for each voxel")
    elif not FINEST_MM <= image.GetSpacing()[2] <= COARSEST_MM:
        yield Problem(field="spacing", detail=f"slices must be {FINEST_MM:g} to {COARSEST_MM:g} mm apart")


def _check_first_slice(image: Any) -> None:
    """The same checks of units and directions that an image of a series has to pass."""
    columns, rows, _ = (int(count) for count in image.GetSize())
    directions = np.array(image.GetDirection()).reshape(DIMENSIONS, DIMENSIONS)
    between_columns, between_rows, _ = image.GetSpacing()
    ImagePlane(
        position=tuple(image.GetOrigin()),
        orientation=(*directions[:, 0].tolist(), *directions[:, 1].tolist()),
        spacing=(between_rows, between_columns),
        rows=rows,
        columns=columns,
    )


def _thickness_problems(thickness_mm: float, distance_mm: float) -> Iterator[Problem]:
    if distance_mm > MOST_GAP * thickness_mm:
        yield Problem(field="thickness_mm", detail="slices leave gaps between them: what lies there is not measured")
    if thickness_mm > MOST_OVERLAP * distance_mm:
        detail = f"slices are more than {MOST_OVERLAP} times as thick as they are apart: positions must be in mm"
        yield Problem(field="position", detail=detail)


def _thickness(images: Sequence[CtImage], spacing_mm: float) -> float:
    told = {image.thickness_mm for image in images if image.thickness_mm is not None}
    return max(told, default=spacing_mm)
