"""The files to send: found in folders, told apart by SOP class and transfer syntax."""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pydicom.uid import MediaStorageDirectoryStorage

from annotation.nifti.damage import DAMAGED
from osteon.transfer.file_meta import LONGEST_META, CutOffError, begins_like_dicom, read_file_meta

_FIRST_LOOK = 1 << 10
_PIECE = 1 << 18

MOST_CONTEXTS = 128
"""Presentation contexts per association: their ids are the odd numbers of one byte (PS3.8 9.3.2.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One Part 10 file, known by its file meta information only."""

    path: Path
    size: int
    changed_ns: int
    """When its content was last changed."""
    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax_uid: str
    data_set_at: int

    @property
    def context(self) -> tuple[str, str]:
        return self.sop_class_uid, self.transfer_syntax_uid

    def data_set(self) -> Iterator[bytes]:
        """The bytes behind the file meta information. Raises OSError, also when it is not the file looked at."""
        with self.path.open("rb", buffering=0) as file:
            now = os.fstat(file.fileno())
            if (now.st_size, now.st_mtime_ns) != (self.size, self.changed_ns):
                raise OSError("the file has changed")
            file.seek(self.data_set_at)
            left = self.size - self.data_set_at
            while left:
                piece = file.read(min(_PIECE, left))
                if not piece:
                    raise OSError("the file has become shorter")
                left -= len(piece)
                yield piece


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
    with path.open("rb", buffering=0) as file:
        status = os.fstat(file.fileno())
        head = file.read(_FIRST_LOOK)
        try:
            meta = read_file_meta(head)
        except CutOffError:
            meta = read_file_meta(head + file.read(LONGEST_META))
    if meta.sop_class_uid == MediaStorageDirectoryStorage:
        return None
    return Outgoing(
        path=path,
        size=status.st_size,
        changed_ns=status.st_mtime_ns,
        sop_class_uid=meta.sop_class_uid,
        sop_instance_uid=meta.sop_instance_uid,
        transfer_syntax_uid=meta.transfer_syntax_uid,
        data_set_at=meta.data_set_at,
    )


def _begins_like_dicom(path: Path) -> bool:
    try:
        with path.open("rb", buffering=0) as file:
            return begins_like_dicom(file.read(_FIRST_LOOK))
    except OSError:
        return True
