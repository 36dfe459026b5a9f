"""DICOM SEG as NIfTI: voxels marked on the very grid of the NIfTI of the series that it was drawn on.

Nothing is resampled: a segmentation whose pixels are not voxels of that grid is refused. Where no voxel belongs to two
segments, all are in one file whose values are their numbers (BIDS: dseg); else each has a file of its own (BIDS: mask).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotation.nifti.conversion import read_series, sidecar_path
from annotation.nifti.frames import Frame
from annotation.nifti.header import affine_of, header_bytes
from annotation.nifti.refusals import Reason, RefusedSeriesError
from annotation.nifti.segmentation import Segment, Segmentation, read_segmentation
from annotation.nifti.sidecar import SOFTWARE, Sidecar, as_json
from annotation.nifti.sources import Source
from annotation.nifti.stack import Stack
from annotation.nifti.writing import write_planes

SAME_VOXEL = 0.1
"""Greatest distance of a pixel from its voxel, in voxels: slices may lie 5 % off the even grid of the volume."""
DISCRETE, OF_ONE = "dseg", "mask"
MM3_PER_CM3 = 1000

Voxels = NDArray[np.int64]  # places in the file, in rising order, each once
Steps = NDArray[np.int64]  # (3,): columns, rows, slices


@dataclass(frozen=True, slots=True, kw_only=True)
class Mask:
    """One file. `name`: its BIDS suffix, with the segment's number before it where it is of one alone."""

    name: str
    path: Path


def convert_segmentation(segmentation: Source, sources: Sequence[Source], folder: Path) -> tuple[Mask, ...]:
    """Write `folder`/NAME.nii.gz and NAME.json; `sources`: the images of the series that it was drawn on.

    Raises RefusedSeriesError, also when that series is no volume, and OSError.
    """
    found = read_segmentation(segmentation)
    series = read_series(sources)
    stack = series.stack
    if found.frame_of_reference_uid != stack.first.frame_of_reference_uid:
        raise RefusedSeriesError(Reason.OTHER_GRID, "another frame of reference")
    uid = series.images[0].attributes.text("SeriesInstanceUID")
    if found.series and uid not in found.series:
        raise RefusedSeriesError(Reason.OTHER_GRID, "it was drawn on another series")
    marked = _marked(found, stack)
    if not any(len(each) for each in marked.values()):
        raise RefusedSeriesError(Reason.EMPTY_MASK)
    about = {"SourceSeriesInstanceUID": uid, "SegmentationSOPInstanceUID": found.sop_instance_uid}
    masks = []
    for name, some in _files(marked).items():
        path = folder / f"{name}.nii.gz"
        values = {number: number if name == DISCRETE else 1 for number in some}
        _write(path, stack, some, values)
        said = about | {"Segments": [_said(found.segments[each], values[each], some[each], stack) for each in some]}
        sidecar_path(path).write_text(as_json(said | {"ConversionSoftware": SOFTWARE}), encoding="utf-8")
        masks.append(Mask(name=name, path=path))
    return tuple(masks)


def _marked(found: Segmentation, stack: Stack) -> dict[int, Voxels]:
    """By the number of the segment; segments of which nothing is marked are there, too."""
    pieces: dict[int, list[Voxels]] = {number: [] for number in sorted(found.segments)}
    for frame in found.frames:
        rows, columns = np.nonzero(found.marked(frame))
        if len(rows):
            pieces[frame.segment].append(_voxels(frame.place, rows, columns, stack))
    none = np.empty(0, dtype=np.int64)
    return {number: np.unique(np.concatenate([none, *some])) for number, some in pieces.items()}


def _voxels(frame: Frame, rows: NDArray[Any], columns: NDArray[Any], stack: Stack) -> Voxels:
    """Where the pixels of one frame are in the file, whose rows run from the last to the first."""
    first, along_row, down_column = _steps(frame, stack)
    places = first + np.outer(columns, along_row) + np.outer(rows, down_column)
    column_count, row_count, slice_count, _ = stack.shape
    if ((places < 0) | (places >= np.array([column_count, row_count, slice_count]))).any():
        raise RefusedSeriesError(Reason.OTHER_GRID, "it marks what is outside of the volume")
    column, row, level = places.T
    in_file: Voxels = (level * row_count + (row_count - 1 - row)) * column_count + column
    return in_file


def _steps(frame: Frame, stack: Stack) -> tuple[Steps, Steps, Steps]:
    """The voxel of the first pixel, and the steps to the next pixel of its row and of its column."""
    to_voxels = np.linalg.inv(stack.directions * np.array(stack.spacing))
    orientation = np.array(frame.orientation)
    between_rows, between_columns = frame.pixel_spacing
    exact = np.stack(
        [
            to_voxels @ (np.array(frame.position) - stack.origin),
            to_voxels @ orientation[:3] * between_columns,
            to_voxels @ orientation[3:] * between_rows,
        ]
    )
    if np.abs(exact).max() > np.iinfo(np.int32).max:
        raise RefusedSeriesError(Reason.OTHER_GRID, "it marks what is outside of the volume")
    whole = np.rint(exact)
    rows, columns = frame.matrix
    corners = np.array([[1, c, r] for c in (0, columns - 1) for r in (0, rows - 1)])
    are_steps = (np.abs(whole[1:]).sum(axis=1) == 1).all() and whole[1] @ whole[2] == 0
    if not are_steps or np.abs(corners @ (exact - whole)).max() > SAME_VOXEL:
        raise RefusedSeriesError(Reason.OTHER_GRID)
    first, along_row, down_column = whole.astype(np.int64)
    return first, along_row, down_column


def _files(marked: Mapping[int, Voxels]) -> dict[str, dict[int, Voxels]]:
    """By name, the segments of each file. A segment of its own file is there only when it marks something."""
    together = np.concatenate(list(marked.values()))
    if len(np.unique(together)) == len(together):
        return {DISCRETE: dict(marked)}
    return {f"label-{number}_{OF_ONE}": {number: some} for number, some in marked.items() if len(some)}


def _write(path: Path, stack: Stack, marked: Mapping[int, Voxels], values: Mapping[int, int]) -> None:
    columns, rows, slices, _ = stack.shape
    dtype = np.dtype("u1" if max(values.values()) <= np.iinfo(np.uint8).max else "<i2")
    volume = np.zeros(slices * rows * columns, dtype=dtype)
    for number, some in marked.items():
        volume[some] = values[number]
    planes = volume.reshape(slices, rows, columns)
    header = header_bytes((columns, rows, slices, 1), affine_of(stack), dtype, spacing=stack.spacing)
    write_planes(path, header, lambda number: planes[number], slices)


def _said(segment: Segment, value: int, marked: Voxels, stack: Stack) -> Sidecar:
    said = {
        "Value": value,
        "SegmentNumber": segment.number,
        "Label": segment.label,
        "Category": segment.category,
        "Type": segment.kind,
        "TrackingUID": segment.tracking_uid,
        "Voxels": len(marked),
        "VolumeCm3": float(f"{len(marked) * np.prod(stack.spacing) / MM3_PER_CM3:.6g}"),
    }
    return {name: each for name, each in said.items() if each != ""}
