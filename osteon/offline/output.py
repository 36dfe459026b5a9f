"""The output folder: pseudonym / study / series / object.dcm, all of them pseudonymised, nothing half-written."""

import hashlib
import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

MARKER = ".osteon-pseudonymised.json"
"""In the output folder: by which key and profile it was made."""


class OutputError(Exception):
    """The output folder cannot be used; the message says why and what to do."""


class ContentConflictError(Exception):
    """Another object of the same SOPInstanceUID, with other content, is there already."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What all files of an output folder were made with."""

    key_id: str
    profile_digest: str
    vocabulary_digest: str


def prepare_output(folder: Path, origin: Origin) -> str:
    """Make the folder, or go on with one that an earlier run of the same origin began; returns the run's id.

    Raises OutputError.
    """
    marker = folder / MARKER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if marker.exists():
            return _run_of(marker, origin)
        if any(folder.iterdir()):
            raise OutputError(f"{folder} is not empty: choose an empty folder, or one that this command began")
        run = secrets.token_hex(16)
        marker.write_text(json.dumps({"run": run, **vars_of(origin)}, indent=1) + "\n", encoding="ascii")
    except OSError as error:
        raise OutputError(f"cannot write in {folder}: {error.strerror}") from None
    return run


def keep_apart(**folders: Path | None) -> None:
    """Raises OutputError when one of the folders is, or lies in, another: what is written would be read or shown."""
    known = {name: path.resolve() for name, path in folders.items() if path is not None}
    for inner, outer in permutations(known, 2):
        if known[inner] == known[outer] or known[outer] in known[inner].parents:
            raise OutputError(f"{_SPOKEN[inner]} lies in {_SPOKEN[outer]}: choose folders that are apart")


_SPOKEN = {
    "source": "the input",
    "output": "the output folder",
    "home": "the home",
    "report": "the report",
}


def vars_of(origin: Origin) -> dict[str, str]:
    """An origin as JSON."""
    return {name: getattr(origin, name) for name in ("key_id", "profile_digest", "vocabulary_digest")}


def write_object(folder: Path, name: Path, parts: Sequence[bytes | memoryview]) -> str:
    """Write one object; returns its SHA-256 (hex). The name appears once the content is whole.

    Raises FileExistsError when the very same object is there, ContentConflictError when another one is, OSError.
    """
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with draft.open("xb", buffering=0) as file:
            for part in _joined(parts):
                file.write(part)
        os.link(draft, path)
    except FileExistsError:
        if sha256_of(path) == digest.hexdigest():
            raise
        raise ContentConflictError from None
    finally:
        draft.unlink(missing_ok=True)
    return digest.hexdigest()


def sha256_of(path: Path) -> str:
    """Of a file's content (hex)."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def remove_drafts(folder: Path) -> None:
    """Remove what an interrupted run left half-written."""
    for draft in folder.rglob(".*.part"):
        draft.unlink(missing_ok=True)


_LARGE = 1 << 16


def _joined(parts: Sequence[bytes | memoryview]) -> list[bytes | memoryview]:
    """Small parts joined, large ones as they are: one call of the system for a header instead of a hundred."""
    pieces: list[bytes | memoryview] = []
    small: list[bytes | memoryview] = []
    for part in parts:
        if len(part) < _LARGE:
            small.append(part)
            continue
        pieces += (b"".join(small), part)
        small = []
    return [*pieces, b"".join(small)]


def _run_of(marker: Path, origin: Origin) -> str:
    try:
        began = json.loads(marker.read_text("ascii"))
        run = began["run"]
        differing = [name for name, value in vars_of(origin).items() if began.get(name) != value]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise OutputError(f"{marker} is damaged: choose another output folder") from None
    if differing:
        raise OutputError(
            f"{marker.parent} was made with another {', '.join(name.partition('_')[0] for name in differing)}:"
            " choose another output folder, so that the files of one folder belong together"
        )
    if not isinstance(run, str) or not run.isalnum():
        raise OutputError(f"{marker} is damaged: choose another output folder")
    return run
