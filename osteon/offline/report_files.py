"""The two files of a report: checked before the run, written whole after it."""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from osteon.offline.report import Report

INPUTS_SUFFIX = ".inputs.csv"


class ReportFilesError(Exception):
    """The report cannot be written there; the message says why."""


@dataclass(frozen=True, slots=True)
class ReportFiles:
    """Where the report goes, and where the list of the inputs does."""

    report: Path
    inputs: Path

    @classmethod
    def at(cls, path: Path | None) -> Self | None:
        """None without a path. Raises ReportFilesError when nothing can be written there."""
        if path is None:
            return None
        if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
            raise ReportFilesError(f"the report cannot be written: {path.parent} is no folder that can be written in")
        return cls(path, path.with_name(path.name + INPUTS_SUFFIX))

    def write(self, report: Report) -> None:
        """Write both, each whole or not at all. Raises OSError."""
        _replace(self.report, json.dumps(report.document(), indent=1) + "\n")
        _replace(self.inputs, report.inputs_table())


def _replace(path: Path, text: str) -> None:
    draft = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with draft.open("x", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(text)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
