"""What a volume needs to know of one image, read and checked: files hold anything in any multiplicity."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydicom import dcmread
from pydicom.dataset import Dataset

from osteon.transfer.damage import DAMAGED
from osteon.transfer.errors import RefusedSeriesError

FARTHEST = 1e6
"""No position (mm) and no spacing is larger: beyond it arithmetic would overflow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceHeader:
    """One image; empty where the file has nothing. Lengths in mm, LPS."""

    sop_class_uid: str
    frames: int
    image_type: tuple[str, ...]
    samples: int
    matrix: tuple[int, ...]
    """Rows, columns."""
    position: tuple[float, ...]
    orientation: tuple[float, ...]
    pixel_spacing: tuple[float, ...]
    """Between rows, between columns."""
    frame_of_reference_uid: str
    rescale: tuple[float, float]
    """Slope, intercept."""

    @classmethod
    def read(cls, path: Path) -> Self:
        """Raises RefusedSeriesError when the file is no DICOM, or says what cannot be."""
        try:
            header = dcmread(path, stop_before_pixels=True)
            return cls._of(header)
        except DAMAGED as error:
            raise RefusedSeriesError("a file is not readable as DICOM") from error

    @classmethod
    def _of(cls, header: Dataset) -> Self:
        return cls(
            sop_class_uid=str(header.get("SOPClassUID") or ""),
            frames=_whole(header, "NumberOfFrames"),
            image_type=_texts(header.get("ImageType")),
            samples=_whole(header, "SamplesPerPixel"),
            matrix=(_whole(header, "Rows", absent=0), _whole(header, "Columns", absent=0)),
            position=_numbers(header, "ImagePositionPatient", 3),
            orientation=_numbers(header, "ImageOrientationPatient", 6),
            pixel_spacing=_spacing(header),
            frame_of_reference_uid=str(header.get("FrameOfReferenceUID") or ""),
            rescale=(_scale(header, "RescaleSlope", 1.0), _scale(header, "RescaleIntercept", 0.0)),
        )


def _texts(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(str(each) for each in value)  # type: ignore[attr-defined]


def _whole(header: Dataset, keyword: str, *, absent: int = 1) -> int:
    value = header.get(keyword)
    if value is None:
        return absent
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise RefusedSeriesError(f"{keyword} is not a whole number") from error


def _numbers(header: Dataset, keyword: str, count: int) -> tuple[float, ...]:
    value = header.get(keyword)
    if value is None or value in ("", []):
        return ()
    try:
        numbers = tuple(float(each) for each in value)
    except (TypeError, ValueError):
        numbers = ()
    if len(numbers) != count or not all(math.isfinite(each) and abs(each) <= FARTHEST for each in numbers):
        raise RefusedSeriesError(f"{keyword} is not {count} numbers")
    return numbers


def _spacing(header: Dataset) -> tuple[float, ...]:
    numbers = _numbers(header, "PixelSpacing", 2)
    if any(each <= 0 for each in numbers):
        raise RefusedSeriesError("PixelSpacing is not positive")
    return numbers


def _scale(header: Dataset, keyword: str, absent: float) -> float:
    """Absent, nothing is rescaled; there and empty or no number, nobody knows."""
    if keyword not in header:
        return absent
    try:
        number = float(header[keyword].value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise RefusedSeriesError(f"{keyword} is not a number")
    return number
