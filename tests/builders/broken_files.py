"""Real files taken apart and put together wrongly: cut off, with false lengths and other VRs, and bombs.

Elements are read and written here by PS3.5 7 alone, with nothing of the node's own parser.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from random import Random

import pydicom
from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian

UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
PIXEL_DATA = 0x7FE00010
REFERENCED_IMAGES = 0x00081140
"""A sequence of the data set whose items are treated one by one."""

LONG_VRS = ("OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV")
SHORT_VRS = (
    *("AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO"),
    *("LT", "PN", "SH", "SL", "SS", "ST", "TM", "UI", "UL", "US"),
)
VRS = (*LONG_VRS, *SHORT_VRS)
NO_VRS = ("XX", "  ", "\0\0", "sq", "ÿÿ")
"""What a VR may not be."""

FALSE_LENGTHS = (0, 1, 3, 7, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFE, UNDEFINED)
_LONGEST_SHORT = 0xFFFF
_PREAMBLE = 132
_GROUP_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Encoding:
    """With or without VR, and in which byte order."""

    explicit: bool = True
    little: bool = True

    @property
    def order(self) -> str:
        return "<" if self.little else ">"

    def element(self, tag: int, vr: str, value: bytes = b"", length: int | None = None) -> bytes:
        """An element; `length`: said in place of the true one."""
        said = len(value) if length is None else length
        head = struct.pack(f"{self.order}HH", tag >> 16, tag & 0xFFFF)
        if not self.explicit or vr == "":
            return head + struct.pack(f"{self.order}I", said) + value
        head += vr.encode("latin-1")
        if vr in LONG_VRS:
            return head + b"\0\0" + struct.pack(f"{self.order}I", said) + value
        return head + struct.pack(f"{self.order}H", said & _LONGEST_SHORT) + value

    def item(self, content: bytes = b"") -> bytes:
        """An item of defined length."""
        return self.element(ITEM, "", content)

    def open_item(self, content: bytes = b"") -> bytes:
        """An item of undefined length."""
        return self.element(ITEM, "", content, UNDEFINED) + self.element(ITEM_END, "")

    def sequence(self, tag: int, items: bytes, vr: str = "SQ") -> bytes:
        return self.element(tag, vr, items)

    def open_sequence(self, tag: int, items: bytes, vr: str = "SQ") -> bytes:
        return self.element(tag, vr, items, UNDEFINED) + self.element(SEQUENCE_END, "")


EXPLICIT = Encoding()


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an element, item or delimiter stands in a data set: its first byte, its value's, the one behind."""

    tag: int
    vr: str
    start: int
    value: int
    stop: int
    depth: int


@dataclass(frozen=True)
class Taken:
    """A file in two: all that comes before the data set, and the data set, inflated."""

    head: bytes = field(repr=False)
    body: bytes = field(repr=False)
    encoding: Encoding
    deflated: bool

    @cached_property
    def spots(self) -> list[Spot]:
        """Every element, item and delimiter at every depth, in the order of the bytes."""
        found: list[Spot] = []
        _walk(self.body, (0, len(self.body)), self.encoding, 0, found)
        return sorted(found, key=lambda spot: (spot.start, spot.depth))

    @property
    def top(self) -> list[Spot]:
        return [spot for spot in self.spots if spot.depth == 0]

    def spot(self, tag: int) -> Spot:
        return next(spot for spot in self.top if spot.tag == tag)

    def file(self, body: bytes) -> bytes:
        """The file with another data set."""
        return self.head + (deflated(body) if self.deflated else body)

    def spliced(self, start: int, stop: int, piece: bytes) -> bytes:
        """The file with a piece of its data set replaced."""
        return self.file(self.body[:start] + piece + self.body[stop:])

    def with_element(self, tag: int, raw: bytes) -> bytes:
        """The file with `raw` in place of the top-level element of that tag, or where it would stand."""
        for spot in self.top:
            if spot.tag == tag:
                return self.spliced(spot.start, spot.stop, raw)
            if spot.tag > tag:
                return self.spliced(spot.start, spot.start, raw)
        return self.file(self.body + raw)

    def with_length(self, spot: Spot, length: int) -> bytes:
        """The file with another length said of one element."""
        bytes_of_length = 2 if self.encoding.explicit and spot.vr in SHORT_VRS else 4
        said = (length & (0xFFFF if bytes_of_length == 2 else UNDEFINED)).to_bytes(
            bytes_of_length, "little" if self.encoding.little else "big"
        )
        return self.spliced(spot.value - bytes_of_length, spot.value, said)

    def with_vr(self, spot: Spot, vr: str) -> bytes:
        """The file with two other letters in place of an element's VR: what follows them stays."""
        return self.spliced(spot.start + 4, spot.start + 6, vr.encode("latin-1"))


def taken(file: bytes) -> Taken:
    """Take a file with sound file meta information apart."""
    meta = pydicom.dcmread(BytesIO(file), stop_before_pixels=True).file_meta
    start = _PREAMBLE + _GROUP_LENGTH + meta.FileMetaInformationGroupLength
    syntax = meta.TransferSyntaxUID
    is_deflated = syntax == DeflatedExplicitVRLittleEndian
    body = zlib.decompress(file[start:], -zlib.MAX_WBITS) if is_deflated else file[start:]
    encoding = Encoding(explicit=syntax != ImplicitVRLittleEndian, little=syntax != ExplicitVRBigEndian)
    return Taken(file[:start], body, encoding, is_deflated)


def in_syntax(file: bytes, transfer_syntax_uid: str) -> bytes:
    """The file in another native transfer syntax."""
    dataset = pydicom.dcmread(BytesIO(file))
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.UID(transfer_syntax_uid)
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, dataset)
    return buffer.getvalue()


def deflated(data_set: bytes) -> bytes:
    """A data set deflated as PS3.5 A.5 asks."""
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return stream.compress(data_set) + stream.flush()


def sibling(file: bytes, number: int) -> bytes:
    """Another sound object of the same series: other numbers, positions, times and pixels."""
    dataset = pydicom.dcmread(BytesIO(file))
    for element in dataset:
        if element.tag.group in {0x0018, 0x0020} and element.VR in {"DS", "IS"} and element.VM == 1:
            element.value = str(number)
        elif element.VR == "TM" and element.VM == 1:
            element.value = f"1011{number:02d}"
    dataset.SOPInstanceUID = f"{dataset.SOPInstanceUID[:50]}.{number}"
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    if not dataset.file_meta.TransferSyntaxUID.is_encapsulated:
        dataset.PixelData = bytes([number]) + dataset.PixelData[1:]
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, dataset)
    return buffer.getvalue()


def truncated(source: Taken) -> Iterator[tuple[str, bytes]]:
    """Cut off at every boundary of an element, within its header and within its value."""
    for spot in source.spots:
        middle = (spot.value + spot.stop) // 2
        for at in sorted({spot.start, spot.start + 3, spot.start + 6, spot.value, middle, spot.stop - 1}):
            if at < len(source.body):
                yield f"cut off at {at}", source.file(source.body[:at])


def with_false_lengths(source: Taken) -> Iterator[tuple[str, bytes]]:
    """Every element with lengths that are not its own."""
    for spot in source.spots:
        true = spot.stop - spot.value
        for length in dict.fromkeys((true + 1, true + 2, true + 4096, max(true - 2, 0), *FALSE_LENGTHS)):
            yield f"length {length:#x} at {spot.start}", source.with_length(spot, length)


def with_other_vrs(source: Taken, random: Random, each: int) -> Iterator[tuple[str, bytes]]:
    """Every element with some VRs that are not its own, and with one that is none."""
    for spot in source.spots:
        if source.encoding.explicit and spot.vr:
            for vr in (*random.sample(VRS, each), random.choice(NO_VRS)):
                yield f"VR {vr!r} at {spot.start}", source.with_vr(spot, vr)


def rearranged(source: Taken) -> Iterator[tuple[str, bytes]]:
    """Elements doubled, changed for their neighbours, left out; delimiters left out and put in."""
    delimiters = (source.encoding.element(ITEM_END, ""), source.encoding.element(SEQUENCE_END, ""))
    for spot, after in zip(source.spots, [*source.spots[1:], None], strict=True):
        raw = source.body[spot.start : spot.stop]
        yield f"doubled at {spot.start}", source.spliced(spot.stop, spot.stop, raw)
        yield f"left out at {spot.start}", source.spliced(spot.start, spot.stop, b"")
        for delimiter in delimiters:
            yield f"a delimiter put in at {spot.start}", source.spliced(spot.start, spot.start, delimiter)
        yield f"an item put in at {spot.start}", source.spliced(spot.start, spot.start, source.encoding.item())
        if after is not None and after.start == spot.stop:
            exchanged = source.body[after.start : after.stop] + raw
            yield f"changed places at {spot.start}", source.spliced(spot.start, after.stop, exchanged)


def flipped(source: bytes, random: Random, *, end: int | None = None) -> tuple[str, bytes]:
    """A few bytes changed, before `end`."""
    content = bytearray(source)
    places = sorted(random.randrange(_PREAMBLE, end or len(content)) for _ in range(random.choice((1, 1, 1, 2, 4, 16))))
    for place in places:
        content[place] ^= random.choice((1, 2, 4, 8, 16, 32, 64, 128, random.randrange(1, 256)))
    return f"bytes changed at {places}", bytes(content)


def damaged(source: Taken, random: Random) -> tuple[str, bytes]:
    """One damage by chance: what the other functions do one after the other."""
    spot = random.choice(source.spots)
    kind = random.randrange(7)
    if kind == 0:
        at = random.randrange(len(source.body))
        return f"cut off at {at}", source.file(source.body[:at])
    if kind == 1:
        length = random.choice((*FALSE_LENGTHS, random.randrange(1 << 16), random.randrange(1 << 32)))
        return f"length {length:#x} at {spot.start}", source.with_length(spot, length)
    if kind == 2 and source.encoding.explicit and spot.vr:
        vr = random.choice((*VRS, *NO_VRS))
        return f"VR {vr!r} at {spot.start}", source.with_vr(spot, vr)
    if kind == 3:
        other = random.choice(source.spots)
        piece = source.body[other.start : min(other.stop, other.start + 4096)]
        return f"a piece of {other.start} at {spot.start}", source.spliced(spot.start, spot.start, piece)
    if kind == 4:
        stop = min(spot.start + random.randrange(1, 64), len(source.body))
        return f"left out from {spot.start} to {stop}", source.spliced(spot.start, stop, b"")
    header = source.spot(PIXEL_DATA).value if any(one.tag == PIXEL_DATA for one in source.top) else len(source.body)
    where, body = flipped(bytes(_PREAMBLE) + source.body, random, end=_PREAMBLE + header)
    return where, source.file(body[_PREAMBLE:])


def nested(depth: int, *, undefined: bool, tag: int = REFERENCED_IMAGES, encoding: Encoding = EXPLICIT) -> bytes:
    """A sequence within a sequence within a sequence."""
    if undefined:
        opening = encoding.element(tag, "SQ", b"", UNDEFINED) + encoding.element(ITEM, "", b"", UNDEFINED)
        closing = encoding.element(ITEM_END, "") + encoding.element(SEQUENCE_END, "")
        return opening * depth + closing * depth
    headers, length = [], 0
    for _ in range(depth):
        header = encoding.element(ITEM, "", b"", length)
        header = encoding.element(tag, "SQ", b"", length + len(header)) + header
        headers.append(header)
        length += len(header)
    return b"".join(reversed(headers))


def deflate_bomb(source: Taken, size: int) -> bytes:
    """A small deflated file whose data set grows beyond `size` bytes: real elements, then padding without end."""
    stream = zlib.compressobj(level=9, wbits=-zlib.MAX_WBITS)
    block = bytes(1 << 24)
    parts = [stream.compress(source.body + EXPLICIT.element(0xFFFCFFFC, "OB", b"", size))]
    parts += [stream.compress(block) for _ in range(size // len(block) + 1)]
    return source.head + b"".join(parts) + stream.flush()


def _walk(data: bytes, span: tuple[int, int], encoding: Encoding, depth: int, found: list[Spot]) -> int:
    """Note what stands in a data set or in the value of a sequence; the place behind its end."""
    position, end = span
    while position < end:
        start = position
        tag, vr, value, length = _header(data, position, encoding)
        if tag in {ITEM_END, SEQUENCE_END}:
            found.append(Spot(tag, vr, start, value, value, depth))
            return value
        stop = end if length == UNDEFINED else value + length
        if tag == PIXEL_DATA and length == UNDEFINED:
            position = _walk_fragments(data, value, encoding, depth + 1, found)
        elif tag == ITEM or vr == "SQ" or length == UNDEFINED:
            position = _walk(data, (value, stop), encoding, depth + 1, found)
        else:
            position = stop
        found.append(Spot(tag, vr, start, value, position, depth))
    return position


def _walk_fragments(data: bytes, position: int, encoding: Encoding, depth: int, found: list[Spot]) -> int:
    while True:
        tag, vr, value, length = _header(data, position, encoding)
        found.append(Spot(tag, vr, position, value, value + length, depth))
        position = value + length
        if tag == SEQUENCE_END:
            return position


def _header(data: bytes, position: int, encoding: Encoding) -> tuple[int, str, int, int]:
    """Tag, VR, where the value starts, the length that is said."""
    group, element = struct.unpack_from(f"{encoding.order}HH", data, position)
    tag = group << 16 | element
    if tag in {ITEM, ITEM_END, SEQUENCE_END} or not encoding.explicit:
        (length,) = struct.unpack_from(f"{encoding.order}I", data, position + 4)
        known = dictionary_VR(tag) if group != 0xFFFE and dictionary_has_tag(tag) else ""
        return tag, known, position + 8, length
    vr = data[position + 4 : position + 6].decode("latin-1")
    if vr in LONG_VRS:
        return tag, vr, position + 12, struct.unpack_from(f"{encoding.order}I", data, position + 8)[0]
    return tag, vr, position + 8, struct.unpack_from(f"{encoding.order}H", data, position + 6)[0]
