"""What importing needs to know of the registry; `storage` satisfies it without being imported."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from annotation.image_measurement.image_volume import ImageVolume, Indices
from annotation.measuring.ports import Images


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """To whom a stored object belongs."""

    pseudonym: str
    study_instance_uid: str
    series_instance_uid: str


class Registry(Protocol):
    """The ledger and the image store, and the images as measuring needs them."""

    @property
    def images(self) -> Images: ...

    def pseudonym_of_study(self, study_instance_uid: str) -> str | None:
        """None for a study that this node does not have."""

    def owners(self, sop_instance_uids: Collection[str]) -> Mapping[str, Owner]:
        """Of those objects that are stored."""

    def file(self, sop_instance_uid: str) -> bytes:
        """A stored object. Raises ObjectNotFoundError, ImageMissingError, ImageStoreUnavailableError."""

    def dataset(self, file: bytes) -> Any:
        """A pydicom data set, all of it decoded. Raises UnacceptableError for a compressed file, UnreadableObjectError,
        and anything at all for a damaged one."""

    def segment(self, file: bytes, segment: int, volume: ImageVolume) -> Indices:
        """(n, 3): the voxels of one segment of a DICOM SEG. Raises `FindingError` or `GeometryError`."""
