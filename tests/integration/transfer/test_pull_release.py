"""Pulling a release: exactly its files, resumed, verified, repaired; a part of it; a patient erased from it."""

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from osteon.commands.pull import command
from osteon.transfer.syncing import Syncing
from tests.integration.transfer.archive_server import TOKEN
from tests.integration.transfer.release_server import EXPIRED, NUMBER, ReleaseArchive, serving_release, sha256
from tests.services.processes import wait_for
from tests.services.small_disk import small_disk

ONE, TWO = "OST-AAAAA-BBBBB", "OST-CCCCC-DDDDD"
FIRST = f"data/dicom/{ONE}/D0000/2.25.2001/2.25.3000.dcm"


@pytest.fixture
def release() -> Iterator[ReleaseArchive]:
    archive = ReleaseArchive(page_size=4)
    for patient in (ONE, TWO):
        for number in range(4):
            archive.files[f"data/dicom/{patient}/D0000/2.25.2001/2.25.300{number}.dcm"] = bytes([number]) * (
                150_000 + number
            )
        archive.files[f"data/nifti/{patient}/ses-D0000/volume.nii.gz"] = patient.encode() * 1000
    archive.files["data/tables/readings.csv"] = b"reading_id,sins\nr1,9\n"
    archive.files["data/README.md"] = b"# Release 3\n"
    archive.seal()
    with serving_release(archive):
        yield archive


def run(archive: ReleaseArchive, folder: Path, *arguments: str, target: str = str(NUMBER)) -> Result:
    return CliRunner(env={"OSTEON_TOKEN": TOKEN}).invoke(
        command, [target, str(folder), "--url", archive.url, "--json", *arguments]
    )


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".osteon")
    }


def noting_syncs(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What is put on stable storage from now on, in that order; a file by its name at that moment."""
    found: list[Path] = []

    def noting(descriptor: int, fsync: Callable[[int], None] = os.fsync) -> None:
        found.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noting)
    return found


def test_every_file_is_on_stable_storage_before_the_folder_says_that_it_is_complete(
    release: ReleaseArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = noting_syncs(monkeypatch)
    release.has_bundles = True
    assert run(release, tmp_path / "bag").exit_code == 0
    *before, _ = synced  # the folder's own state is the last
    payload = {tmp_path / "bag" / path for path in release.files if path.startswith("data/")}
    assert payload <= set(before)
    assert {path.parent for path in payload} <= set(before)


def test_what_a_pull_that_was_broken_off_left_is_on_stable_storage_too_before_the_folder_is_complete(
    release: ReleaseArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken_off(_: Syncing) -> None:
        raise KeyboardInterrupt

    release.has_bundles = True
    with monkeypatch.context() as first:
        first.setattr(Syncing, "add", lambda *_: None)
        first.setattr(Syncing, "finish", broken_off)
        assert run(release, tmp_path / "bag").exit_code == 130
    found = noting_syncs(monkeypatch)
    assert json.loads(run(release, tmp_path / "bag").stdout)["already_there"] == len(release.files)
    assert {tmp_path / "bag" / path for path in release.files if path.startswith("data/")} <= set(found)


def test_a_file_that_the_disk_does_not_take_is_told_and_fetched_again_by_the_next_pull(
    release: ReleaseArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel says so once: whoever looks at the file afterwards finds it right, in memory."""

    def failing(descriptor: int, fsync: Callable[[int], None] = os.fsync) -> None:
        if Path(f"/proc/self/fd/{descriptor}").readlink() == tmp_path / "bag" / FIRST:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        fsync(descriptor)

    release.has_bundles = True
    with monkeypatch.context() as first:
        first.setattr(os, "fsync", failing)
        result = run(release, tmp_path / "bag")
    assert result.exit_code == 1
    assert os.strerror(errno.EIO) in result.stderr
    assert json.loads((tmp_path / "bag" / ".osteon-release.json").read_text())["complete"] is False
    assert not (tmp_path / "bag" / FIRST).exists()
    assert run(release, tmp_path / "bag").exit_code == 0
    assert tree(tmp_path / "bag") == release.files


def test_a_release_arrives_as_a_bag_that_sha256sum_finds_right(release: ReleaseArchive, tmp_path: Path) -> None:
    folder = tmp_path / "bag"
    result = run(release, folder)
    assert (result.exit_code, json.loads(result.stdout)["files"]) == (0, len(release.files))
    assert tree(folder) == release.files
    for sums in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        subprocess.run(["sha256sum", "--check", "--quiet", "--strict", sums], cwd=folder, check=True)


def test_a_second_pull_fetches_nothing(release: ReleaseArchive, tmp_path: Path) -> None:
    run(release, tmp_path / "bag")
    release.requests.clear()
    report = json.loads(run(release, tmp_path / "bag").stdout)
    assert (report["already_there"], report["new"], release.requests) == (len(release.files), 0, [])


def test_damaged_cut_off_and_missing_files_are_put_right_and_the_others_left(
    release: ReleaseArchive, tmp_path: Path
) -> None:
    folder = tmp_path / "bag"
    run(release, folder)
    paths = sorted(path for path in release.files if path.endswith(".dcm"))
    (folder / paths[0]).write_bytes(b"tampered")
    (folder / paths[1]).unlink()
    whole = (folder / paths[2]).read_bytes()
    (folder / paths[2]).rename(folder / f"{paths[2]}.part")
    (folder / f"{paths[2]}.part").write_bytes(whole[:1000])
    release.requests.clear()
    report = json.loads(run(release, folder).stdout)
    assert (report["replaced"], report["new"], report["resumed"]) == (1, 1, 1)
    assert {path for path, _ in release.requests} == set(paths[:3])
    assert (paths[2], "bytes=1000-") in release.requests
    assert tree(folder) == release.files


def test_a_pull_that_is_killed_goes_on_and_fetches_no_whole_file_again(release: ReleaseArchive, tmp_path: Path) -> None:
    folder = tmp_path / "bag"
    release.stall_after[FIRST] = 50_000
    code = "from osteon.commands.pull import command; command()"
    arguments = [sys.executable, "-c", code, str(NUMBER), str(folder), "--url", release.url, "--workers", "1"]
    with subprocess.Popen(arguments, env={"OSTEON_TOKEN": TOKEN, "PYTHONPATH": ":".join(sys.path)}) as pulling:
        wait_for(lambda: FIRST in release.asked() and (folder / f"{FIRST}.part").exists(), "it is in the middle")
        pulling.send_signal(signal.SIGKILL)
    whole = set(tree(folder))
    release.release.set()
    release.stall_after.clear()
    release.requests.clear()
    assert run(release, folder).exit_code == 0
    assert tree(folder) == release.files
    assert {path for path, _ in release.requests}.isdisjoint(path for path in whole if not path.endswith(".part"))


def test_a_pull_that_ended_at_its_very_first_write_is_gone_on_with(release: ReleaseArchive, tmp_path: Path) -> None:
    (tmp_path / ".osteon-pull.lock").touch()
    (tmp_path / ".osteon-release.json.part").touch()
    assert run(release, tmp_path).exit_code == 0
    assert tree(tmp_path) == release.files


@pytest.mark.parametrize("name", ["manifest-sha256.txt", "tagmanifest-sha256.txt", "release.json"])
@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"no list\n", b"0" * 64 + b"  ../x\n"])
def test_a_list_that_is_damaged_is_told_by_verify_and_put_right_by_a_pull(
    release: ReleaseArchive, tmp_path: Path, name: str, content: bytes
) -> None:
    folder = tmp_path / "bag"
    run(release, folder)
    (folder / name).write_bytes(content)
    verified = run(release, folder, "--verify")
    assert verified.exit_code == 1
    assert name in verified.output
    assert (verified.stdout != "") or ("pull again" in verified.stderr)
    assert (run(release, folder).exit_code, tree(folder)) == (0, release.files)
    assert run(release, folder, "--verify").exit_code == 0


@pytest.mark.parametrize("damage", [b"", b"\xff", b"no list\n", b"0" * 64 + b"  data/dicom"])
@pytest.mark.parametrize("kept", [0, 3])
def test_files_of_a_patient_who_was_erased_go_also_when_the_list_that_names_them_is_damaged(
    release: ReleaseArchive, tmp_path: Path, kept: int, damage: bytes
) -> None:
    folder = tmp_path / "bag"
    run(release, folder)
    sums = folder / "manifest-sha256.txt"
    sums.write_bytes(b"".join(sums.read_bytes().splitlines(keepends=True)[:kept]) + damage)
    release.erase(TWO)
    assert run(release, folder).exit_code == 0
    assert tree(folder) == release.files


@pytest.mark.parametrize("has_bundles", [False, True])
def test_a_pull_goes_on_after_the_disk_was_full(release: ReleaseArchive, tmp_path: Path, has_bundles: bool) -> None:
    release.has_bundles = has_bundles
    with small_disk(tmp_path / "disk", 700_000) as disk:
        folder = disk.folder / "bag"
        result = run(release, folder)
        assert (result.exit_code, os.strerror(errno.ENOSPC) in result.stderr) == (1, True)
        whole = {path for path in tree(folder) if not path.endswith(".part")}
        assert whole
        assert {path: tree(folder)[path] for path in whole}.items() <= release.files.items()
        disk.resize(8_000_000)
        release.requests.clear()
        assert (run(release, folder).exit_code, tree(folder)) == (0, release.files)
        assert whole.isdisjoint(release.asked())
        assert run(release, folder, "--verify").exit_code == 0


def test_a_pull_into_a_disk_without_any_room_says_so_and_goes_on_when_there_is_some(
    release: ReleaseArchive, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", 8_000_000) as disk:
        filling, folder = disk.folder / "else", disk.folder / "bag"
        with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
            filling.write_bytes(bytes(9_000_000))
        result = run(release, folder)
        assert (result.exit_code, os.strerror(errno.ENOSPC) in result.stderr) == (1, True)
        filling.unlink()
        assert (run(release, folder).exit_code, tree(folder)) == (0, release.files)


def test_files_in_bundles_arrive_whole_and_none_is_asked_for_twice(release: ReleaseArchive, tmp_path: Path) -> None:
    release.has_bundles = True
    result = run(release, tmp_path / "bag")
    assert (result.exit_code, json.loads(result.stdout)["new"]) == (0, len(release.files))
    assert tree(tmp_path / "bag") == release.files
    payload = sorted(path for path in release.files if path.startswith("data/"))
    assert sorted(release.bundled) == payload
    assert not set(payload) & {path for path, _ in release.requests}


def test_a_bundle_that_breaks_off_is_gone_on_with_file_by_file(release: ReleaseArchive, tmp_path: Path) -> None:
    release.has_bundles = True
    release.bundle_ends_in = {FIRST}
    result = run(release, tmp_path / "bag", "--workers", "1")
    assert result.exit_code == 0
    assert tree(tmp_path / "bag") == release.files
    (asked,) = [wanted for path, wanted in release.requests if path == FIRST]
    assert asked is not None
    assert asked.startswith("bytes=")


def test_a_file_that_is_wrong_in_a_bundle_is_fetched_alone_and_told(release: ReleaseArchive, tmp_path: Path) -> None:
    release.has_bundles = True
    other = FIRST.replace("3000", "3001")
    release.corrupt.add(other)
    report = json.loads(run(release, tmp_path / "bag").stdout)
    assert [failure["uid"] for failure in report["failures"]] == [other]
    assert set(tree(tmp_path / "bag")) == set(release.files) - {other}


def test_only_what_was_asked_for_comes_and_the_rest_can_come_later(release: ReleaseArchive, tmp_path: Path) -> None:
    folder = tmp_path / "bag"
    assert run(release, folder, "--only", "kind=nifti", "--only", f"patient={ONE}").exit_code == 0
    assert {path for path in tree(folder) if path.startswith("data/")} == {f"data/nifti/{ONE}/ses-D0000/volume.nii.gz"}
    verified = run(release, folder, "--verify")
    assert (verified.exit_code, json.loads(verified.stdout)["is_a_part"]) == (0, True)
    assert run(release, folder, "--only", "path=data/tables/*").exit_code == 0
    assert (folder / "data/tables/readings.csv").exists()
    run(release, folder)
    assert tree(folder) == release.files


@pytest.mark.parametrize("wrong", ["kind", "sort=nifti", "kind=", "=nifti"])
def test_a_filter_that_is_none_says_which_there_are(release: ReleaseArchive, tmp_path: Path, wrong: str) -> None:
    result = run(release, tmp_path / "bag", "--only", wrong)
    assert result.exit_code == 2
    assert "kind, patient, study, series, path" in result.stderr
    assert not (tmp_path / "bag").exists()


def test_verify_names_what_is_damaged_missing_and_strange_without_the_server(
    release: ReleaseArchive, tmp_path: Path
) -> None:
    folder = tmp_path / "bag"
    run(release, folder)
    paths = sorted(path for path in release.files if path.endswith(".dcm"))
    (folder / paths[0]).write_bytes(b"tampered")
    (folder / paths[1]).unlink()
    (folder / "data/notes.txt").write_text("mine")
    (folder / "bag-info.txt").write_bytes(b"")
    release.heard.clear()
    result = CliRunner(env={}).invoke(command, [str(NUMBER), str(folder), "--verify", "--json"])
    found = json.loads(result.stdout)
    assert (result.exit_code, found["passed"]) == (1, False)
    assert (found["damaged"], found["missing"], found["unknown"]) == (
        ["bag-info.txt", paths[0]],
        [paths[1]],
        ["data/notes.txt"],
    )
    assert release.heard == []


@pytest.mark.parametrize(
    ("only", "gone"),
    [
        ("kind=nifti", f"data/nifti/{ONE}/ses-D0000/volume.nii.gz"),
        (f"patient={ONE}", FIRST),
        ("series=2.25.2001", FIRST),
        ("path=data/tables/*", "data/tables/readings.csv"),
        ("kind=nifti", "bag-info.txt"),
    ],
)
def test_verify_names_what_is_missing_of_the_part_that_was_asked_for(
    release: ReleaseArchive, tmp_path: Path, only: str, gone: str
) -> None:
    folder = tmp_path / "bag"
    run(release, folder, "--only", only)
    (folder / gone).unlink()
    verified = run(release, folder, "--verify")
    assert (verified.exit_code, json.loads(verified.stdout)["missing"]) == (1, [gone])


@pytest.mark.parametrize("content", [None, b"{", b'{"files": 1}', b'{"files": [{"path": "../x"}]}'])
def test_verify_does_not_say_that_a_part_is_right_when_it_cannot_tell_what_belongs_into_it(
    release: ReleaseArchive, tmp_path: Path, content: bytes | None
) -> None:
    folder = tmp_path / "bag"
    run(release, folder, "--only", "kind=nifti")
    (folder / "release.json").unlink()
    if content is not None:
        (folder / "release.json").write_bytes(content)
    verified = run(release, folder, "--verify")
    assert (verified.exit_code, verified.stdout) == (1, "")
    assert "release.json in the folder is missing or damaged: pull again" in verified.stderr


def test_verify_does_not_say_that_a_pull_that_was_broken_off_is_right(release: ReleaseArchive, tmp_path: Path) -> None:
    folder = tmp_path / "bag"
    run(release, folder)
    release.problems[f"releases/{NUMBER}/files"] = (403, "Your grant expired.")
    run(release, folder)
    verified = CliRunner(env={}).invoke(command, [str(NUMBER), str(folder), "--verify"])
    assert verified.exit_code == 1
    assert "the pull has not come to its end: run it again" in verified.stdout
    found = json.loads(run(release, folder, "--verify").stdout)
    assert (found["passed"], found["complete"], found["missing"]) == (False, False, [])


def test_files_of_a_patient_who_was_erased_meanwhile_go_from_the_folder(
    release: ReleaseArchive, tmp_path: Path
) -> None:
    folder = tmp_path / "bag"
    run(release, folder)
    release.erase(TWO)
    report = json.loads(run(release, folder).stdout)
    assert (report["complete"], report["removed"]) == (True, 5)
    assert tree(folder) == release.files
    assert not any(TWO in str(path) for path in folder.rglob("*"))


def test_an_erasure_in_the_middle_of_a_pull_is_noticed(release: ReleaseArchive, tmp_path: Path) -> None:
    release.erase_when_listed = TWO
    report = json.loads(run(release, tmp_path / "bag").stdout)
    assert report["complete"] is True
    assert tree(tmp_path / "bag") == release.files


@pytest.mark.parametrize(
    "path",
    [
        "../outside.dcm",
        "/etc/passwd",
        "data/../../outside",
        "data//x",
        "data/.hidden",
        ".osteon-release.json",
        "data/x.dcm.part",
        "data/a b",
        "data/x\n",
        "data\\x",
    ],
)
def test_a_path_that_leads_elsewhere_is_not_followed(release: ReleaseArchive, tmp_path: Path, path: str) -> None:
    release.path_changes[FIRST] = path
    result = run(release, tmp_path / "bag")
    assert result.exit_code == 1
    assert "path" in result.stderr
    assert tree(tmp_path / "bag") == {}
    assert [each.name for each in tmp_path.iterdir()] == ["bag"]


@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        (f"releases/{NUMBER}", 403, "The grant of this release expired on 2026-11-01."),
        (f"releases/{NUMBER}/files", 403, "This release is not granted to you."),
        (f"releases/{NUMBER}", 410, "The release was withdrawn."),
    ],
)
def test_the_servers_reason_for_a_refusal_is_told(
    release: ReleaseArchive, tmp_path: Path, path: str, status: int, detail: str
) -> None:
    release.problems[path] = (status, detail)
    result = run(release, tmp_path / "bag")
    assert result.exit_code == 1
    assert detail in result.stderr


@pytest.mark.parametrize("has_bundles", [False, True])
def test_a_grant_that_expires_in_the_middle_of_a_pull_is_named_and_what_was_good_stays(
    release: ReleaseArchive, tmp_path: Path, has_bundles: bool
) -> None:
    folder = tmp_path / "bag"
    release.has_bundles = has_bundles
    release.expires_after = FIRST.replace("3000", "3003")
    result = run(release, folder, "--workers", "1")
    assert (result.exit_code, result.stdout, EXPIRED in result.stderr) == (1, "", True)
    whole = {path for path in tree(folder) if not path.endswith(".part")}
    assert FIRST in whole
    assert len(whole) < len(release.files)
    assert {path: tree(folder)[path] for path in whole}.items() <= release.files.items()
    assert run(release, folder, "--verify").exit_code == 1

    release.expired, release.expires_after = False, None
    release.requests.clear()
    assert (run(release, folder).exit_code, tree(folder)) == (0, release.files)
    assert whole.isdisjoint(release.asked())


def test_a_release_whose_lists_are_kept_back_is_not_pulled_as_if_it_were_whole(
    release: ReleaseArchive, tmp_path: Path
) -> None:
    release.unlisted = {path for path in release.files if not path.endswith(".dcm")}
    release.problems[f"releases/{NUMBER}/manifest"] = (403, "It opens when both readers have signed.")
    result = run(release, tmp_path / "bag")
    assert (result.exit_code, "It opens when both readers have signed." in result.stderr) == (1, True)


@pytest.mark.parametrize("state", ["building", "failed", "cancelled"])
def test_a_release_that_is_not_ready_says_so(release: ReleaseArchive, tmp_path: Path, state: str) -> None:
    release.state = state
    result = run(release, tmp_path / "bag")
    assert result.exit_code == 1
    assert f"release {NUMBER} is {state}" in result.stderr


def test_a_file_whose_bytes_are_not_those_announced_fails_and_the_others_come(
    release: ReleaseArchive, tmp_path: Path
) -> None:
    other = FIRST.replace("3000", "3001")  # what is sent are zeros, and the first file is of zeros
    release.corrupt.add(other)
    result = run(release, tmp_path / "bag")
    report = json.loads(result.stdout)
    assert (result.exit_code, report["complete"], len(report["failures"])) == (1, False, 1)
    assert report["failures"][0]["uid"] == other
    assert set(tree(tmp_path / "bag")) == set(release.files) - {other}


def test_a_folder_of_something_else_is_left_alone(release: ReleaseArchive, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    result = run(release, tmp_path)
    assert result.exit_code == 1
    assert "choose an empty or a new one" in result.stderr
    assert tree(tmp_path) == {"thesis.txt": b"mine"}


def test_a_folder_of_another_release_is_left_alone(release: ReleaseArchive, tmp_path: Path) -> None:
    run(release, tmp_path / "bag")
    state = tmp_path / "bag" / ".osteon-release.json"
    state.write_text(state.read_text().replace(f'"release": {NUMBER}', '"release": 9'))
    result = run(release, tmp_path / "bag")
    assert (result.exit_code, "holds release 9" in result.stderr) == (1, True)


def test_the_listed_sums_are_what_counts(release: ReleaseArchive, tmp_path: Path) -> None:
    run(release, tmp_path / "bag")
    assert {path: sha256(content) for path, content in tree(tmp_path / "bag").items()} == {
        item["path"]: item["sha256"] for item in release.listed()
    }


@pytest.mark.parametrize(
    ("target", "option"), [("OST-AAAAA-BBBBB", "--verify"), ("2.25.1", "--only"), ("3", "--nifti")]
)
def test_options_of_other_targets_are_a_usage_error(
    release: ReleaseArchive, tmp_path: Path, target: str, option: str
) -> None:
    arguments = [option, "kind=dicom"] if option == "--only" else [option]
    assert run(release, tmp_path / "bag", *arguments, target=target).exit_code == 2
