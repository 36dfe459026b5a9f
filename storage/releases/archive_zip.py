"""A release as a zip archive, streamed: files are stored, not deflated, and of each only its CRC is held.

APPNOTE.TXT 6.3.10. Sizes beyond 4 GiB and more than 65,535 files are written as ZIP64. A file that is too large to be
read whole first has its CRC behind it (4.3.9).
"""

import struct
import zlib
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from storage.releases.reading_ahead import InTurn
from storage.releases.records import FileRecord

LOCAL, CENTRAL, END = 0x04034B50, 0x02014B50, 0x06054B50
END_64, LOCATOR_64, DESCRIPTOR = 0x06064B50, 0x07064B50, 0x08074B50
VERSION, VERSION_64, MADE_BY_UNIX = 20, 45, 3 << 8
CRC_FOLLOWS, STORED = 0x0008, 0
FULL_32, FULL_16 = 0xFFFFFFFF, 0xFFFF
EXTRA_64 = 1
REGULAR_FILE = 0o100644 << 16
FIRST_YEAR = 1980

_LOCAL = struct.Struct("<IHHHHHIIIHH")
_CENTRAL = struct.Struct("<IHHHHHHIIIHHHHHII")
_END = struct.Struct("<IHHHHIIH")
_END_64 = struct.Struct("<IQHHIIQQQQ")
_LOCATOR_64 = struct.Struct("<IIQI")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One file as its headers describe it."""

    name: bytes
    size: int
    stamp: tuple[int, int]
    crc: int = 0
    offset: int = 0
    is_streamed: bool = False

    @property
    def is_large(self) -> bool:
        return self.size >= FULL_32

    def local(self) -> bytes:
        """The header before it; with its CRC behind it, sizes are told there too."""
        told = 0 if self.is_streamed else self.size
        extra = struct.pack("<HHQQ", EXTRA_64, 16, told, told) if self.is_large else b""
        size = FULL_32 if self.is_large else told
        flags = CRC_FOLLOWS if self.is_streamed else 0
        crc = 0 if self.is_streamed else self.crc
        version = VERSION_64 if self.is_large else VERSION
        numbers = (LOCAL, version, flags, STORED, *self.stamp, crc, size, size, len(self.name), len(extra))
        return _LOCAL.pack(*numbers) + self.name + extra

    def descriptor(self) -> bytes:
        if not self.is_streamed:
            return b""
        sizes = struct.pack("<QQ" if self.is_large else "<II", self.size, self.size)
        return struct.pack("<II", DESCRIPTOR, self.crc) + sizes

    def central(self) -> bytes:
        large = struct.pack("<QQ", self.size, self.size) if self.is_large else b""
        far = struct.pack("<Q", self.offset) if self.offset >= FULL_32 else b""
        extra = struct.pack("<HH", EXTRA_64, len(large + far)) + large + far if large or far else b""
        size, offset = (FULL_32 if large else self.size), (FULL_32 if far else self.offset)
        version = VERSION_64 if extra else VERSION
        flags = CRC_FOLLOWS if self.is_streamed else 0
        of_file = (CENTRAL, MADE_BY_UNIX | version, version, flags, STORED, *self.stamp, self.crc, size, size)
        numbers = (*of_file, len(self.name), len(extra), 0, 0, 0, REGULAR_FILE, offset)
        return _CENTRAL.pack(*numbers) + self.name + extra

    @property
    def length(self) -> int:
        return len(self.local()) + self.size + len(self.descriptor())


@dataclass(slots=True, kw_only=True)
class _Written:
    """What is held of the files that are written: four bytes and a flag of each."""

    crcs: "array[int]" = field(default_factory=lambda: array("I"))
    streamed: bytearray = field(default_factory=bytearray)
    end: int = 0

    def add(self, entry: _Entry) -> None:
        self.crcs.append(entry.crc)
        self.streamed.append(entry.is_streamed)
        self.end += entry.length


def zipped(files: Iterable[InTurn], again: Iterable[FileRecord], folder: str, at: datetime) -> Iterator[bytes]:
    """`again`: the same files in the same order, for the directory at the end; `folder`, `at` as for a tar."""
    written = _Written()
    for each in files:
        entry = _entry(each.file, folder, at)
        entry = replace(entry, offset=written.end, is_streamed=each.whole is None)
        if each.whole is not None:
            entry = replace(entry, crc=zlib.crc32(each.whole))
            yield entry.local() + each.whole
        else:
            yield entry.local()
            crc = 0
            for piece in each.pieces:
                crc = zlib.crc32(piece, crc)
                yield piece
            entry = replace(entry, crc=crc)
            yield entry.descriptor()
        written.add(entry)
    entries = (_entry(each, folder, at) for each in again)
    yield from _directory(entries, written)


def _directory(entries: Iterable[_Entry], written: _Written) -> Iterator[bytes]:
    offset = size = count = 0
    for each, crc, is_streamed in zip(entries, written.crcs, written.streamed, strict=True):
        entry = replace(each, crc=crc, offset=offset, is_streamed=bool(is_streamed))
        central = entry.central()
        yield central
        offset += entry.length
        size += len(central)
        count += 1
    begins = written.end
    if count >= FULL_16 or begins >= FULL_32 or size >= FULL_32:
        rest = _END_64.size - 12  # without the signature and this number
        yield _END_64.pack(END_64, rest, MADE_BY_UNIX | VERSION_64, VERSION_64, 0, 0, count, count, size, begins)
        yield _LOCATOR_64.pack(LOCATOR_64, 0, begins + size, 1)
    files = min(count, FULL_16)
    yield _END.pack(END, 0, 0, files, files, min(size, FULL_32), min(begins, FULL_32), 0)


def _entry(file: FileRecord, folder: str, at: datetime) -> _Entry:
    """As far as it is known beforehand."""
    day = (max(at.year - FIRST_YEAR, 0) << 9) | (at.month << 5) | at.day
    time = (at.hour << 11) | (at.minute << 5) | (at.second // 2)
    name = f"{folder}/{file.path}".encode("ascii")
    return _Entry(name=name, size=file.size, stamp=(time, day))
