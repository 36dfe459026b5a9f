"""The node: listener and forwarder, started and stopped together."""

from dataclasses import dataclass

from dicom_node.forwarder import Forwarder
from dicom_node.listener import Listener


@dataclass(frozen=True, slots=True)
class Node:
    """One DICOM node."""

    listener: Listener
    forwarder: Forwarder

    def start(self) -> int:
        """Take up work; returns the DICOM port. Raises PortTakenError, and then nothing runs."""
        port = self.listener.start()
        self.forwarder.start()
        return port

    def stop(self) -> None:
        """End associations, then the forwarder after the object in hand."""
        self.listener.stop()
        self.forwarder.stop()
