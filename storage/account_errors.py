"""What is refused about accounts, and what the caller should do.

AccountError
├── NoSuchAccountError          ask for one that exists
├── NoSuchPersonalTokenError    ask for one of your own that is open
├── NameTakenError              choose another name
├── UnacceptableAccountError    correct what the message names
├── StaleAccountError           it was changed meanwhile: read it again, then decide
├── LastAdministratorError      make another administrator first
├── PasswordElsewhereError      the password is kept by the identity provider: change it there
└── TooManyAttemptsError        wait, then try again

Messages hold neither names nor passwords that were sent.
"""

from storage.errors import StorageError


class AccountError(StorageError):
    """Root of these."""


class NoSuchAccountError(AccountError):
    """No account has this identifier or user name."""

    def __init__(self) -> None:
        super().__init__("there is no such account")


class NoSuchPersonalTokenError(AccountError):
    """The account has no open token with this identifier."""

    def __init__(self) -> None:
        super().__init__("there is no such token, or it is revoked already")


class NameTakenError(AccountError):
    """Somebody else has this name, or a token has it as its label."""


class UnacceptableAccountError(AccountError):
    """A name, a password or a set of roles that no account can have."""


class StaleAccountError(AccountError):
    """The change was made from a revision that is no longer the newest."""

    def __init__(self, newest: int) -> None:
        self.newest = newest
        super().__init__(f"the account is at revision {newest} by now")


class LastAdministratorError(AccountError):
    """Nobody would be left who can make accounts."""

    def __init__(self) -> None:
        super().__init__("this is the last administrator who can sign in; make another one first")


class PasswordElsewhereError(AccountError):
    """There is no password here to change."""

    def __init__(self) -> None:
        super().__init__("this account signs in at the identity provider; its password is changed there")


class TooManyAttemptsError(AccountError):
    """Too many attempts failed lately, of this account or from this address; whether it exists is not told."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__("too many attempts; try again later")
