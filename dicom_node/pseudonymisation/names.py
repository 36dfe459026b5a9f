"""What names a person or a place inside a sequence that goes as a whole: it may also stand in a text that stays."""

import struct

from dicom_node.errors import UnprocessableError
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
from dicom_node.pseudonymisation.syntax import EXPLICIT_LITTLE, IMPLICIT_LITTLE
from dicom_node.pseudonymisation.tags import CHARSET, is_private
from dicom_node.pseudonymisation.trail import Named
from dicom_node.status import Reason

LONGEST_NAME = 4096
MOST_CHARSETS = 8
_UNKNOWN = (Codec(IMPLICIT_LITTLE), Codec(EXPLICIT_LITTLE))
"""In which bytes of unknown VR may be encoded: the first is right (PS3.5 6.2.2), the second a common mistake."""

_HEADERS = frozenset({ITEM, ITEM_END, SEQUENCE_END})
_ITEM_START = b"\xfe\xff\x00\xe0"

Span = tuple[int, int]
"""First byte, and the one behind the last."""


def names_in(data: bytes, span: Span, codec: Codec | None, charset: Charset) -> list[Named]:
    """Names and numbers in the items of a sequence, at every level of nesting.

    `codec`: None when the sequence came as bytes of unknown VR.
    Raises StructureError when the bytes are no items, UnprocessableError when a name is too long to be searched for.
    """
    walk = _Walk(data, charset)
    if codec is None:
        walk.over_unknown(span, depth=0)
    else:
        walk.over(span, codec, depth=0)
    return walk.found


def as_name(tag: int, value: bytes, charset: Charset) -> Named:
    """A value that names somebody. Raises UnprocessableError when it is too long to be searched for."""
    if len(value) > LONGEST_NAME:
        raise UnprocessableError(Reason.UNREADABLE, "a name or number is too long")
    return tag, charset.read(value)


class _Walk:
    """Goes from element to element; sequences are entered by not skipping their value."""

    def __init__(self, data: bytes, charset: Charset) -> None:
        self.found: list[Named] = []
        self._data = data
        self._charsets = [charset]

    def over(self, span: Span, codec: Codec, *, depth: int) -> None:
        if depth > DEEPEST:
            raise StructureError("nested too deeply")
        position, end = span
        try:
            while position < end:
                position = self._next(position, end, codec, depth)
        except struct.error:
            raise StructureError("an element is cut off") from None

    def over_unknown(self, span: Span, *, depth: int) -> None:
        known = len(self.found)
        try:
            self.over(span, _UNKNOWN[0], depth=depth)
        except StructureError:
            del self.found[known:]
            self.over(span, _UNKNOWN[1], depth=depth)

    def _next(self, position: int, end: int, codec: Codec, depth: int) -> int:
        """Look at one element; where the next begins."""
        tag, vr, value, length = codec.read(self._data, position)
        if tag in _HEADERS or vr == "SQ":
            return value
        stop = value + length if length != UNDEFINED else codec.end_of_items(self._data, (tag, vr, value), end)
        if stop > end:
            raise StructureError("a value is cut off")
        if vr in {"UN", ""} and self._data[value : value + 4] == _ITEM_START and stop > value:
            self.over_unknown((value, stop), depth=depth + 1)
        elif length != UNDEFINED:
            self._note(tag, vr, self._data[value:stop] if tag == CHARSET or _may_name(tag, vr) else b"")
        return stop

    def _note(self, tag: int, vr: str, value: bytes) -> None:
        if tag == CHARSET:
            if len(self._charsets) >= MOST_CHARSETS:
                raise StructureError("too many character sets")
            self._charsets.append(Charset(value))
        elif value and _may_name(tag, vr):
            self.found += dict.fromkeys(as_name(tag, value, charset) for charset in self._charsets)


def _may_name(tag: int, vr: str) -> bool:
    return vr == "PN" or (not is_private(tag) and is_source(tag))
