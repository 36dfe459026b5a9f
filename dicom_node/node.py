"""One worker of the node: what serves associations, and what works behind it, started and stopped together."""

import logging
import socket
from collections.abc import Sequence
from dataclasses import dataclass

from dicom_node.commitment.committer import Committer
from dicom_node.forwarder import Forwarder
from dicom_node.listener import Listener
from dicom_node.outbox import Outbox
from dicom_node.pseudonymisation.dropped_words import DroppedWords
from dicom_node.study_clock import StudyClock

log = logging.getLogger("osteon.node")


@dataclass(frozen=True, slots=True)
class Node:
    """One worker."""

    listener: Listener
    outbox: Outbox
    forwarders: Sequence[Forwarder]
    """Of its own outbox first, then of those that nobody writes to any more."""
    dropped_words: DroppedWords
    committer: Committer
    study_clock: StudyClock

    def start(self) -> None:
        """Take up work; connections are given to `take`."""
        self.outbox.start()
        for forwarder in self.forwarders:
            forwarder.start()
        self.committer.start()
        self.study_clock.start()

    def take(self, connection: socket.socket, address: str) -> None:
        """Serve a connection that came from `address`."""
        self.listener.take(connection, address)

    def stop(self) -> None:
        """End associations, then the forwarders after the objects in hand; write down what was counted."""
        self.listener.stop()
        self.study_clock.stop()
        self.committer.stop()
        for forwarder in self.forwarders:
            forwarder.stop()
        self.outbox.close()
        try:
            self.dropped_words.flush()
        except OSError as error:
            log.warning("dropped words cannot be counted: %s", type(error).__name__)
