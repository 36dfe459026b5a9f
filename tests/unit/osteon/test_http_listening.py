"""The socket on which the API listens."""

import socket

import pytest

from osteon.http_listening import listen
from osteon.ports import PortTakenError


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_connections_send_without_waiting_for_acknowledgements(host: str) -> None:
    with listen(host, 0) as listening, socket.create_connection(listening.getsockname()[:2]):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_port_that_is_taken_is_named() -> None:
    with listen("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
        with pytest.raises(PortTakenError, match=rf"port {port} on 127\.0\.0\.1 cannot be used \(OSTEON_HTTP_PORT\)"):
            listen("127.0.0.1", port)
