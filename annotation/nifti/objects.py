"""One DICOM object of a series: its attributes, and where its pixels are."""

from dataclasses import dataclass

from pydicom import dcmread
from pydicom.dataset import Dataset, FileDataset

from annotation.nifti.attributes import Attributes
from annotation.nifti.damage import refusing_damage
from annotation.nifti.frames import GEOMETRY, MARKS
from annotation.nifti.quick_header import quick_header, wanted
from annotation.nifti.refusals import Reason
from annotation.nifti.sidecar_fields import KEYWORDS
from annotation.nifti.sources import Source, opened, part_of

KEPT = GEOMETRY | MARKS | KEYWORDS
WANTED = wanted(KEPT)
FIRST_BYTES = 1 << 16
"""Most headers are shorter; a longer one goes through pydicom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageObject:
    """`pixels`: offset and length in bytes of native little-endian pixels; None where they need decoding."""

    source: Source
    attributes: Attributes
    pixels: tuple[int, int] | None

    @property
    def sop_class_uid(self) -> str:
        return self.attributes.text("SOPClassUID")

    @property
    def frames(self) -> int:
        return self.attributes.whole("NumberOfFrames", absent=1)


def read_object(source: Source) -> ImageObject:
    """Raises RefusedSeriesError when it is no DICOM, OSError when it cannot be read."""
    with refusing_damage(Reason.UNREADABLE):
        quick = quick_header(part_of(source, 0, FIRST_BYTES), WANTED)
        if quick is not None:
            return ImageObject(source=source, attributes=quick.attributes, pixels=quick.pixels)
        return ImageObject(source=source, attributes=Attributes.of(read_header(source), KEPT), pixels=None)


def read_header(source: Source) -> FileDataset:
    """All but the pixels; raises what DAMAGED lists."""
    with opened(source) as file:
        return dcmread(file, stop_before_pixels=True)


def header_of(source: Source) -> Dataset:
    """All but the pixels; raises RefusedSeriesError, OSError."""
    with refusing_damage(Reason.UNREADABLE):
        return read_header(source)


def read_whole(source: Source) -> FileDataset:
    """With its pixels; raises RefusedSeriesError, OSError."""
    with refusing_damage(Reason.UNREADABLE), opened(source) as file:
        return dcmread(file)
