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


HashPixels = Callable[[memoryview], bytes]
hash_of: HashPixels = xxhash.xxh3_128_digest


def source_digest(facts: Facts, data: bytes, key: bytes, hash_pixels: HashPixels = hash_of) -> str:
    """A keyed digest (hex) of an object as it came. `data`: what the facts' pixels stand in."""
    pieces: list[bytes] = []
    for tag in sorted(facts.values):
        value = facts.values[tag].rstrip(_PADDING)
        if value and tag & 0xFFFF and tag not in ABOUT_THE_TRANSFER:  # no value is as good as no element
            pieces += (_HEAD.pack(tag, len(value)), value)
    for pixels in facts.pixels:
        hashed = hash_pixels(memoryview(data)[pixels.start : pixels.stop])
        pieces += (_HEAD.pack(pixels.tag, pixels.stop - pixels.start), hashed)
    return hmac.digest(key, b"".join(pieces), "sha256").hex()
