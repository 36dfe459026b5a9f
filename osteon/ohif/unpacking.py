"""Unpacks what the workbench uses of the viewer's package, whole or not at all."""

import gzip
import json
import shutil
import tarfile
from pathlib import Path, PurePosixPath

from osteon.ohif.fetching import NotFetchedError
from osteon.ohif.pinned import LARGEST_FILE, SHA512, VERSION, place_of

MARK = "installed.json"
COMPRESSED = frozenset({".css", ".js", ".json", ".svg", ".wasm"})
LEVEL = 6


def is_installed(folder: Path) -> bool:
    """The pinned package is there, whole: the mark is written last."""
    try:
        return bool(json.loads((folder / MARK).read_bytes()) == _mark())
    except (OSError, ValueError):
        return False


def install(package: Path, folder: Path) -> None:
    """Replace `folder` by what is used of `package`. Raises NotFetchedError for a package that cannot be read."""
    beside = folder.with_name(f".{folder.name}-new")
    before = folder.with_name(f".{folder.name}-old")
    for left_behind in (beside, before):
        shutil.rmtree(left_behind, ignore_errors=True)
    try:
        _unpack(package, beside)
    except (tarfile.TarError, EOFError, OSError) as error:
        shutil.rmtree(beside, ignore_errors=True)
        raise NotFetchedError(f"the package cannot be unpacked: {type(error).__name__}") from None
    (beside / MARK).write_text(json.dumps(_mark()))
    if folder.exists():
        folder.rename(before)
    beside.rename(folder)
    shutil.rmtree(before, ignore_errors=True)


def _mark() -> dict[str, str]:
    return {"version": VERSION, "sha512": SHA512}


def _unpack(package: Path, folder: Path) -> None:
    folder.mkdir(parents=True)
    with tarfile.open(package, "r:gz") as archive:
        for member in archive:
            place = place_of(member.name)
            content = archive.extractfile(member) if place is not None and member.isfile() else None
            if place is None or content is None:
                continue
            if member.size > LARGEST_FILE:
                raise tarfile.TarError("a file is too large")
            _write(folder, place, content.read())


def _write(folder: Path, place: PurePosixPath, content: bytes) -> None:
    """The file, and beside it a compressed one where that is worth it: nothing is compressed for each request."""
    file = folder / place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    if file.suffix in COMPRESSED:
        file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(content, LEVEL, mtime=0))
