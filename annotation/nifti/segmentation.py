"""A binary DICOM SEG (PS3.3 A.51): its segments, and where each of its frames lies. Pixels are read frame by frame."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset

from annotation.nifti.damage import refusing_damage
from annotation.nifti.frames import Frame
from annotation.nifti.functional_groups import frames_of
from annotation.nifti.objects import read_object, read_whole
from annotation.nifti.refusals import Reason, RefusedSeriesError
from annotation.nifti.sources import Source

BINARY = "BINARY"
MOST_FRAMES = 100_000
LARGEST_NUMBER = 32767
"""Of a segment: it becomes a value of 16 bits."""

Marked = NDArray[np.uint8]  # (row, column), 0 or 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """What the object says of it; codes as `value^scheme^meaning`."""

    number: int
    label: str
    category: str
    kind: str
    tracking_uid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentFrame:
    """`number` counts the frames from 0."""

    number: int
    segment: int
    place: Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Segmentation:
    """`segments` by number. `series`: those that it says it was drawn on."""

    sop_instance_uid: str
    frame_of_reference_uid: str
    series: frozenset[str]
    segments: Mapping[int, Segment]
    frames: tuple[SegmentFrame, ...]
    dataset: FileDataset

    def marked(self, frame: SegmentFrame) -> Marked:
        """Bits follow one another without a gap between frames (PS3.5 8.1.1). Raises RefusedSeriesError."""
        rows, columns = frame.place.matrix
        first = frame.number * rows * columns
        last = first + rows * columns
        packed = np.frombuffer(
            self.dataset.PixelData, dtype=np.uint8, offset=first // 8, count=-(-last // 8) - first // 8
        )
        bits = np.unpackbits(packed, bitorder="little")
        return bits[first % 8 : first % 8 + rows * columns].reshape(rows, columns)


def read_segmentation(source: Source) -> Segmentation:
    """Raises RefusedSeriesError for what is no binary segmentation whose frames have a place."""
    dataset = read_whole(source)
    with refusing_damage(Reason.UNREADABLE):
        return _segmentation(dataset, source)


def _segmentation(dataset: FileDataset, source: Source) -> Segmentation:
    if dataset.get("SegmentationType") != BINARY or dataset.get("BitsAllocated") != 1:
        raise RefusedSeriesError(Reason.NO_SEGMENTATION)
    segments = {int(each.SegmentNumber): _segment(each) for each in dataset.get("SegmentSequence") or ()}
    places = frames_of(read_object(source), 0)
    if len(places) > MOST_FRAMES or not all(0 < number <= LARGEST_NUMBER for number in segments):
        raise RefusedSeriesError(Reason.TOO_LARGE)
    if dataset.file_meta.TransferSyntaxUID.is_encapsulated or _bits(places) > 8 * len(dataset.PixelData):
        raise RefusedSeriesError(Reason.UNDECODABLE)
    frames = tuple(
        SegmentFrame(number=number, segment=segment, place=place)
        for number, (segment, place) in enumerate(zip(_segment_numbers(dataset), places, strict=True))
    )
    if not {each.segment for each in frames} <= segments.keys():
        raise RefusedSeriesError(Reason.NO_SUCH_SEGMENT)
    return Segmentation(
        sop_instance_uid=str(dataset.SOPInstanceUID),
        frame_of_reference_uid=str(dataset.get("FrameOfReferenceUID") or ""),
        series=series_of(dataset),
        segments=segments,
        frames=frames,
        dataset=dataset,
    )


def series_of(dataset: Dataset) -> frozenset[str]:
    """The series that an object says it was made from (PS3.3 C.12.1.1)."""
    return frozenset(
        str(each.SeriesInstanceUID)
        for each in dataset.get("ReferencedSeriesSequence") or ()
        if each.get("SeriesInstanceUID")
    )


def _bits(places: list[Frame]) -> int:
    return sum(each.matrix[0] * each.matrix[1] for each in places)


def _segment_numbers(dataset: Dataset) -> list[int]:
    """Of each frame: said for it, or for all of them."""
    shared = next(iter(dataset.get("SharedFunctionalGroupsSequence") or ()), Dataset())
    return [
        int(
            (each.get("SegmentIdentificationSequence") or shared.SegmentIdentificationSequence)[
                0
            ].ReferencedSegmentNumber
        )
        for each in dataset.PerFrameFunctionalGroupsSequence
    ]


def _segment(item: Dataset) -> Segment:
    return Segment(
        number=int(item.SegmentNumber),
        label=str(item.get("SegmentLabel") or ""),
        category=_code(item.get("SegmentedPropertyCategoryCodeSequence")),
        kind=_code(item.get("SegmentedPropertyTypeCodeSequence")),
        tracking_uid=str(item.get("TrackingUID") or ""),
    )


def _code(sequence: Any) -> str:
    if not sequence:
        return ""
    code = sequence[0]
    return "^".join(str(code.get(each, "")) for each in ("CodeValue", "CodingSchemeDesignator", "CodeMeaning"))
