"""The folder of a release: a bag (RFC 8493), and beside it what the pull itself remembers."""

import fcntl
import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from osteon.transfer.errors import AnswerError, FolderError
from osteon.transfer.manifest import LOCK, MANIFEST, write_text
from osteon.transfer.names import checked_path, checked_sha256
from osteon.transfer.remote_release import ReleaseFile, release_file

STATE = ".osteon-release.json"
PAYLOAD_MANIFEST, TAG_MANIFEST, RELEASE_MANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt", "release.json"

BEFORE_ALL = frozenset({LOCK, f"{STATE}.part"})
"""What a pull leaves that ends before its first file is written: killed, or without room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderState:
    """Which release the folder holds, which part of it was asked for, and whether all of that is there."""

    release: int
    only: tuple[str, ...] = ()
    complete: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "format": "osteon-release-pull",
            "release": self.release,
            "only": list(self.only),
            "complete": self.complete,
        }


@contextmanager
def release_folder(folder: Path, number: int) -> Iterator[FolderState]:
    """Make the folder and hold it; gives what the pull before wrote down.

    Raises FolderError when it holds something else, or another pull runs in it.
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
        if (folder / MANIFEST).exists():
            raise FolderError("the folder holds a pull of a patient or a study: choose another one")
        state = read_state(folder)
        if state is None and any(path.name not in BEFORE_ALL for path in folder.iterdir()):
            raise FolderError("the folder holds something else: choose an empty or a new one")
        if state is not None and state.release != number:
            raise FolderError(f"the folder holds release {state.release}: choose another one")
        yield state or FolderState(release=number)


def read_state(folder: Path) -> FolderState | None:
    """What the pull before wrote down; None where there was none. Raises FolderError for what is none of ours."""
    try:
        content = json.loads((folder / STATE).read_bytes())
        return FolderState(
            release=int(content["release"]),
            only=tuple(str(each) for each in content["only"]),
            complete=content["complete"] is True,
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise FolderError(f"{STATE} in the folder cannot be read: choose another folder") from error


def write_state(folder: Path, state: FolderState) -> None:
    write_text(folder, STATE, json.dumps(state.as_json(), indent=1) + "\n")


def listed_in(folder: Path) -> dict[PurePosixPath, str]:
    """Path and SHA-256 of every file below `data` that the bag in the folder names; empty when it has no list yet.

    Raises FolderError when the list is damaged.
    """
    return read_list(folder, PAYLOAD_MANIFEST)


def files_before(folder: Path, number: int) -> set[PurePosixPath]:
    """What the bag in the folder names below `data`: where its list is damaged, as much of it as is left, and the
    manifest's files."""
    try:
        content = (folder / PAYLOAD_MANIFEST).read_bytes()
    except FileNotFoundError:
        content = b""
    named = set()
    for line in content.decode(errors="replace").splitlines():
        with suppress(AnswerError):
            named.add(checked_path(line.partition("  ")[2]))
    if not _is_as_sealed(folder, content):
        with suppress(FolderError):
            named.update(file.path for file in read_manifest(folder, number))
    return named


def _is_as_sealed(folder: Path, content: bytes) -> bool:
    try:
        sealed = read_list(folder, TAG_MANIFEST).get(PurePosixPath(PAYLOAD_MANIFEST))
    except FolderError:
        return False
    return sealed == hashlib.sha256(content).hexdigest()


def read_list(folder: Path, name: str) -> dict[PurePosixPath, str]:
    """One of the bag's lists of sums. Raises FolderError when it is damaged."""
    try:
        lines = (folder / name).read_text("utf-8").splitlines()
        return {
            checked_path(path): checked_sha256(digest) for digest, _, path in (line.partition("  ") for line in lines)
        }
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, AnswerError) as error:
        raise FolderError(f"{name} in the folder cannot be read, or is damaged: pull again") from error


def read_manifest(folder: Path, number: int) -> list[ReleaseFile]:
    """Every file below `data` as release.json in the folder tells of it. Raises FolderError."""
    try:
        items = json.loads((folder / RELEASE_MANIFEST).read_bytes())["files"]
        return [release_file(number, item) for item in items]
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError, AnswerError) as error:
        raise FolderError(f"{RELEASE_MANIFEST} in the folder is missing or damaged: pull again") from error


def remove_files(folder: Path, paths: Iterable[PurePosixPath]) -> int:
    """Take away what the release no longer has, unfinished parts too (a patient was erased); how many were there."""
    removed = 0
    for inner in paths:
        path = folder / inner
        path.with_name(f"{path.name}.part").unlink(missing_ok=True)
        if path.is_file():
            path.unlink()
            removed += 1
        _remove_empty(folder, path.parent)
    return removed


def _remove_empty(folder: Path, parent: Path) -> None:
    while parent != folder:
        try:
            parent.rmdir()
        except OSError:
            return
        parent = parent.parent
