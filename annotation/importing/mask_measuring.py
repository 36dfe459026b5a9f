"""The voxels of one region of a segmentation or structure set, measured as a mask is, and its longest axis."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from annotation.errors import UnacceptableError
from annotation.image_measurement.image_volume import ImageVolume, Indices
from annotation.importing.ports import Registry
from annotation.measuring.lines import measured_source
from annotation.measuring.outlines import mask
from annotation.measuring.placing import MEASURABLE
from lesion_model.errors import Problem
from lesion_model.findings import Finding, ImagingFindings
from lesion_model.geometry import Geometry
from lesion_model.measurement.axes import LONGEST_LESION_MM
from lesion_model.measurement.measured import STEP_MM, measured
from lesion_model.measurement.vectors import Rows, point

HALF = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredRegion:
    """`geometry`: the two ends of the longest axis, on the image that it was found on."""

    findings: ImagingFindings
    geometry: Geometry | None


def measured_region(voxels: Indices, volume: ImageVolume) -> MeasuredRegion:
    """Volume, values of the image, and the longest axis on any one image (RECIST 1.1), from corner to corner of the
    outermost pixels. `voxels`: (n, 3), slice, row, column."""
    findings = mask(voxels, volume).findings
    number, ends = _longest(voxels, volume)
    length = measured(float(np.linalg.norm(ends[1] - ends[0])), STEP_MM)
    if not 0 < length.unrounded <= LONGEST_LESION_MM:
        return MeasuredRegion(findings=findings, geometry=None)
    sources = findings.sources | measured_source(Finding.LONG_AXIS)
    return MeasuredRegion(
        findings=replace(findings, long_axis_mm=length.value, sources=sources),
        geometry=Geometry(
            points=(point(ends[0]), point(ends[1])),
            sop_instance_uid=volume.sop_instance_uids[number],
            frame_of_reference_uid=volume.frame_of_reference_uid,
        ),
    )


def volume_of_study(
    study_instance_uid: str, named: frozenset[str], frame_of_reference_uid: str, registry: Registry
) -> ImageVolume:
    """The series that the object was drawn on: the one that it names, or the only one of its frame of reference.

    Raises UnacceptableError, and `LesionModelError` for a series that cannot be measured.
    """
    series = registry.images.series_of_study(study_instance_uid)
    in_frame = [
        each for each in series if each.frame_of_reference_uid == frame_of_reference_uid and each.modality in MEASURABLE
    ]
    if not in_frame:
        detail = "no series of this study that can be measured is in it"
        raise UnacceptableError([Problem(field="FrameOfReferenceUID", detail=detail)])
    chosen = [each for each in in_frame if not named or each.series_instance_uid in named]
    if len(chosen) != 1:
        detail = "does not name one series of this study, of the same frame of reference"
        raise UnacceptableError([Problem(field="ReferencedSeriesSequence", detail=detail)])
    return registry.images.volume(chosen[0].series_instance_uid)


def _longest(voxels: Indices, volume: ImageVolume) -> tuple[int, Rows]:
    """On which slice, and the two ends, (2, 3), mm, LPS."""
    found = [(int(number), _ends(on_slice, volume)) for number, on_slice in _by_slice(voxels)]
    return max(found, key=lambda each: float(np.linalg.norm(each[1][1] - each[1][0])))


def _by_slice(voxels: Indices) -> Iterator[tuple[int, Indices]]:
    for number in np.unique(voxels[:, 0]):
        yield number, voxels[voxels[:, 0] == number]


def _ends(voxels: Indices, volume: ImageVolume) -> Rows:
    """The two corners farthest apart, (2, 3), mm, LPS: both are among the ends of the rows."""
    corners = volume.grid.to_patient(_row_ends(voxels))
    local = corners - corners.mean(axis=0)
    squares = (local**2).sum(axis=1)
    first, last = np.unravel_index(int((squares[:, None] + squares - 2 * local @ local.T).argmax()), (len(local),) * 2)
    ends: Rows = corners[[first, last]]
    return ends


def _row_ends(voxels: Indices) -> Rows:
    """(n, 3), slice, row, column: the outer corners of the first and of the last pixel of each row."""
    order = np.lexsort((voxels[:, 2], voxels[:, 1]))
    rows, columns = voxels[order, 1].astype(np.float64), voxels[order, 2].astype(np.float64)
    starts = np.flatnonzero(np.diff(rows, prepend=-1))
    stops = np.append(starts[1:], len(rows)) - 1
    sides = [(rows[starts], columns[starts] - HALF), (rows[stops], columns[stops] + HALF)]
    corners = [np.column_stack((row + up, column)) for row, column in sides for up in (-HALF, HALF)]
    outer = np.unique(np.concatenate(corners), axis=0)
    return np.column_stack((np.full(len(outer), float(voxels[0, 0])), outer))
