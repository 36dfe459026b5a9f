"""Volumes of series: their objects are fetched to the disk, converted by other processes, and the results taken over.

Who computes may be elsewhere: what is handed over are paths below the folder of releases, which the computing side must
see, and what comes back is a reason, or none.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from storage.catalogue_records import ObjectRecord
from storage.errors import ImageMissingError
from storage.releases.errors import VanishedObjectError
from storage.releases.made import room
from storage.releases.ports import Converted, ImageFiles, SeriesToConvert, Volume
from storage.releases.reading_ahead import checked
from storage.releases.records import FileKind, FileRecord

SOURCES = "sources"
NIFTI, SIDECAR = "volume.nii.gz", "volume.json"

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderToConvert:
    """Files of one series in `sources`, to become `destination` (.nii.gz) and the sidecar of the same name (.json)."""

    series_instance_uid: str
    sources: tuple[Path, ...]
    destination: Path
    suv: bool


ConvertFolder = Callable[[FolderToConvert], str | None]
"""Why it is refused; None when the files are there. Another process must be able to import it."""


class Computing(Protocol):
    """Processors, here or elsewhere (`storage.jobs.computing`)."""

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """In the order of the items, which are taken a few ahead."""


class FolderConverter:
    """Satisfies `storage.releases.ports.Converter`."""

    def __init__(self, images: ImageFiles, computing: Computing, convert: ConvertFolder) -> None:
        self._images = images
        self._computing = computing
        self._convert = convert

    def convert(self, wanted: Sequence[SeriesToConvert]) -> Iterator[Converted]:
        """One answer for each, in their order: no more is on the disk than what is taken ahead.

        Raises VanishedObjectError, ImageStoreError, NoRoomError, and what the computing side raises.
        """
        folders = (self._fetched(each) for each in wanted)
        for each, refused in zip(wanted, self._computing.map(self._convert, folders), strict=True):
            shutil.rmtree(each.folder / SOURCES, ignore_errors=True)
            volume = Volume(suffix="", nifti=each.folder / NIFTI, sidecar=each.folder / SIDECAR)
            yield Converted(refused=refused) if refused is not None else Converted(volumes=(volume,))

    def _fetched(self, wanted: SeriesToConvert) -> FolderToConvert:
        folder = wanted.folder / SOURCES
        folder.mkdir(mode=0o700)
        sources = [
            fetch(self._images, record, folder / f"{number}.dcm") for number, record in enumerate(wanted.objects)
        ]
        return FolderToConvert(
            series_instance_uid=wanted.series.series_instance_uid,
            sources=tuple(sources),
            destination=wanted.folder / NIFTI,
            suv=wanted.suv,
        )


def fetch(images: ImageFiles, record: ObjectRecord, path: Path) -> Path:
    """Write one object to a new file, checked. Raises VanishedObjectError, ImageStoreError, NoRoomError."""
    file = FileRecord(path=path.name, kind=FileKind.DICOM, size=record.size, sha256=record.sha256)
    try:
        pieces = checked(file, images.read(record.orthanc_id))
        with room(), path.open("xb") as out:
            out.writelines(pieces)
    except ImageMissingError:
        raise VanishedObjectError(record.sop_instance_uid) from None
    return path
