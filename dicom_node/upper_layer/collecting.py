"""Collecting a data set that comes in pieces: read from the socket straight to where it will lie.

What grows large is offered to somebody who takes it while it comes; nothing of that is kept here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Protocol

from dicom_node.upper_layer.wire import Wire

LARGE = 1 << 24
"""Bytes of a data set that are collected before it is offered."""

_FIRST_ROOM = 1 << 20
_KEPT_ROOM = 1 << 20
"""Bytes that stay allocated from object to object; an association that brings nothing has none."""

_PIECE = 1 << 17


@dataclass(frozen=True, slots=True)
class Collected:
    """A data set as it came; empty when it was larger than allowed, or taken while it came."""

    file: bytes = field(repr=False)
    """What was to be put before it, and the data set."""
    is_too_large: bool
    data_set_at: int = 0
    """Where in `file` it begins."""

    @property
    def content(self) -> memoryview:
        return memoryview(self.file)[self.data_set_at :]

    @property
    def size(self) -> int:
        return len(self.file) - self.data_set_at


class Sink(Protocol):
    """Takes a large data set while it comes."""

    def write(self, piece: memoryview) -> None:
        """The next piece, which is overwritten afterwards. Does not raise: the end is early enough to complain."""

    def abort(self) -> None:
        """Forget it. After the end, or more than once, this does nothing."""


Offer = Callable[[Collected], Sink | None]
"""Told what has come so far. None: go on collecting; it is offered again when it has grown to twice as much."""


class Collector:
    """One after the other.

    Objects of a series have one size. From the third of that size on, what `finish` gives is the room itself that was
    read into, and not a copy: a BytesIO lends it (`getvalue`), and makes itself another one when it is still in use.
    So it must not be hashed, as a key is: the same object may come back with other content, and its hash of before.
    """

    def __init__(self, largest: int, largest_collected: int | None = None, large: int = LARGE) -> None:
        """`largest_collected`: the limit for what nobody takes while it comes; None: the same one.

        `large`: what is larger is offered.
        """
        self._largest = largest
        self._largest_collected = largest if largest_collected is None else min(largest, largest_collected)
        self._large = min(large, self._largest_collected)
        self._room = BytesIO()
        self._room_size = self._size_before = 0
        self._prefix = b""
        self._size = 0
        self._is_too_large = False
        self._offer: Offer | None = None
        self._sink: Sink | None = None
        self._collected_up_to = self._large

    def expect(self, offer: Offer, prefix: bytes = b"") -> None:
        """Whom to offer the next data set, should it be a large one, and what is put before it."""
        self._offer, self._prefix = offer, prefix

    @property
    def size(self) -> int:
        """How many bytes of a data set have come."""
        return self._size

    def take(self, wire: Wire, size: int) -> None:
        """The next piece of a data set, which comes now. What is beyond the limit is read and forgotten."""
        if self._size + size > self._collected_up_to:
            size = self._take_beyond(wire, size)
        if size:
            self._collect(wire, size)

    def begun(self, most: int) -> Collected | None:
        """A copy of what has come of a data set that is not whole, or of `most` bytes; None when it is not here."""
        if self._sink is not None or self._is_too_large:
            return None
        end = len(self._prefix) + min(self._size, most)
        with self._room.getbuffer() as whole, whole[:end] as content:
            return Collected(bytes(content), is_too_large=False, data_set_at=len(self._prefix))

    def finish(self) -> Collected:
        """The data set is whole. Of one that was taken while it came, the end is up to whoever took it."""
        if self._sink is not None or self._is_too_large:
            done = Collected(b"", self._is_too_large)
        else:
            done = Collected(self._lent(), is_too_large=False, data_set_at=len(self._prefix))
        self._size, self._is_too_large, self._prefix = 0, False, b""
        self._sink, self._offer, self._collected_up_to = None, None, self._large
        if self._room_size > _KEPT_ROOM:
            self._drop_room()
        return done

    def abort(self) -> None:
        """Nothing more comes. Who is offered large ones is let go of: he holds this one, and neither would be freed."""
        self._offer = None
        if self._sink is not None:
            self._sink.abort()

    def _take_beyond(self, wire: Wire, size: int) -> int:
        """A piece with which a data set is large, or larger still. How much of it is left to be collected."""
        while self._sink is None and not self._is_too_large and self._size + size > self._collected_up_to:
            first = self._collected_up_to - self._size
            self._collect(wire, first)
            size -= first
            self._find_a_place()
        if self._sink is None and not self._is_too_large:
            return size
        if self._size + size > self._largest:
            self._forget()
        while size:
            first = min(size, _PIECE)
            self._pass_on(wire, first)
            size -= first
        return 0

    def _find_a_place(self) -> None:
        """For a data set that has grown to what may be collected before it is offered."""
        if self._offer is not None:
            begun = Collected(self._copied(), is_too_large=False, data_set_at=len(self._prefix))
            self._sink = self._offer(begun)
        if self._sink is not None:
            self._drop_room()
            self._collected_up_to = -1
        elif self._collected_up_to < self._largest_collected:
            self._collected_up_to = min(2 * self._collected_up_to, self._largest_collected)
        else:
            self._forget()

    def _forget(self) -> None:
        self.abort()
        self._is_too_large = True
        self._drop_room()
        self._size, self._collected_up_to = 0, -1

    def _pass_on(self, wire: Wire, size: int) -> None:
        self._make_room(_PIECE, kept=0)
        with self._room.getbuffer() as whole, whole[:size] as room:
            wire.read_into(room)
            if self._sink is not None and not self._is_too_large:
                self._sink.write(room)
                self._size += size

    def _collect(self, wire: Wire, size: int) -> None:
        begin = len(self._prefix) + self._size
        self._make_room(begin + size, kept=begin if self._size else 0)
        with self._room.getbuffer() as whole:
            if not self._size:
                whole[:begin] = self._prefix
            with whole[begin : begin + size] as room:
                wire.read_into(room)
        self._size += size

    def _lent(self) -> bytes:
        size = len(self._prefix) + self._size if self._size else 0
        if size and size == self._room_size:
            return self._room.getvalue()
        file = self._copied()
        if size == self._size_before and size <= _KEPT_ROOM:
            self._room, self._room_size = BytesIO(bytes(size)), size
        self._size_before = size
        return file

    def _copied(self) -> bytes:
        if not self._size:
            return self._prefix
        with self._room.getbuffer() as whole, whole[: len(self._prefix) + self._size] as content:
            return bytes(content)

    def _make_room(self, size: int, kept: int) -> None:
        if size <= self._room_size:
            return
        larger = max(size, 2 * self._room_size, _FIRST_ROOM)
        room = BytesIO(bytes(larger))
        if kept:
            with room.getbuffer() as new, self._room.getbuffer() as old:
                new[:kept] = old[:kept]
        self._room, self._room_size = room, larger

    def _drop_room(self) -> None:
        self._room, self._room_size = BytesIO(), 0
