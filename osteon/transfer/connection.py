"""The bytes of one connection to a peer: written and read whole, acknowledged at once, never waited for without end.

Nagle's algorithm is off, and what arrives is acknowledged at once: either, meeting the other side's delayed
acknowledgements, costs 40 ms per object.
"""

import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass

from osteon.transfer.errors import ConnectionLostError, PeerError

_QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)
"""Linux has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """How a connection is secured. `server_name`: whom the peer's certificate must name."""

    context: ssl.SSLContext
    server_name: str


class Connection:
    """A connected socket. A second thread may `interrupt` it."""

    def __init__(self, host: str, port: int, *, timeout: float, tls: Tls | None = None) -> None:
        """Connect. Raises PeerError."""
        shown = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        try:
            plain = socket.create_connection((host, port), timeout)
        except OSError:
            raise PeerError(f"cannot connect to {shown} (refused, unreachable or too slow)") from None
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = plain if tls is None else _secured(plain, tls, shown)

    def write(self, content: bytes | bytearray) -> None:
        """Send all of it. Raises ConnectionLostError."""
        try:
            self._socket.sendall(content)
        except OSError as error:
            raise ConnectionLostError(_said(error)) from None

    def read(self, size: int) -> bytes:
        """Exactly so many bytes. Raises ConnectionLostError."""
        content = bytearray(size)
        view, position = memoryview(content), 0
        while position < size:
            try:
                self._acknowledge()
                count = self._socket.recv_into(view[position:])
            except OSError as error:
                raise ConnectionLostError(_said(error)) from None
            if count == 0:
                raise ConnectionLostError("the peer has closed the connection")
            position += count
        return bytes(content)

    def interrupt(self) -> None:
        """End a read under way in another thread, which may still write."""
        with suppress(OSError):
            socket.socket.shutdown(self._socket, socket.SHUT_RD)  # an SSLSocket's own would send the rest in clear

    def close(self) -> None:
        """End the connection; more than once is once."""
        self._socket.close()

    def _acknowledge(self) -> None:
        """At once; the kernel forgets it with every read."""
        if _QUICKACK is not None:
            self._socket.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)


def _secured(plain: socket.socket, tls: Tls, shown: str) -> socket.socket:
    try:
        return tls.context.wrap_socket(plain, server_hostname=tls.server_name)
    except ssl.SSLCertVerificationError as error:
        plain.close()
        raise PeerError(f"{shown} is not trusted: {error.verify_message}") from None
    except OSError:
        plain.close()
        raise PeerError(f"no TLS with {shown}: it may speak plain DICOM, or refuse our certificate") from None


def _said(error: OSError) -> str:
    return "no answer in time" if isinstance(error, TimeoutError) else type(error).__name__
