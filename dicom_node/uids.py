"""Keyed replacement of UIDs: the same on every node, in any order, after any restart."""

import hmac
import re

from pydicom.uid import UID

from dicom_node.errors import UnprocessableError
from dicom_node.status import Reason

LONGEST_UID = 64
_STANDARD = "1.2.840.10008."
_UID = re.compile(r"[0-9]+(\.[0-9]+)*")
_UUID_VERSION_8 = 0x8 << 76
_UUID_VARIANT = 0b10 << 62
_VERSION_MASK = 0xF << 76
_VARIANT_MASK = 0b11 << 62


class UidMap:
    """Maps a UID to `2.25.<UUID>` (PS3.5 B.2); the UUID is of version 8 (RFC 9562), from HMAC-SHA-256."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def __call__(self, uid: str) -> UID:
        """The replacement of `uid`. Raises UnprocessableError when it is no UID: it is hostile input."""
        if not is_uid(uid):
            raise UnprocessableError(Reason.INVALID_UID)
        number = int.from_bytes(hmac.digest(self._key, uid.encode("ascii"), "sha256")[:16], "big")
        number = number & ~_VERSION_MASK & ~_VARIANT_MASK | _UUID_VERSION_8 | _UUID_VARIANT
        return UID(f"2.25.{number}")


def is_uid(text: str) -> bool:
    """Whether `text` is a UID (PS3.5 9.1); components with a leading zero, common in practice, are let through."""
    return len(text) <= LONGEST_UID and _UID.fullmatch(text) is not None


def is_registered(uid: str) -> bool:
    """Whether a UID is one of the standard's own (PS3.6 Annex A): a SOP class, a transfer syntax, a coding scheme."""
    return uid.startswith(_STANDARD) and UID(uid).name != uid
