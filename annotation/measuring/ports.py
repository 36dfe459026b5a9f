"""What measuring needs to know of the images; `storage` satisfies it without being imported."""

from dataclasses import dataclass
from typing import Protocol

from annotation.image_measurement.image_volume import ImageVolume, Indices
from lesion_model.measurement.planes import ImagePlane


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesReference:
    """One series of a study; `frame_of_reference_uid` is that of its first object."""

    series_instance_uid: str
    modality: str | None
    frame_of_reference_uid: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedImage:
    """One image, where it lies."""

    series_instance_uid: str
    modality: str
    frame_of_reference_uid: str | None
    plane: ImagePlane


class Images(Protocol):
    """Images of the image store. What cannot be measured is refused with `LesionModelError`."""

    def series_of_study(self, study_instance_uid: str) -> tuple[SeriesReference, ...]:
        """Raises StudyNotFoundError."""

    def series_of_image(self, sop_instance_uid: str) -> str | None:
        """The series that the image is in."""

    def image(self, sop_instance_uid: str) -> PlacedImage:
        """One image of CT, PET or MR. Raises `FindingError` or `GeometryError` for any other."""

    def volume(self, series_instance_uid: str) -> ImageVolume:
        """The whole series. Raises `FindingError` or `GeometryError` for what is no even stack of images."""

    def mask(self, sop_instance_uid: str, segment: int, volume: ImageVolume) -> Indices:
        """(n, 3): the voxels of one segment of a DICOM SEG. Raises `FindingError` or `GeometryError`."""
