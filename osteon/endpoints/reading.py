"""Tables of a release as they lie in its folder: CSV or Parquet, with the SHA-256 of every file that was read."""

import csv
import hashlib
import importlib
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from annotation.endpoints.bands import Scored
from annotation.endpoints.parsing import Cells, Rows
from annotation.endpoints.records import Imaging
from annotation.endpoints.tables import TABLES

FOLDERS = ("data/tables", "tables", ".")
SUFFIXES = (".csv", ".parquet")
MANIFEST = "release.json"
_GUARDED = ("'=", "'+", "'-", "'@", "'\t", "'\r")
"""How a release writes a text that a spreadsheet would take for a formula."""


class UnreadableError(Exception):
    """The folder has not what is needed; the message says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """`digests`: SHA-256 by the name of the file. Where it has a manifest: `number` and `name` from it, the SHA-256 of
    the `manifest` itself, and the `software` that the release was made with.
    """

    tables: Mapping[str, Rows]
    imaging: tuple[Imaging, ...]
    scores: tuple[Scored, ...]
    digests: Mapping[str, str]
    number: int | None = None
    name: str | None = None
    manifest: str | None = None
    software: Mapping[str, str] = field(default_factory=dict)


def read_release(folder: Path) -> Release:
    """Raises UnreadableError, OSError."""
    digests: dict[str, str] = {}
    where = _tables_of(folder)
    tables = {table.name: rows for table in TABLES if (rows := _rows(where, table.name, digests)) is not None}
    missing = [table.name for table in TABLES if table.required and table.name not in tables]
    if missing:
        raise UnreadableError(f"these tables are needed, as .csv or .parquet: {', '.join(missing)}")
    for table in TABLES:
        _check_columns(table.name, [each.name for each in table.columns if each.required], tables.get(table.name))
    studies = _rows(where, "studies", digests) or []
    return Release(
        tables=tables,
        imaging=tuple(_imaging(studies)),
        scores=tuple(_scores(where, studies, digests)),
        digests=digests,
        **_manifest(folder, where, digests),
    )


def _tables_of(folder: Path) -> Path:
    needed = next(table.name for table in TABLES if table.required)
    for each in FOLDERS:
        if any((folder / each / f"{needed}{suffix}").is_file() for suffix in SUFFIXES):
            return folder / each
    raise UnreadableError(f"no {needed}.csv or {needed}.parquet in this folder, nor in its data/tables")


def _rows(folder: Path, table: str, digests: dict[str, str]) -> list[Cells] | None:
    for suffix in SUFFIXES:
        file = folder / f"{table}{suffix}"
        if file.is_file():
            content = file.read_bytes()
            digests[file.name] = hashlib.sha256(content).hexdigest()
            return list(_csv(content, file.name) if suffix == ".csv" else _parquet(file))
    return None


def _csv(content: bytes, name: str) -> Iterator[Cells]:
    try:
        lines = io.StringIO(content.decode("utf-8-sig"), newline="")
        for cells in csv.DictReader(lines, restval="", strict=True):
            if None in cells:
                raise UnreadableError(f"{name}: a row has more cells than the head")
            yield {column: _unguarded(text) for column, text in cells.items()}
    except (UnicodeDecodeError, csv.Error):
        raise UnreadableError(f"{name} is not CSV in UTF-8") from None


def _parquet(file: Path) -> Iterator[Cells]:
    arrow = importlib.import_module("pyarrow")
    parquet = importlib.import_module("pyarrow.parquet")
    try:
        rows = parquet.read_table(file).to_pylist()
    except arrow.ArrowInvalid:
        raise UnreadableError(f"{file.name} is not Parquet") from None
    for row in rows:
        yield {column: _text(value) for column, value in row.items()}


def _unguarded(text: str) -> str:
    return text[1:] if text.startswith(_GUARDED) else text


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def _check_columns(table: str, needed: list[str], rows: Rows | None) -> None:
    missing = [name for name in needed if rows and name not in rows[0]]
    if missing:
        raise UnreadableError(f"{table} has no column {', '.join(missing)}")


def _imaging(studies: Rows) -> Iterator[Imaging]:
    for each in studies:
        if each.get("study_date"):
            yield Imaging(pseudonym=each["pseudonym"], date=date.fromisoformat(each["study_date"]))


def _scores(folder: Path, studies: Rows, digests: dict[str, str]) -> Iterator[Scored]:
    """Decided ones, with the day of the images that they were read on."""
    readings = _rows(folder, "readings", digests) or []
    dates = {each["study_instance_uid"]: each["study_date"] for each in studies if each.get("study_date")}
    read = {(each["reading_id"], each["revision"]): dates.get(each["study_instance_uid"]) for each in readings}
    for each in _rows(folder, "scores", digests) or []:
        studied = read.get((each["reading_id"], each["revision"]))
        if studied and each["decided"] == "true" and each["band"] and each["total"]:
            yield Scored(
                pseudonym=each["pseudonym"],
                instrument=each["instrument"],
                studied=date.fromisoformat(studied),
                total=int(each["total"]),
                band=each["band"],
            )


def _manifest(folder: Path, tables: Path, digests: Mapping[str, str]) -> dict[str, Any]:
    """What the manifest says; none where there is none. Every table that was read must be the one that it lists."""
    file = folder / MANIFEST
    if not file.is_file():
        return {}
    content = file.read_bytes()
    try:
        found = json.loads(content)
        listed = {each["path"]: each["sha256"] for each in found["files"]}
    except (ValueError, KeyError, TypeError):
        raise UnreadableError(f"{MANIFEST} is not the manifest of a release") from None
    for name, digest in digests.items():
        path = (tables / name).relative_to(folder).as_posix()
        if listed.get(path) != digest:
            raise UnreadableError(f"{path} is not as {MANIFEST} has it: pull the release again, or verify it")
    return {
        "number": found.get("release"),
        "name": found.get("name"),
        "manifest": hashlib.sha256(content).hexdigest(),
        "software": found.get("software") or {},
    }
