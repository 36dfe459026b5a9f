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
from lesion_model.measurement.planes import COARSEST_MM, FINEST_MM
from lesion_model.measurement.stacks import in_order, stack
from lesion_model.measurement.vectors import refuse

sitk: Any = SimpleITK  # it carries no types

# Every CT of a patient shows fat (about -100 HU) or air (-1000 HU). A volume without any is in stored values,
# which start at 0.
SURELY_FAT_HU = -30.0
DIMENSIONS = 3


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
    one missing.
    """
    if not images:
        refuse([Problem(field="images", detail="at least two images are needed")])
    by_plane = {id(image.plane): image for image in images}
    stacked = stack(in_order([image.plane for image in images]))
    placed = [by_plane[id(plane)] for plane in stacked.images]
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
        thickness_mm=_thickness(placed, stacked.spacing_mm),
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
    spacing = np.array(image.GetSpacing())
    grid = grid_of(image)
    return CtVolume(
        grid=grid,
        hounsfield=sitk.GetArrayFromImage(image).astype(np.float32),
        thickness_mm=float(spacing[2]) if thickness_mm is None else thickness_mm,
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
    elif not all(FINEST_MM <= distance <= COARSEST_MM for distance in image.GetSpacing()):
        yield Problem(field="spacing", detail=f"must be from {FINEST_MM:g} to {COARSEST_MM:g} mm")


def _thickness(images: Sequence[CtImage], spacing_mm: float) -> float:
    told = {image.thickness_mm for image in images if image.thickness_mm is not None}
    return max(told, default=spacing_mm)
