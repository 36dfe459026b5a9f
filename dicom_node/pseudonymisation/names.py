"""What names a person or a place inside a sequence that goes as a whole: it may also stand in a text that stays."""

import struct

from dicom_node.pseudonymisation.charset import Charset
from dicom_node.pseudonymisation.codec import (
    DEEPEST,
    ITEM,
    ITEM_END,
    SEQUENCE_END,
    UNDEFINED,
    Codec,
    StructureError,
)
from dicom_node.pseudonymisation.identifying import is_source
from dicom_node.pseudonymisation.syntax import IMPLICIT_LITTLE
from dicom_node.pseudonymisation.trail import Named

LONGEST_NAME = 4096
_CHARSET = 0x00080005
_ODD = 0x10000
_IMPLICIT = Codec(IMPLICIT_LITTLE)
_HEADERS = frozenset({ITEM, ITEM_END, SEQUENCE_END})

Span = tuple[int, int]
"""First byte, and the one behind the last."""


def names_in(data: bytes, span: Span, codec: Codec, charset: Charset) -> list[Named]:
    """Names and numbers in the items of a sequence, at every level of nesting.

    Bytes that are no items tell no names: what they are goes with the sequence.
    """
    walk = _Walk(data, [charset])
    try:
        walk.over(span, codec, depth=0)
    except (StructureError, struct.error):
        return walk.found
    return walk.found


class _Walk:
    """Goes from element to element; sequences are entered by not skipping their value."""

    def __init__(self, data: bytes, charsets: list[Charset]) -> None:
        self.found: list[Named] = []
        self._data = data
        self._charsets = charsets

    def over(self, span: Span, codec: Codec, *, depth: int) -> None:
        position, end = span
        while position < end and depth <= DEEPEST:
            tag, vr, value, length = codec.read(self._data, position)
            if tag in _HEADERS or vr == "SQ":
                position = value
                continue
            position = value + length if length != UNDEFINED else codec.end_of_items(self._data, (tag, vr, value), end)
            if position > end:
                return
            if vr in {"UN", ""} and self._are_items(value, position):
                self.over((value, position), _IMPLICIT if vr == "UN" else codec, depth=depth + 1)
            elif length != UNDEFINED:
                self._note(tag, vr, self._data[value : min(position, value + LONGEST_NAME)])

    def _note(self, tag: int, vr: str, value: bytes) -> None:
        if tag == _CHARSET:
            self._charsets.append(Charset(value))
        elif value and (vr == "PN" or (not tag & _ODD and is_source(tag))):
            self.found += {(tag, charset.read(value)) for charset in self._charsets}

    def _are_items(self, start: int, stop: int) -> bool:
        return stop - start >= len(b"\xfe\xff\x00\xe0....") and self._data[start : start + 4] == b"\xfe\xff\x00\xe0"
