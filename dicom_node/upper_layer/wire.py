"""The bytes of one connection: read and written whole, acknowledged at once, never waited for without end.

A sender that still has Nagle's algorithm on waits for the acknowledgement of each object's last segment, and the kernel
delays that by 40 ms. TCP_QUICKACK, set again because the kernel resets it, ends the wait. It is set when a read got
less than it had room for: then nothing more lies there, and the sender may be waiting.
"""

import select
import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from typing import Any

PDU_HEADER = struct.Struct(">BxI")
"""PDU type and the length of what follows (PS3.8 9.3.1)."""

_QUICKACK = getattr(socket, "TCP_QUICKACK", None)
_TIMEOUT = struct.Struct("@ll")
_MICROSECONDS = 1_000_000
_MILLISECONDS = 1_000
_IGNORED_BYTES = 1 << 16
_AHEAD_BYTES = 512
"""Read behind what was asked for: the next headers, or a whole command set, come with what is before them."""


class WireError(Exception):
    """The connection is over."""


class ClosedError(WireError):
    """The peer has closed it, or it broke."""


class SilentError(WireError):
    """Nothing came for as long as the peer may be silent."""


class Heard(Enum):
    """Who has something to say."""

    PEER = "bytes of the peer's, or its end"
    OTHER = "the other file descriptor"
    WAKER = "who wants an end"
    NOBODY = "neither, within the time"


class Wire:
    """A connected socket. Blocking; a second thread may `interrupt` or `close` it."""

    is_secured = False
    """Whether what it carries is sealed on the way."""

    certificate: bytes | None = None
    """What the peer has shown of itself and was verified, in DER."""

    problem: str = ""
    """Why it came to nothing, when that is worth a line in the log."""

    def __init__(self, connection: socket.socket, waker: int | None = None) -> None:
        """`waker`: a file descriptor that ends `wait` when it can be read."""
        self._socket = connection
        self._waker = waker
        self._deadline: float | None = None
        self._pace: Callable[[int], float] | None = None
        self._interrupted = threading.Event()
        self._ahead = memoryview(bytearray(_AHEAD_BYTES))
        self._next = self._behind = 0
        """What lies in `_ahead` and was not asked for yet."""
        self._poll: tuple[int | None, select.poll] | None = None
        """For the other file descriptor that was waited for last."""
        self.is_over = False
        """Whether all that remains is to let the peer close it."""
        connection.setblocking(True)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    def wait_at_most(self, seconds: float) -> None:
        """How long a read or a write may wait from now on."""
        whole = int(seconds)
        limit = _TIMEOUT.pack(whole, int((seconds - whole) * _MICROSECONDS))
        with suppress(OSError):  # a closed one is found out by the next read
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)

    def be_done_within(self, seconds: float | None) -> None:
        """How long all reads together may take from now on; None: as long as it takes."""
        self._deadline = None if seconds is None else time.monotonic() + seconds

    def go_at(self, pace: Callable[[int], float] | None) -> None:
        """From now on ask `pace` after every read, with its bytes, for how many seconds to wait before the next."""
        self._pace = pace

    def read(self, size: int) -> bytes:
        """Exactly so many bytes. Raises ClosedError, SilentError."""
        if size <= self._behind - self._next:
            begin, self._next = self._next, self._next + size
            return bytes(self._ahead[begin : self._next])
        buffer = bytearray(size)
        self.read_into(memoryview(buffer))
        return bytes(buffer)

    def unpack(self, layout: struct.Struct) -> tuple[Any, ...]:
        """As many bytes as `layout` is long, unpacked by it. Raises ClosedError, SilentError."""
        begin, end = self._next, self._next + layout.size
        if end <= self._behind:
            self._next = end
            return layout.unpack_from(self._ahead, begin)
        return layout.unpack(self.read(layout.size))

    def read_into(self, view: memoryview) -> None:
        """Fill `view`. Raises ClosedError, SilentError."""
        position, size = self._take_ahead(view), len(view)
        while position < size:
            self._be_in_time()
            room = view[position:] if position else view
            try:
                count = self._receive(room, self._ahead)
            except BlockingIOError:
                raise SilentError("the peer is silent") from None
            except OSError as error:
                raise ClosedError(type(error).__name__) from None
            if count == 0:
                raise ClosedError("the peer has closed the connection")
            position += count
            if position > size:
                self._next, self._behind = 0, position - size
            if position < size + _AHEAD_BYTES:
                self._acknowledge()
            if self._pace is not None:
                self._wait(self._pace(count))

    def wait(self, other: int | None, seconds: float) -> Heard:
        """Wait for the peer's next byte, for the waker or for another file descriptor. Raises ClosedError."""
        if self._next < self._behind or self._has_more():
            return Heard.PEER
        try:
            ready = {descriptor for descriptor, _ in self._polled(other).poll(seconds * _MILLISECONDS)}
        except (OSError, ValueError) as error:
            raise ClosedError(type(error).__name__) from None
        if not ready:
            return Heard.NOBODY
        if self._waker in ready:
            return Heard.WAKER
        return Heard.OTHER if ready == {other} else Heard.PEER

    def read_header(self) -> tuple[int, int]:
        """Type and length of the next PDU. Raises ClosedError, SilentError."""
        kind, length = self.unpack(PDU_HEADER)
        return kind, length

    def write(self, content: bytes) -> None:
        """Send all of it. Raises ClosedError, SilentError."""
        try:
            self._socket.sendall(content)
        except BlockingIOError:
            raise SilentError("the peer does not read") from None
        except OSError as error:
            raise ClosedError(type(error).__name__) from None

    def close(self) -> None:
        """End the connection; a read under way ends too. More than once is once."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def say_goodbye(self, seconds: float) -> None:
        """Close once the peer has, which gets some time for it; what still comes is ignored (PS3.8 9.2, Sta13).

        Closed at once, with something unread, a connection is reset, and what was written last may be lost.
        """
        self.is_over = True
        self._next = self._behind = 0
        self.go_at(None)
        self.wait_at_most(seconds)
        self.be_done_within(seconds)
        with suppress(WireError):
            while True:
                self.read_some()
        self._close_softly()
        self.close()

    def read_some(self) -> None:
        """Whatever comes next, to be ignored. Raises ClosedError, SilentError."""
        self.read_into(memoryview(bytearray(1)))
        with suppress(OSError):
            self._socket.recv(_IGNORED_BYTES, socket.MSG_DONTWAIT)

    def interrupt(self) -> None:
        """End a read under way in another thread, which may still write and then closes the connection itself."""
        self._interrupted.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RD)

    def _receive(self, view: memoryview, ahead: memoryview) -> int:
        """Some bytes, as soon as there are any: into `view`, and what is behind them into `ahead`."""
        return self._socket.recvmsg_into((view, ahead))[0]

    def _take_ahead(self, view: memoryview) -> int:
        """What was read already; how much of it."""
        count = min(self._behind - self._next, len(view))
        if count:
            view[:count] = self._ahead[self._next : self._next + count]
            self._next += count
        return count

    def _polled(self, other: int | None) -> select.poll:
        """Ready to wait for the peer, the waker and the other. Raises ValueError when the connection is closed."""
        if self._socket.fileno() < 0:
            raise ValueError("closed")
        if self._poll is None or self._poll[0] != other:
            poll = select.poll()
            for descriptor in (self._socket.fileno(), self._waker, other):
                if descriptor is not None:
                    poll.register(descriptor, select.POLLIN)
            self._poll = other, poll
        return self._poll[1]

    def _has_more(self) -> bool:
        """Whether something that the peer sent was taken from the network already, and not read yet."""
        return False

    def _close_softly(self) -> None:
        """What there is to say before closing."""

    def _be_in_time(self) -> None:
        """Raises SilentError when all reads together take too long."""
        if self._deadline is not None and time.monotonic() > self._deadline:
            raise SilentError("the peer is too slow")

    def _wait(self, seconds: float) -> None:
        """Not longer than until interrupted."""
        if seconds > 0:
            self._interrupted.wait(seconds)

    def _acknowledge(self) -> None:
        if _QUICKACK is not None:
            self._socket.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
