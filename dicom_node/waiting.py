"""One object that waits in an outbox, read from its segment and verified."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dicom_node.entry import Entry, checksum_of
from dicom_node.pieces import Pieces, pieces_of
from dicom_node.segments import SUFFIX, Content, Place, Record, read_content, records_in

Part = bytes | memoryview


class DamagedEntryError(Exception):
    """What is in the outbox is not what was written there."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One object in the outbox."""

    place: Place
    entry: Entry
    content: bytes | Pieces = field(repr=False)
    """The file; a large one is read each time it is gone through."""
    known_sha256: str | None = None
    """Of a large file, which was read to the end already."""

    @property
    def sha256(self) -> str:
        """Of the file, in hex."""
        return self.known_sha256 or _sha256(pieces_of(self.content))

    @property
    def file(self) -> bytes:
        """In memory."""
        return self.content if isinstance(self.content, bytes) else b"".join(self.content)


def read_waiting(folder: Path, record: Record, entry: Entry) -> Waiting:
    """Into memory. Raises FileNotFoundError and DamagedEntryError."""
    file = read_content(folder, record)
    if checksum_of((file,)) != entry.checksum:
        raise DamagedEntryError(record.place.name)
    return Waiting(record.place, entry, file)


def read_large(folder: Path, record: Record, entry: Entry) -> Waiting:
    """Piece by piece, once to the end, to know that it is whole before anybody gets any of it. Raises as above."""
    file = Content(folder, record)
    sha256 = hashlib.sha256()
    if checksum_of(_noted(file, sha256.update)) != entry.checksum:
        raise DamagedEntryError(record.place.name)
    return Waiting(record.place, entry, file, sha256.hexdigest())


def is_whole(folder: Path, record: Record, entry: Entry) -> bool:
    """Whether what lies there is what was written."""
    try:
        return checksum_of(Content(folder, record)) == entry.checksum
    except OSError:
        return False


def entry_of(folder: Path, record: Record) -> Entry | None:
    """What a record says of its object; None when either is damaged."""
    try:
        entry = Entry.from_json(record.label)
    except (ValueError, KeyError, TypeError):
        return None
    return entry if is_whole(folder, record, entry) else None


def waiting_in(folder: Path) -> int:
    """How many objects wait in an outbox that another process may be using. Raises OSError."""
    return sum(not record.is_done for path in folder.glob(f"*{SUFFIX}") for record in _records(path))


def _records(path: Path) -> Iterator[Record]:
    try:
        yield from records_in(path)
    except FileNotFoundError:  # its objects have all gone, just now
        return


def _sha256(pieces: Iterable[Part]) -> str:
    sha256 = hashlib.sha256()
    for piece in pieces:
        sha256.update(piece)
    return sha256.hexdigest()


def _noted(pieces: Iterable[Part], note: Callable[[Part], None]) -> Iterator[Part]:
    """The pieces, each told on its way."""
    for piece in pieces:
        note(piece)
        yield piece
