"""Authenticated encryption (AES-256-GCM) of small values and of whole objects."""

import secrets
from collections.abc import Iterable, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
CHUNK_BYTES = 1 << 20
TAG_BYTES = 16
_PREFIX_BYTES = 7


class UnsealError(Exception):
    """The key is not the one it was sealed with, or the sealed bytes were changed."""


def seal(key: bytes, plain: bytes, context: bytes) -> bytes:
    """Encrypt a small value. `context` is bound to it: it opens only with the same one."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, context)


def unseal(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """The value that `seal` was given. Raises UnsealError."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context)
    except (InvalidTag, ValueError):
        raise UnsealError("wrong key or changed data") from None


def seal_chunks(key: bytes, plain: bytes | memoryview, context: bytes) -> Iterator[bytes]:
    """Encrypt an object that is in memory, in chunks of 1 MiB: see `seal_pieces`."""
    return seal_pieces(key, (plain,), context)


def seal_pieces(key: bytes, pieces: Iterable[bytes | memoryview], context: bytes) -> Iterator[bytes]:
    """Encrypt an object of any size, given piece by piece, in chunks of 1 MiB.

    The nonce counts the chunks and marks the last one (the STREAM construction of Hoang, Reyhanitabar,
    Rogaway and Vizár, CRYPTO 2015), so that chunks cannot be reordered, dropped or cut off unseen.
    """
    prefix = secrets.token_bytes(_PREFIX_BYTES)
    cipher = AESGCM(key)
    yield prefix
    index, waiting = 0, b""
    for chunk in _chunks(pieces):
        if waiting:
            yield cipher.encrypt(_nonce(prefix, index, last=False), waiting, context)
            index += 1
        waiting = chunk
    yield cipher.encrypt(_nonce(prefix, index, last=True), waiting, context)


def _chunks(pieces: Iterable[bytes | memoryview]) -> Iterator[bytes]:
    """The same bytes in pieces of one size, but for the last; none is empty."""
    begun = bytearray()
    for piece in pieces:
        view = memoryview(piece)
        while len(begun) + len(view) >= CHUNK_BYTES:
            room = CHUNK_BYTES - len(begun)
            yield bytes(begun) + view[:room]
            view = view[room:]
            begun.clear()
        begun += view
    if begun:
        yield bytes(begun)


def unseal_chunks(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """The object that `seal_chunks` was given. Raises UnsealError."""
    prefix, body = sealed[:_PREFIX_BYTES], memoryview(sealed)[_PREFIX_BYTES:]
    step = CHUNK_BYTES + TAG_BYTES
    count = max(1, -(-len(body) // step))
    cipher = AESGCM(key)
    try:
        return b"".join(
            cipher.decrypt(
                _nonce(prefix, index, last=index == count - 1),
                bytes(body[index * step : (index + 1) * step]),
                context,
            )
            for index in range(count)
        )
    except (InvalidTag, ValueError):
        raise UnsealError("wrong key or changed data") from None


def _nonce(prefix: bytes, index: int, *, last: bool) -> bytes:
    return prefix + index.to_bytes(4, "big") + bytes([last])
