"""What is answered to a request for storage commitment (PS3.7 10.1.4.1.10), and why one object is not committed."""

from enum import IntEnum

from dicom_node.contexts import STORAGE_COMMITMENT

SOP_CLASS = STORAGE_COMMITMENT
"""Storage Commitment Push Model (PS3.4 J.3.5)."""

SOP_INSTANCE = "1.2.840.10008.1.20.1.1"
"""Its one, well-known instance."""

ACTION_TYPE = 1
"""Request Storage Commitment (PS3.4 J.3.2.1.1)."""


class ActionStatus(IntEnum):
    """Status (0000,0900) of the N-ACTION response."""

    SUCCESS = 0x0000
    PROCESSING_FAILURE = 0x0110
    NO_SUCH_SOP_INSTANCE = 0x0112
    INVALID_ARGUMENT_VALUE = 0x0115
    NO_SUCH_SOP_CLASS = 0x0118
    NO_SUCH_ACTION = 0x0123
    RESOURCE_LIMITATION = 0x0213


class Failure(IntEnum):
    """Failure Reason (0008,1197) of one object (PS3.3 C.14.1.1)."""

    PROCESSING_FAILURE = 0x0110
    NO_SUCH_OBJECT_INSTANCE = 0x0112
    CLASS_INSTANCE_CONFLICT = 0x0119
    CLASS_NOT_SUPPORTED = 0x0122
    DUPLICATE_TRANSACTION_UID = 0x0131


class ActionError(Exception):
    """A request that is not taken; the message is its Error Comment and holds nothing of the peer's."""

    def __init__(self, status: ActionStatus, comment: str) -> None:
        super().__init__(comment)
        self.status = status
