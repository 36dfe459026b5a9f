"""Small objects that hold the attributes of Table E.1-1, with an own encoder and decoder of data sets (PS3.5 7)."""

import json
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from functools import cache
from pathlib import Path

from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.uid import CTImageStorage, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

TABLE = Path(__file__).parents[1] / "data" / "ps3_15_e1_1_2026d.json"

# PS3.6 2026d: the VRs of the attributes that pydicom's dictionary does not know yet.
NEWER = {
    "SQ": "00081301 00081302 00081303 00081304 00100011 00100014 00100015 00100041 00100043 00100044 00100046",
    "DT": "0040A034 0040A035 0040B034 0040B036",
    "UT": "00100013 00100016 00100042 00100045",
    "UR": "00100047 0040E012",
    "LO": "3004007F 0040B03B 0040B03F",
    "LT": "00100012",
    "UC": "00102162",
}
NEWER_VRS = {int(tag, 16): vr for vr, tags in NEWER.items() for tag in tags.split()}

TEXT_VRS = frozenset({"LO", "LT", "SH", "ST", "UC", "UT"})
TIME_ZONE = 0x00080201
ITEM = 0xFFFEE000
PIXEL_DATA = 0x7FE00010
REFERENCED_SERIES, REFERENCED_INSTANCES = 0x00081115, 0x0008114A
"""Two sequences that Table E.1-1 does not name."""

HARMLESS_WORD, HARMLESS_POSITION = "THORAX", b"HFS "
_LONG_VRS = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"})
_NULL_PADDED = frozenset({"OB", "UI", "UN"})
_LETTERS = str.maketrans("0123456789ABCDEF", "ABCDEFGHIJKLMNOP")


class Encoding(Enum):
    """How a data set is written; the value is its transfer syntax."""

    EXPLICIT_LITTLE = ExplicitVRLittleEndian
    IMPLICIT_LITTLE = ImplicitVRLittleEndian
    EXPLICIT_BIG = ExplicitVRBigEndian


Value = bytes | list["Elements"]
Elements = Mapping[int, tuple[str, Value]]
"""Tag → VR and value; a sequence is a list of items."""

Decoded = dict[int, "bytes | list[Decoded]"]
"""Tag → value as encoded, padding included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the table that names one attribute."""

    index: int
    tag: int
    name: str
    vr: str
    basic: str
    options: Mapping[str, str]

    @property
    def word(self) -> str:
        """A word that stands in this row's value only."""
        return "Z" + f"{self.tag:08X}".translate(_LETTERS)

    @property
    def code(self) -> str:
        """The same for the code inside a sequence."""
        return "Q" + f"{self.tag:08X}".translate(_LETTERS)

    @property
    def uid(self) -> str:
        return f"1.2.826.0.1.3680043.9.7777.{1000 + self.index}"

    @property
    def day(self) -> date:
        return date(2011, 1, 1) + timedelta(days=7 * self.index)

    @property
    def time(self) -> str:
        return f"{self.index % 24:02d}{self.index % 60:02d}{self.index % 59:02d}.123456"

    def value(self) -> Value:
        """A value that fits the VR."""
        if self.vr == "SQ":
            return [self._item()]
        return padded(self._text().encode("ascii"), self.vr)

    def _text(self) -> str:
        if self.tag == TIME_ZONE:
            return "+0100"
        if self.vr in TEXT_VRS:
            return f"{HARMLESS_WORD} {self.word}"
        return {
            "AS": f"{self.index % 80 + 10:03d}Y",
            "DA": f"{self.day:%Y%m%d}",
            "DS": f"{1000 + self.index}.25",
            "DT": f"{self.day:%Y%m%d}{self.time}+0100",
            "IS": f"{1000 + self.index}",
            "TM": self.time,
            "UI": self.uid,
            "UR": f"https://{self.word}.example/",
            "US": "ZZ",
        }.get(self.vr, self.word)

    def _item(self) -> Elements:
        return {
            0x00080100: ("SH", padded(self.code.encode("ascii"), "SH")),
            0x00080102: ("SH", b"99ZW"),
            0x00080104: ("LO", padded(self.code.encode("ascii"), "LO")),
            0x00081155: ("UI", padded(self.uid.encode("ascii"), "UI")),
            0x00100010: ("PN", padded(self.word.encode("ascii"), "PN")),
            0x00185100: ("CS", HARMLESS_POSITION),
        }


@cache
def entries() -> tuple[Mapping[str, str | None], ...]:
    """The table as it is written: 657 rows."""
    return tuple(json.loads(TABLE.read_text("utf-8")))


@cache
def rows() -> tuple[Row, ...]:
    """The rows that name one attribute each."""
    plain = (entry for entry in entries() if entry["tag"] and not set(entry["tag"]) & set("xg"))
    return tuple(_row(index, entry) for index, entry in enumerate(plain))


def _row(index: int, entry: Mapping[str, str | None]) -> Row:
    tag = int(str(entry["tag"]).strip("()").replace(",", ""), 16)
    return Row(
        index=index,
        tag=tag,
        name=str(entry["name"]),
        vr=vr_of(tag),
        basic=str(entry["basic"]),
        options={name: said for name, said in entry.items() if name.startswith(("retain", "clean")) and said},
    )


def vr_of(tag: int) -> str:
    """The VR of PS3.6, the first where it allows several; UN when it is in no dictionary."""
    if dictionary_has_tag(tag):
        return dictionary_VR(tag)[:2]
    return NEWER_VRS.get(tag, "UN")


def elements_of(these: Iterable[Row]) -> Elements:
    return {row.tag: (row.vr, row.value()) for row in these}


def image(
    elements: Elements, encoding: Encoding = Encoding.EXPLICIT_LITTLE, sop_class_uid: str = CTImageStorage
) -> bytes:
    """A file: the smallest possible image with `elements` besides, or in place of its own."""
    meta: Elements = {
        0x00020002: ("UI", padded(sop_class_uid.encode("ascii"), "UI")),
        0x00020003: ("UI", b"1.2.3.4\0"),
        0x00020010: ("UI", padded(encoding.value.encode("ascii"), "UI")),
    }
    whole = {**_base(sop_class_uid, encoding), **elements}
    return bytes(128) + b"DICM" + encoded(meta) + encoded(whole, encoding)


def nested(elements: Elements) -> Elements:
    """`elements` in an item, and again in an item within that item, of sequences that the table does not name."""
    deeper: Elements = {REFERENCED_INSTANCES: ("SQ", [elements])}
    return {REFERENCED_SERIES: ("SQ", [{**elements, **deeper}])}


def as_unknown(elements: Elements) -> Elements:
    """The same with VR UN, as senders write what their dictionary lacks (PS3.5 6.2.2)."""
    return {tag: ("UN", _implicit(value)) for tag, (_, value) in elements.items()}


def encoded(elements: Elements, encoding: Encoding = Encoding.EXPLICIT_LITTLE) -> bytes:
    return b"".join(_element(tag, *elements[tag], encoding) for tag in sorted(elements))


def decoded(file: bytes) -> Decoded:
    """The data set of a file whose sequences and items have defined lengths."""
    position, syntax = 132, ""
    while file[position : position + 2] == b"\2\0":
        tag, _, start, length = _header(file, position, Encoding.EXPLICIT_LITTLE)
        position = start + length
        if tag == 0x00020010:
            syntax = file[start:position].decode("ascii").strip("\0")
    return _level(file[position:], Encoding(syntax))


def padded(value: bytes, vr: str) -> bytes:
    return value + (b"\0" if vr in _NULL_PADDED else b" ") * (len(value) % 2)


def _base(sop_class_uid: str, encoding: Encoding) -> Elements:
    order = ">" if encoding is Encoding.EXPLICIT_BIG else "<"
    numbers = {
        0x00280002: 1,
        0x00280010: 2,
        0x00280011: 2,
        0x00280100: 16,
        0x00280101: 16,
        0x00280102: 15,
        0x00280103: 0,
    }
    return {
        0x00080016: ("UI", padded(sop_class_uid.encode("ascii"), "UI")),
        0x00080018: ("UI", b"1.2.826.0.1.3680043.9.7776.1"),
        0x00080060: ("CS", b"CT"),
        0x00100020: ("LO", b"4711"),
        0x0020000D: ("UI", b"1.2.826.0.1.3680043.9.7776.2"),
        0x0020000E: ("UI", b"1.2.826.0.1.3680043.9.7776.3"),
        0x00280004: ("CS", b"MONOCHROME2 "),
        **{tag: ("US", struct.pack(f"{order}H", number)) for tag, number in numbers.items()},
        PIXEL_DATA: ("OW", bytes(range(8))),
    }


def _element(tag: int, vr: str, value: Value, encoding: Encoding) -> bytes:
    content = value if isinstance(value, bytes) else _items(value, encoding)
    group = struct.pack(_order(encoding) + "HH", tag >> 16, tag & 0xFFFF)
    if encoding is Encoding.IMPLICIT_LITTLE:
        return group + struct.pack("<I", len(content)) + content
    if vr in _LONG_VRS:
        return group + vr.encode("ascii") + bytes(2) + struct.pack(_order(encoding) + "I", len(content)) + content
    return group + vr.encode("ascii") + struct.pack(_order(encoding) + "H", len(content)) + content


def _items(items: Iterable[Elements], encoding: Encoding) -> bytes:
    contents = [encoded(item, encoding) for item in items]
    header = struct.Struct(_order(encoding) + "HHI")
    return b"".join(header.pack(ITEM >> 16, ITEM & 0xFFFF, len(content)) + content for content in contents)


def _implicit(value: Value) -> bytes:
    return value if isinstance(value, bytes) else _items(value, Encoding.IMPLICIT_LITTLE)


def _order(encoding: Encoding) -> str:
    return ">" if encoding is Encoding.EXPLICIT_BIG else "<"


def _header(data: bytes, position: int, encoding: Encoding) -> tuple[int, str, int, int]:
    order = _order(encoding)
    group, element = struct.unpack_from(order + "HH", data, position)
    tag = group << 16 | element
    if encoding is Encoding.IMPLICIT_LITTLE or group == ITEM >> 16:
        (length,) = struct.unpack_from(order + "I", data, position + 4)
        return tag, vr_of(tag), position + 8, length
    vr = data[position + 4 : position + 6].decode("ascii")
    if vr in _LONG_VRS:
        (length,) = struct.unpack_from(order + "I", data, position + 8)
        return tag, vr, position + 12, length
    (length,) = struct.unpack_from(order + "H", data, position + 6)
    return tag, vr, position + 8, length


def _level(data: bytes, encoding: Encoding) -> Decoded:
    found: Decoded = {}
    position = 0
    while position < len(data):
        tag, vr, start, length = _header(data, position, encoding)
        position = start + length
        assert position <= len(data), f"{tag:08X} is cut off"
        assert not found or tag > max(found), f"{tag:08X} is out of order"
        found[tag] = _value(data[start:position], tag, vr, encoding)
    return found


def _value(content: bytes, tag: int, vr: str, encoding: Encoding) -> bytes | list[Decoded]:
    if vr == "SQ":
        return _split(content, encoding)
    if vr == "UN" and vr_of(tag) == "SQ":
        return _split(content, Encoding.IMPLICIT_LITTLE)
    return content


def _split(content: bytes, encoding: Encoding) -> list[Decoded]:
    items, position = [], 0
    while position < len(content):
        tag, _, start, length = _header(content, position, encoding)
        assert tag == ITEM
        position = start + length
        items.append(_level(content[start:position], encoding))
    return items
