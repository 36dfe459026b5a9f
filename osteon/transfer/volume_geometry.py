"""Do these slices make a regular volume? Sorted by position, never by number; refused with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from osteon.transfer.errors import RefusedSeriesError
from osteon.transfer.slice_header import SliceHeader

CLASSIC = {
    "1.2.840.10008.5.1.4.1.1.2": "CT",
    "1.2.840.10008.5.1.4.1.1.4": "MR",
    "1.2.840.10008.5.1.4.1.1.128": "PET",
}
ENHANCED = frozenset(
    {
        "1.2.840.10008.5.1.4.1.1.2.1",
        "1.2.840.10008.5.1.4.1.1.2.2",
        "1.2.840.10008.5.1.4.1.1.4.1",
        "1.2.840.10008.5.1.4.1.1.4.4",
        "1.2.840.10008.5.1.4.1.1.130",
        "1.2.840.10008.5.1.4.1.1.128.1",
    }
)
SAME_DIRECTION = 1e-3
"""Greatest difference of direction cosines within a series."""
SAME_PLACE_MM = 0.01
SPACING_SHARE = 0.05
"""Greatest deviation of one slice distance from the usual one: scanners write 3.19 mm among 3.27."""
GRID_SHARE = 0.05
"""Greatest deviation of a slice from its place on the even grid, in slice distances."""
SHEAR_MM = 0.1
"""Greatest sideways step off the normal, over the whole stack, that rounding of positions explains."""

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A regular volume: files in the order of the normal, geometry in DICOM's terms (mm, LPS)."""

    paths: tuple[Path, ...]
    origin: Vector
    directions: NDArray[np.float64]
    """Columns: along a row (x index), down a column (y index), along the normal."""
    spacing: tuple[float, float, float]
    """Between columns, rows and slices."""
    rescales: frozenset[tuple[float, float]]
    """(slope, intercept) that occur."""


def stack_of(paths: Sequence[Path]) -> Stack:
    """Sort and check one series; raises RefusedSeriesError."""
    headers = [SliceHeader.read(path) for path in paths]
    _check_kind(headers)
    first = headers[0]
    for header in headers[1:]:
        _check_same(first, header)
    row, column, normal = _directions(first)
    places = np.array([header.position for header in headers])
    heights = places @ normal
    order = np.argsort(heights, kind="stable")
    distance = _distance(heights[order])
    _check_straight(places[order], heights[order], normal)
    between_rows, between_columns = first.pixel_spacing
    return Stack(
        paths=tuple(paths[index] for index in order),
        origin=places[order[0]],
        directions=np.stack([row, column, normal], axis=1),
        spacing=(between_columns, between_rows, distance),
        rescales=frozenset(header.rescale for header in headers),
    )


def _check_kind(headers: Sequence[SliceHeader]) -> None:
    classes = {header.sop_class_uid for header in headers}
    if classes & ENHANCED or any(header.frames > 1 for header in headers):
        raise RefusedSeriesError("multi-frame objects are not converted: their geometry is per frame")
    if not classes <= CLASSIC.keys() or len(classes) > 1:
        raise RefusedSeriesError("not a series of CT, MR or PET images")
    if any("LOCALIZER" in header.image_type for header in headers):
        raise RefusedSeriesError("a localizer")
    if len(headers) == 1:
        raise RefusedSeriesError("a single slice is no volume")
    for header in headers:
        _check_complete(header)
    if any(header.samples != 1 for header in headers):
        raise RefusedSeriesError("colour images")


def _check_complete(header: SliceHeader) -> None:
    needed = {
        "ImagePositionPatient": header.position,
        "ImageOrientationPatient": header.orientation,
        "PixelSpacing": header.pixel_spacing,
        "Rows": header.matrix[0],
        "Columns": header.matrix[1],
    }
    for keyword, value in needed.items():
        if not value:
            raise RefusedSeriesError(f"{keyword} is missing")


def _check_same(first: SliceHeader, other: SliceHeader) -> None:
    if first.matrix != other.matrix:
        raise RefusedSeriesError("mixed geometry: slices of different matrix size")
    if not np.allclose(first.pixel_spacing, other.pixel_spacing, rtol=SAME_DIRECTION):
        raise RefusedSeriesError("mixed geometry: slices of different pixel spacing")
    if np.abs(np.subtract(first.orientation, other.orientation)).max() > SAME_DIRECTION:
        raise RefusedSeriesError("mixed geometry: slices of different orientation")
    if first.frame_of_reference_uid != other.frame_of_reference_uid:
        raise RefusedSeriesError("mixed geometry: several frames of reference")


def _directions(header: SliceHeader) -> tuple[Vector, Vector, Vector]:
    values = np.array(header.orientation)
    row, column = values[:3], values[3:]
    lengths = np.array([np.linalg.norm(row), np.linalg.norm(column), 1 + row @ column])
    if np.abs(lengths - 1).max() > SAME_DIRECTION:
        raise RefusedSeriesError("rows and columns are not at a right angle")
    normal = np.cross(row, column)
    return row, column, normal / np.linalg.norm(normal)


def _distance(heights: Vector) -> float:
    """The one distance between neighbours, mm."""
    gaps = np.diff(heights)
    if gaps.min() < SAME_PLACE_MM:
        raise RefusedSeriesError("duplicate slices: several images at one position")
    usual = float(np.median(gaps))
    if (gaps > (1 + SPACING_SHARE) * usual).any():
        raise RefusedSeriesError(f"slice gaps: {usual:.2f} mm apart, but up to {gaps.max():.2f} mm")
    if (gaps < (1 - SPACING_SHARE) * usual).any():
        raise RefusedSeriesError(f"uneven slices: {usual:.2f} mm apart, but down to {gaps.min():.2f} mm")
    off_grid = heights - np.linspace(heights[0], heights[-1], len(heights))
    if np.abs(off_grid).max() > GRID_SHARE * usual:
        raise RefusedSeriesError(f"uneven slices: up to {np.abs(off_grid).max():.2f} mm off an even stack")
    return float((heights[-1] - heights[0]) / len(gaps))


def _check_straight(places: NDArray[np.float64], heights: Vector, normal: Vector) -> None:
    sideways = places - places[0] - np.outer(heights - heights[0], normal)
    if np.linalg.norm(sideways, axis=1).max() > SHEAR_MM:
        raise RefusedSeriesError("tilt or shear: slices are not stacked along their normal")
