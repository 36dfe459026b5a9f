"""What a request itself can get wrong, whatever it is about.

ApiError
├── NotSignedInError        send a valid token
├── CursorError             start the list again without a cursor
└── RangeNotSatisfiableError  ask for bytes that the file has
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


class CursorError(ApiError):
    """The cursor was not given out by this list; start again without one."""


class RangeNotSatisfiableError(ApiError):
    """The file has no such bytes. `size` is how many it has."""

    def __init__(self, size: int) -> None:
        super().__init__(f"the file has {size} bytes")
        self.size = size
