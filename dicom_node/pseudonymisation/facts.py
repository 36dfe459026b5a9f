"""The facts of an object's own header that decide how it is treated, read before anything is changed."""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from dicom_node.errors import UnprocessableError
from dicom_node.pseudonymisation.codec import ITEM, ITEM_GROUP, SEQUENCE_END, UNDEFINED, Codec, StructureError, codec_of
from dicom_node.pseudonymisation.dictionary import implicit_vr
from dicom_node.pseudonymisation.identifying import is_source
from dicom_node.pseudonymisation.syntax import IMPLICIT_LITTLE, Syntax
from dicom_node.pseudonymisation.tags import PIXEL_GROUP, PIXEL_TAGS, is_private
from dicom_node.status import Reason

LONGEST_IDENTIFYING = 4096
"""Bytes of a value that names somebody; a longer one cannot be searched for, so its object is not let through."""

OTHER_PATIENT_IDS = 0x00101002
ISSUER_QUALIFIERS = 0x00100024
UNIVERSAL_ENTITY_ID = 0x00400032
_NESTED = frozenset({OTHER_PATIENT_IDS, ISSUER_QUALIFIERS})
"""The sequences that say whose object it is."""

MOST_IDENTIFYING = 16384
"""Bytes of all of them."""

_DEEPEST = 4

Values = Mapping[int, bytes]


@dataclass(frozen=True, slots=True)
class Pixels:
    """Where the pixel data stand in the source: tag, VR as encoded, first byte, byte behind the last."""

    tag: int
    vr: str
    start: int
    stop: int
    encapsulated: bool
    """Whether their length is undefined."""


class Nested(NamedTuple):
    """The items of one sequence as they stand in the source, with their delimiters, and how they are encoded."""

    data: bytes
    syntax: Syntax


@dataclass(frozen=True, slots=True)
class Facts:
    """Values of the standard attributes of one level, as encoded; sequences are read where they say whose object it is.

    `sequences`: the others.
    """

    values: Values = field(repr=False)
    nested: Mapping[int, tuple["Facts", ...]] = field(default_factory=dict, repr=False)
    pixels: tuple[Pixels, ...] = ()
    sequences: Mapping[int, Nested] = field(default_factory=dict, repr=False)

    def text(self, tag: int) -> str:
        """A plain value, ASCII; empty when absent."""
        return self.values.get(tag, b"").decode("ascii", "replace").strip(" \0")

    def parts(self, tag: int) -> tuple[str, ...]:
        """The components of a plain value, without empty ones."""
        return tuple(part.strip() for part in self.text(tag).split("\\") if part.strip())

    def number(self, tag: int, order: Literal["little", "big"]) -> int | None:
        """A value of VR US or UL in that byte order; None when absent or of another length."""
        value = self.values.get(tag, b"")
        if len(value) not in {2, 4}:
            return None
        return int.from_bytes(value, order)

    @property
    def identifying(self) -> tuple[tuple[int, bytes], ...]:
        """The values that name somebody. Raises UnprocessableError when one is too long to be searched for."""
        found = tuple((tag, value) for tag, value in self.values.items() if value and is_source(tag))
        sizes = [len(value) for _, value in found]
        if max(sizes, default=0) > LONGEST_IDENTIFYING or sum(sizes) > MOST_IDENTIFYING:
            raise UnprocessableError(Reason.UNREADABLE, "a name or number is too long")
        return found


def is_plain_value(tag: int, vr: str) -> bool:
    """Whether the value of an element of defined length is one of an object's facts."""
    if is_private(tag) or vr == "SQ" or tag >> 16 == PIXEL_GROUP:
        return False
    return not (vr == "UN" and implicit_vr(tag) == "SQ")


def nested_in(data: bytes, tag: int, vr: str, span: tuple[int, int], codec: Codec) -> Nested | None:
    """An element that is neither plain nor pixels, unread; None when it is private."""
    if is_private(tag) or tag >> 16 == PIXEL_GROUP:
        return None
    return Nested(data[span[0] : span[1]], _within(codec, vr).syntax)


def read_facts(
    data: bytes, start: int, syntax: Syntax, *, without_pixels: bool = False, also: frozenset[int] = frozenset()
) -> Facts:
    """Walk the top level once; sequences are passed over, but for those that say whose object it is.

    `without_pixels`: the data end at the pixels' first byte. `also`: other sequences to be read. Raises
    StructureError when the bytes are no data set.
    """
    try:
        return _read(data, (start, len(data)), codec_of(syntax), depth=0, without_pixels=without_pixels, also=also)
    except struct.error:
        raise StructureError("an element is cut off") from None


def _read(
    data: bytes,
    span: tuple[int, int],
    codec: Codec,
    *,
    depth: int,
    without_pixels: bool = False,
    also: frozenset[int] = frozenset(),
) -> Facts:
    values: dict[int, bytes] = {}
    nested: dict[int, tuple[Facts, ...]] = {}
    sequences: dict[int, Nested] = {}
    pixels = []
    position, end = span
    read = codec.read
    while position < end:
        tag, vr, value, length = read(data, position)
        if without_pixels and tag in PIXEL_TAGS:
            break
        if tag >> 16 == ITEM_GROUP:
            raise StructureError("an item outside any sequence")
        position = value + length if length != UNDEFINED else codec.end_of_items(data, (tag, vr, value), end)
        if tag in PIXEL_TAGS:
            pixels.append(Pixels(tag, vr, value, position, length == UNDEFINED))
        elif tag in _NESTED or (tag in also and vr == "SQ" and depth < _DEEPEST):
            nested[tag] = tuple(_items(data, value, min(position, end), _within(codec, vr), depth, also=also))
        elif length != UNDEFINED and is_plain_value(tag, vr):
            values[tag] = data[value:position]
        elif (found := nested_in(data, tag, vr, (value, position), codec)) is not None:
            sequences[tag] = found
    return Facts(values, nested, tuple(pixels), sequences)


def _within(codec: Codec, vr: str) -> Codec:
    return codec_of(IMPLICIT_LITTLE) if vr == "UN" else codec


def _items(data: bytes, position: int, end: int, codec: Codec, depth: int, *, also: frozenset[int]) -> Iterator[Facts]:
    if depth > _DEEPEST:
        raise StructureError("nested too deeply")
    while position < end:
        tag, _, value, length = codec.read(data, position)
        if tag == SEQUENCE_END:
            return
        if tag != ITEM:
            raise StructureError("a sequence without items")
        position = value + length if length != UNDEFINED else codec.end_of_item(data, value, end, 0)
        stop = position if length != UNDEFINED else position - 8
        yield _read(data, (value, min(stop, end)), codec, depth=depth + 1, also=also)
