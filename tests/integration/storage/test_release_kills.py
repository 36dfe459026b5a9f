"""A builder that is killed outright (SIGKILL), at any moment, and the next one: nothing twice, nothing half."""

import multiprocessing
import os
import signal
from pathlib import Path

import pytest
from sqlalchemy import Engine

from storage.database import open_database
from storage.releases.building import Builder
from storage.releases.made import MadeFiles
from storage.releases.records import FileKind, ReleaseState
from tests.builders.release_place import Place, objects, read
from tests.builders.releases import Foreground, LedgerSeries, StoredImages, new_release

MOMENTS = {
    "at a check": [("check", count) for count in (2, 5)],
    "between a file and its name": [("name", count) for count in (1, 9)],
    "between a name and its row": [("named", count) for count in (7, 15)],
}


class _Doomed(MadeFiles):
    """Kills its process around the naming of a file."""

    def __init__(self, folder: Path, what: str, count: int) -> None:
        super().__init__(folder)
        self._what, self._left = what, count

    def _name(self, number: int, part: Path, sha256: str) -> None:
        self._left -= 1
        if self._what == "name" and self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        super()._name(number, part, sha256)
        if self._what == "named" and self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


class _DoomedJob(Foreground):
    left = 0

    def check_cancelled(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def build_and_die(url: str, folder: str, files: dict[str, bytes], moment: tuple[str, int]) -> None:
    """In a process of its own."""
    what, count = moment
    engine, images, job = open_database(url), StoredImages(), _DoomedJob()
    images.files = files
    job.left = count if what == "check" else 0
    made = _Doomed(Path(folder), what, count)
    Builder(engine, made, cohorts=LedgerSeries(engine), images=images).build(2, job)


@pytest.mark.parametrize(
    "moment",
    [pytest.param(each, id=f"{name}, the {each[1]}th") for name, some in MOMENTS.items() for each in some],
)
def test_a_builder_that_was_killed_leaves_nothing_half_and_the_next_writes_nothing_twice(
    engine: Engine, tmp_path: Path, moment: tuple[str, int]
) -> None:
    place = Place(engine, tmp_path / "releases")
    place.fill(*objects())
    read(engine)
    wanted = place.built()
    begun = place.store.begin(new_release())
    url = engine.url.render_as_string(hide_password=False)
    process = multiprocessing.get_context("spawn").Process(
        target=build_and_die, args=(url, str(place.folder), place.images.files, moment)
    )
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL

    there = {each.name: each.stat().st_ino for each in (place.folder / "2").glob("??/*")}
    release = place.builder().build(begun.number, Foreground())

    assert release.state is ReleaseState.READY
    unchanged = {FileKind.DICOM, FileKind.TABLE}
    assert {(each.path, each.sha256) for each in place.listed(2) if each.kind in unchanged} == {
        (each.path, each.sha256) for each in place.listed(wanted.number) if each.kind in unchanged
    }
    after = {each.name: each.stat().st_ino for each in (place.folder / "2").glob("??/*")}
    assert set(after) == {each.sha256 for each in place.listed(2) if each.orthanc_id is None}
    assert all(after[name] == inode for name, inode in there.items() if name in after)  # not written a second time
    assert not list((place.folder / "2").rglob("*.part"))
