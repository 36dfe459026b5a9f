"""What building a release needs of others."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from storage.catalogue_records import ObjectRecord
from storage.releases.records import SeriesChosen, SeriesInRelease


class Cohorts(Protocol):
    """Finds the series of a query."""

    def series_of(self, query: Mapping[str, Any]) -> Iterator[SeriesChosen]:
        """Each once, streamed, best patient by patient."""


class RunningJob(Protocol):
    """How somebody follows the building, and stops it."""

    def progress(self, done: int, total: int, message: str) -> None:
        """Of `total` series, `done` are written."""

    def check_cancelled(self) -> None:
        """Raises BuildCancelledError once somebody has called it off."""


class ImageFiles(Protocol):
    """The image store."""

    def read(self, orthanc_id: str) -> Iterator[bytes]:
        """One file. Raises ImageMissingError, ImageStoreUnavailableError."""

    def present(self, orthanc_ids: Collection[str]) -> frozenset[str]:
        """Those of these that it holds. Raises ImageStoreUnavailableError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesToConvert:
    """One series and its objects, and a folder of the caller's to write into."""

    series: SeriesInRelease
    objects: Sequence[ObjectRecord]
    suv: bool
    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """What came of it: a file NAME.nii.gz and its NAME.json, both in the folder that was given.

    `suffix` distinguishes several volumes of one series, and is empty where there is one.
    """

    suffix: str
    nifti: Path
    sidecar: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """The volumes of one series, or why there are none."""

    volumes: tuple[Volume, ...] = ()
    refused: str | None = None


class Converter(Protocol):
    """Makes NIfTI of series, as many at once as it has hands."""

    def convert(self, wanted: Sequence[SeriesToConvert]) -> Iterator[Converted]:
        """One answer for each, in their order. Raises VanishedObjectError, ImageStoreError, OSError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskToMake:
    """One segmentation, as it is stored or as it was made, and a folder of the caller's to write into.

    `objects_of`: the objects of a series of this study that is in the release; none of any other.
    """

    segmentation: ObjectRecord | bytes
    objects_of: Callable[[str], Sequence[ObjectRecord]]
    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskFile:
    """`name`: the BIDS suffix, and what it needs before it."""

    name: str
    nifti: Path
    sidecar: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """The masks of one segmentation, on the grid of the series that it was drawn on; or why there are none."""

    series_instance_uid: str
    masks: tuple[MaskFile, ...] = ()
    refused: str | None = None


class MaskMaker(Protocol):
    """Makes NIfTI masks of segmentations, as many at once as it has hands."""

    def masks(self, wanted: Sequence[MaskToMake]) -> Iterator[Masked]:
        """One answer for each, in their order. Raises VanishedObjectError, ImageStoreError, OSError."""


class Masks(Protocol):
    """Makes segmentations of what was drawn."""

    def file_of(self, reading_id: UUID, revision: int) -> bytes:
        """The same for the same revision. Raises RefusedOutlineError, NoImageError, ValueError, ImageStoreError."""


class Reports(Protocol):
    """Makes structured reports."""

    def file_of(self, reading_id: UUID, revision: int) -> bytes:
        """The same for the same revision. Raises NoImageError, ValueError, ImageStoreError."""
