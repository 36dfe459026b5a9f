"""Fetch a patient or a study through the API: images, tables, manifest, and NIfTI on demand."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from osteon.transfer.client import Client, Json
from osteon.transfer.errors import FolderError
from osteon.transfer.fetch import Fetched
from osteon.transfer.fetch_all import Outcomes, PullProgress, fetch_all
from osteon.transfer.manifest import (
    Entry,
    Sections,
    begin_manifest,
    pull_folder,
    sync_folders,
    write_manifest,
    write_sums,
    write_text,
)
from osteon.transfer.names import Target
from osteon.transfer.pull_report import Failure, PullReport, Step
from osteon.transfer.remote_files import RemoteFile, list_files
from osteon.transfer.remote_readings import list_readings
from osteon.transfer.remote_studies import RemoteStudy, list_studies
from osteon.transfer.tables import readings_table, scores_table
from osteon.transfer.volumes import Convert, convert_all, keep_fitting

ROUNDS = 3
"""How often the server is asked for its list while objects are still arriving."""


def pull(
    client: Client,
    target: Target,
    folder: Path,
    *,
    progress: PullProgress,
    workers: int,
    convert: Convert | None = None,
) -> PullReport:
    """Fetch everything of the target; a file that fails is in the report and the manifest, not raised.

    Raises when going on makes no sense: no sign-in, unknown target, server gone, folder not writable.
    """
    with pull_folder(folder, target) as before:
        listed = list_files(client, target)
        readings = list_readings(client, target, {file.pseudonym for file in listed} or {target.name})
        try:
            begin_manifest(folder, target, before)
            work = _Work(client=client, target=target, folder=folder, progress=progress, workers=workers)
            got = work.fetch_what_is_listed(listed)
            return _finish(work, got, readings=readings, before=before, convert=convert)
        except OSError as error:
            raise FolderError(f"cannot write in the folder: {error.strerror}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Got:
    """What was fetched, and how the studies stood after that."""

    outcomes: Outcomes[RemoteFile]
    failures: list[Failure]
    studies: tuple[RemoteStudy, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """One pull, to its end."""

    client: Client
    target: Target
    folder: Path
    progress: PullProgress
    workers: int

    def fetch_what_is_listed(self, listed: tuple[RemoteFile, ...]) -> _Got:
        """Fetch, and list again as long as the server counts other objects than it listed."""
        outcomes: Outcomes[RemoteFile] = {}
        for left in reversed(range(ROUNDS)):
            self.progress.begin(len(listed), sum(file.size for file in listed))
            new = [file for file in listed if file not in outcomes]
            outcomes |= fetch_all(self.client, new, self.folder, self.progress, self.workers)
            outcomes = {file: outcomes[file] for file in listed}
            studies = tuple(list_studies(self.client, self.target))
            failures = list(_differences(listed, studies))
            if not failures:
                break
            if left:
                listed = list_files(self.client, self.target)
        return _Got(outcomes=outcomes, failures=failures, studies=studies)


def _differences(listed: tuple[RemoteFile, ...], studies: tuple[RemoteStudy, ...]) -> Iterator[Failure]:
    here = Counter(file.study_instance_uid for file in listed)
    there = Counter({study.uid: study.objects for study in studies})
    for uid in sorted(here.keys() | there.keys()):
        if here[uid] != there[uid]:
            reason = f"the server counts {there[uid]} objects and lists {here[uid]}: is the study still arriving?"
            yield Failure(step=Step.LIST, uid=uid, reason=reason)


def _finish(
    work: _Work,
    got: _Got,
    *,
    readings: list[Json],
    before: Sections,
    convert: Convert | None,
) -> PullReport:
    folder, outcomes = work.folder, got.outcomes
    present = [file for file, outcome in outcomes.items() if isinstance(outcome, Fetched)]
    missing = [file for file, outcome in outcomes.items() if isinstance(outcome, Failure)]
    failures = got.failures + [outcome for outcome in outcomes.values() if isinstance(outcome, Failure)]
    if convert is None:
        volumes = keep_fitting(folder, present, before)
    else:
        volumes, refused = convert_all(folder, present, missing, convert)
        failures += refused
    tables = [
        write_text(folder, "readings.csv", readings_table(readings)),
        write_text(folder, "scores.csv", scores_table(readings)),
    ]
    _write_lists(work, [_entry(file) for file in present], tables, volumes, failures=failures, studies=got.studies)
    return PullReport(
        files=len(outcomes),
        bytes_total=sum(file.size for file in present),
        fetched={way: sum(outcome is way for outcome in outcomes.values()) for way in Fetched},
        readings=len(readings),
        nifti=len(volumes),
        failures=tuple(failures),
        warnings={study.uid: study.warning for study in got.studies if study.warning},
    )


def _write_lists(
    work: _Work,
    files: list[Entry],
    tables: list[Entry],
    volumes: list[Entry],
    *,
    failures: list[Failure],
    studies: tuple[RemoteStudy, ...],
) -> None:
    """The manifest, and the sums last: they say that all before is there."""
    sections = {
        "files": [entry.as_json() for entry in files],
        "tables": [entry.as_json() for entry in tables],
        "nifti": [entry.as_json() for entry in volumes],
        "failures": [failure.as_json() for failure in failures],
        "studies": [study.as_json() for study in studies],
    }
    manifest = write_manifest(work.folder, work.target, sections, complete=not failures)
    write_sums(work.folder, (*files, *tables, *volumes, manifest))
    sync_folders(work.folder, [entry.path for entry in (*files, *volumes, manifest)])


def _entry(file: RemoteFile) -> Entry:
    about = {
        "sop_instance_uid": file.sop_instance_uid,
        "series_instance_uid": file.series_instance_uid,
        "study_instance_uid": file.study_instance_uid,
    }
    return Entry(path=file.path, size=file.size, sha256=file.sha256, about=about)
