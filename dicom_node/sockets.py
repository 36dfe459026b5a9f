"""The socket that a door listens on: IPv4, IPv6, or both at once."""

import socket

ANY_IPV6 = "::"
"""Listens for IPv4 too, where the system can."""


def listen_on(host: str, port: int, backlog: int) -> socket.socket:
    """Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server(
        (host, port),
        family=family,
        backlog=backlog,
        dualstack_ipv6=host == ANY_IPV6 and socket.has_dualstack_ipv6(),
    )
