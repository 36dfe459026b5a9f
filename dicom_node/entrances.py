"""The addresses and ports that one door listens on, in clear and under TLS."""

import socket
import ssl
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass

from dicom_node.door import Door
from dicom_node.listener import Listener, open_port


@dataclass(frozen=True, slots=True)
class Entrance:
    """One listening socket."""

    listening: socket.socket
    is_secured: bool
    """Whether who comes here speaks TLS."""

    def close(self) -> None:
        self.listening.close()


def open_entrances(hosts: Sequence[str], port: int, tls_port: int | None) -> list[Entrance]:
    """Listen on every address. Raises PortTakenError, and then on none."""
    wanted = [(host, port, False) for host in hosts]
    if tls_port is not None:
        wanted += [(host, tls_port, True) for host in hosts]
    opened: list[Entrance] = []
    with ExitStack() as undo:
        for host, number, is_secured in wanted:
            opened.append(Entrance(open_port(host, number), is_secured))
            undo.callback(opened[-1].close)
        undo.pop_all()
    return opened


@dataclass(frozen=True, slots=True)
class Reception:
    """The listeners of one worker, as if they were one."""

    plain: Listener
    secured: Listener | None

    def take(self, connection: socket.socket, address: str, *, is_secured: bool) -> None:
        """Serve a connection that came from `address`."""
        listener = self.secured if is_secured and self.secured is not None else self.plain
        listener.take(connection, address)

    def serve_with(self, door: Door) -> None:
        """As `Listener.serve_with`."""
        for listener in self._listeners:
            listener.serve_with(door)

    def speak_by(self, tls: ssl.SSLContext) -> None:
        """As `Listener.speak_by`, of the one under TLS."""
        if self.secured is not None:
            self.secured.speak_by(tls)

    def stop(self, seconds: float) -> None:
        """As `Listener.stop`, both at once."""
        listeners = self._listeners
        with ThreadPoolExecutor(len(listeners), "stopping") as pool:
            list(pool.map(lambda listener: listener.stop(seconds), listeners))

    @property
    def _listeners(self) -> list[Listener]:
        return [self.plain] if self.secured is None else [self.plain, self.secured]
