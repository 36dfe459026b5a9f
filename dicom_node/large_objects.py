"""Objects too large for memory: their pixels go to disk while they come.

What decides over an object is in its header, which comes first. The engine sees it with zeros for pixels, and says what
becomes of it before the first pixel is written; it sees the whole once more at the end, for what comes behind the
pixels counts as well. So the pixels that are on disk in clear are those of an object whose header was pseudonymised;
all others are encrypted from the first byte, or not kept.
"""

from dataclasses import replace
from datetime import datetime
from typing import Protocol

import xxhash

from dicom_node.door import Arrival, Door, Outcome
from dicom_node.entry import checksum_of
from dicom_node.errors import NodeError, TryAgainError, UnprocessableError
from dicom_node.pieces import Joined
from dicom_node.pseudonymisation.skeleton import native_pixels_in, skeleton
from dicom_node.pseudonymiser import Pseudonymised
from dicom_node.spool import Spool
from dicom_node.status import Reason
from dicom_node.upper_layer.collecting import Sink

MOST_BEHIND = 1 << 24
"""Bytes behind the pixels: signatures, padding, private elements."""


class LargeObject(Sink, Protocol):
    """One of them, from its head to its end."""

    def finish(self, received_at: datetime) -> Outcome:
        """It is whole. On return it is durable; a NodeError says what became of it instead."""


def begin(door: Door, arrival: Arrival) -> LargeObject | None:
    """`arrival`: with what has come so far. None when the rest must be collected in memory as well."""
    pixels = native_pixels_in(arrival.file)
    if pixels is None or pixels.start + pixels.size <= len(arrival.file):
        return None
    begun = memoryview(arrival.file)
    head = bytes(begun[: pixels.start])
    taken: LargeObject
    try:
        try:
            made = door.pseudonymised(replace(arrival, file=_skeleton(head, pixels.size)), hash_pixels=None)
            taken = _Stored(door, replace(arrival, file=head), made, pixels.size)
        except UnprocessableError as error:
            taken = _Sealed(door, replace(arrival, file=head), error, pixels.size)
    except NodeError as error:
        return _Refused(error)
    taken.write(begun[pixels.start :])
    return taken


class _Stored:
    """One whose header was pseudonymised: its pixels are written to the outbox."""

    def __init__(self, door: Door, arrival: Arrival, made: Pseudonymised, pixels: int) -> None:
        """`arrival`: with the file as far as its pixels. Raises TryAgainError."""
        self._door = door
        self._arrival = arrival
        self._left = pixels
        self._header, _ = _around(made)
        self._segment = door.outbox.begin_large(len(self._header), pixels)
        self._behind = bytearray()
        self._pixels = xxhash.xxh3_128()
        self._file = xxhash.xxh3_128(self._header)
        self._failure: NodeError | None = None

    def write(self, piece: memoryview) -> None:
        if self._failure is not None:
            return
        pixels, behind = piece[: self._left], piece[self._left :]
        self._left -= len(pixels)
        if len(self._behind) + len(behind) > MOST_BEHIND:
            self._fail("too much behind the pixels")
            return
        self._behind += behind
        try:
            self._segment.write(pixels)
        except OSError as error:
            self._fail(type(error).__name__)
        self._pixels.update(pixels)
        self._file.update(pixels)

    def finish(self, received_at: datetime) -> Outcome:
        behind = bytes(self._behind)
        try:
            if self._failure is not None:
                raise self._failure
            return self._keep(received_at, behind)
        except UnprocessableError as error:
            came = Joined(self._arrival.file, self._segment, behind)
            self._door.set_aside(replace(self._arrival, received_at=received_at), error, came)
            raise
        finally:
            self.abort()

    def abort(self) -> None:
        self._segment.discard()

    def _fail(self, why: str) -> None:
        self._failure = TryAgainError(f"large object: {why}")
        self._segment.discard()

    def _keep(self, received_at: datetime, behind: bytes) -> Outcome:
        """Once more with what came behind the pixels; an object that was cut off is found out here."""
        whole = _skeleton(self._arrival.file, len(self._segment), behind)
        arrival = replace(self._arrival, file=whole, received_at=received_at)
        made = self._door.pseudonymised(arrival, lambda _: self._pixels.digest())
        header, trailer = _around(made)
        if not self._segment.takes(len(header)):
            raise UnprocessableError(Reason.UNEXPECTED_ERROR, "a header that has grown too much")
        return self._door.keep(
            arrival,
            made,
            self._checksum(header, trailer),
            lambda entry: self._door.outbox.put_large(entry, self._segment, header, trailer),
        )

    def _checksum(self, header: bytes, trailer: bytes) -> str:
        if header != self._header:  # what came behind the pixels made a difference, which is rare
            return checksum_of(Joined(header, self._segment, trailer))
        self._file.update(trailer)
        return self._file.hexdigest()


class _Sealed:
    """One that is going to be quarantined: encrypted from the first byte."""

    def __init__(self, door: Door, arrival: Arrival, error: UnprocessableError, expected: int) -> None:
        """Raises TryAgainError."""
        door.outbox.check_room(2 * expected)  # what waits here, and what is made of it
        self._door = door
        self._arrival = arrival
        self._error = error
        self._is_whole = True
        try:
            self._spool: Spool = door.quarantine.set_aside(expected)
        except OSError:
            raise TryAgainError("quarantine") from None

    def write(self, piece: memoryview) -> None:
        if not self._is_whole:
            return
        try:
            self._spool.write(piece)
        except OSError:
            self._is_whole = False
            self.abort()

    def finish(self, received_at: datetime) -> Outcome:
        try:
            if not self._is_whole:
                raise TryAgainError("quarantine")
            came = Joined(self._arrival.file, self._spool)
            self._door.set_aside(replace(self._arrival, received_at=received_at), self._error, came)
            raise self._error
        finally:
            self.abort()

    def abort(self) -> None:
        self._spool.discard()


class _Refused:
    """One of which nothing is kept."""

    def __init__(self, error: NodeError) -> None:
        self._error = error

    def write(self, piece: memoryview) -> None:
        pass

    def finish(self, received_at: datetime) -> Outcome:  # noqa: ARG002 - there is nothing to say when
        raise self._error

    def abort(self) -> None:
        pass


def _skeleton(before: bytes, pixels: int, after: bytes = b"") -> bytes:
    try:
        return skeleton(before, pixels, after)
    except OSError as error:
        raise TryAgainError(f"large object: {type(error).__name__}") from None


def _around(made: Pseudonymised) -> tuple[bytes, bytes]:
    """The file before and behind its pixels."""
    at = made.result.pixels
    assert at is not None  # noqa: S101 - only a deflated file has no such part, and none comes here
    return b"".join(made.parts[:at]), b"".join(made.parts[at + 1 :])
