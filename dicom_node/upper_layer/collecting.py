"""Collecting a data set that comes in pieces: read from the socket straight to where it will lie."""

from dataclasses import dataclass

from dicom_node.upper_layer.wire import Wire

_FIRST_ROOM = 1 << 20
_KEPT_ROOM = 1 << 20
"""Bytes that stay allocated from object to object; an association that brings nothing has none."""


@dataclass(frozen=True, slots=True)
class Collected:
    """A data set as it came; empty when it was larger than allowed."""

    content: memoryview
    is_too_large: bool


class Collector:
    """One after the other: what `finish` returned is overwritten by the next data set."""

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._buffer = bytearray()
        self._size = 0
        self._is_too_large = False

    def take(self, wire: Wire, size: int) -> None:
        """The next piece of a data set, which comes now. What is beyond the limit is read and forgotten."""
        if self._is_too_large or self._size + size > self._largest:
            self._is_too_large = True
            self._size = 0
        self._make_room(self._size + size)
        with memoryview(self._buffer) as whole, whole[self._size : self._size + size] as room:
            wire.read_into(room)
        if not self._is_too_large:
            self._size += size

    def finish(self) -> Collected:
        """The data set is whole."""
        done = Collected(memoryview(self._buffer)[: self._size], self._is_too_large)
        self._size, self._is_too_large = 0, False
        if len(self._buffer) > _KEPT_ROOM:
            self._buffer = bytearray()
        return done

    def _make_room(self, size: int) -> None:
        if size <= len(self._buffer):
            return
        larger = bytearray(max(size, 2 * len(self._buffer), _FIRST_ROOM))
        larger[: self._size] = memoryview(self._buffer)[: self._size]
        self._buffer = larger
