"""What a request itself can get wrong, whatever it is about.

ApiError
├── NotSignedInError        send a valid token
├── NoSuchInstrumentError   take a name from the list
├── CursorError             start the list again without a cursor
├── RangeNotSatisfiableError  ask for bytes that the file has
├── NotAcceptableError      take the type that there is
├── NotADicomUploadError    send DICOM files
├── MalformedUploadError    send a whole body, as its headers describe it
├── TooManyPartsError       send it in several requests
├── TooManyUploadsError     send it again when other uploads are done
└── TooManyStreamsError     poll, or come again later
"""


class ApiError(Exception):
    """Root of this package's tree."""


class NotSignedInError(ApiError):
    """No token came with the request, or none that opens anything.

    `token_was_sent` tells the two apart; which of unknown and revoked it is, is not told.
    """

    def __init__(self, *, token_was_sent: bool) -> None:
        super().__init__("this token is not valid" if token_was_sent else "a token is needed")
        self.token_was_sent = token_was_sent


class NoSuchInstrumentError(ApiError):
    """No score, grade or rule has this name."""

    def __init__(self) -> None:
        super().__init__("there is no such instrument; GET /api/v1/instruments lists them")


class CursorError(ApiError):
    """The cursor was not given out by this list; start again without one."""


class RangeNotSatisfiableError(ApiError):
    """The file has no such bytes. `size` is how many it has."""

    def __init__(self, size: int) -> None:
        super().__init__(f"the file has {size} bytes")
        self.size = size


class NotAcceptableError(ApiError):
    """None of the types that the client takes is the one that there is."""


class NotADicomUploadError(ApiError):
    """The body is of a type that is not taken."""


class MalformedUploadError(ApiError):
    """The body is not what its headers say, or not whole."""


class TooManyPartsError(ApiError):
    """There are more parts than one answer can speak of."""


class TooManyUploadsError(ApiError):
    """All places are taken."""


class TooManyStreamsError(ApiError):
    """As many clients as may are sent events."""
