"""Pulling a study that may not be whole: what the server has is fetched, and what is known of the rest is said."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.transfer.archive_server import PSEUDONYM, STUDY, Archive
from tests.integration.transfer.pulling import fetch, run

ARRIVING = "objects are still arriving: pull it again later"


def told(changes: dict[str, Any]) -> dict[str, Any]:
    return {"state": "provisional", "state_reason": None, "revision": 1, "objects_expected": None} | changes


@pytest.mark.parametrize("target", [STUDY, PSEUDONYM])
@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        pytest.param({"state": "receiving"}, ARRIVING, id="receiving"),
        pytest.param({"state": "revised", "revision": 2}, ARRIVING, id="revised"),
        pytest.param(
            {"state_reason": "fewer_than_source", "objects_expected": 410},
            "its source names 410 objects, 5 are here",
            id="fewer than its source names",
        ),
        pytest.param(
            {"state_reason": "fewer_than_source", "objects_expected": 5},
            "its source names 5 objects, and not all of them are among the 5 here",
            id="others than its source names",
        ),
        pytest.param({"state_reason": "objects_lost"}, "the server has lost objects of it", id="lost"),
    ],
)
def test_a_study_that_may_not_be_whole_is_warned_of(
    archive: Archive, tmp_path: Path, target: str, changes: dict[str, Any], warning: str
) -> None:
    archive.study_changes = told(changes)

    result = run(archive, tmp_path, target=target)

    assert result.exit_code == 0
    assert f"warning: study {STUDY}: {warning}" in result.stdout.splitlines()
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    (study,) = manifest["studies"]
    assert (study["study_instance_uid"], study["warning"]) == (STUDY, warning)
    assert (study["state"], study["revision"]) == (archive.study_changes["state"], archive.study_changes["revision"])
    assert (study["objects"], study["objects_expected"]) == (5, archive.study_changes["objects_expected"])


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"state": "confirmed", "objects_expected": 5}, id="confirmed"),
        pytest.param({}, id="provisional, its source was not asked"),
        pytest.param({"state_reason": "no_answer"}, id="provisional, its source does not answer"),
    ],
)
def test_a_study_of_which_nothing_is_known_to_be_missing_is_not_warned_of(
    archive: Archive, tmp_path: Path, changes: dict[str, Any]
) -> None:
    archive.study_changes = told(changes)

    report = fetch(archive, tmp_path)

    assert report.warnings == {}
    (study,) = json.loads((tmp_path / "manifest.json").read_text())["studies"]
    assert study["state"] == archive.study_changes["state"]
    assert "warning" not in study


def test_the_report_for_scripts_holds_the_warnings(archive: Archive, tmp_path: Path) -> None:
    archive.study_changes = told({"state": "receiving"})

    result = run(archive, tmp_path, "--json")

    report = json.loads(result.stdout)
    assert report["warnings"] == [{"study_instance_uid": STUDY, "reason": ARRIVING}]
    assert report["complete"] is True


def test_a_server_that_tells_no_states_is_pulled_from_as_before(archive: Archive, tmp_path: Path) -> None:
    report = fetch(archive, tmp_path)

    assert (report.complete, report.warnings) == (True, {})
    assert json.loads((tmp_path / "manifest.json").read_text())["studies"][0]["state"] is None


@pytest.mark.parametrize("value", ["\x1b[2Jgone", "DUPONT", 5, ["receiving"], {"a": 1}, True])
def test_what_is_no_state_or_number_is_not_repeated(archive: Archive, tmp_path: Path, value: object) -> None:
    archive.study_changes = {
        "state": value,
        "state_reason": value,
        "revision": "DUPONT",
        "objects_expected": -1,
    }

    result = run(archive, tmp_path)

    assert result.exit_code == 0
    assert "DUPONT" not in result.stdout + (tmp_path / "manifest.json").read_text()
    assert "\x1b" not in result.stdout


def test_a_folder_that_an_earlier_version_pulled_into_is_pulled_into_again(archive: Archive, tmp_path: Path) -> None:
    fetch(archive, tmp_path)
    path = tmp_path / "manifest.json"
    earlier = json.loads(path.read_text())
    del earlier["studies"]
    path.write_text(json.dumps(earlier))

    assert fetch(archive, tmp_path).complete
