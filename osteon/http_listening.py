"""The socket on which the API listens."""

import os
import socket

from osteon.ports import PortTakenError


def listen(host: str, port: int) -> socket.socket:
    """Bound and listening; what is accepted on it sends at once.

    An answer goes out in two pieces, head and body. Without TCP_NODELAY, which accepted sockets take from this one, the
    second piece waits until the client acknowledges the first, and clients wait up to 40 ms with that: asyncio sets it
    only on sockets that it made itself. Raises PortTakenError.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise PortTakenError(f"port {port} on {host} cannot be used (OSTEON_HTTP_PORT): {reason}") from None
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening
