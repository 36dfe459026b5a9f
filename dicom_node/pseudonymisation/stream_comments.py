"""What is not pixels inside compressed pixel data: offset tables, comments and other segments, what follows the end.

JPEG (ISO/IEC 10918-1 B.1), JPEG-LS and JPEG 2000 (ISO/IEC 15444-1 A) are made of marker segments, among them comments
in which encoders have written names. They are copied with the pixels, so they are searched like the header.
"""

import re
from collections.abc import Iterator

from dicom_node.errors import UnprocessableError
from dicom_node.pseudonymisation.codec import ITEM, UNDEFINED, Codec
from dicom_node.pseudonymisation.facts import Pixels
from dicom_node.pseudonymisation.syntax import EXPLICIT_LITTLE
from dicom_node.status import Reason

MOST_BYTES = 1 << 22
"""Of segments in one object. Where there is more, something else than pixels is carried."""

_JPEG, _JPEG_2000 = b"\xff\xd8", b"\xff\x4f"
_MARKER = re.compile(rb"\xff+([\x01-\xcf\xd8-\xfe])")
"""The next marker that is no restart: within entropy-coded data FF is followed by 00, or by 80 and less in JPEG-LS."""

_END, _START_OF_TILE, _START_OF_DATA = 0xD9, 0x90, 0x93
_ALONE = frozenset({0x01, 0xD8, 0xD9, 0x4F, 0x93})
"""Markers without a segment."""

_LENGTH_BYTES = 2
_TILE_LENGTH_AT = 4
"""Of the tile-part's length in the segment SOT, after its own length and the tile's number."""

_CODEC = Codec(EXPLICIT_LITTLE)
_ITEM_HEADER = 8
_RLE_HEADER = 64
_TEXT = re.compile(rb"[\x20-\x7e]{5,}")


def comments_in(data: bytes, pixels: Pixels) -> bytes:
    """What is not pixels in encapsulated pixel data (PS3.5 A.4), one after the other.

    That is the offset table, the segments of streams but for the entropy-coded data, what follows their end, and the
    head and the texts of fragments that begin no stream (RLE, PS3.5 G.5, or the continuation of one).
    Raises UnprocessableError when there is too much of it.
    """
    found: list[bytes] = []
    size, position, is_first = 0, pixels.start, True
    while position + _ITEM_HEADER <= pixels.stop:
        tag, _, value, length = _CODEC.read_plain(data, position)
        if tag != ITEM or length == UNDEFINED:
            break
        position = value + length
        end = min(position, pixels.stop)
        for piece in (data[value:end],) if is_first else _not_pixels(data, value, end):
            found.append(piece)
            size += len(piece)
            if size > MOST_BYTES:
                raise UnprocessableError(Reason.UNREADABLE, "more comments than pixels")
        is_first = False
    return b"\0".join(found)


def _not_pixels(data: bytes, start: int, end: int) -> Iterator[bytes]:
    """Of one fragment."""
    head = data[start : start + len(_JPEG)]
    if head == _JPEG:
        yield from _segments(data, start, end)
    elif head == _JPEG_2000:
        yield from _segments(data, start, end, has_tiles=True)
    else:
        yield data[start : min(end, start + _RLE_HEADER)]
        yield from _TEXT.findall(data, start, end)


def _segments(data: bytes, start: int, end: int, *, has_tiles: bool = False) -> Iterator[bytes]:
    """The content of every marker segment, then what follows the end of the stream."""
    position, tile_end = start, end
    while (match := _MARKER.search(data, position, end)) is not None:
        if match.start() > position and not has_tiles and not _is_coded(data, position, match.start()):
            yield data[position : match.start()]
        kind, position = match[1][0], match.end()
        if kind == _END:
            yield data[position:end]
            return
        if has_tiles and kind == _START_OF_DATA:
            position = max(position, tile_end)
            continue
        if kind in _ALONE:
            continue
        length = int.from_bytes(data[position : position + _LENGTH_BYTES], "big")
        if has_tiles and kind == _START_OF_TILE:
            size = int.from_bytes(data[position + _TILE_LENGTH_AT : position + _TILE_LENGTH_AT + 4], "big")
            tile_end = min(end, match.start() + size) if size else end
        yield data[position + _LENGTH_BYTES : min(position + length, end)]
        position = min(position + max(length, _LENGTH_BYTES), end)


def _is_coded(data: bytes, start: int, end: int) -> bool:
    """Whether bytes between two segments are entropy-coded data, and no text."""
    return _TEXT.search(data, start, end) is None or end - start > MOST_BYTES
