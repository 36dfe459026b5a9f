"""Passwords: what they must be, and their hashes (argon2id, RFC 9106)."""

import base64
import secrets
import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION

from storage.account_errors import UnacceptableAccountError

SHORTEST = 12
LONGEST = 1024
GENERATED_BYTES = 15
AT_A_TIME = 2
"""Hashing one takes 64 MiB: more at once would let strangers use up the memory."""


def generate() -> str:
    """A password of 20 letters, digits, hyphens and underscores: 120 random bits."""
    return secrets.token_urlsafe(GENERATED_BYTES)


def check_rules(password: str, user_name: str) -> None:
    """Raises UnacceptableAccountError, which says what is wrong but never repeats the password."""
    told = _normal(password)
    if not SHORTEST <= len(told) <= LONGEST:
        raise UnacceptableAccountError(f"a password has {SHORTEST} to {LONGEST} characters")
    if told.casefold() == _normal(user_name).casefold():
        raise UnacceptableAccountError("the password must not be the user name")
    if len(set(told)) == 1:
        raise UnacceptableAccountError("a password is more than one character again and again")


class Passwords:
    """Makes and checks hashes. Share one between threads."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        """`hasher`: with other costs than RFC 9106's second recommended option."""
        self._hasher = hasher or PasswordHasher()
        self._turns = threading.BoundedSemaphore(AT_A_TIME)
        self._nobodys = _hash_of_nothing(self._hasher)

    def hash(self, password: str) -> str:
        """The hash, with its salt and costs."""
        with self._turns:
            return self._hasher.hash(_normal(password))

    def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether this is the password. None: no; but to find out takes as long as with a hash."""
        with self._turns:
            try:
                self._hasher.verify(password_hash or self._nobodys, _normal(password))
            except (VerificationError, InvalidHashError):
                return False
        return password_hash is not None

    def is_dated(self, password_hash: str) -> bool:
        """Whether it was made with other costs than are used now."""
        return self._hasher.check_needs_rehash(password_hash)


def _hash_of_nothing(hasher: PasswordHasher) -> str:
    """A hash with the usual costs that was made from no password: random bits take the place of salt and hash."""
    salt, digest = (
        base64.b64encode(secrets.token_bytes(n)).decode().rstrip("=") for n in (hasher.salt_len, hasher.hash_len)
    )
    costs = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v={ARGON2_VERSION}${costs}${salt}${digest}"


def _normal(password: str) -> str:
    """The same characters, whichever keyboard they were typed on."""
    return unicodedata.normalize("NFKC", password.encode("utf-8", "replace").decode())
