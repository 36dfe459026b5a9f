"""An RT structure set made elsewhere (PS3.3 A.19.3): the closed contours of each region, as voxels of the images.

A voxel belongs to a region when its centre is inside an odd number of the region's contours on its slice, so that a
contour within another is a hole, and one drawn through a keyhole too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from annotation.errors import UnacceptableError
from annotation.image_measurement.drawn_region import ON_SLICE, drawn_region
from annotation.image_measurement.image_volume import ImageVolume, Indices
from annotation.importing.errors import foreign
from annotation.importing.foreign_object import ForeignObject
from annotation.importing.mask_measuring import measured_region, volume_of_study
from annotation.importing.ports import Registry
from annotation.importing.proposals import MOST_PARTS, LeftOut, NotTaken, Proposal, name_of
from lesion_model.errors import GeometryError, LesionModelError, Problem
from lesion_model.measurement.vectors import Rows, point

_CLOSED = ("CLOSED_PLANAR", "CLOSEDPLANAR_XOR")
_FEWEST_CORNERS = 3
_MOST_CORNERS = 10_000
_MOST_NUMBERS = 3_000_000
_DIMENSIONS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Region:
    """One region of interest: what structure set and contours say of it. `images`: those that it was drawn on."""

    number: int
    name: str | None
    frame_of_reference_uid: str
    contours: tuple[Rows, ...]
    images: frozenset[str]
    closed: bool


def from_contours(given: ForeignObject, registry: Registry) -> tuple[Proposal | LeftOut, ...]:
    """Raises UnreadableObjectError, UnacceptableError, `LesionModelError` for a series that cannot be measured."""
    with foreign():
        regions = tuple(_regions(given.dataset))
    frames = {each.frame_of_reference_uid for each in regions}
    if len(frames) != 1:
        detail = "must be the same for all regions, one region at least"
        raise UnacceptableError([Problem(field="ReferencedFrameOfReferenceUID", detail=detail)])
    owners = registry.owners(frozenset().union(*(each.images for each in regions)))
    named = frozenset(each.series_instance_uid for each in owners.values())
    (frame,) = frames
    volume = volume_of_study(given.study_instance_uid, named, frame, registry)
    with foreign():
        return tuple(_proposed(each, volume) for each in regions)


def _regions(dataset: Any) -> list[_Region]:
    described = {int(each.ROINumber): each for each in dataset.get("StructureSetROISequence") or ()}
    drawn = tuple(dataset.get("ROIContourSequence") or ())
    if not 1 <= len(drawn) <= MOST_PARTS:
        raise UnacceptableError([Problem(field="ROIContourSequence", detail=f"must have 1 to {MOST_PARTS} items")])
    contours = [contour for each in drawn for contour in each.get("ContourSequence") or ()]
    if sum(len(each.get("ContourData") or ()) for each in contours) > _MOST_NUMBERS:
        detail = f"more than {_MOST_NUMBERS} numbers"
        raise UnacceptableError([Problem(field="ContourData", detail=detail)])
    return [_region(each, described[int(each.ReferencedROINumber)]) for each in drawn]


def _region(drawn: Any, described: Any) -> _Region:
    contours = tuple(drawn.get("ContourSequence") or ())
    return _Region(
        number=int(drawn.ReferencedROINumber),
        name=name_of(described.get("ROIName")),
        frame_of_reference_uid=str(described.get("ReferencedFrameOfReferenceUID") or ""),
        contours=tuple(_points(each) for each in contours),
        images=frozenset(
            str(image.ReferencedSOPInstanceUID) for each in contours for image in each.get("ContourImageSequence") or ()
        ),
        closed=all(each.get("ContourGeometricType") in _CLOSED for each in contours),
    )


def _points(contour: Any) -> Rows:
    """(n, 3), mm, LPS."""
    return np.array([float(each) for each in contour.get("ContourData") or ()]).reshape(-1, _DIMENSIONS)


def _proposed(region: _Region, volume: ImageVolume) -> Proposal | LeftOut:
    if not region.closed or not region.contours:
        detail = "must consist of closed planar contours"
        return LeftOut(number=region.number, reason=NotTaken.NOT_MEASURABLE, detail=detail)
    try:
        found = measured_region(voxels_inside(region.contours, volume), volume)
    except LesionModelError as error:
        details = "; ".join(each.detail for each in error.problems)
        return LeftOut(number=region.number, reason=NotTaken.NOT_MEASURABLE, detail=details)
    return Proposal(number=region.number, findings=found.findings, geometry=found.geometry, name=region.name)


def voxels_inside(contours: Sequence[Rows], volume: ImageVolume) -> Indices:
    """(n, 3): slice, row, column. `contours`: each (n, 3), mm, LPS, on one slice.

    Raises `GeometryError` for contours that leave the images, lie between slices, or hold no voxel's centre.
    """
    flat = [_flat(each, volume) for each in contours]
    numbers, times = np.unique(np.concatenate(flat), return_counts=True)
    inside = numbers[times % 2 == 1]
    if not len(inside):
        raise GeometryError([Problem(field="ContourData", detail="holds no voxel's centre")])
    return np.column_stack(np.unravel_index(inside, volume.grid.shape)).astype(np.intp)


def _flat(contour: Rows, volume: ImageVolume) -> Indices:
    """(n,): numbers of the voxels inside one contour; one too small to hold any is no error."""
    if not _FEWEST_CORNERS <= len(contour) <= _MOST_CORNERS:
        detail = f"must have {_FEWEST_CORNERS} to {_MOST_CORNERS} points for each contour"
        raise GeometryError([Problem(field="ContourData", detail=detail)])
    points = [point(each) for each in contour]
    if not volume.contains(contour):
        raise GeometryError([Problem(field="ContourData", detail="lies outside the images")])
    places = volume.grid.to_indices(contour)[:, 0]
    if float(np.abs(places - round(float(places.mean()))).max()) > ON_SLICE:
        raise GeometryError([Problem(field="ContourData", detail="does not lie on the images: it is between them")])
    try:
        voxels = drawn_region(volume, points).voxels
    except GeometryError:
        return np.empty(0, dtype=np.intp)
    flat: Indices = np.ravel_multi_index(tuple(voxels.T), volume.grid.shape)
    return flat
