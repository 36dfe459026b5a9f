"""A segment of one large record, written while its object still comes: pixels first, its head last.

The pixels' place is fixed before the first of them is written: behind room for the head, the label and the header as
they are expected to be. Once the object is whole, these are put directly before the pixels, and the label is filled up
with blanks to what room is left, which JSON allows. So the record is like any other. Until then the file has another
suffix, and whoever starts after a crash removes it: it was never acknowledged.
"""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from dicom_node.durable import sync_folder
from dicom_node.segments import BLOCK, HEAD_BYTES, SUFFIX, Place, Record, aligned, head_of, pieces_at, write_all

RECEIVING = ".receiving"
SYNC_BYTES = 1 << 26
"""After so many the disk is waited for, lest it all be left to the end."""

LONGEST_LABEL = 1 << 14
SLACK_BYTES = LONGEST_LABEL + (1 << 16)
"""For the label, and for what the header may still grow by."""


class LargeSegment:
    """One object being received. Not to be shared between threads."""

    def __init__(self, folder: Path, header_size: int, pixel_size: int) -> None:
        """Sets the room aside on disk. Raises OSError, and then there is nothing."""
        self._path = folder / f"{secrets.token_hex(8)}{RECEIVING}"
        self._pixels_at = aligned(HEAD_BYTES + header_size + SLACK_BYTES)
        self._written = self._unsynced = 0
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.posix_fallocate(self._descriptor, 0, aligned(self._pixels_at + pixel_size + BLOCK))
        except OSError:
            self.discard()
            raise

    def takes(self, header_size: int) -> bool:
        """Whether there is room for a header of that size."""
        return header_size + LONGEST_LABEL <= self._pixels_at - HEAD_BYTES

    def write(self, piece: memoryview) -> None:
        """The next pixels. Raises OSError."""
        write_all(self._descriptor, [piece], self._pixels_at + self._written)
        self._written += len(piece)
        self._unsynced += len(piece)
        if self._unsynced >= SYNC_BYTES:
            os.fdatasync(self._descriptor)
            self._unsynced = 0

    def __len__(self) -> int:
        return self._written

    def __iter__(self) -> Iterator[bytes]:
        """The pixels so far. Raises OSError."""
        return pieces_at(self._descriptor, self._pixels_at, self._written)

    def finish(self, label: bytes, header: bytes, trailer: bytes) -> Record:
        """Make a record of it; durable on return. Raises OSError, and then there is none.

        `header`, `trailer`: the file before and behind the pixels.
        """
        room = self._pixels_at - HEAD_BYTES - len(header)
        if len(label) > room:
            raise OSError(errno.EFBIG, "a header that has grown too much")
        label = label.ljust(room)
        segment = self._path.with_suffix(SUFFIX)
        size = len(header) + self._written + len(trailer)
        end = self._pixels_at + self._written
        try:
            write_all(self._descriptor, [trailer], end)
            os.fdatasync(self._descriptor)
            write_all(self._descriptor, [head_of(segment.name, label, size), label, header], 0)
            os.fdatasync(self._descriptor)
            self._path.rename(segment)
            sync_folder(segment.parent)
        except BaseException:
            with suppress(OSError):  # it was not acknowledged: nobody shall find it
                segment.unlink(missing_ok=True)
            raise
        finally:
            self.discard()
        return Record(Place(segment.name, 0), label.rstrip(), HEAD_BYTES + len(label), size, is_done=False)

    def discard(self) -> None:
        """Let go of what is no record. More than once is once."""
        if self._descriptor < 0:
            return
        with suppress(OSError):
            os.close(self._descriptor)
        self._descriptor = -1
        with suppress(OSError):
            self._path.unlink(missing_ok=True)


def remove_unfinished(folder: Path) -> None:
    """Remove what a crash left half-written: it was never acknowledged."""
    for path in folder.glob(f"*{RECEIVING}"):
        path.unlink(missing_ok=True)
