"""Element headers as they stand in the bytes of a data set (PS3.5 7): read and written in one encoding."""

import struct
from functools import cache

from dicom_node.pseudonymisation.dictionary import implicit_vr
from dicom_node.pseudonymisation.syntax import IMPLICIT_LITTLE, Syntax

UNDEFINED = 0xFFFFFFFF
ITEM = 0xFFFEE000
ITEM_END = 0xFFFEE00D
SEQUENCE_END = 0xFFFEE0DD
ITEM_GROUP = 0xFFFE
HEADER_BYTES = 8
LONG_HEADER_BYTES = 12

LONG_VRS = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"})
SHORT_VRS = frozenset(
    "AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split()  # noqa: SIM905 - read like PS3.5 Table 7.1-2
)
MAY_BE_ENCAPSULATED = frozenset({0x7FE00010})
DEEPEST = 32
LONGEST_SHORT = 0xFFFF
"""What fits into the length of a short header."""

_LONG = frozenset(vr.encode() for vr in LONG_VRS)
_NAMES = {vr.encode(): vr for vr in LONG_VRS | SHORT_VRS}

Header = tuple[int, str, int, int]
"""Tag, VR, where the value starts, its length (UNDEFINED for an undefined one)."""


class StructureError(Exception):
    """The bytes are not a data set; the message says what is wrong, never what stands there."""


class Codec:
    """Reads and writes headers."""

    def __init__(self, syntax: Syntax) -> None:
        order = "<" if syntax.little else ">"
        self.syntax = syntax
        self.explicit = syntax.explicit
        self._short = struct.Struct(f"{order}HH2sH")
        self._plain = struct.Struct(f"{order}HHI")
        self._length = struct.Struct(f"{order}I")
        self._long = struct.Struct(f"{order}HH2sHI")

    def read(self, data: bytes, position: int) -> Header:
        """The header at `position`. Items and delimiters have no VR in any encoding (PS3.5 7.5): theirs is "".

        Raises struct.error when the bytes end within it, StructureError when it is none.
        """
        if not self.explicit:
            return self.read_plain(data, position)
        group, element, vr, length = self._short.unpack_from(data, position)
        if group == ITEM_GROUP:
            return self.read_plain(data, position)
        name = _NAMES.get(vr)
        if name is None:
            raise StructureError("an unknown VR")
        if vr in _LONG:
            (length,) = self._length.unpack_from(data, position + HEADER_BYTES)
            return group << 16 | element, name, position + LONG_HEADER_BYTES, length
        return group << 16 | element, name, position + HEADER_BYTES, length

    def read_plain(self, data: bytes, position: int) -> Header:
        """The same without VR in the bytes."""
        group, element, length = self._plain.unpack_from(data, position)
        tag = group << 16 | element
        vr = "" if group == ITEM_GROUP else implicit_vr(tag)
        return tag, vr, position + HEADER_BYTES, length

    def header(self, tag: int, vr: str, length: int) -> bytes:
        """The header of an element to be written."""
        if not self.explicit or tag >> 16 == ITEM_GROUP:
            return self._plain.pack(tag >> 16, tag & 0xFFFF, length)
        if length > LONGEST_SHORT and vr not in LONG_VRS:
            vr = "UN"  # PS3.5 6.2.2, note on values too long for their VR's header
        if vr in LONG_VRS:
            return self._long.pack(tag >> 16, tag & 0xFFFF, vr.encode("ascii"), 0, length)
        return self._short.pack(tag >> 16, tag & 0xFFFF, vr.encode("ascii"), length)

    def end_of_items(self, data: bytes, element: tuple[int, str, int], end: int, depth: int = 0) -> int:
        """Where a value of undefined length ends, its delimiter included: a sequence, or encapsulated pixels.

        `element`: tag, VR and where its value starts.
        """
        tag, vr, position = element
        if vr not in {"SQ", "UN", ""} and not (vr in {"OB", "OW"} and tag in MAY_BE_ENCAPSULATED):
            raise StructureError("an undefined length where none may be")
        if depth > DEEPEST:
            raise StructureError("nested too deeply")
        codec = _PLAIN if vr == "UN" else self
        while position < end:
            found, _, value, length = codec.read(data, position)
            if found == SEQUENCE_END:
                return value
            if found != ITEM:
                raise StructureError("a sequence without items")
            position = codec.end_of_item(data, value, end, depth) if length == UNDEFINED else value + length
        raise StructureError("a sequence without end")

    def end_of_item(self, data: bytes, position: int, end: int, depth: int) -> int:
        """Where an item of undefined length ends, its delimiter included."""
        while position < end:
            tag, vr, value, length = self.read(data, position)
            if tag == ITEM_END:
                return value
            if length == UNDEFINED:
                position = self.end_of_items(data, (tag, vr, value), end, depth + 1)
            else:
                position = value + length
        raise StructureError("an item without end")


_PLAIN = Codec(IMPLICIT_LITTLE)


@cache
def codec_of(syntax: Syntax) -> Codec:
    """The codec of an encoding: there are three, and making one takes as long as reading ten headers."""
    return Codec(syntax)
