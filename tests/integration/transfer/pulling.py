"""How the tests pull: from the archive server, in this process or by the command."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from osteon.commands.pull import command
from osteon.transfer.bars import ByteBar
from osteon.transfer.client import Client
from osteon.transfer.names import Target
from osteon.transfer.patience import Patience
from osteon.transfer.pull import pull
from osteon.transfer.pull_report import PullReport
from tests.integration.transfer.archive_server import PSEUDONYM, STUDY, TOKEN, Archive

SERIES = "2.25.2001"
UIDS = [f"2.25.{3000 + number}" for number in range(5)]
READING: dict[str, Any] = {
    "reading_id": "r1",
    "revision": 2,
    "lesion_id": "l1",
    "lesion_label": "L1",
    "pseudonym": PSEUDONYM,
    "study_instance_uid": STUDY,
    "recorded_at": "2026-01-02T03:04:05Z",
    "recorded_by": "=HYPERLINK(1)",
    "site": {"bone": "vertebra", "level": "L3", "number": None, "region": None, "side": None, "name_en": "L3 vertebra"},
    "findings": {
        "lesion_type": "lytic",
        "vertebral_collapse": {"present": True, "height_loss_percent": 40, "body_involved_percent": None},
        "posterolateral": [{"structure": "pedicle", "side": "left"}],
        "alignment": "normal",
        "retropulsion": False,
        "long_axis_mm": 24.0,
    },
    "geometry": {"sop_instance_uid": UIDS[0], "points": [{"x": -1.5, "y": 2, "z": 3}]},
    "scores": {
        "mirels": {"instrument": "mirels", "version": "1989", "not_applicable": "not a long bone", "reference": "R"},
        "sins": {
            "instrument": "sins",
            "version": "2010",
            "points": {"location": 2, "pain": None},
            "total": None,
            "minimum": 7,
            "maximum": 10,
            "band": "potentially_unstable",
            "category_decided": True,
            "suggestion": "see",
            "flags": ["boundary", "pain"],
            "reference": "R",
        },
    },
}


def fetch(
    archive: Archive,
    folder: Path,
    target: str = STUDY,
    *,
    workers: int = 2,
    attempts: int = 3,
    on_begin: Callable[[], object] = lambda: None,
    convert: Callable[..., None] | None = None,
) -> PullReport:
    """Pull in this process, impatiently; `on_begin` is called when the listing is there."""

    class Bar(ByteBar):
        def begin(self, files: int, size: int) -> None:
            super().begin(files, size)
            on_begin()

    patience = Patience(attempts=attempts, first_pause=0.01)
    with (
        Client(archive.url, TOKEN, patience=patience, connections=workers) as client,
        Bar("Fetching", shown=False) as bar,
    ):
        return pull(client, Target.parse(target), folder, progress=bar, workers=workers, convert=convert)


def run(archive: Archive, folder: Path, *options: str, target: str = STUDY, token: str = TOKEN) -> Result:
    """Pull by the command; a traceback fails the test."""
    arguments = [target, str(folder), "--url", archive.url, *options]
    result = CliRunner().invoke(command, arguments, env={"OSTEON_TOKEN": token})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def file_of(folder: Path, uid: str, series: str = SERIES) -> Path:
    return folder / PSEUDONYM / STUDY / series / f"{uid}.dcm"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))
