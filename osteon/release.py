"""A pulled release for programs: series as images or arrays, tables, manifest; nothing is read before it is asked for.

    from osteon.release import Release

    release = Release.pull(12, "release-12", url="https://osteon.example.org", token=token)
    for series in release.series(modality="CT"):
        image = series.image()              # SimpleITK, LPS, mm
        voxels, spacing = series.array()    # (z, y, x), spacing (x, y, z) in mm

Images need `osteon[images]` (numpy, SimpleITK, pydicom); all else the small client alone.
"""

import csv
import importlib
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from osteon.transfer.client import Client
from osteon.transfer.errors import FolderError, TransferError
from osteon.transfer.fetch_all import PullProgress
from osteon.transfer.names import checked_path
from osteon.transfer.only import Only
from osteon.transfer.patience import Patience
from osteon.transfer.release_folder import RELEASE_MANIFEST, read_state
from osteon.transfer.release_pull import pull_release
from osteon.transfer.release_verify import Verification, verify_release

if TYPE_CHECKING:
    import numpy as np

WORKERS = 4
SUV_ENDING = "_suvbw"


class IncompleteReleaseError(TransferError):
    """Some files could not be fetched; what was fetched stays, and another pull goes on from there."""


class SilentProgress:
    """A pull that shows nothing."""

    def begin(self, files: int, size: int) -> None: ...

    def advance(self, size: int) -> None: ...

    def file_done(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseSeries:
    """One series that was pulled. `dicom`: its files, `nifti`: its volume; either may be missing from a release."""

    series_instance_uid: str
    study_instance_uid: str
    pseudonym: str
    session: str
    """D and the days since the patient's first study."""
    modality: str | None
    dicom: tuple[Path, ...]
    nifti: Path | None

    def image(self) -> Any:
        """As SimpleITK image: LPS, spacing and origin in mm, rescaled values (HU; of PET the stored unit).

        From the NIfTI of the release, else made from its DICOM. Raises annotation.nifti.refusals.RefusedSeriesError
        when the series is no regular volume, OSError when a file of it is not there.
        """
        sitk = importlib.import_module("SimpleITK")
        if self.nifti is not None:
            return sitk.ReadImage(str(self.nifti))
        conversion = importlib.import_module("annotation.nifti.conversion")
        with tempfile.TemporaryDirectory(prefix="osteon-") as folder:
            path = Path(folder) / "volume.nii"
            conversion.write_nifti(conversion.read_series(list(self.dicom)), path)
            return sitk.ReadImage(str(path))

    def array(self) -> tuple["np.ndarray[Any, Any]", tuple[float, ...]]:
        """Voxels in the order (z, y, x), or (t, z, y, x), and the spacing (x, y, z) in mm."""
        sitk = importlib.import_module("SimpleITK")
        image = self.image()
        return sitk.GetArrayFromImage(image), tuple(image.GetSpacing()[:3])


class Release:
    """A folder that `osteon pull` has filled."""

    def __init__(self, folder: str | Path) -> None:
        """Raises FolderError when there is no release in it, or the pull of it never came to its end."""
        self.folder = Path(folder)
        state = read_state(self.folder)
        if state is None:
            raise FolderError("the folder holds no release")
        if not state.complete:
            raise FolderError("the pull of this release has not come to its end: run it again")
        self.number = state.release

    @classmethod
    def pull(
        cls,
        number: int,
        folder: str | Path,
        *,
        url: str,
        token: str,
        only: Iterable[str] = (),
        workers: int = WORKERS,
        progress: PullProgress | None = None,
    ) -> Self:
        """Fetch what is not there yet, verified, and open it. `only`: as on the command line ("kind=nifti").

        Raises TransferError (see `osteon.transfer.errors`), IncompleteReleaseError when some files could not be had.
        """
        with Client(url, token, patience=Patience(), connections=workers) as client:
            report = pull_release(
                client,
                number,
                Path(folder),
                only=Only.parse(only),
                progress=progress or SilentProgress(),
                workers=workers,
            )
        if not report.complete:
            first = report.failures[0]
            raise IncompleteReleaseError(f"{len(report.failures)} files could not be fetched, first: {first.reason}")
        return cls(folder)

    def verify(self, *, workers: int = WORKERS) -> Verification:
        """Check every file against the release's own sums."""
        return verify_release(self.folder, progress=SilentProgress(), workers=workers)

    @cached_property
    def manifest(self) -> Mapping[str, Any]:
        """release.json, as it came."""
        found: Mapping[str, Any] = json.loads((self.folder / RELEASE_MANIFEST).read_bytes())
        return found

    def series(self, *, modality: str | None = None, pseudonym: str | None = None) -> Iterator[ReleaseSeries]:
        """The series whose images are in the folder, in the order of patient, session and UID.

        Raises AnswerError when the manifest names a path that leads elsewhere.
        """
        images: dict[str, list[Mapping[str, Any]]] = {}
        for file in self.manifest["files"]:
            if file["kind"] in {"dicom", "nifti"} and self._path(file).is_file():
                images.setdefault(file["series_instance_uid"], []).append(file)
        about = sorted(
            self.manifest["series"], key=lambda one: (one["pseudonym"], one["session"], one["series_instance_uid"])
        )
        for one in about:
            files = images.get(one["series_instance_uid"])
            if files and modality in {None, one["modality"]} and pseudonym in {None, one["pseudonym"]}:
                yield self._series(one, files)

    def table(self, name: str) -> list[dict[str, str]]:
        """Rows of data/tables/NAME.csv (readings, scores, lesions…); what is not known is an empty text."""
        with (self.folder / "data" / "tables" / f"{name}.csv").open(newline="", encoding="utf-8") as stream:
            return list(csv.DictReader(stream))

    def _series(self, about: Mapping[str, Any], files: list[Mapping[str, Any]]) -> ReleaseSeries:
        volumes = sorted(self._path(file) for file in files if file["kind"] == "nifti")
        plain = [
            path for path in volumes if not path.name.removesuffix(".gz").removesuffix(".nii").endswith(SUV_ENDING)
        ]
        return ReleaseSeries(
            series_instance_uid=about["series_instance_uid"],
            study_instance_uid=about["study_instance_uid"],
            pseudonym=about["pseudonym"],
            session=about["session"],
            modality=about["modality"],
            dicom=tuple(sorted(self._path(file) for file in files if file["kind"] == "dicom")),
            nifti=next(iter(plain or volumes), None),
        )

    def _path(self, file: Mapping[str, Any]) -> Path:
        return self.folder / checked_path(file["path"])
