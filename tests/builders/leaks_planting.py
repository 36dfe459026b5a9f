"""How a token gets to its place: into a value, an item, private blocks, the file's frame, compressed pixels."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.sequence import Sequence as Items
from pydicom.tag import Tag

from tests.builders.leaks import UNDEFINED, Draft, Plant

FIRST_BLOCK = 0xE0
"""Of our private elements: beyond those of the carriers."""

_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_NAME_GROUPS, _NAME_PARTS = 3, 5
_SEGMENT_LENGTH = 2
_RLE_UNUSED = 16
_SOI, _SOC, _FIRST_MARKER = b"\xff\xd8", b"\xff\x4f", 2


def value(attribute: str | int, template: str = "{}", *, vr: str = "", codec: str = "utf-8") -> Plant:
    """The value of one attribute, instead of what it has."""
    tag, known = tag_and_vr(attribute, vr)
    return lambda draft, token: put(draft.dataset, tag, known, template.format(token).encode(codec))


def line(attribute: str, template: str = "{}", *, codec: str = "utf-8") -> Plant:
    """One more line of a text."""
    return _added(attribute, template, b"\r\n", codec)


def another(attribute: str, template: str = "{}", *, codec: str = "utf-8") -> Plant:
    """One more value of an attribute that may have several."""
    return _added(attribute, template, b"\\", codec)


def component(attribute: str, group: int, part: int, template: str = "{}") -> Plant:
    """One part of one group of a person's name (PS3.5 6.2.1.1)."""
    tag, vr = tag_and_vr(attribute, "")

    def plant(draft: Draft, token: str) -> None:
        groups = [one.split("^") for one in _written(draft.dataset, tag).decode("utf-8").split("=")]
        groups += [[""] for _ in range(_NAME_GROUPS - len(groups))]
        for one in groups:
            one.extend([""] * (_NAME_PARTS - len(one)))
        groups[group][part] = template.format(token)
        put(draft.dataset, tag, vr, "=".join("^".join(one).rstrip("^") for one in groups).rstrip("=").encode())

    return plant


def named(template: str = "{}") -> Plant:
    """The token is a name of the patient, as the object itself says."""
    return another("OtherPatientNames", template)


def numbered(template: str = "{}") -> Plant:
    """The token is a number of the patient, as the object itself says."""
    return another("OtherPatientIDs", template)


def all_of(*plants: Plant) -> Plant:
    def plant(draft: Draft, token: str) -> None:
        for one in plants:
            one(draft, token)

    return plant


def within(*path: str, leaf: Plant) -> Plant:
    """In one more item of a sequence; of several names, the second lies in an item of the first, and so on."""

    def plant(draft: Draft, token: str) -> None:
        item = Dataset()
        inner = within(*path[1:], leaf=leaf) if path[1:] else leaf
        inner(replace(draft, dataset=item), token)
        draft.dataset.setdefault(path[0], Items([]))
        draft.dataset[path[0]].value.append(item)

    return plant


def within_private(creator: str, group: int, element: int, *, leaf: Plant) -> Plant:
    """In the item of a private sequence."""

    def plant(draft: Draft, token: str) -> None:
        item = Dataset()
        leaf(replace(draft, dataset=item), token)
        block = reserve(draft.dataset, creator, group)
        draft.dataset.add_new(Tag(group, block << 8 | element), "SQ", Items([item]))

    return plant


def within_unknown(attribute: str | int, *items: tuple[int, str], undefined: bool = False) -> Plant:
    """In an item of a sequence that came with VR UN: implicit little endian whatever the file is (PS3.5 6.2.2).

    `items`: tags of the item's elements with the templates of their values.
    """
    tag, _ = tag_and_vr(attribute, "SQ")

    def plant(draft: Draft, token: str) -> None:
        content = b"".join(implicit(inner, template.format(token).encode()) for inner, template in items)
        if undefined:
            items_and_ends = _plain(_ITEM, UNDEFINED) + content + _plain(_ITEM_END, 0) + _plain(_SEQUENCE_END, 0)
            draft.dataset[tag] = RawDataElement(Tag(tag), "UN", UNDEFINED, items_and_ends, 0, False, True)
        else:
            put(draft.dataset, tag, "UN", _plain(_ITEM, len(content)) + content)

    return plant


def private(creator: str, group: int, element: int, vr: str, template: str = "{}", *, codec: str = "utf-8") -> Plant:
    """In an element of a private block that `creator` has reserved."""

    def plant(draft: Draft, token: str) -> None:
        block = reserve(draft.dataset, creator, group)
        put(draft.dataset, group << 16 | block << 8 | element, vr, template.format(token).encode(codec))

    return plant


def meta(attribute: str | int, template: str = "{}", vr: str = "") -> Plant:
    """In the file meta information."""
    tag, known = tag_and_vr(attribute, vr)
    return lambda draft, token: put(draft.meta, tag, known, template.format(token).encode())


def behind_the_pixels() -> Plant:
    """Within the pixel element, after the last pixel."""

    def plant(draft: Draft, token: str) -> None:
        draft.dataset.PixelData += _even(token.encode())

    return plant


def in_a_segment(marker: int) -> Plant:
    """In a marker segment of the first frame: after the start of image (JPEG), or after SIZ (JPEG 2000)."""

    def change(frame: bytes, token: bytes) -> bytes:
        at = _FIRST_MARKER
        if frame.startswith(_SOC):
            at += 2 + int.from_bytes(frame[at + 2 : at + 4], "big")
        segment = marker.to_bytes(2, "big") + (len(token) + _SEGMENT_LENGTH).to_bytes(2, "big") + token
        return frame[:at] + segment + frame[at:]

    return _of_the_first_frame(change)


def in_a_fragment() -> Plant:
    """In a fragment after those of the frames."""

    def plant(draft: Draft, token: str) -> None:
        draft.dataset.PixelData = bytes(draft.dataset.PixelData) + implicit(_ITEM, token.encode())

    return plant


def in_an_rle_header() -> Plant:
    """In the header of a frame (PS3.5 G.5), after the offsets of its two segments."""
    return _of_the_first_frame(lambda frame, token: frame[:_RLE_UNUSED] + token + frame[_RLE_UNUSED + len(token) :])


def behind_the_stream() -> Plant:
    """In the fragment that holds a frame, after the end of its stream."""
    return _of_the_first_frame(lambda frame, token: frame + _even(token))


def in_the_offset_table() -> Plant:
    """Instead of the offsets of the frames."""

    def plant(draft: Draft, token: str) -> None:
        table, pixels = _even(token.encode()), bytes(draft.dataset.PixelData)
        old = int.from_bytes(pixels[4:8], "little")
        draft.dataset.PixelData = pixels[:4] + len(table).to_bytes(4, "little") + table + pixels[8 + old :]

    return plant


def put(dataset: Dataset, tag: int, vr: str, content: bytes) -> None:
    """Bytes as they are, whatever the VR says; padded to even length."""
    filler = b"\0" if vr in {"UI", "OB", "UN"} else b" "
    padded = content + filler * (len(content) % 2)
    dataset[tag] = RawDataElement(Tag(tag), vr, len(padded), padded, 0, False, True)


def tag_and_vr(attribute: str | int, vr: str) -> tuple[int, str]:
    tag = attribute if isinstance(attribute, int) else tag_for_keyword(attribute)
    assert tag is not None, attribute
    return tag, vr or dictionary_VR(tag)[:2]


def reserve(dataset: Dataset, creator: str, group: int) -> int:
    """The private block of `creator` in a group: its own, or a new one."""
    block, written = FIRST_BLOCK, creator.encode()
    while (tag := Tag(group, block)) in dataset and _written(dataset, tag) != written:
        block += 1
    put(dataset, tag, "LO", written)
    return block


def implicit(tag: int, content: bytes) -> bytes:
    """An element without VR, little endian."""
    return _plain(tag, len(content) + len(content) % 2) + content + b" " * (len(content) % 2)


def _plain(tag: int, length: int) -> bytes:
    return b"".join(part.to_bytes(size, "little") for part, size in ((tag >> 16, 2), (tag & 0xFFFF, 2), (length, 4)))


def _added(attribute: str, template: str, separator: bytes, codec: str) -> Plant:
    tag, vr = tag_and_vr(attribute, "")

    def plant(draft: Draft, token: str) -> None:
        before = _written(draft.dataset, tag)
        put(draft.dataset, tag, vr, before + separator * bool(before) + template.format(token).encode(codec))

    return plant


def _written(dataset: Dataset, tag: int) -> bytes:
    if tag not in dataset:
        return b""
    element = dataset.get_item(tag)
    if isinstance(element, RawDataElement):
        return (element.value or b"").rstrip(b" \0")
    values = (
        element.value if isinstance(element.value, Sequence) and not isinstance(element.value, str) else [element.value]
    )
    return "\\".join(str(one) for one in values if one is not None).encode()


def _of_the_first_frame(change: Callable[[bytes, bytes], bytes]) -> Plant:
    def plant(draft: Draft, token: str) -> None:
        frames = list(generate_frames(draft.dataset.PixelData, number_of_frames=1))
        frames[0] = _even(change(frames[0], token.encode()))
        draft.dataset.PixelData = encapsulate(frames)

    return plant


def _even(content: bytes) -> bytes:
    return content + b"\0" * (len(content) % 2)
