"""A pulled release opened by a program: what is handed out, and what is not."""

import json
from pathlib import Path
from typing import Any

import pytest

from osteon.release import Release
from osteon.transfer.errors import AnswerError
from osteon.transfer.release_folder import FolderState, write_state

NUMBER = 3
PSEUDONYM, STUDY, SERIES = "OST-AAAAA-BBBBB", "2.25.1001", "2.25.2001"
ABOUT = {
    "series_instance_uid": SERIES,
    "study_instance_uid": STUDY,
    "pseudonym": PSEUDONYM,
    "session": "D0000",
    "modality": "CT",
}


def listed(kind: str, path: str) -> dict[str, Any]:
    return {"path": path, "kind": kind, "series_instance_uid": SERIES}


def opened(folder: Path, *files: dict[str, Any]) -> Release:
    """As it is after a pull."""
    (folder / "release.json").write_text(json.dumps({"series": [ABOUT], "files": files}))
    write_state(folder, FolderState(release=NUMBER, complete=True))
    return Release(folder)


@pytest.mark.parametrize("kind", ["dicom", "nifti"])
@pytest.mark.parametrize("path", ["{outside}", "../outside.dcm", "data/../../outside.dcm", ".osteon-release.json"])
def test_a_manifest_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path, kind: str, path: str) -> None:
    outside, folder = tmp_path / "outside.dcm", tmp_path / "bag"
    outside.write_bytes(b"not of the release")
    (folder / "data").mkdir(parents=True)
    release = opened(folder, listed(kind, path.format(outside=outside)))
    with pytest.raises(AnswerError, match="path"):
        list(release.series())
