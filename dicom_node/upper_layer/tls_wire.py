"""A wire under TLS: the same socket, blocking and with the same limits of time; what it carries is sealed.

The TLS engine works on memory, not on the socket (`ssl.SSLObject`): time-outs of the kernel, acknowledging at once and
ending a read from another thread stay what they are without TLS. An `ssl.SSLSocket` would ignore the first, and after
a `shutdown` go on in clear.
"""

import socket
import ssl
import time
from contextlib import suppress

from dicom_node.upper_layer.wire import ClosedError, SilentError, Wire, WireError

_READ_BYTES = 1 << 16
_LAST_WORDS_SECONDS = 1.0


class TlsWire(Wire):
    """A connection whose first read makes the handshake, within the time that this read has."""

    is_secured = True

    def __init__(self, connection: socket.socket, context: ssl.SSLContext, waker: int | None = None) -> None:
        super().__init__(connection, waker)
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._engine = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._is_open = False

    def write(self, content: bytes) -> None:
        if not self._is_open:
            raise ClosedError("nothing can be said before the handshake")
        rest = memoryview(content)
        try:
            while rest:
                rest = rest[self._engine.write(rest) :]
        except ssl.SSLError as error:
            raise ClosedError(type(error).__name__) from None
        self._flush()

    def read_some(self) -> None:
        """What comes now is not even opened."""
        if not self._socket_read(memoryview(bytearray(_READ_BYTES))):
            raise ClosedError("the peer has closed the connection")

    def _close_softly(self) -> None:
        """Say that nothing was cut off (close_notify)."""
        if self._is_open:
            with suppress(ssl.SSLError):
                self._engine.unwrap()
            with suppress(WireError):
                self._flush()

    def _has_more(self) -> bool:
        return self._engine.pending() > 0 or self._incoming.pending > 0

    def _receive(self, view: memoryview, _ahead: memoryview) -> int:
        """Nothing ahead: what is opened lies in the engine."""
        if not self._is_open:
            self._handshake()
        while True:
            try:
                return self._engine.read(len(view), view)  # type: ignore[return-value]  # of bytes, with a buffer
            except ssl.SSLWantReadError:
                self._flush()
                self._feed()
            except ssl.SSLZeroReturnError:
                return 0

    def _handshake(self) -> None:
        while not self._is_open:
            try:
                self._engine.do_handshake()
                self._is_open = True
            except ssl.SSLWantReadError:
                self._flush()
                self._feed()
            except ssl.SSLError as error:
                self._note(error)
                self._last_words()
                raise ClosedError(type(error).__name__) from None
        self._flush()
        self.certificate = self._engine.getpeercert(binary_form=True)

    def _note(self, error: ssl.SSLError) -> None:
        """Why there is no TLS, for the log; a peer that only went away is none of its business."""
        if isinstance(error, ssl.SSLEOFError):
            return
        reason = (error.reason or type(error).__name__).lower().replace("_", " ")
        detail = getattr(error, "verify_message", "")
        self.problem = f"no TLS with it: {reason}{f' ({detail})' if detail else ''}"

    def _last_words(self) -> None:
        """Send the alert, and let the peer read it: closed with something unread, it would be lost."""
        with suppress(WireError, OSError):
            self._flush()
            self._socket.shutdown(socket.SHUT_WR)
            self.wait_at_most(_LAST_WORDS_SECONDS)
            end = time.monotonic() + _LAST_WORDS_SECONDS
            rest = memoryview(bytearray(_READ_BYTES))
            while time.monotonic() < end and self._socket_read(rest):
                pass

    def _feed(self) -> None:
        """Wait for something sealed. Raises SilentError, ClosedError."""
        self._be_in_time()
        try:
            piece = self._socket.recv(_READ_BYTES)
        except BlockingIOError:
            raise SilentError("the peer is silent") from None
        except OSError as error:
            raise ClosedError(type(error).__name__) from None
        self._acknowledge()
        if piece:
            self._incoming.write(piece)
        else:
            self._incoming.write_eof()

    def _flush(self) -> None:
        if self._outgoing.pending:
            super().write(self._outgoing.read())

    def _socket_read(self, view: memoryview) -> int:
        self._be_in_time()
        try:
            return self._socket.recv_into(view)
        except OSError as error:
            raise ClosedError(type(error).__name__) from None
