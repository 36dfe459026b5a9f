"""The outbox: pseudonymised objects, durable, until Orthanc and the ledger have them.

One file an object: the length of the entry (4 bytes, big endian), the entry as JSON, the DICOM file. Its name
is a digest of the pseudonymised SOPInstanceUID, so an object that is sent twice meets itself.
"""

import errno
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dicom_node.durable import make_folder, remove, remove_drafts, sync_folder, write_new
from dicom_node.entry import Entry
from dicom_node.errors import TryAgainError

SUFFIX = ".object"
DAMAGED = ".damaged"
_LENGTH_BYTES = 4


class OutboxConflictError(Exception):
    """An object of the same SOPInstanceUID with other content is waiting already."""


class DamagedEntryError(Exception):
    """A file in the outbox is not what was written there."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One object in the outbox."""

    path: Path
    entry: Entry
    file: memoryview


class Outbox:
    """A folder of objects. Safe for several writers and one reader."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        make_folder(folder)
        remove_drafts(folder)

    def put(self, entry: Entry, parts: Sequence[bytes | memoryview]) -> bool:
        """Keep an object, given as the parts of its file; on return it is on stable storage.

        False when the same object is waiting already.
        Raises OutboxConflictError, and TryAgainError when there is no room.
        """
        path = self._path(entry.sop_instance_uid)
        header = entry.to_json()
        try:
            write_new(path, (len(header).to_bytes(_LENGTH_BYTES, "big"), header, *parts))
        except FileExistsError:
            return self._meet(path, entry, parts)
        except OSError as error:
            raise TryAgainError(f"outbox: {errno.errorcode.get(error.errno or 0, 'OSError')}") from None
        return True

    def _meet(self, path: Path, entry: Entry, parts: Sequence[bytes | memoryview]) -> bool:
        try:
            waiting = self.open(path).entry
        except FileNotFoundError:  # forwarded in between: it may go again, the forwarder knows it
            return self.put(entry, parts)
        except DamagedEntryError:  # the sender offers it again: what is damaged is healed
            self.put_aside(path)
            return self.put(entry, parts)
        if waiting.source_digest != entry.source_digest:
            raise OutboxConflictError
        sync_folder(self._folder)  # the other association may not have come so far yet
        return False

    def waiting(self) -> Iterator[Path]:
        """The files that wait, oldest first."""
        found = []
        for path in self._folder.glob(f"*{SUFFIX}"):
            try:
                found.append((path.stat().st_mtime_ns, path))
            except FileNotFoundError:
                continue
        return (path for _, path in sorted(found))

    def open(self, path: Path) -> Waiting:
        """Read one. Raises FileNotFoundError and DamagedEntryError."""
        content = path.read_bytes()
        length = int.from_bytes(content[:_LENGTH_BYTES], "big")
        try:
            entry = Entry.from_json(content[_LENGTH_BYTES : _LENGTH_BYTES + length])
        except (ValueError, KeyError, TypeError):
            raise DamagedEntryError(path.name) from None
        file = memoryview(content)[_LENGTH_BYTES + length :]
        if hashlib.sha256(file).hexdigest() != entry.sha256:
            raise DamagedEntryError(path.name)
        return Waiting(path, entry, file)

    def remove(self, path: Path) -> None:
        """Forget an object that Orthanc and the ledger have."""
        remove(path)

    def put_aside(self, path: Path) -> None:
        """Keep a damaged file under another name, so that it is neither tried again nor lost."""
        path.rename(path.with_suffix(DAMAGED))

    def depth(self) -> int:
        """How many objects wait."""
        return sum(1 for _ in self._folder.glob(f"*{SUFFIX}"))

    def _path(self, sop_instance_uid: str) -> Path:
        return self._folder / (hashlib.sha256(sop_instance_uid.encode("utf-8")).hexdigest()[:40] + SUFFIX)
