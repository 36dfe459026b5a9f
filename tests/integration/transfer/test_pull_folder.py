"""The folder of a pull: one target from the start, one pull at a time, nothing in it that is not listed."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from annotation.nifti.conversion import read_series, write_nifti
from osteon.sample.study import write_sample_study
from osteon.transfer.errors import FolderError, NetworkError
from tests.integration.transfer.archive_server import PSEUDONYM, STUDY, Archive, serving
from tests.integration.transfer.pulling import UIDS, fetch, file_of

SPINE, FEMUR = "2.25.2001", "2.25.2002"


def as_nifti(paths: Sequence[Path], destination: Path) -> None:
    write_nifti(read_series(paths), destination)


def manifest(folder: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return read


def test_the_folder_belongs_to_its_target_from_the_first_file_on(archive: Archive, tmp_path: Path) -> None:
    seen: list[dict[str, Any]] = []
    archive.cut_after[UIDS[4]] = [0] * 100
    archive.gone_after = 1
    with pytest.raises(NetworkError):
        fetch(archive, tmp_path, workers=1, on_begin=lambda: seen.append(manifest(tmp_path)))
    for found in (*seen, manifest(tmp_path)):
        assert found["complete"] is False
        assert found["target"] == {"kind": "study", "name": STUDY}
    archive.gone_after = None
    with pytest.raises(FolderError, match="choose another"):
        fetch(archive, tmp_path, PSEUDONYM)


def test_an_unknown_target_takes_no_folder(archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(Exception, match="knows no such"):
        fetch(archive, tmp_path, "2.25.404")
    assert fetch(archive, tmp_path).complete


def test_a_pull_begun_again_is_incomplete_until_it_ends(archive: Archive, tmp_path: Path) -> None:
    fetch(archive, tmp_path)
    seen: list[tuple[bool, bool]] = []
    fetch(
        archive,
        tmp_path,
        on_begin=lambda: seen.append((manifest(tmp_path)["complete"], (tmp_path / "SHA256SUMS").exists())),
    )
    assert seen == [(False, False)]
    assert manifest(tmp_path)["complete"] is True


def test_a_second_pull_at_the_same_time_is_refused(archive: Archive, tmp_path: Path) -> None:
    refused: list[str] = []

    def pull_again() -> None:
        with pytest.raises(FolderError) as raised:
            fetch(archive, tmp_path)
        refused.append(str(raised.value))

    assert fetch(archive, tmp_path, on_begin=pull_again).complete
    assert refused == ["another pull is writing in this folder"]


def test_a_manifest_of_something_else_is_not_overwritten(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"name": "a web page"}')
    with pytest.raises(FolderError, match=r"manifest\.json"):
        fetch(archive, tmp_path)
    assert (tmp_path / "manifest.json").read_text() == '{"name": "a web page"}'


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[bytes]]:
    paths = write_sample_study(tmp_path_factory.mktemp("sample"))
    return {
        SPINE: [path.read_bytes() for path in paths if path.name.startswith("2-")][:5],
        FEMUR: [path.read_bytes() for path in paths if path.name.startswith("3-")][:5],
    }


@pytest.fixture
def volumes(sample: dict[str, list[bytes]]) -> Archive:
    held = Archive()
    for series, contents in sample.items():
        for number, content in enumerate(contents):
            held.add(f"{series}{number}", content, series)
    return held


def sums_check(folder: Path) -> bool:
    command = ["sha256sum", "--strict", "--quiet", "-c", "SHA256SUMS"]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


def listed(folder: Path) -> set[str]:
    return {Path(entry["path"]).name for entry in manifest(folder)["nifti"]}


def present(folder: Path) -> set[str]:
    return {path.name for path in (folder / "nifti").iterdir()}


@pytest.mark.parametrize("bad", ["damaged header", "not there", "cut short"])
def test_one_corrupt_file_costs_its_series_only(volumes: Archive, tmp_path: Path, bad: str) -> None:
    uid = f"{SPINE}2"
    if bad == "not there":
        volumes.status_of[uid] = 500
    elif bad == "damaged header":
        volumes.files[uid] = volumes.files[uid][:132] + b"\xff" * 400 + volumes.files[uid][532:]
    else:
        volumes.files[uid] = volumes.files[uid][:3000]
    with serving(volumes):
        report = fetch(volumes, tmp_path, convert=as_nifti)
    assert report.nifti == 1
    assert [failure.uid for failure in report.failures if failure.step.value == "nifti"] == [SPINE]
    assert listed(tmp_path) == present(tmp_path) == {f"{FEMUR}.nii.gz"}
    assert sums_check(tmp_path)


def test_volumes_stay_listed_when_pulled_again_without_nifti(volumes: Archive, tmp_path: Path) -> None:
    with serving(volumes):
        fetch(volumes, tmp_path, convert=as_nifti)
        report = fetch(volumes, tmp_path)
    assert report.nifti == 2
    assert listed(tmp_path) == present(tmp_path) == {f"{SPINE}.nii.gz", f"{FEMUR}.nii.gz"}
    sums = (tmp_path / "SHA256SUMS").read_text()
    assert f"nifti/{SPINE}.nii.gz" in sums
    assert sums_check(tmp_path)


@pytest.mark.parametrize("change", ["another slice", "a slice less", "damaged volume"])
def test_a_volume_that_no_longer_fits_its_slices_is_removed(volumes: Archive, tmp_path: Path, change: str) -> None:
    with serving(volumes):
        fetch(volumes, tmp_path, convert=as_nifti)
        if change == "another slice":
            volumes.add(f"{SPINE}9", b"new", SPINE)
        elif change == "a slice less":
            del volumes.files[f"{SPINE}0"]
        else:
            (tmp_path / "nifti" / f"{SPINE}.nii.gz").write_bytes(b"")
        fetch(volumes, tmp_path)
    assert listed(tmp_path) == present(tmp_path) == {f"{FEMUR}.nii.gz"}
    assert sums_check(tmp_path)


def test_volumes_survive_a_pull_that_broke_off(volumes: Archive, tmp_path: Path) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with serving(volumes):
        fetch(volumes, tmp_path, convert=as_nifti)
        with pytest.raises(KeyboardInterrupt):
            fetch(volumes, tmp_path, on_begin=stop)
        fetch(volumes, tmp_path)
    assert listed(tmp_path) == present(tmp_path) == {f"{SPINE}.nii.gz", f"{FEMUR}.nii.gz"}


def test_a_volume_left_by_a_broken_conversion_is_removed(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "nifti").mkdir()
    for name in ("2.25.5.nii.gz", "part-2.25.6.nii.gz", "mine.nii.gz"):
        (tmp_path / "nifti" / name).write_bytes(b"x")
    fetch(archive, tmp_path)
    assert present(tmp_path) == {"mine.nii.gz"}
    assert file_of(tmp_path, UIDS[0]).exists()
