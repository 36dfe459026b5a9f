"""Collecting a data set that comes in pieces: read from the socket straight to where it will lie.

What grows large is offered to somebody who takes it while it comes; nothing of that is kept here.
"""

from collections.abc import Callable
from dataclasses import dataclass
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

    content: memoryview
    is_too_large: bool


class Sink(Protocol):
    """Takes a large data set while it comes."""

    def write(self, piece: memoryview) -> None:
        """The next piece, which is overwritten afterwards. Does not raise: the end is early enough to complain."""

    def abort(self) -> None:
        """Forget it. After the end, or more than once, this does nothing."""


Offer = Callable[[Collected], Sink | None]
"""Told what has come so far. None: go on collecting; it is offered again when it has grown to twice as much."""


class Collector:
    """One after the other: what `finish` returned is overwritten by the next data set."""

    def __init__(self, largest: int, largest_collected: int | None = None, large: int = LARGE) -> None:
        """`largest_collected`: the limit for what nobody takes while it comes; None: the same one.

        `large`: what is larger is offered.
        """
        self._largest = largest
        self._largest_collected = largest if largest_collected is None else min(largest, largest_collected)
        self._large = min(large, self._largest_collected)
        self._buffer = bytearray()
        self._size = 0
        self._is_too_large = False
        self._offer: Offer | None = None
        self._sink: Sink | None = None
        self._collected_up_to = self._large

    def expect(self, offer: Offer) -> None:
        """Whom to offer the next data set, should it be a large one."""
        self._offer = offer

    def take(self, wire: Wire, size: int) -> None:
        """The next piece of a data set, which comes now. What is beyond the limit is read and forgotten."""
        if self._size + size > self._collected_up_to:
            size = self._take_beyond(wire, size)
        if size:
            self._collect(wire, size)

    def finish(self) -> Collected:
        """The data set is whole. Of one that was taken while it came, the end is up to whoever took it."""
        done = Collected(memoryview(self._buffer)[: self._size if self._sink is None else 0], self._is_too_large)
        self._size, self._is_too_large = 0, False
        self._sink, self._offer, self._collected_up_to = None, None, self._large
        if len(self._buffer) > _KEPT_ROOM:
            self._buffer = bytearray()
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
            with memoryview(self._buffer) as whole, whole[: self._size] as content:
                self._sink = self._offer(Collected(content, is_too_large=False))
        if self._sink is not None:
            self._buffer = bytearray()
            self._collected_up_to = -1
        elif self._collected_up_to < self._largest_collected:
            self._collected_up_to = min(2 * self._collected_up_to, self._largest_collected)
        else:
            self._forget()

    def _forget(self) -> None:
        self.abort()
        self._is_too_large = True
        self._buffer = bytearray()
        self._size, self._collected_up_to = 0, -1

    def _pass_on(self, wire: Wire, size: int) -> None:
        self._make_room(_PIECE, kept=0)
        with memoryview(self._buffer) as whole, whole[:size] as room:
            wire.read_into(room)
            if self._sink is not None and not self._is_too_large:
                self._sink.write(room)
                self._size += size

    def _collect(self, wire: Wire, size: int) -> None:
        self._make_room(self._size + size, kept=self._size)
        with memoryview(self._buffer) as whole, whole[self._size : self._size + size] as room:
            wire.read_into(room)
        self._size += size

    def _make_room(self, size: int, kept: int) -> None:
        if size <= len(self._buffer):
            return
        larger = bytearray(max(size, 2 * len(self._buffer), _FIRST_ROOM))
        larger[:kept] = memoryview(self._buffer)[:kept]
        self._buffer = larger
