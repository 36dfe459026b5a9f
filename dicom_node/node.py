"""One worker of the node: what serves associations, and what works behind it, started and stopped together."""

import logging
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from dicom_node.entrances import Reception
from dicom_node.forwarder import Forwarder
from dicom_node.listener import STOP_SECONDS
from dicom_node.metrics import Metrics

log = logging.getLogger("osteon.node")

ROLE = "node"
"""As processes of the node are called in the folder of metrics."""

_LEAST_SECONDS = 1.0
"""For the forwarder, however long the associations took."""


class Service(Protocol):
    """Something that works in a thread of its own."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Node:
    """One worker."""

    reception: Reception
    forwarders: Sequence[Forwarder]
    services: Sequence[Service]
    """The others: started in this order, stopped in reverse."""
    write_down: Callable[[], None]
    """What was counted in memory; it may fail with an OSError."""
    events: Metrics
    reloads: Mapping[str, Callable[[], Callable[[], None]]]
    """By name, what reads a part of the configuration again; what that returns puts it in force."""

    def start(self) -> None:
        """Take up work; connections are given to `take`."""
        for service in (*self.services, *self.forwarders):
            service.start()

    def take(self, connection: socket.socket, address: str, *, is_secured: bool) -> None:
        """Serve a connection that came from `address`."""
        self.reception.take(connection, address, is_secured=is_secured)

    def stop(self, seconds: float = STOP_SECONDS) -> bool:
        """End associations, then the forwarders after the objects in hand, then the rest; write down what was counted.

        All within `seconds`, and a little. False when something hangs on still: then the process must be ended, which
        the outbox bears.
        """
        deadline = time.monotonic() + seconds
        self.reception.stop(seconds)
        for forwarder in self.forwarders:
            forwarder.stop(max(_LEAST_SECONDS, deadline - time.monotonic()))
        try:
            self.write_down()
        except OSError as error:
            log.warning("what was counted cannot be written down: %s", type(error).__name__)
        for service in reversed(self.services):
            service.stop()
        return not any(forwarder.is_running for forwarder in self.forwarders)
