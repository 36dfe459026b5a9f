"""What the server lists: still growing, hostile, or without end."""

import json
from pathlib import Path
from typing import Any

import pytest

from osteon.transfer.errors import AnswerError
from tests.integration.transfer.archive_server import PSEUDONYM, STUDY, Archive
from tests.integration.transfer.pulling import READING, fetch, file_of, run


@pytest.mark.parametrize("target", [STUDY, PSEUDONYM])
def test_what_arrives_during_the_pull_is_fetched_too(archive: Archive, tmp_path: Path, target: str) -> None:
    archive.arriving = ["2.25.9000", "2.25.9001"]
    report = fetch(archive, tmp_path, target)
    assert report.complete
    assert report.files == 7
    assert file_of(tmp_path, "2.25.9001").read_bytes() == b"late"
    assert set(archive.asked().values()) == {1}


@pytest.mark.parametrize("target", [STUDY, PSEUDONYM])
def test_a_study_that_does_not_stop_growing_is_reported_incomplete(
    archive: Archive, tmp_path: Path, target: str
) -> None:
    archive.arriving = [f"2.25.{9000 + number}" for number in range(50)]
    result = run(archive, tmp_path, target=target)
    assert result.exit_code == 1
    assert "still" in result.stdout
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["complete"] is False
    (failure,) = manifest["failures"]
    assert (failure["step"], failure["uid"]) == ("list", STUDY)


def test_a_study_that_counts_more_than_it_lists_is_reported_incomplete(archive: Archive, tmp_path: Path) -> None:
    archive.study_changes = {"instance_count": 6}
    report = fetch(archive, tmp_path)
    assert [(failure.uid, failure.reason) for failure in report.failures] == [
        (STUDY, "the server counts 6 objects and lists 5: is the study still arriving?")
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"sop_instance_uid": "../../../../tmp/evil"},
        {"series_instance_uid": "2.25.1/../../x"},
        {"series_instance_uid": "1.2.3\n"},
        {"sop_instance_uid": 5},
        {"sha256": "00"},
        {"size": -1},
        {"size": True},
        pytest.param({"study_instance_uid": "2.25.77"}, id="objects of another study"),
        pytest.param({"pseudonym": "OST-AAAAA-AAAAA"}, id="objects of another patient"),
    ],
)
def test_a_hostile_listing_writes_no_file(archive: Archive, tmp_path: Path, changes: dict[str, Any]) -> None:
    archive.listing_changes = changes
    assert_nothing_written(archive, tmp_path)


@pytest.mark.parametrize("target", [STUDY, PSEUDONYM])
@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"pseudonym": "../OST-7K3M9-QPXRC"}, id="no pseudonym"),
        pytest.param({"instance_count": None}, id="no count"),
        pytest.param({"instance_count": -1}, id="no possible count"),
    ],
)
def test_a_hostile_study_writes_no_file(archive: Archive, tmp_path: Path, target: str, changes: dict[str, Any]) -> None:
    archive.study_changes = changes
    assert_nothing_written(archive, tmp_path, target)


@pytest.mark.parametrize(
    ("target", "changes"),
    [
        pytest.param(PSEUDONYM, {"pseudonym": "OST-AAAAA-AAAAA"}, id="of another patient"),
        pytest.param(STUDY, {"study_instance_uid": "2.25.77"}, id="another study than asked for"),
    ],
)
def test_a_study_of_somebody_else_writes_no_file(
    archive: Archive, tmp_path: Path, target: str, changes: dict[str, Any]
) -> None:
    archive.study_changes = changes
    assert_nothing_written(archive, tmp_path, target)


def test_an_object_listed_twice_writes_no_file(archive: Archive, tmp_path: Path) -> None:
    archive.listed_twice = True
    assert_nothing_written(archive, tmp_path)


@pytest.mark.parametrize("cursors", [["a"], ["a", "b"], ["a", "b", "c"]])
def test_cursors_that_go_round_end_with_an_error(archive: Archive, tmp_path: Path, cursors: list[str]) -> None:
    archive.cursors = cursors
    result = run(archive, tmp_path)
    assert result.exit_code == 1
    assert "does not end" in result.stderr
    assert len(archive.heard) < 10


DEEP = b"[" * 200_000 + b"]" * 200_000


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b'{"pseudonym": ' + DEEP + b"}", id="nested without end"),
        pytest.param(b"<html>", id="a web page"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"\xff\xfe\xff", id="no text"),
        pytest.param(b'{"size": ' + b"9" * 5000 + b"}", id="a number without end"),
    ],
)
def test_an_answer_that_is_no_object_is_one_clear_line(archive: Archive, tmp_path: Path, answer: bytes) -> None:
    archive.raw[f"studies/{STUDY}"] = answer
    result = run(archive, tmp_path)
    assert result.exit_code == 1
    assert result.stderr.startswith("osteon pull: ")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"findings": "x"}, id="findings are text"),
        pytest.param({"findings": {"posterolateral": [{}]}}, id="an element without a name"),
        pytest.param({"findings": {"posterolateral": "pedicle"}}, id="elements are text"),
        pytest.param({"findings": {"cortical_involvement": {"measured": [1]}}}, id="a measure is a number"),
        pytest.param({"findings": {"long_axis_mm": [1]}}, id="a length is a list"),
        pytest.param({"findings": {"vertebral_heights": {"middle_mm": "9"}}}, id="a height is text"),
        pytest.param({"findings": {"epidural_extension": {"bilsky": 2}}}, id="a grade is a number"),
        pytest.param({"findings": {"hounsfield": [1]}}, id="densities are a list"),
        pytest.param({"findings": {"change": {"new_lytic_lesion": "no"}}}, id="no is text"),
        pytest.param({"findings": {"sources": [{"finding": "alignment"}]}}, id="a source of no kind"),
        pytest.param({"findings": {"cortical_breach": 1}}, id="a breach is a number"),
        pytest.param({"site": {"transitional": 1}}, id="a note is a number"),
        pytest.param({"scores": None}, id="no scores"),
        pytest.param({"scores": {"sins": 3}}, id="a score is a number"),
        pytest.param({"scores": {"sins": {"flags": [1]}}}, id="a flag is a number"),
        pytest.param({"scores": {"sins": {"flags": "ab"}}}, id="flags are text"),
        pytest.param({"scores": {"sins": {"points": [1]}}}, id="points are a list"),
        pytest.param({"recorded_by": "\ud800"}, id="half a character"),
        pytest.param({"recorded_by": {"name": "x"}}, id="a reader is an object"),
        pytest.param({"revision": "2"}, id="a revision is text"),
        pytest.param({"geometry": {"points": [1]}}, id="a point is a number"),
        pytest.param({"geometry": {"points": [{"x": 1, "y": 2}]}}, id="a point in a plane"),
        pytest.param({"geometry": {"points": [{"x": 1, "y": 2, "z": float("nan")}]}}, id="a point nowhere"),
        pytest.param({"site": []}, id="a site is a list"),
        pytest.param({"pseudonym": "OST-AAAAA-AAAAA"}, id="of another patient"),
        pytest.param({"study_instance_uid": "2.25.77"}, id="of another study"),
    ],
)
def test_a_malformed_reading_is_refused_before_anything_is_fetched(
    archive: Archive, tmp_path: Path, changes: dict[str, Any]
) -> None:
    archive.readings = [READING | changes]
    assert_nothing_written(archive, tmp_path)


def assert_nothing_written(archive: Archive, tmp_path: Path, target: str = STUDY) -> None:
    with pytest.raises(AnswerError):
        fetch(archive, tmp_path / "in" / "here", target)
    assert archive.requests == []
    assert [path for path in tmp_path.rglob("*") if path.is_file() and not path.name.startswith(".")] == []
