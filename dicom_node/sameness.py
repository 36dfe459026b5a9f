"""Whether two received objects of one SOPInstanceUID are the same one sent again.

They are when their pixels, their plain attributes and what their sequences say (`nested_content`) are. What the
sender's archive says of itself and private attributes do not count: a PACS fills them differently from one transfer to
the next.

The sequences have a digest of their own, behind that of the rest: one made when they did not count yet has none, and
then the rest decides (`storage.source_digests`).

Pixels count by their XXH3-128, which takes a twentieth of the time of SHA-256: no two differing images have the same by
accident. Whoever could make two on purpose would send them both, and gain that the second is taken for a re-send.
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import xxhash

from dicom_node.nested_content import ABOUT_THE_TRANSFER, HEAD, PADDING, content_of, labelled
from dicom_node.pseudonymisation.facts import Facts, Nested, Pixels
from storage.source_digests import source_digest

_LONGEST_SEEN, _MOST_SEEN = 256, 1024
"""Bytes of a value that is remembered, and how many are."""

_LONGEST_NESTED_SEEN = 1 << 13
_NESTED = b"nested"
"""What the digest of the sequences begins with, and that of the rest never does: no standard tag is that."""

_NESTED_DIGEST_BYTES = 16


HashPixels = Callable[[memoryview], bytes]
hash_of: HashPixels = xxhash.xxh3_128_digest


@dataclass(frozen=True, slots=True)
class BegunDigest:
    """Of an object whose pixels are still to come."""

    key: bytes = field(repr=False)
    values: bytes = field(repr=False)
    """What its plain attributes count for."""
    nested: bytes
    pixels: tuple[Pixels, ...]

    def completed(self, data: bytes, hash_pixels: HashPixels = hash_of) -> str:
        """The digest (hex). `data`: what the pixels stand in."""
        pieces = [self.values]
        for pixels in self.pixels:
            hashed = hash_pixels(memoryview(data)[pixels.start : pixels.stop])
            pieces += (HEAD.pack(pixels.tag, pixels.stop - pixels.start), hashed)
        return source_digest(hmac.digest(self.key, b"".join(pieces), "sha256"), self.nested)


class SourceDigest:
    """Makes keyed digests of objects as they came. Share one between threads."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._seen: dict[int, tuple[bytes, bytes]] = {}
        """By tag, the value it had in the object before, and how that counts: most are the same in a whole series."""
        self._seen_nested: dict[int, tuple[Nested, bytes]] = {}

    def __call__(self, facts: Facts, data: bytes, hash_pixels: HashPixels = hash_of) -> str:
        """The digest (hex) of one object. `data`: what the facts' pixels stand in."""
        return self.begin(facts).completed(data, hash_pixels)

    def begin(self, facts: Facts) -> BegunDigest:
        """All of the digest of one object but for its pixels."""
        values, seen = facts.values, self._seen.get
        pieces = [
            known[1] if (known := seen(tag)) is not None and known[0] == values[tag] else self._count(tag, values[tag])
            for tag in sorted(values)
        ]
        return BegunDigest(self._key, b"".join(pieces), self._nested(facts.sequences), facts.pixels)

    def _count(self, tag: int, value: bytes) -> bytes:
        """What a value counts for that is not the one of the object before."""
        piece = _counted(tag, value)
        if len(value) <= _LONGEST_SEEN and (tag in self._seen or len(self._seen) < _MOST_SEEN):
            self._seen[tag] = value, piece
        return piece

    def _nested(self, sequences: Mapping[int, Nested]) -> bytes:
        """The digest of what they say."""
        pieces = [_NESTED]
        seen = self._seen_nested
        for tag in sorted(sequences):
            nested = sequences[tag]
            known = seen.get(tag)
            if known is None or known[0] != nested:
                known = nested, content_of(tag, nested)
                if len(nested.data) <= _LONGEST_NESTED_SEEN and (tag in seen or len(seen) < _MOST_SEEN):
                    seen[tag] = known
            pieces.append(known[1])
        return hmac.digest(self._key, b"".join(pieces), "sha256")[:_NESTED_DIGEST_BYTES]


def _counted(tag: int, value: bytes) -> bytes:
    """What goes into the digest of one value; no value is as good as no element."""
    value = value.rstrip(PADDING)
    return labelled(tag, value) if value and tag & 0xFFFF and tag not in ABOUT_THE_TRANSFER else b""
