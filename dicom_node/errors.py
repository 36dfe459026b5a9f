"""What can go wrong with a received object, and what the sender is told.

NodeError
├── RefusedError          we keep nothing of it; the status says why
├── UnprocessableError    it goes to quarantine, encrypted, with its reason
└── TryAgainError         our fault and passing: the sender should send it again
"""

from dicom_node.status import Reason, Status


class NodeError(Exception):
    """`status` answers the C-STORE; the message carries no patient data."""

    status: Status = Status.CANNOT_UNDERSTAND

    def __init__(self, message: str = "", word: str | None = None) -> None:
        super().__init__(message)
        self._word = word

    @property
    def word(self) -> str:
        """Why, in one word of a closed list."""
        return self._word or self.status.name.lower()


class RefusedError(NodeError):
    """Do not send it again: we will never take this object."""

    status = Status.DATASET_DOES_NOT_MATCH_SOP_CLASS


class UnprocessableError(NodeError):
    """Ask the custodian: the object is in quarantine."""

    status = Status.QUARANTINED

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value, reason.value)
        self.reason = reason
        self.detail = detail
        self.is_again = False
        """Whether the same object was in quarantine for the same reason before."""


class TryAgainError(NodeError):
    """Send it again later: we cannot keep it at present."""

    status = Status.OUT_OF_RESOURCES
