"""NIfTI masks of segmentations: fetched with the series that they were drawn on, and made by other processes."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydicom import dcmread

from annotation.nifti.damage import DAMAGED, is_of_machine
from storage.catalogue_records import ObjectRecord
from storage.releases.converting import SOURCES, Computing, fetch
from storage.releases.made import room
from storage.releases.ports import ImageFiles, Masked, MaskFile, MaskToMake

SEGMENTATION = "segmentation.dcm"
NOT_HERE = "the series that it was drawn on is not in this release"
SEVERAL = "it was drawn on several series"
UNREADABLE = "it is not readable as DICOM"


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskFolder:
    """Files to make masks of, in `destination`. `refused`: it is known already that there will be none."""

    series_instance_uid: str
    segmentation: Path
    sources: tuple[Path, ...]
    destination: Path
    refused: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MasksMade:
    """`names`: NAME.nii.gz and NAME.json are in the folder for each."""

    names: tuple[str, ...] = ()
    refused: str | None = None


MakeMasks = Callable[[MaskFolder], MasksMade]
"""Another process must be able to import it."""


class FolderMasks:
    """Satisfies `storage.releases.ports.MaskMaker`."""

    def __init__(self, images: ImageFiles, computing: Computing, make: MakeMasks) -> None:
        self._images = images
        self._computing = computing
        self._make = make

    def masks(self, wanted: Sequence[MaskToMake]) -> Iterator[Masked]:
        """One answer for each, in their order.

        Raises VanishedObjectError, ImageStoreError, NoRoomError, and what the computing side raises.
        """
        drawn_on: list[str] = []

        def folders() -> Iterator[MaskFolder]:
            for each in wanted:
                folder = self._fetched(each)
                drawn_on.append(folder.series_instance_uid)
                yield folder

        for number, (each, made) in enumerate(zip(wanted, self._computing.map(self._make, folders()), strict=True)):
            shutil.rmtree(each.folder / SOURCES, ignore_errors=True)
            files = tuple(
                MaskFile(name=name, nifti=each.folder / f"{name}.nii.gz", sidecar=each.folder / f"{name}.json")
                for name in made.names
            )
            yield Masked(series_instance_uid=drawn_on[number], masks=files, refused=made.refused)

    def _fetched(self, wanted: MaskToMake) -> MaskFolder:
        sources = wanted.folder / SOURCES
        sources.mkdir(mode=0o700)
        file = self._segmentation(wanted.segmentation, sources / SEGMENTATION)
        uid, refused = series_drawn_on(file)
        found = wanted.objects_of(uid) if refused is None else ()
        if refused is None and not found:
            refused = NOT_HERE
        return MaskFolder(
            series_instance_uid=uid,
            segmentation=file,
            sources=tuple(_fetch_all(self._images, found, sources)),
            destination=wanted.folder,
            refused=refused,
        )

    def _segmentation(self, wanted: ObjectRecord | bytes, path: Path) -> Path:
        if isinstance(wanted, ObjectRecord):
            return fetch(self._images, wanted, path)
        with room():
            path.write_bytes(wanted)
        return path


def _fetch_all(images: ImageFiles, found: Sequence[ObjectRecord], folder: Path) -> Iterator[Path]:
    for number, record in enumerate(found):
        yield fetch(images, record, folder / f"{number}.dcm")


def series_drawn_on(file: Path) -> tuple[str, str | None]:
    """The one series that a segmentation names, or why there is none. Raises OSError when the file cannot be read."""
    try:
        found = dcmread(file, stop_before_pixels=True, specific_tags=["ReferencedSeriesSequence"])
        uids = {str(each.SeriesInstanceUID) for each in found.get("ReferencedSeriesSequence") or ()}
    except DAMAGED as error:
        if is_of_machine(error):
            raise
        return "", UNREADABLE
    if len(uids) > 1:
        return "", SEVERAL
    return next(iter(uids), ""), None
