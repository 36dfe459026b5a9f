"""Check a pulled release against its own sums, without the server: what is right, damaged, missing or not of it."""

import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from pathlib import Path, PurePosixPath

from osteon.transfer.errors import FolderError
from osteon.transfer.fetch_all import PullProgress
from osteon.transfer.manifest import LOCK
from osteon.transfer.only import Only
from osteon.transfer.release_folder import (
    PAYLOAD_MANIFEST,
    STATE,
    TAG_MANIFEST,
    FolderState,
    listed_in,
    read_list,
    read_manifest,
    read_state,
)

CHUNK_BYTES = 1 << 20
OUR_OWN = frozenset({LOCK, STATE, TAG_MANIFEST})


class Verdict(Enum):
    """How a file of the release stands."""

    RIGHT = "right"
    DAMAGED = "damaged"
    MISSING = "missing"
    UNKNOWN = "not of this release"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """Every file that is not right, in path order. A part of a release (`--only`) misses what was not asked for.

    `complete`: the pull came to its end.
    """

    release: int
    is_a_part: bool
    complete: bool
    right: int
    wrong: tuple[tuple[str, Verdict], ...]

    @property
    def passed(self) -> bool:
        return self.complete and not self.wrong


def verify_release(folder: Path, *, progress: PullProgress, workers: int) -> Verification:
    """Raises FolderError when the folder holds no release, or its lists are damaged."""
    state = read_state(folder)
    if state is None:
        raise FolderError("the folder holds no release")
    tags = read_list(folder, TAG_MANIFEST)
    listed = tags | listed_in(folder)
    if PurePosixPath(PAYLOAD_MANIFEST) not in tags:
        raise FolderError(f"{TAG_MANIFEST} in the folder is missing or damaged: pull again")
    wanted = listed.keys() - _not_asked_for(folder, state)
    there = {path: digest for path, digest in listed.items() if (folder / path).is_file()}
    progress.begin(len(there), sum((folder / path).stat().st_size for path in there))
    with ThreadPoolExecutor(workers) as pool:
        found = pool.map(lambda path: (path, _digest(folder / path, progress)), there)
        damaged = [path for path, digest in found if digest != there[path]]
    wrong = [(str(path), Verdict.DAMAGED) for path in damaged]
    wrong += [(str(path), Verdict.MISSING) for path in wanted - there.keys()]
    wrong += [(path, Verdict.UNKNOWN) for path in _strangers(folder, {str(path) for path in listed})]
    return Verification(
        release=state.release,
        is_a_part=bool(state.only),
        complete=state.complete,
        right=len(there) - len(damaged),
        wrong=tuple(sorted(wrong, key=str)),
    )


def _not_asked_for(folder: Path, state: FolderState) -> set[PurePosixPath]:
    """Only the manifest tells what `--only` chooses by."""
    if not state.only:
        return set()
    only = Only.parse(state.only)
    return {file.path for file in read_manifest(folder, state.release) if not only.takes(file)}


def _digest(path: Path, progress: PullProgress) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
            progress.advance(len(chunk))
    progress.file_done()
    return digest.hexdigest()


def _strangers(folder: Path, listed: set[str]) -> Iterator[str]:
    """Files that the lists do not name; parts of unfinished ones are of an interrupted pull."""
    for parent, _, names in os.walk(folder):
        for name in names:
            path = (Path(parent) / name).relative_to(folder).as_posix()
            if path not in listed and path not in OUR_OWN and not path.endswith(".part"):
                yield path
