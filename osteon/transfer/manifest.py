"""The folder of a pull: one target, one pull at a time, a manifest and the sums to check it with."""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any

from osteon.transfer.errors import FolderError
from osteon.transfer.names import Target

MANIFEST, SUMS, LOCK = "manifest.json", "SHA256SUMS", ".osteon-pull.lock"
FORMAT, FORMAT_VERSION = "osteon-pull", 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file of the pull; `about` says what it is."""

    path: PurePosixPath
    size: int
    sha256: str
    about: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"path": str(self.path), "size": self.size, "sha256": self.sha256, **self.about}


Sections = dict[str, list[dict[str, Any]]]
"""Files, tables, nifti and what failed."""
SECTIONS = ("files", "tables", "nifti", "failures")


@contextmanager
def pull_folder(folder: Path, target: Target) -> Iterator[Sections]:
    """Make the folder and hold it; gives what the pull before listed.

    Refused when it belongs to another target or another pull runs in it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / LOCK).open("a")
    except OSError as error:
        raise FolderError(f"cannot write in the folder: {error.strerror}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise FolderError("another pull is writing in this folder") from error
        yield _sections_before(folder, target)


def begin_manifest(folder: Path, target: Target, before: Sections) -> None:
    """From the first file on the folder is the target's, and incomplete; what the pull before listed stays known."""
    (folder / SUMS).unlink(missing_ok=True)
    write_manifest(folder, target, before, complete=False)


def write_text(folder: Path, name: str, text: str) -> Entry:
    """Write a small file durably, replacing an older one at once."""
    content = text.encode()
    path, part = folder / name, folder / f"{name}.part"
    with part.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)
    return Entry(path=PurePosixPath(name), size=len(content), sha256=hashlib.sha256(content).hexdigest())


def entry_of(folder: Path, path: PurePosixPath, **about: str) -> Entry:
    """An entry for a file that is there, its sum computed."""
    with (folder / path).open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return Entry(path=path, size=os.fstat(stream.fileno()).st_size, sha256=digest, about=about)


def write_manifest(folder: Path, target: Target, sections: Sections, *, complete: bool) -> Entry:
    manifest = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "software": f"osteon {version('osteon')}",
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "target": {"kind": target.kind.value, "name": target.name},
        "complete": complete,
        **sections,
    }
    return write_text(folder, MANIFEST, json.dumps(manifest, indent=1) + "\n")


def write_sums(folder: Path, entries: Iterable[Entry]) -> None:
    """For `sha256sum -c SHA256SUMS` in the folder."""
    lines = (f"{entry.sha256}  {entry.path}\n" for entry in sorted(entries, key=lambda entry: entry.path))
    write_text(folder, SUMS, "".join(lines))


def sync_folders(folder: Path, paths: Iterable[PurePosixPath]) -> None:
    """Make the renamed files' names durable too."""
    holding = {path.parent for path in paths}
    for inner in holding.union(*(each.parents for each in holding)):
        handle = os.open(folder / inner, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _sections_before(folder: Path, target: Target) -> Sections:
    path = folder / MANIFEST
    if not path.exists():
        return {name: [] for name in SECTIONS}
    try:
        manifest = json.loads(path.read_bytes())
        is_ours = manifest["format"] == FORMAT
        known = str(manifest["target"]["name"])
        before: Sections = {name: [dict(entry) for entry in manifest[name]] for name in SECTIONS}
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise FolderError(f"the folder holds a {MANIFEST} that is not of a pull: choose another one") from error
    if not is_ours:
        raise FolderError(f"the folder holds a {MANIFEST} of another format: choose another one")
    if known != target.name:
        raise FolderError(f"the folder holds a pull of {known!r}: choose another one")
    return before
