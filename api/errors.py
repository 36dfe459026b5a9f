"""What a request itself can get wrong, whatever it is about.

ApiError
├── NotSignedInError        send a valid token
├── SignInRefusedError      send the right user name and password
├── CrossSiteError          change things from a page of this site, with its request token
├── NotAllowedError         ask someone who has one of the roles named
├── NoAccountError          sign in as a person: tokens of the command line have no account
├── SingleSignOnError       begin again at the sign-in page
├── NoSuchInstrumentError   take a name from the list
├── CursorError             start the list again without a cursor
├── RangeNotSatisfiableError  ask for bytes that the file has
├── NotAcceptableError      take the type that there is
├── NotADicomUploadError    send DICOM files
├── MalformedUploadError    send a whole body, as its headers describe it
├── TooManyPartsError       send it in several requests
├── TooManyUploadsError     send it again when other uploads are done
├── SearchError             correct the search
├── NotGivenError           ask for something that the image store can make
├── TooManyStreamsError     ask again when other downloads are done, or poll
├── TooManyDownloadsError   ask again when downloads of your own are done
├── PrintingUnavailableError  ask who runs this machine to install what prints
└── ProviderUnavailableError  try again when the identity provider answers
"""

from collections.abc import Iterable

from annotation.roles import Role, in_order, named


class ApiError(Exception):
    """Root of this package's tree."""


class NotSignedInError(ApiError):
    """No token came with the request, or none that opens anything.

    `token_was_sent` tells the two apart; which of unknown and revoked it is, is not told.
    """

    def __init__(self, *, token_was_sent: bool) -> None:
        super().__init__("this token is not valid" if token_was_sent else "a token is needed")
        self.token_was_sent = token_was_sent


class SignInRefusedError(ApiError):
    """User name or password is wrong, or the account is closed; which of them, is not told."""

    def __init__(self) -> None:
        super().__init__("user name or password is wrong")


class CrossSiteError(ApiError):
    """A change came with a session's cookie, but not from a page of ours."""

    def __init__(self) -> None:
        super().__init__("send X-CSRF-Token as in the answer of sign-in or of GET /api/v1/me, from this site")


class NoAccountError(ApiError):
    """What belongs to an account was asked for with a token that has none, or may not be done with a token."""

    def __init__(self) -> None:
        super().__init__("sign in with user name and password, or at the identity provider, for this")


class SingleSignOnError(ApiError):
    """The identity provider vouched for nobody, or not to this browser. Why, is in the log."""

    def __init__(self) -> None:
        super().__init__("this sign-in was not completed; begin again")


class NotAllowedError(ApiError):
    """The caller has none of the roles that the route needs."""

    def __init__(self, roles: Iterable[Role]) -> None:
        self.roles = in_order(roles)
        super().__init__(f"this needs one of these roles: {', '.join(named(self.roles))}")


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


class SearchError(ApiError):
    """What is searched by cannot be searched by; what was sent is not repeated."""


class NotGivenError(ApiError):
    """The image store has the object, and cannot give it in this form."""

    def __init__(self) -> None:
        super().__init__(
            "the image store cannot give this: look at the frame number, the parameters and Accept; "
            "compressed images are given as they are, with transfer-syntax=*"
        )


class TooManyStreamsError(ApiError):
    """All places are taken, and none became free in time."""


class TooManyDownloadsError(ApiError):
    """All places of one caller are taken, or all that there are."""

    def __init__(self, of_one: int) -> None:
        super().__init__(f"too many downloads at a time: {of_one} for one caller; go on when others are done")


class ProviderUnavailableError(ApiError):
    """The identity provider does not answer, or not as it should."""

    def __init__(self) -> None:
        super().__init__("the identity provider does not answer")


class PrintingUnavailableError(ApiError):
    """The machine lacks a library that printing needs."""

    def __init__(self) -> None:
        super().__init__(
            "nothing can be printed here: Pango is not installed (Debian: libpango-1.0-0 libpangoft2-1.0-0 "
            "libharfbuzz-subset0); the page can be printed by the browser"
        )
