"""What can go wrong with a release.

ReleaseError
├── NoSuchReleaseError      ask for another number
├── NoSuchReleaseFileError  ask for a path of its manifest
├── ErasedFileError         it was a patient's who was erased: take it off your list
├── NotReadyError           wait until it is ready, or ask for another one
├── NotFailedError          it is being built, or was cancelled: there is nothing to go on with
├── AlreadyReadyError       it is ready: too late to cancel it
├── AccessRefusedError      why somebody may not have it
│   ├── NotGrantedError     ask the custodian for a grant
│   ├── GrantExpiredError   ask the custodian for a new one
│   ├── GrantRevokedError   ask the custodian why
│   └── StillBlindError     finish the blind reading first
├── NoSuchGrantError        it was granted to nobody of that name
├── NoSuchGranteeError      nobody who signs in has that name
├── AlreadyErasedError      this patient was erased before
├── UnacceptableReleaseError  correct what was asked for
└── BuildError              it cannot be built; the message says what to do
    ├── EmptyCohortError    the query finds no series
    ├── VanishedObjectError the image store has lost an object: run the doctor
    ├── NoRoomError         make room, then have it built again
    ├── NoLockError         set a data lock, or ask for none
    ├── FormatMissingError  install what writes this format
    ├── SupersededError     another run builds it: leave it alone
    └── BuildCancelledError somebody has called it off

Messages carry pseudonyms, pseudonymised UIDs and numbers of releases only.
"""

from datetime import datetime

from storage.errors import StorageError


class ReleaseError(StorageError):
    """Root of this package's tree."""


class NoSuchReleaseError(ReleaseError):
    """There is no release of this number."""

    def __init__(self) -> None:
        super().__init__("there is no such release")


class NoSuchReleaseFileError(ReleaseError):
    """The release has no file of this path. What was asked for is not repeated."""

    def __init__(self) -> None:
        super().__init__("the release has no such file")


class ErasedFileError(ReleaseError):
    """The file was a patient's who was erased."""

    def __init__(self, pseudonym: str | None) -> None:
        of = "" if pseudonym is None else f": patient {pseudonym}"
        super().__init__(f"this file was erased from the release{of}")


class NotReadyError(ReleaseError):
    """Only a release that is ready has files to give."""

    def __init__(self, number: int, state: str) -> None:
        super().__init__(f"release {number} is not ready: {state}")


class AlreadyReadyError(ReleaseError):
    """A release that is ready stays."""

    def __init__(self, number: int) -> None:
        super().__init__(f"release {number} is ready, and stays")


class NotFailedError(ReleaseError):
    """Only what has failed is built again."""

    def __init__(self, number: int, state: str) -> None:
        super().__init__(f"release {number} has not failed: {state}")


class AccessRefusedError(ReleaseError):
    """Somebody may not have this release."""


class NotGrantedError(AccessRefusedError):
    """It was never granted to them."""

    def __init__(self, number: int) -> None:
        super().__init__(f"release {number} is not granted to you")


class GrantExpiredError(AccessRefusedError):
    """It was granted until a moment that is past."""

    def __init__(self, number: int, at: datetime) -> None:
        super().__init__(f"your grant of release {number} expired at {at.isoformat(timespec='seconds')}")


class GrantRevokedError(AccessRefusedError):
    """It was granted, and taken back."""

    def __init__(self, number: int, at: datetime) -> None:
        super().__init__(f"your grant of release {number} was revoked at {at.isoformat(timespec='seconds')}")


class StillBlindError(AccessRefusedError):
    """It holds readings of a study that they have to read, or to adjudicate, without having seen any."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"release {number} holds readings of a study of a blind reading in which you take part;"
            " it opens for you when both readers have signed"
        )


class NoSuchGrantError(ReleaseError):
    """Nothing to take back."""

    def __init__(self) -> None:
        super().__init__("the release is granted to nobody of this name")


class NoSuchGranteeError(ReleaseError):
    """Neither an account nor a token of the command line has this name."""

    def __init__(self) -> None:
        super().__init__("there is no account of this user name, and no token of this label")


class AlreadyErasedError(ReleaseError):
    """This patient was erased from this release before."""

    def __init__(self) -> None:
        super().__init__("this patient was erased from this release before")


class UnacceptableReleaseError(ReleaseError):
    """What was asked for cannot be a release; the message says what is allowed."""


class BuildError(ReleaseError):
    """The release cannot be built."""


class EmptyCohortError(BuildError):
    """There is nothing to release."""

    def __init__(self) -> None:
        super().__init__("the cohort is empty: its query finds no series")


class NoLockError(BuildError):
    """A data lock was asked for, and the custodian has set none."""

    def __init__(self) -> None:
        super().__init__("no data lock is set: the custodian sets one with osteon registry lock")


class VanishedObjectError(BuildError):
    """The ledger knows an object that the image store has lost."""

    def __init__(self, sop_instance_uid: str) -> None:
        super().__init__(f"object {sop_instance_uid} is in the ledger but not in Orthanc: run `osteon doctor`")
        self.sop_instance_uid = sop_instance_uid


class NoRoomError(BuildError):
    """The disk is full."""

    def __init__(self) -> None:
        super().__init__("no room left where releases are kept (OSTEON_HOME): make room, then have it built again")


class FormatMissingError(BuildError):
    """A library is not installed."""


class SupersededError(BuildError):
    """Another run has taken over, or somebody has cancelled: nothing may be written any more."""

    def __init__(self, number: int) -> None:
        super().__init__(f"release {number} is no longer built by this run")


class BuildCancelledError(BuildError):
    """Somebody has called it off."""

    def __init__(self) -> None:
        super().__init__("the release was cancelled while it was built")
