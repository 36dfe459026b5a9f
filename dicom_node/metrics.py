"""What happens in the node that somebody may want to count: the events, and nobody who counts them."""

from typing import Protocol

from dicom_node.upper_layer.pdus import Rejection


class Metrics(Protocol):
    """Told of every event as it happens, by many threads. Must be quick, and raise nothing."""

    def connected(self) -> None:
        """A connection was taken, whatever will be asked for on it."""

    def association_opened(self, ae_title: str) -> None:
        """An association was accepted. `ae_title`: as the caller calls itself."""

    def association_rejected(self, why: Rejection | None) -> None:
        """None: it was not rejected."""

    def association_ended(self, ae_title: str, how: str) -> None:
        """One that was opened is over."""

    def object_done(self, ae_title: str, outcome: str, reason: str, seconds: float, size: int) -> None:
        """An object came to its end and is about to be answered.

        `seconds` since its last byte came; `reason`: why it was quarantined or refused, one word of a closed list.
        """

    def forwarded(self, objects: int, size: int) -> None:
        """Orthanc and the ledger have these; `size` in bytes, all together."""

    def forwarding_failed(self, error: Exception) -> None:
        """An object, or all of them, must wait."""

    def set_aside(self, reason: str) -> None:
        """An acknowledged object went to quarantine instead of Orthanc."""

    def reloaded(self, *, is_done: bool) -> None:
        """The configuration was read again; or could not be, and the old one stays."""


class NoMetrics:
    """Nobody counts."""

    def connected(self) -> None:
        pass

    def association_opened(self, ae_title: str) -> None:
        pass

    def association_rejected(self, why: Rejection | None) -> None:
        pass

    def association_ended(self, ae_title: str, how: str) -> None:
        pass

    def object_done(self, ae_title: str, outcome: str, reason: str, seconds: float, size: int) -> None:
        pass

    def forwarded(self, objects: int, size: int) -> None:
        pass

    def forwarding_failed(self, error: Exception) -> None:
        pass

    def set_aside(self, reason: str) -> None:
        pass

    def reloaded(self, *, is_done: bool) -> None:
        pass


NOBODY: Metrics = NoMetrics()
