"""Content set aside on disk for a moment, encrypted with a key that only this process knows.

For what cannot be kept in memory and must not be on disk in clear, until it is known under which name it is kept. The
file has no name from the beginning: whenever the process ends, it is gone, and its key before.
"""

import errno
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CHUNK_BYTES = 1 << 20
_KEY_BITS = 256
_NONCE_BYTES = 12
_TAG_BYTES = 16


class Spool:
    """Written to its end, then read as often as wanted (`Pieces`)."""

    def __init__(self, folder: Path, size: int) -> None:
        """`size`: bytes that are expected; room for them is set aside. Raises OSError."""
        path = folder / f".{secrets.token_hex(8)}.part"
        self._cipher = AESGCM(AESGCM.generate_key(_KEY_BITS))
        self._begun = bytearray()
        self._chunks = self._size = 0
        self._file = path.open("x+b", buffering=0)
        try:
            path.unlink()
            os.posix_fallocate(self._file.fileno(), 0, size + -(-size // CHUNK_BYTES) * _TAG_BYTES)
        except OSError:
            self.discard()
            raise

    def write(self, piece: bytes | memoryview) -> None:
        """More of it. Raises OSError."""
        view = memoryview(piece)
        self._size += len(view)
        while len(self._begun) + len(view) >= CHUNK_BYTES:
            room = CHUNK_BYTES - len(self._begun)
            self._write_chunk(bytes(self._begun) + view[:room])
            view = view[room:]
            self._begun.clear()
        self._begun += view

    def _write_chunk(self, plain: bytes) -> None:
        sealed = memoryview(self._cipher.encrypt(_nonce(self._chunks), plain, None))
        offset = self._chunks * (CHUNK_BYTES + _TAG_BYTES)
        while sealed:
            count = os.pwrite(self._file.fileno(), sealed, offset)
            sealed, offset = sealed[count:], offset + count
        self._chunks += 1

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[bytes]:
        """Raises OSError."""
        step = CHUNK_BYTES + _TAG_BYTES
        try:
            for index in range(self._chunks):
                yield self._cipher.decrypt(_nonce(index), os.pread(self._file.fileno(), step, index * step), None)
        except InvalidTag:
            raise OSError(errno.EIO, "what was set aside is damaged") from None
        yield bytes(self._begun)

    def discard(self) -> None:
        """Let go of it. More than once is once."""
        self._file.close()


def _nonce(index: int) -> bytes:
    return index.to_bytes(_NONCE_BYTES, "big")
