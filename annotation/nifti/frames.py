"""One frame of an image: where it lies, what its stored values mean, what tells it from others at its place."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from annotation.nifti.attributes import Attributes, Value
from annotation.nifti.refusals import Reason, RefusedSeriesError

GEOMETRY = frozenset(
    {
        "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "RescaleSlope", "RescaleIntercept",
        "Rows", "Columns", "SamplesPerPixel", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation",
        "NumberOfFrames", "FrameOfReferenceUID", "SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID",
        "StudyInstanceUID", "Modality", "ImageType", "FrameType", "AcquisitionDate", "AcquisitionTime",
    }
)  # fmt: skip


class Mark(Enum):
    """What may differ between images at one place, by what it means. Values: keywords, the first that is there."""

    IMAGE_TYPE = ("FrameType", "ImageType")
    ECHO = ("EffectiveEchoTime", "EchoTime", "EchoNumbers")
    TEMPORAL_POSITION = ("TemporalPositionIndex", "TemporalPositionIdentifier")
    B_VALUE = ("DiffusionBValue",)
    ACQUISITION = ("AcquisitionNumber", "FrameAcquisitionNumber")
    FRAME_REFERENCE_TIME = ("FrameReferenceTime",)
    TRIGGER_TIME = ("NominalCardiacTriggerDelayTime", "TriggerTime")


MARKS = frozenset(keyword for mark in Mark for keyword in mark.value)
SCALES = ("RescaleSlope", "RescaleIntercept")
PLACE = MappingProxyType({"ImagePositionPatient": 3, "ImageOrientationPatient": 6, "PixelSpacing": 2})


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Lengths in mm, LPS. `number` counts the frames of object number `source` from 0."""

    source: int
    number: int
    position: tuple[float, ...]
    orientation: tuple[float, ...]
    pixel_spacing: tuple[float, ...]
    """Between rows, between columns."""
    matrix: tuple[int, int]
    """Rows, columns."""
    frame_of_reference_uid: str
    slope: float
    intercept: float
    marks: Mapping[Mark, tuple[Value, ...]]
    about: Attributes


def frame_of(attributes: Attributes, *, source: int, number: int) -> Frame:
    """Raises RefusedSeriesError for an image without a place, or with one that cannot be."""
    place = {keyword: attributes.numbers(keyword, count) for keyword, count in PLACE.items()}
    matrix = attributes.whole("Rows", absent=0), attributes.whole("Columns", absent=0)
    for keyword, value in (*place.items(), ("Rows", matrix[0]), ("Columns", matrix[1])):
        if not value:
            raise RefusedSeriesError(Reason.MISSING_GEOMETRY, f"{keyword} is missing")
    if any(each <= 0 for each in place["PixelSpacing"]):
        raise RefusedSeriesError(Reason.BAD_VALUE, "PixelSpacing is not positive")
    slope = attributes.scale("RescaleSlope", absent=1.0)
    if slope == 0:
        raise RefusedSeriesError(Reason.BAD_VALUE, "RescaleSlope is 0")
    return Frame(
        source=source,
        number=number,
        position=place["ImagePositionPatient"],
        orientation=place["ImageOrientationPatient"],
        pixel_spacing=place["PixelSpacing"],
        matrix=matrix,
        frame_of_reference_uid=attributes.text("FrameOfReferenceUID"),
        slope=slope,
        intercept=attributes.scale("RescaleIntercept", absent=0.0),
        marks={mark: _first(attributes, mark.value) for mark in Mark},
        about=attributes,
    )


def _first(attributes: Attributes, keywords: tuple[str, ...]) -> tuple[Value, ...]:
    return next((attributes.values[each] for each in keywords if attributes.values.get(each)), ())
