"""`osteon pull` against a real HTTP server that cuts, lies and fails."""

import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from osteon.transfer.bars import ByteBar
from osteon.transfer.client import Client
from osteon.transfer.errors import FolderError, SignInError, UnknownTargetError
from osteon.transfer.fetch import Fetched
from osteon.transfer.names import Target
from osteon.transfer.patience import Patience
from osteon.transfer.pull import pull
from tests.integration.transfer.archive_server import PSEUDONYM, STUDY, TOKEN, Archive
from tests.integration.transfer.pulling import READING, UIDS, fetch, file_of, rows, run


@pytest.mark.parametrize("target", [STUDY, PSEUDONYM])
def test_a_target_arrives_whole_with_sums_that_check(archive: Archive, tmp_path: Path, target: str) -> None:
    archive.page_size = 2
    report = fetch(archive, tmp_path, target)
    assert report.complete
    assert report.fetched[Fetched.NEW] == 5
    for uid, content in archive.files.items():
        assert file_of(tmp_path, uid).read_bytes() == content
    check = subprocess.run(
        ["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=tmp_path, capture_output=True, check=False
    )
    assert check.returncode == 0
    assert len(check.stdout.splitlines()) == 5 + len(("readings.csv", "scores.csv", "manifest.json"))
    assert list(tmp_path.rglob("*.part")) == []


def test_the_manifest_lists_what_is_there_and_not_where_it_came_from(archive: Archive, tmp_path: Path) -> None:
    fetch(archive, tmp_path)
    text = (tmp_path / "manifest.json").read_text()
    manifest = json.loads(text)
    assert manifest["target"] == {"kind": "study", "name": STUDY}
    assert manifest["complete"] is True
    assert {entry["sop_instance_uid"] for entry in manifest["files"]} == set(UIDS)
    first = manifest["files"][0]
    assert first["sha256"] == hashlib.sha256((tmp_path / first["path"]).read_bytes()).hexdigest()
    assert manifest["software"].startswith("osteon ")
    assert "127.0.0.1" not in text
    assert TOKEN not in text


def test_readings_and_scores_come_as_tables(archive: Archive, tmp_path: Path) -> None:
    fetch(archive, tmp_path)
    (reading,) = rows(tmp_path / "readings.csv")
    assert reading["site_level"] == "L3"
    assert reading["collapse_height_loss_percent"] == "40"
    assert reading["posterolateral"] == "pedicle left"
    assert reading["retropulsion"] == "false"
    assert reading["pathological_fracture"] == ""
    assert reading["points_mm_lps"] == "[[-1.5, 2, 3]]"
    assert reading["recorded_by"] == "'=HYPERLINK(1)", "no formula for a spreadsheet"
    mirels, sins = rows(tmp_path / "scores.csv")
    assert mirels["not_applicable"] == "not a long bone"
    assert (sins["minimum"], sins["maximum"], sins["total"]) == ("7", "10", "")
    assert sins["category_decided"] == "true"
    assert json.loads(sins["points"]) == {"location": 2, "pain": None}
    assert sins["flags"] == "boundary;pain"


def test_a_text_that_begins_with_a_minus_is_no_formula_either(archive: Archive, tmp_path: Path) -> None:
    archive.readings = [READING | {"recorded_by": "-1+cmd|' /C calc'!A0"}]
    fetch(archive, tmp_path)
    (reading,) = rows(tmp_path / "readings.csv")
    assert reading["recorded_by"] == "'-1+cmd|' /C calc'!A0"


def test_what_is_there_and_right_is_not_fetched_again(archive: Archive, tmp_path: Path) -> None:
    fetch(archive, tmp_path)
    archive.requests.clear()
    report = fetch(archive, tmp_path)
    assert archive.requests == []
    assert report.fetched[Fetched.ALREADY_THERE] == 5


def test_a_damaged_file_is_replaced(archive: Archive, tmp_path: Path) -> None:
    fetch(archive, tmp_path)
    file_of(tmp_path, UIDS[1]).write_bytes(bytes(len(archive.files[UIDS[1]])))
    report = fetch(archive, tmp_path)
    assert report.fetched[Fetched.REPLACED] == 1
    assert file_of(tmp_path, UIDS[1]).read_bytes() == archive.files[UIDS[1]]


def test_a_cut_connection_goes_on_where_it_stopped(archive: Archive, tmp_path: Path) -> None:
    archive.cut_after[UIDS[0]] = [50_000, 60_000, 10]
    report = fetch(archive, tmp_path)
    assert report.complete
    ranges = [asked for uid, asked in archive.requests if uid == UIDS[0]]
    assert ranges == [None, "bytes=50000-", "bytes=110000-", "bytes=110010-"]
    assert file_of(tmp_path, UIDS[0]).read_bytes() == archive.files[UIDS[0]]


def test_a_part_of_an_earlier_run_is_resumed(archive: Archive, tmp_path: Path) -> None:
    part = file_of(tmp_path, UIDS[3]).with_suffix(".dcm.part")
    part.parent.mkdir(parents=True)
    part.write_bytes(archive.files[UIDS[3]][:70_000])
    report = fetch(archive, tmp_path)
    assert report.fetched[Fetched.RESUMED] == 1
    assert (UIDS[3], "bytes=70000-") in archive.requests


@pytest.mark.parametrize(
    ("left", "ignores_ranges"),
    [
        pytest.param(b"x" * 70_000, False, id="other bytes"),
        pytest.param(b"x" * 900_000, False, id="too long"),
        pytest.param(b"x" * 200_003, False, id="whole, and wrong"),
        pytest.param(b"", False, id="empty"),
        pytest.param(b"\3" * 70_000, True, id="a server without ranges"),
    ],
)
def test_a_useless_part_is_started_over(archive: Archive, tmp_path: Path, left: bytes, *, ignores_ranges: bool) -> None:
    archive.ignore_ranges = ignores_ranges
    part = file_of(tmp_path, UIDS[3]).with_suffix(".dcm.part")
    part.parent.mkdir(parents=True)
    part.write_bytes(left)
    assert fetch(archive, tmp_path).complete
    assert file_of(tmp_path, UIDS[3]).read_bytes() == archive.files[UIDS[3]]


def test_an_empty_file_is_a_file(archive: Archive, tmp_path: Path) -> None:
    archive.add("2.25.9", b"")
    assert fetch(archive, tmp_path).complete
    assert file_of(tmp_path, "2.25.9").read_bytes() == b""


def test_wrong_bytes_are_told_and_not_kept(archive: Archive, tmp_path: Path) -> None:
    archive.corrupt.add(UIDS[2])
    report = fetch(archive, tmp_path)
    (failure,) = report.failures
    assert failure.uid == UIDS[2]
    assert "SHA-256" in failure.reason
    assert not file_of(tmp_path, UIDS[2]).exists()
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["complete"] is False
    assert manifest["failures"][0]["uid"] == UIDS[2]
    assert len(manifest["files"]) == 4


def test_a_busy_server_is_asked_again(archive: Archive, tmp_path: Path) -> None:
    archive.fail_first = 2
    assert fetch(archive, tmp_path).complete


def test_a_wrong_token_is_a_sign_in_error(archive: Archive, tmp_path: Path) -> None:
    patience = Patience(attempts=1)
    with (
        Client(archive.url, "wrong", patience=patience, connections=1) as client,
        ByteBar("", shown=False) as bar,
        pytest.raises(SignInError, match="token"),
    ):
        pull(client, Target.parse(STUDY), tmp_path, progress=bar, workers=1)


@pytest.mark.parametrize("target", ["2.25.404", "OST-AAAAA-AAAAA"])
def test_an_unknown_target_is_told(archive: Archive, tmp_path: Path, target: str) -> None:
    with pytest.raises(UnknownTargetError):
        fetch(archive, tmp_path, target)


def test_a_file_longer_than_announced_is_refused(archive: Archive, tmp_path: Path) -> None:
    archive.listing_changes = {"size": 10}
    report = fetch(archive, tmp_path)
    assert {failure.reason for failure in report.failures} == {"the file is longer than announced"}


def test_an_unwritable_folder_is_told(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(FolderError, match="cannot write"):
        fetch(archive, tmp_path / "file" / "below")


def test_a_folder_of_another_target_is_left_alone(archive: Archive, tmp_path: Path) -> None:
    fetch(archive, tmp_path, PSEUDONYM)
    with pytest.raises(FolderError, match="choose another"):
        fetch(archive, tmp_path, STUDY)


def test_the_command_says_what_it_did(archive: Archive, tmp_path: Path) -> None:
    result = run(archive, tmp_path)
    assert result.exit_code == 0
    assert result.stdout == "5 of 5 files, 1.0 MB (5 fetched)\n1 readings\n"


def test_the_command_writes_json_for_scripts(archive: Archive, tmp_path: Path) -> None:
    archive.corrupt.add(UIDS[1])
    result = run(archive, tmp_path, "--json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert (report["complete"], report["files"], report["new"]) == (False, 5, 4)
    assert report["failures"][0]["step"] == "fetch"


def test_a_series_that_is_no_dicom_is_refused_as_nifti_and_exit_code_is_1(archive: Archive, tmp_path: Path) -> None:
    result = run(archive, tmp_path, "--nifti")
    assert result.exit_code == 1
    assert "1 series refused as NIfTI: a file is not readable as DICOM" in result.stdout
    assert json.loads((tmp_path / "manifest.json").read_text())["failures"][0]["step"] == "nifti"


def test_the_token_may_come_from_a_file(archive: Archive, tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text(f"{TOKEN}\n")
    assert run(archive, tmp_path / "out", "--token-file", str(secret), token="").exit_code == 0


@pytest.mark.parametrize(
    ("target", "changes", "code"),
    [
        pytest.param("DUPONT", {}, 2, id="neither pseudonym nor UID"),
        pytest.param(STUDY, {"options": ("--url", "ftp://x")}, 2, id="no web address"),
        pytest.param(STUDY, {"token": ""}, 1, id="no token"),
        pytest.param(STUDY, {"token": "wrong"}, 1, id="a wrong token"),
        pytest.param(STUDY, {"token": "wr\u00f6ng"}, 1, id="a token that is none"),
    ],
)
def test_errors_are_one_line_and_an_exit_code(
    archive: Archive, tmp_path: Path, target: str, changes: dict[str, Any], code: int
) -> None:
    result = run(archive, tmp_path, *changes.get("options", ()), target=target, token=changes.get("token", TOKEN))
    assert result.exit_code == code
    assert result.stderr.startswith("osteon pull: ")
    assert result.stderr.count("\n") == 1
    assert "DUPONT" not in result.stderr
