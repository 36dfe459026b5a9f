"""Writing files that outlive a crash: the content is synced before the name appears, the folder after."""

import os
import secrets
from collections.abc import Iterable
from pathlib import Path


def write_new(path: Path, parts: Iterable[bytes | memoryview]) -> None:
    """Write `parts` to a new file and return once it is on stable storage; nothing half-written gets the name.

    Raises FileExistsError when `path` exists (it is left alone) and OSError when it cannot be kept.
    """
    draft = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with draft.open("xb") as file:
            for part in parts:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)  # unlike rename, fails when another association was first
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)


def remove(path: Path) -> None:
    """Remove a file that has done its duty; a crash may bring it back, which its reader must bear."""
    path.unlink(missing_ok=True)


def remove_drafts(folder: Path) -> None:
    """Remove what a crash left half-written: it was never acknowledged."""
    for draft in folder.glob(".*.part"):
        draft.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Make a folder that only its owner can enter, durable in its parent."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    sync_folder(folder.parent)
