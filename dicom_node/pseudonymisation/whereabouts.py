"""Which element of the top level a byte of a data set belongs to: for telling where something was found, not what."""

import struct

from dicom_node.pseudonymisation.codec import UNDEFINED, Codec, StructureError
from dicom_node.pseudonymisation.syntax import Syntax


def element_at(data: bytes, start: int, syntax: Syntax, offset: int) -> str:
    """As ` in (gggg,eeee)`; empty when that cannot be told."""
    codec = Codec(syntax)
    position, end = start, len(data)
    try:
        while position < min(offset + 1, end):
            tag, vr, value, length = codec.read(data, position)
            position = value + length if length != UNDEFINED else codec.end_of_items(data, (tag, vr, value), end)
            if offset < position:
                return f" in ({tag >> 16:04x},{tag & 0xFFFF:04x})"
    except (struct.error, StructureError):
        pass
    return ""
