"""What is not pixels inside compressed pixel data: comments and application segments of JPEG streams.

JPEG (ISO/IEC 10918-1 B.1), JPEG-LS and JPEG 2000 (ISO/IEC 15444-1 A) begin with marker segments, among them comments
in which encoders have written names. They are copied with the pixels, so they are searched like the header.
"""

from collections.abc import Iterator

from dicom_node.pseudonymisation.codec import ITEM, UNDEFINED, Codec
from dicom_node.pseudonymisation.facts import Pixels
from dicom_node.pseudonymisation.syntax import EXPLICIT_LITTLE

MOST_BYTES = 1 << 20
"""Of comments in one object; what is more is no comment."""

_START = frozenset({0xFFD8, 0xFF4F})
_DATA = frozenset({0xFFDA, 0xFF90, 0xFF93, 0xFFD9})
_COMMENTS = frozenset({0xFFFE, 0xFF64, *range(0xFFE0, 0xFFF0)})
_MARKER = 0xFF
_MARKER_BYTES, _LENGTH_BYTES = 2, 2
_CODEC = Codec(EXPLICIT_LITTLE)


def comments_in(data: bytes, pixels: Pixels) -> bytes:
    """All comments of all fragments of encapsulated pixel data (PS3.5 A.4), one after the other."""
    found: list[bytes] = []
    size, position = 0, pixels.start
    while position + _CODEC_HEADER <= pixels.stop and size < MOST_BYTES:
        tag, _, value, length = _CODEC.read_plain(data, position)
        if tag != ITEM or length == UNDEFINED:
            break
        position = value + length
        for comment in _comments(data, value, min(position, pixels.stop)):
            found.append(comment)
            size += len(comment)
    return b"\0".join(found)


_CODEC_HEADER = 8


def _comments(data: bytes, position: int, end: int) -> Iterator[bytes]:
    if int.from_bytes(data[position : position + _MARKER_BYTES], "big") not in _START:
        return
    position += _MARKER_BYTES
    while position + _MARKER_BYTES + _LENGTH_BYTES <= end and data[position] == _MARKER:
        marker = int.from_bytes(data[position : position + _MARKER_BYTES], "big")
        if marker in _DATA:
            return
        start = position + _MARKER_BYTES
        length = int.from_bytes(data[start : start + _LENGTH_BYTES], "big")
        if marker in _COMMENTS:
            yield data[start + _LENGTH_BYTES : min(start + length, end)]
        position = start + max(length, _LENGTH_BYTES)
