"""Everything that can go wrong with a transfer.

TransferError
├── UsageError            what was asked cannot be meant: correct the command
├── NothingToSendError    no DICOM file where one was expected
├── FolderError           the local folder cannot be written
├── JournalError          the journal of a send cannot be used
├── PeerError             the DICOM peer or the server cannot be talked to: try again later
│   ├── PeerRejectedError the peer answered, and declined
│   │   └── PeerBusyError it declined for the moment: its own limit, not us
│   ├── ConnectionLostError an open association ended before its time
│   └── NetworkError      connection refused, lost or too slow, after all retries
├── SignInError           the token is missing, wrong or revoked
├── UnknownTargetError    no such patient, study or release behind the server
├── NotReadyError         the release is being built, or was never finished
├── NotAllowedError       the token is known, and not allowed this: a role is missing, or a grant, or it has expired
└── AnswerError           the server's answer breaks the interface: nothing of it is used

One file or series that fails ends nothing: it is a line in the report. Messages name no patient and no
path made of one.
"""


class TransferError(Exception):
    """Base of the tree; its text is one line for the person at the terminal."""


class UsageError(TransferError):
    """Correct the command."""


class NothingToSendError(TransferError):
    """There was no DICOM file."""


class FolderError(TransferError):
    """Choose another folder, or make room in this one."""


class JournalError(TransferError):
    """Choose another file, or wait for the other send."""


class PeerError(TransferError):
    """Check that the other side runs and is reachable, then try again."""


class PeerRejectedError(PeerError):
    """The other side runs, and does not want this association."""


class PeerBusyError(PeerRejectedError):
    """Try again after a while."""


class ConnectionLostError(PeerError):
    """What was not answered is to be sent again."""


class NetworkError(PeerError):
    """Try again: what has arrived is kept."""


class SignInError(TransferError):
    """Get a valid token."""


class UnknownTargetError(TransferError):
    """Check the pseudonym or UID."""


class NotReadyError(TransferError):
    """Try again when it is ready."""


class NotAllowedError(TransferError):
    """Ask the administrator for the role, or the custodian for a grant."""


class AnswerError(TransferError):
    """The server sent something that this client will not use."""
