"""Keyed replacement of UIDs: the same on every node, in any order, after any restart."""

import hmac
import re
from functools import lru_cache

from pydicom._uid_dict import UID_dictionary  # `UID` would warn of an odd value, and quote it

from dicom_node.errors import UnprocessableError
from dicom_node.status import Reason

LONGEST_UID = 64
_STANDARD = "1.2.840.10008."
_PUBLISHED = frozenset(
    {
        "2.16.840.1.113883.3.26.1.1",  # NCI Thesaurus
        "2.16.840.1.113883.6.1",  # LOINC
        "2.16.840.1.113883.6.3",  # ICD-10
        "2.16.840.1.113883.6.8",  # UCUM
        "2.16.840.1.113883.6.12",  # CPT-4
        "2.16.840.1.113883.6.43.1",  # ICD-O-3
        "2.16.840.1.113883.6.86",  # UMLS
        "2.16.840.1.113883.6.90",  # ICD-10-CM
        "2.16.840.1.113883.6.96",  # SNOMED CT
        "2.16.840.1.113883.6.119",  # FMA
        "2.16.840.1.113883.6.177",  # MeSH
        "2.16.840.1.113883.6.256",  # RadLex
    }
)
"""Coding schemes by their OIDs (PS3.16 Table 8-1)."""
_UID = re.compile(r"[0-9]+(\.[0-9]+)*")
_UUID_VERSION_8 = 0x8 << 76
_UUID_VARIANT = 0b10 << 62
_VERSION_MASK = 0xF << 76
_VARIANT_MASK = 0b11 << 62
_REMEMBERED = 64
"""UIDs: an object's own are asked for more than once, those of its study and series for every object."""


class UidMap:
    """Maps a UID to `2.25.<UUID>` (PS3.5 B.2); the UUID is of version 8 (RFC 9562), from HMAC-SHA-256.

    Of one process: it holds a key, and cannot be pickled.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._mapped)

    def __call__(self, uid: str) -> str:
        """The replacement of `uid`. Raises UnprocessableError when it is no UID: it is hostile input."""
        return self._remembered(uid)

    def _mapped(self, uid: str) -> str:
        number = int.from_bytes(hmac.digest(self._key, checked_uid(uid).encode("ascii"), "sha256")[:16], "big")
        number = number & ~_VERSION_MASK & ~_VARIANT_MASK | _UUID_VERSION_8 | _UUID_VARIANT
        return f"2.25.{number}"


def checked_uid(uid: str) -> str:
    """The UID itself, for where UIDs are retained. Raises UnprocessableError when it is no UID."""
    if not is_uid(uid):
        raise UnprocessableError(Reason.INVALID_UID)
    return uid


def is_uid(text: str) -> bool:
    """Whether `text` is a UID (PS3.5 9.1); components with a leading zero, common in practice, are let through."""
    return len(text) <= LONGEST_UID and _UID.fullmatch(text) is not None


def is_registered(uid: str) -> bool:
    """Whether a UID is one of the standard's own (PS3.6 Annex A): a SOP class, a transfer syntax, a coding scheme."""
    return uid in _PUBLISHED or (uid.startswith(_STANDARD) and uid in UID_dictionary)
