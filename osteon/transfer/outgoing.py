"""The files to send: found in folders, told apart by SOP class and transfer syntax."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pydicom.filereader import read_file_meta_info
from pydicom.uid import UID, MediaStorageDirectoryStorage

from osteon.transfer.damage import DAMAGED

PREAMBLE_BYTES = 128
PREFIX = b"DICM"

_UID = re.compile(r"[0-9.]{1,64}")
"""PS3.5 9.1, without its rule on leading zeros: old devices break it, and peers take it."""

MOST_CONTEXTS = 128
"""Presentation contexts per association: their ids are the odd numbers of one byte (PS3.8 9.3.2.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One Part 10 file, known by its file meta information only."""

    path: Path
    size: int
    sop_class_uid: str
    transfer_syntax_uid: str

    @property
    def context(self) -> tuple[str, str]:
        return self.sop_class_uid, self.transfer_syntax_uid


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a walk came back with."""

    files: tuple[Outgoing, ...]
    ignored: tuple[Path, ...]
    """Not a DICOM file, or a DICOMDIR."""
    unreadable: tuple[Path, ...] = ()
    """Begins like a DICOM file, and is damaged before its data set."""


def find(paths: Iterable[Path]) -> Found:
    """Look at every file, folders included to any depth; each file once, in name order."""
    files: list[Outgoing] = []
    ignored: list[Path] = []
    unreadable: list[Path] = []
    for path in dict.fromkeys(_walk(paths)):
        try:
            outgoing = _look_at(path)
        except DAMAGED:
            (unreadable if _begins_like_dicom(path) else ignored).append(path)
            continue
        if outgoing is None:
            ignored.append(path)
        else:
            files.append(outgoing)
    return Found(files=tuple(files), ignored=tuple(ignored), unreadable=tuple(unreadable))


def batches(files: Sequence[Outgoing]) -> Iterator[tuple[Outgoing, ...]]:
    """Split into associations of at most 128 presentation contexts, usually one."""
    by_context: dict[tuple[str, str], list[Outgoing]] = defaultdict(list)
    for outgoing in files:
        by_context[outgoing.context].append(outgoing)
    contexts = iter(by_context)
    while chosen := set(islice(contexts, MOST_CONTEXTS)):
        yield tuple(outgoing for outgoing in files if outgoing.context in chosen)


def _walk(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(inner for inner in path.rglob("*") if inner.is_file())
        else:
            yield path


def _look_at(path: Path) -> Outgoing | None:
    """None for a DICOMDIR. Raises one of `DAMAGED` for what is not DICOM, or not whole."""
    meta = read_file_meta_info(path)
    size = path.stat().st_size
    sop_class, syntax = meta.MediaStorageSOPClassUID, meta.TransferSyntaxUID
    for uid in (sop_class, syntax, meta.MediaStorageSOPInstanceUID):
        if not isinstance(uid, UID) or _UID.fullmatch(uid) is None:
            raise ValueError("the file meta information lacks a UID")
    if sop_class == MediaStorageDirectoryStorage:
        return None
    return Outgoing(path=path, size=size, sop_class_uid=str(sop_class), transfer_syntax_uid=str(syntax))


def _begins_like_dicom(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            file.seek(PREAMBLE_BYTES)
            return file.read(len(PREFIX)) == PREFIX
    except OSError:
        return True
