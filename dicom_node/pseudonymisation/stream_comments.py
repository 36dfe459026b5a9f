"""What is not pixels inside compressed pixel data: offset tables, comments, application segments, what follows the end.

JPEG (ISO/IEC 10918-1 B.1), JPEG-LS and JPEG 2000 (ISO/IEC 15444-1 A) begin with marker segments, among them comments
in which encoders have written names. They are copied with the pixels, so they are searched like the header.
"""

import re
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
_ITEM_HEADER = 8
_RLE_HEADER = 64
_END = b"\xff\xd9"
"""EOI of JPEG and JPEG-LS, EOC of JPEG 2000."""

_TEXT = re.compile(rb"[\x20-\x7e]{5,}")


def comments_in(data: bytes, pixels: Pixels) -> bytes:
    """What is not pixels in encapsulated pixel data (PS3.5 A.4), one after the other.

    That is the offset table, comments and application segments of streams, what follows their end, and the head of
    fragments that begin no stream (RLE, PS3.5 G.5, or the continuation of one).
    """
    found: list[bytes] = []
    size, position, is_first = 0, pixels.start, True
    while position + _ITEM_HEADER <= pixels.stop and size < MOST_BYTES:
        tag, _, value, length = _CODEC.read_plain(data, position)
        if tag != ITEM or length == UNDEFINED:
            break
        position = value + length
        end = min(position, pixels.stop)
        pieces = [data[value:end]] if is_first else list(_not_pixels(data, value, end))
        is_first = False
        found += pieces
        size += sum(map(len, pieces))
    return b"\0".join(found)


def _not_pixels(data: bytes, start: int, end: int) -> Iterator[bytes]:
    """Of one fragment."""
    if int.from_bytes(data[start : start + _MARKER_BYTES], "big") not in _START:
        yield data[start : min(end, start + _RLE_HEADER)]
        yield from _letters(data, start, end)
        return
    yield from _comments(data, start, end)
    last = data.rfind(_END, start, end)
    if last >= 0:
        yield data[last + len(_END) : end]


def _letters(data: bytes, start: int, end: int) -> Iterator[bytes]:
    """Runs of text in bytes that may be anything; compressed pixels hold hardly any of that length."""
    yield from _TEXT.findall(data, start, end)


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
