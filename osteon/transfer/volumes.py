"""The NIfTI files of a pull: written on demand, kept as long as they fit the images beside them."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path, PurePosixPath

from annotation.nifti.refusals import RefusedSeriesError
from osteon.transfer.manifest import Entry, Sections, entry_of
from osteon.transfer.pull_report import Failure, Step
from osteon.transfer.remote_files import RemoteFile

NIFTI_FOLDER = "nifti"
_OURS = re.compile(r"(part-)?2\.25\.[0-9]+\.nii\.gz")

Convert = Callable[[Sequence[Path], Path], None]
"""(files of one series, the .nii.gz to write); raises RefusedSeriesError."""
Series = tuple[str, list[RemoteFile]]


def convert_all(
    folder: Path, files: Iterable[RemoteFile], missing: Iterable[RemoteFile], convert: Convert
) -> tuple[list[Entry], list[Failure]]:
    """Write each series once; one with a missing file is not converted."""
    _remove_others(folder, kept=())
    broken = {file.series_folder for file in missing}
    entries: list[Entry] = []
    failures: list[Failure] = []
    for uid, members in _by_series(files):
        if members[0].series_folder in broken:
            failures.append(Failure(step=Step.NIFTI, uid=uid, reason="some of its files are missing"))
            continue
        try:
            (folder / NIFTI_FOLDER).mkdir(exist_ok=True)
            convert([folder / file.path for file in members], folder / _path(uid))
        except RefusedSeriesError as error:
            failures.append(Failure(step=Step.NIFTI, uid=uid, reason=str(error)))
        else:
            entries.append(entry_of(folder, _path(uid), series_instance_uid=uid))
    return entries, failures


def keep_fitting(folder: Path, files: Iterable[RemoteFile], before: Sections) -> list[Entry]:
    """The volumes of an earlier pull whose slices are still the same; all others are removed.

    `files`: those that are there now; `before`: what the earlier pull listed.
    """
    listed = {(entry.get("path"), entry.get("sha256")) for entry in before["nifti"]}
    made_of: dict[object, set[object]] = {}
    for entry in before["files"]:
        made_of.setdefault(entry.get("series_instance_uid"), set()).add(entry.get("sha256"))
    kept = []
    for uid, members in _by_series(files):
        if made_of.get(uid) == {file.sha256 for file in members} and (folder / _path(uid)).is_file():
            volume = entry_of(folder, _path(uid), series_instance_uid=uid)
            if (str(volume.path), volume.sha256) in listed:
                kept.append(volume)
    _remove_others(folder, kept)
    return kept


def _by_series(files: Iterable[RemoteFile]) -> Iterator[Series]:
    """`files` in path order."""
    for series, members in groupby(files, key=lambda file: file.series_folder):
        yield series.name, list(members)


def _path(series_uid: str) -> PurePosixPath:
    return PurePosixPath(NIFTI_FOLDER, f"{series_uid}.nii.gz")


def _remove_others(folder: Path, kept: Iterable[Entry]) -> None:
    names = {entry.path.name for entry in kept}
    for path in (folder / NIFTI_FOLDER).glob("*.nii.gz"):
        if _OURS.fullmatch(path.name) and path.name not in names:
            path.unlink()
