"""A file that the store cannot give is a line in the report; the others arrive."""

import json
import re
from pathlib import Path

import pytest

from osteon.transfer.errors import NetworkError
from osteon.transfer.pull_report import Step
from tests.integration.transfer.archive_server import Archive
from tests.integration.transfer.pulling import UIDS, fetch, file_of


@pytest.mark.parametrize("status", [416, 500, 501, 502, 503, 404, 302])
def test_a_file_that_the_store_cannot_give_does_not_end_the_pull(archive: Archive, tmp_path: Path, status: int) -> None:
    archive.status_of[UIDS[0]] = status
    report = fetch(archive, tmp_path, workers=1)
    (failure,) = report.failures
    assert (failure.step, failure.uid) == (Step.FETCH, UIDS[0])
    assert all(file_of(tmp_path, uid).exists() for uid in UIDS[1:])
    assert json.loads((tmp_path / "manifest.json").read_text())["complete"] is False


@pytest.mark.parametrize(("status", "asked"), [(500, 1), (416, 1), (501, 1), (502, 3), (503, 3), (504, 3), (429, 3)])
def test_only_what_may_pass_is_asked_again(archive: Archive, tmp_path: Path, status: int, asked: int) -> None:
    archive.status_of[UIDS[0]] = status
    fetch(archive, tmp_path)
    assert archive.asked()[UIDS[0]] == asked


def test_a_file_whose_connection_always_ends_early_does_not_end_the_pull(archive: Archive, tmp_path: Path) -> None:
    archive.cut_after[UIDS[1]] = [0] * 100
    report = fetch(archive, tmp_path)
    (failure,) = report.failures
    assert re.search("after 3 attempts", failure.reason)
    assert file_of(tmp_path, UIDS[4]).exists()


def test_a_server_that_sends_the_beginning_again_and_again_is_given_up(archive: Archive, tmp_path: Path) -> None:
    archive.ignore_ranges = True
    archive.cut_after[UIDS[1]] = [50_000, 60_000] * 100
    assert len(fetch(archive, tmp_path).failures) == 1
    assert archive.asked()[UIDS[1]] < 10


def test_a_range_refused_is_the_whole_file_asked_for(archive: Archive, tmp_path: Path) -> None:
    part = file_of(tmp_path, UIDS[0]).with_suffix(".dcm.part")
    part.parent.mkdir(parents=True)
    part.write_bytes(b"\0" * 1000)
    archive.status_of[UIDS[0]] = 416
    assert len(fetch(archive, tmp_path).failures) == 1
    assert [asked for uid, asked in archive.requests if uid == UIDS[0]] == ["bytes=1000-", None]


def test_a_store_that_gives_nothing_at_all_ends_the_pull(archive: Archive, tmp_path: Path) -> None:
    for number in range(60):
        archive.add(f"2.25.{5000 + number}", b"x")
    archive.status_of = dict.fromkeys(archive.files, 503)
    with pytest.raises(NetworkError, match="in a row"):
        fetch(archive, tmp_path, attempts=1)


def test_a_server_that_goes_away_ends_the_pull_and_keeps_what_came(archive: Archive, tmp_path: Path) -> None:
    archive.status_of[UIDS[4]] = 503
    archive.gone_after = 1
    with pytest.raises(NetworkError, match="after 3 attempts"):
        fetch(archive, tmp_path, workers=1)
    assert file_of(tmp_path, UIDS[0]).exists()
    archive.status_of.clear()
    archive.gone_after = None
    assert fetch(archive, tmp_path).complete
