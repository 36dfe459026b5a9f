"""Whether two received objects of one SOPInstanceUID are the same one sent again.

They are when their pixels and their plain attributes are. What the sender's archive says of itself, nested and
private attributes do not count: a PACS fills them differently from one transfer to the next.

Pixels count by their XXH3-128, which takes a twentieth of the time of SHA-256: no two differing images have the same by
accident. Whoever could make two on purpose would send them both, and gain that the second is taken for a re-send.
"""

import hmac
import struct
from collections.abc import Callable

import xxhash

from dicom_node.pseudonymisation.facts import Facts

ABOUT_THE_TRANSFER = frozenset(
    {
        0x00080001,  # LengthToEnd
        0x00080005,  # SpecificCharacterSet
        0x00080054,  # RetrieveAETitle
        0x00080056,  # InstanceAvailability
        0x00880130,  # StorageMediaFileSetID
        0x00880140,  # StorageMediaFileSetUID
        0xFFFCFFFC,  # DataSetTrailingPadding
    }
)
_PADDING = b" \0"
_HEAD = struct.Struct(">IQ")
_LONGEST_SEEN, _MOST_SEEN = 256, 1024
"""Bytes of a value that is remembered, and how many are."""


HashPixels = Callable[[memoryview], bytes]
hash_of: HashPixels = xxhash.xxh3_128_digest


class SourceDigest:
    """Makes keyed digests of objects as they came. Share one between threads."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._seen: dict[int, tuple[bytes, bytes]] = {}
        """By tag, the value it had in the object before, and how that counts: most are the same in a whole series."""

    def __call__(self, facts: Facts, data: bytes, hash_pixels: HashPixels = hash_of) -> str:
        """The digest (hex) of one object. `data`: what the facts' pixels stand in."""
        pieces: list[bytes] = []
        values, seen = facts.values, self._seen
        for tag in sorted(values):
            value = values[tag]
            known = seen.get(tag)
            if known is None or known[0] != value:
                known = value, _counted(tag, value)
                if len(value) <= _LONGEST_SEEN and (tag in seen or len(seen) < _MOST_SEEN):
                    seen[tag] = known
            pieces.append(known[1])
        for pixels in facts.pixels:
            hashed = hash_pixels(memoryview(data)[pixels.start : pixels.stop])
            pieces += (_HEAD.pack(pixels.tag, pixels.stop - pixels.start), hashed)
        return hmac.digest(self._key, b"".join(pieces), "sha256").hex()


def _counted(tag: int, value: bytes) -> bytes:
    """What goes into the digest of one value; no value is as good as no element."""
    value = value.rstrip(_PADDING)
    counts = value and tag & 0xFFFF and tag not in ABOUT_THE_TRANSFER
    return _HEAD.pack(tag, len(value)) + value if counts else b""
