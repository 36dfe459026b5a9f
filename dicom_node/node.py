"""One worker of the node: what serves associations, and what works behind it, started and stopped together."""

import logging
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from dicom_node.entrances import Reception

log = logging.getLogger("osteon.node")


class Service(Protocol):
    """Something that works in a thread of its own."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Node:
    """One worker."""

    reception: Reception
    services: Sequence[Service]
    """Started in this order, stopped in reverse."""
    write_down: Callable[[], None]
    """What was counted in memory; it may fail with an OSError."""

    def start(self) -> None:
        """Take up work; connections are given to `take`."""
        for service in self.services:
            service.start()

    def take(self, connection: socket.socket, address: str, *, is_secured: bool) -> None:
        """Serve a connection that came from `address`."""
        self.reception.take(connection, address, is_secured=is_secured)

    def stop(self) -> None:
        """End associations, then the services after what they have in hand; write down what was counted."""
        self.reception.stop()
        for service in reversed(self.services):
            service.stop()
        try:
            self.write_down()
        except OSError as error:
            log.warning("what was counted cannot be written down: %s", type(error).__name__)
