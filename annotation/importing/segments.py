"""A DICOM SEG made elsewhere (PS3.3 A.51): each segment measured on the series that it was drawn on."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from annotation.errors import UnacceptableError
from annotation.image_measurement.image_volume import ImageVolume
from annotation.importing.errors import foreign
from annotation.importing.foreign_object import ForeignObject
from annotation.importing.mask_measuring import measured_region, volume_of_study
from annotation.importing.ports import Registry
from annotation.importing.proposals import MOST_PARTS, LeftOut, NotTaken, Proposal, name_of
from annotation.structured_report.codes import same
from annotation.structured_report.reading_back import concept_of
from annotation.structured_report.site_codes import LATERALITIES, CodedSite, site_of
from lesion_model.errors import FindingError, LesionModelError, Problem

_MOST_FRAMES = 20_000
# Positions are written to about 0.01 mm, indices follow from them.
_SAME_VOXEL = 0.05


def from_segmentation(given: ForeignObject, registry: Registry) -> tuple[Proposal | LeftOut, ...]:
    """Raises UnreadableObjectError, UnacceptableError, `LesionModelError` for a series that cannot be measured."""
    with foreign():
        segments = tuple(given.dataset.get("SegmentSequence") or ())
        frames = given.dataset.get("PerFrameFunctionalGroupsSequence") or ()
        _check_counts(len(segments), len(frames))
        frame = str(given.dataset.get("FrameOfReferenceUID") or "")
        series = given.dataset.get("ReferencedSeriesSequence") or ()
        named = frozenset(str(each.get("SeriesInstanceUID")) for each in series)
    volume = volume_of_study(given.study_instance_uid, named, frame, registry)
    with foreign():
        _check_places(given.dataset, frames, volume)
        return tuple(_proposed(given, each, volume, registry) for each in segments)


def _check_counts(segments: int, frames: int) -> None:
    if not 1 <= segments <= MOST_PARTS:
        raise UnacceptableError([Problem(field="SegmentSequence", detail=f"must have 1 to {MOST_PARTS} items")])
    if not 1 <= frames <= _MOST_FRAMES:
        detail = f"must have 1 to {_MOST_FRAMES} items"
        raise UnacceptableError([Problem(field="PerFrameFunctionalGroupsSequence", detail=detail)])


def _check_places(dataset: Any, frames: Sequence[Any], volume: ImageVolume) -> None:
    """Before the frames are stacked: frames at made-up places would make a stack of any size."""
    shared = next(iter(dataset.get("SharedFunctionalGroupsSequence") or ()), None)
    places = np.array([_position(each, shared) for each in frames], dtype=np.float64)
    size = (int(dataset.Rows), int(dataset.Columns))
    indices = volume.grid.to_indices(places)
    nearest = np.rint(indices)
    last = np.array(volume.grid.shape) - 1
    is_inside = ((nearest >= 0) & (nearest <= last)).all() and np.abs(indices - nearest).max() <= _SAME_VOXEL
    if not is_inside or any(of <= 0 or of > most for of, most in zip(size, volume.grid.shape[1:], strict=True)):
        raise FindingError([Problem(field="PlanePositionSequence", detail="is not on the voxels of these images")])


def _position(frame: Any, shared: Any) -> tuple[float, ...]:
    items = frame.get("PlanePositionSequence") or shared.PlanePositionSequence
    x, y, z = (float(each) for each in items[0].ImagePositionPatient)
    return x, y, z


def _proposed(given: ForeignObject, segment: Any, volume: ImageVolume, registry: Registry) -> Proposal | LeftOut:
    number = int(segment.SegmentNumber)
    try:
        found = measured_region(registry.segment(given.file, number, volume), volume)
    except LesionModelError as error:
        details = "; ".join(each.detail for each in error.problems)
        return LeftOut(number=number, reason=NotTaken.NOT_MEASURABLE, detail=details)
    return Proposal(
        number=number,
        findings=found.findings,
        geometry=found.geometry,
        site=next((site for each in _sites(segment) if (site := site_of(each)) is not None), None),
        tracking_uid=str(segment.get("TrackingUID") or "") or None,
        name=name_of(segment.get("SegmentLabel")),
    )


def _sites(segment: Any) -> Iterator[CodedSite]:
    """The anatomic region, its modifier being a side or a part (PS3.3 10.5)."""
    for item in segment.get("AnatomicRegionSequence") or ():
        place = concept_of(segment, "AnatomicRegionSequence")
        if place is None:
            continue
        said = concept_of(item, "AnatomicRegionModifierSequence")
        is_side = any(same(said, each) for each in LATERALITIES.values())
        yield CodedSite(place=place, laterality=said if is_side else None, modifier=None if is_side else said)
