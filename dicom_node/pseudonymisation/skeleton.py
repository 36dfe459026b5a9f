"""A DICOM file without its pixels: the engine never looks at native ones, so they need not be there.

They are zeros that take no memory: pages of an anonymous mapping that nobody has touched.
"""

import struct
from dataclasses import dataclass
from mmap import MAP_ANONYMOUS, MAP_PRIVATE, mmap
from typing import Self, cast

from dicom_node.pseudonymisation.codec import UNDEFINED, Codec, StructureError
from dicom_node.pseudonymisation.part10 import read_frame
from dicom_node.pseudonymisation.syntax import is_deflated, is_encapsulated, syntax_of
from dicom_node.pseudonymisation.tags import PIXEL_TAGS

_MAP_NORESERVE = 0x4000
"""The mapping does not count as memory that is going to be used (Linux; other systems ignore it)."""


@dataclass(frozen=True, slots=True)
class NativePixels:
    """Where the pixels begin in a file, and how many bytes their header says they have."""

    start: int
    size: int


def native_pixels_in(begun: bytes) -> NativePixels | None:
    """The pixels of a file whose beginning this is; None when they are compressed, or have not begun yet."""
    try:
        frame = read_frame(begun)
        syntax = syntax_of(frame.transfer_syntax_uid)
        if syntax is None or is_deflated(frame.transfer_syntax_uid) or is_encapsulated(frame.transfer_syntax_uid):
            return None
        return _find(begun, frame.data_set, Codec(syntax))
    except (StructureError, struct.error):
        return None


def _find(begun: bytes, position: int, codec: Codec) -> NativePixels | None:
    end = len(begun)
    while position < end:
        tag, vr, value, length = codec.read(begun, position)
        if tag in PIXEL_TAGS:
            return None if length == UNDEFINED else NativePixels(value, length)
        position = value + length if length != UNDEFINED else codec.end_of_items(begun, (tag, vr, value), end)
    return None


class _Skeleton(mmap):
    """Private: read pages stay the system's one page of zeros."""

    def __new__(cls, size: int) -> Self:
        return super().__new__(cls, -1, size, flags=MAP_PRIVATE | MAP_ANONYMOUS | _MAP_NORESERVE)

    def startswith(self, prefix: bytes, start: int = 0) -> bool:
        return self[start : start + len(prefix)] == prefix


def skeleton(before: bytes, pixels: int, after: bytes) -> bytes:
    """The file that begins with `before`, followed by so many bytes of pixels, and `after`. Raises OSError.

    To be read only. It is no `bytes`, but answers to all that the engine asks of them.
    """
    made = _Skeleton(len(before) + pixels + len(after))
    made[: len(before)] = before
    if after:
        made[-len(after) :] = after
    return cast("bytes", made)
