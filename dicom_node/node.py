"""The node: listener and forwarder, started and stopped together."""

import logging
from dataclasses import dataclass

from dicom_node.forwarder import Forwarder
from dicom_node.listener import Listener
from dicom_node.outbox import Outbox
from dicom_node.pseudonymisation.dropped_words import DroppedWords

log = logging.getLogger("osteon.node")


@dataclass(frozen=True, slots=True)
class Node:
    """One DICOM node."""

    listener: Listener
    forwarder: Forwarder
    outbox: Outbox
    dropped_words: DroppedWords

    def start(self) -> int:
        """Take up work; returns the DICOM port. Raises PortTakenError, and then nothing runs."""
        port = self.listener.start()
        self.outbox.start()
        self.forwarder.start()
        return port

    def stop(self) -> None:
        """End associations, then the forwarder after the object in hand; write down what was counted."""
        self.listener.stop()
        self.forwarder.stop()
        self.outbox.close()
        try:
            self.dropped_words.flush()
        except OSError as error:
            log.warning("dropped words cannot be counted: %s", type(error).__name__)
