"""Do these frames make a regular volume? In order of their places, never of their numbers; refused with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotation.nifti.frames import Frame, Mark
from annotation.nifti.refusals import Reason, RefusedSeriesError
from annotation.nifti.volumes import Separation, separated

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
    """One or several volumes on one grid; geometry in DICOM's terms (mm, LPS)."""

    volumes: tuple[tuple[Frame, ...], ...]
    """Of each volume, the frames in the order of the normal."""
    origin: Vector
    """Centre of the first pixel of the first slice."""
    directions: NDArray[np.float64]
    """Columns: along a row (column number grows), down a column (row number grows), along the normal."""
    spacing: tuple[float, float, float]
    """Between columns, rows and slices."""
    separated_by: Mark | None
    """What tells several volumes apart; None for one."""

    @property
    def first(self) -> Frame:
        return self.volumes[0][0]

    @property
    def frames(self) -> tuple[Frame, ...]:
        return tuple(frame for volume in self.volumes for frame in volume)

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Columns, rows, slices, volumes: NIfTI's own order."""
        rows, columns = self.first.matrix
        return columns, rows, len(self.volumes[0]), len(self.volumes)


def stack_of(frames: Sequence[Frame]) -> Stack:
    """Sort and check the frames of one series; raises RefusedSeriesError."""
    first = frames[0]
    for frame in frames[1:]:
        _check_same(first, frame)
    row, column, normal = _directions(first)
    heights = np.array([frame.position for frame in frames]) @ normal
    order = np.argsort(heights, kind="stable")
    found = separated(_levels([frames[index] for index in order], heights[order]))
    places = np.array([frame.position for frame in found.volumes[0]])
    heights = places @ normal
    distance = _distance(heights)
    _check_straight(places, heights, normal)
    _check_shared(found, places)
    between_rows, between_columns = first.pixel_spacing
    return Stack(
        volumes=found.volumes,
        origin=places[0],
        directions=np.stack([row, column, normal], axis=1),
        spacing=(between_columns, between_rows, distance),
        separated_by=found.by,
    )


def _check_same(first: Frame, other: Frame) -> None:
    if first.matrix != other.matrix:
        raise RefusedSeriesError(Reason.MIXED_SIZE)
    if not _close(first.pixel_spacing, other.pixel_spacing):
        raise RefusedSeriesError(Reason.MIXED_SPACING)
    if not _close(first.orientation, other.orientation):
        raise RefusedSeriesError(Reason.MIXED_ORIENTATION)
    if first.frame_of_reference_uid != other.frame_of_reference_uid:
        raise RefusedSeriesError(Reason.MIXED_FRAMES_OF_REFERENCE)


def _close(these: tuple[float, ...], those: tuple[float, ...]) -> bool:
    """Cosines by their difference, lengths by their share."""
    return these == those or all(
        abs(this - that) <= SAME_DIRECTION * max(1.0, abs(this)) for this, that in zip(these, those, strict=True)
    )


def _directions(frame: Frame) -> tuple[Vector, Vector, Vector]:
    values = np.array(frame.orientation)
    row, column = values[:3], values[3:]
    lengths = np.array([np.linalg.norm(row), np.linalg.norm(column), 1 + row @ column])
    if np.abs(lengths - 1).max() > SAME_DIRECTION:
        raise RefusedSeriesError(Reason.NOT_RIGHT_ANGLED)
    normal = np.cross(row, column)
    return row, column, normal / np.linalg.norm(normal)


def _levels(frames: Sequence[Frame], heights: Vector) -> list[list[Frame]]:
    """The frames at each height; `frames` and `heights`, mm, in rising order."""
    levels = [[frames[0]]]
    for frame, step in zip(frames[1:], np.diff(heights), strict=True):
        if step < SAME_PLACE_MM:
            levels[-1].append(frame)
        else:
            levels.append([frame])
    return levels


def _distance(heights: Vector) -> float:
    """The one distance between neighbours, mm."""
    if len(heights) == 1:
        raise RefusedSeriesError(Reason.SINGLE_SLICE, "several images of one place")
    gaps = np.diff(heights)
    usual = float(np.median(gaps))
    if (gaps > (1 + SPACING_SHARE) * usual).any():
        raise RefusedSeriesError(Reason.GAPS, f"{usual:.2f} mm apart, but up to {gaps.max():.2f} mm")
    if (gaps < (1 - SPACING_SHARE) * usual).any():
        raise RefusedSeriesError(Reason.UNEVEN, f"{usual:.2f} mm apart, but down to {gaps.min():.2f} mm")
    off_grid = heights - np.linspace(heights[0], heights[-1], len(heights))
    if np.abs(off_grid).max() > GRID_SHARE * usual:
        raise RefusedSeriesError(Reason.UNEVEN, f"up to {np.abs(off_grid).max():.2f} mm off an even stack")
    return float((heights[-1] - heights[0]) / len(gaps))


def _check_straight(places: NDArray[np.float64], heights: Vector, normal: Vector) -> None:
    sideways = places - places[0] - np.outer(heights - heights[0], normal)
    farthest = float(np.linalg.norm(sideways, axis=1).max())
    if farthest > SHEAR_MM:
        raise RefusedSeriesError(Reason.TILT, f"{farthest:.2f} mm to the side from the first to the farthest")


def _check_shared(found: Separation, places: NDArray[np.float64]) -> None:
    """All volumes must lie at one place, not only at one height."""
    for volume in found.volumes[1:]:
        others = np.array([frame.position for frame in volume])
        if np.abs(others - places).max() > SHEAR_MM:
            raise RefusedSeriesError(Reason.DUPLICATES, "images at one height, but side by side")
