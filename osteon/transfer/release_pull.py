"""Fetch a release, or a part of it, into a folder that is a bag: resume, verify, repair, and forget who was erased."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from osteon.transfer.bundles import fetch_bundles
from osteon.transfer.client import Client
from osteon.transfer.errors import FolderError
from osteon.transfer.fetch import Fetched
from osteon.transfer.fetch_all import Outcomes, PullProgress, fetch_all
from osteon.transfer.manifest import sync_folders
from osteon.transfer.only import Only
from osteon.transfer.pull_report import Failure
from osteon.transfer.release_folder import FolderState, files_before, release_folder, remove_files, write_state
from osteon.transfer.remote_release import ReleaseFile, list_release, read_release
from osteon.transfer.syncing import Syncing

ROUNDS = 3
"""How often a release is listed anew because somebody was erased from it meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseReport:
    """What is in the folder now."""

    release: int
    files: int
    bytes_total: int
    fetched: Mapping[Fetched, int]
    removed: int
    """Files that were here and that the release no longer has: a patient was erased."""
    failures: tuple[Failure, ...]

    @property
    def complete(self) -> bool:
        return not self.failures


def pull_release(
    client: Client, number: int, folder: Path, *, only: Only, progress: PullProgress, workers: int
) -> ReleaseReport:
    """Fetch what `only` takes; a file that fails is in the report, not raised.

    Raises when going on makes no sense: no sign-in or grant, no such release, not ready, server gone, no room.
    """
    with release_folder(folder, number) as before:
        try:
            state = replace(before, only=tuple(only.as_json()), complete=False)
            write_state(folder, state)
            with Syncing() as syncing:
                work = _Work(client, number, folder, only, progress, workers, syncing)
                return work.to_the_end(state, was_complete=before.complete)
        except OSError as error:
            raise FolderError(f"cannot write in the folder: {error.strerror}") from error


@dataclass(frozen=True, slots=True)
class _Work:
    client: Client
    number: int
    folder: Path
    only: Only
    progress: PullProgress
    workers: int
    syncing: Syncing

    def to_the_end(self, state: FolderState, *, was_complete: bool) -> ReleaseReport:
        """`was_complete`: what is there already is on stable storage; a pull that was cut short did not wait."""
        removed = 0
        outcomes: Outcomes[ReleaseFile] = {}
        manifest = read_release(self.client, self.number).manifest_sha256
        for _ in range(ROUNDS):
            files = list_release(self.client, self.number)
            removed += self._forget(files)
            outcomes |= self._fetch(files, outcomes)
            outcomes = {file: outcomes[file] for file in files if file in outcomes}
            before, manifest = manifest, read_release(self.client, self.number).manifest_sha256
            if manifest == before:
                break
        report = self._report(outcomes, removed)
        for file, outcome in outcomes.items():
            if outcome is Fetched.ALREADY_THERE and not was_complete:
                self.syncing.add(self.folder / file.path)
        self.syncing.finish()
        sync_folders(self.folder, [file.path for file in outcomes])
        write_state(self.folder, replace(state, complete=report.complete))
        return report

    def _forget(self, files: tuple[ReleaseFile, ...]) -> int:
        """Before anything else: the list on disk that names them is replaced by what is fetched."""
        return remove_files(self.folder, files_before(self.folder, self.number) - {file.path for file in files})

    def _fetch(self, files: tuple[ReleaseFile, ...], known: Outcomes[ReleaseFile]) -> Outcomes[ReleaseFile]:
        """What makes the bag first: from then on the folder says what belongs into it."""
        wanted = [file for file in files if self.only.takes(file) and file not in known]
        wanted.sort(key=lambda file: not file.is_of_the_bag)
        bag = [file for file in wanted if file.is_of_the_bag]
        self.progress.begin(len(wanted) + len(known), sum(file.size for file in [*wanted, *known]))
        outcomes = fetch_all(self.client, bag, self.folder, self.progress, self.workers)
        payload = wanted[len(bag) :]
        arrived = fetch_bundles(
            self.client, payload, self.folder, self.progress, self.workers, written=self.syncing.add
        )
        outcomes |= dict.fromkeys(arrived, Fetched.NEW)
        rest = [file for file in payload if file not in arrived]
        return outcomes | fetch_all(self.client, rest, self.folder, self.progress, self.workers)

    def _report(self, outcomes: Outcomes[ReleaseFile], removed: int) -> ReleaseReport:
        present = [file for file, outcome in outcomes.items() if isinstance(outcome, Fetched)]
        return ReleaseReport(
            release=self.number,
            files=len(outcomes),
            bytes_total=sum(file.size for file in present),
            fetched={way: sum(outcome is way for outcome in outcomes.values()) for way in Fetched},
            removed=removed,
            failures=tuple(outcome for outcome in outcomes.values() if isinstance(outcome, Failure)),
        )
