"""Whether an object is a plain image, and whether its pixels are likely to carry text: such are never passed.

Nobody looks at the pixels. What their header says decides: a screen, a dose table, a patient protocol, a converted or
a coloured image, an overlay hidden in unused bits. Text in the grey pixels of what calls itself an original image is
not noticed.
"""

from typing import Literal

from dicom_node.contexts import IMAGE_SOP_CLASSES
from dicom_node.errors import UnprocessableError
from dicom_node.pseudonymisation.facts import Facts, Pixels
from dicom_node.pseudonymisation.folding import folded_words
from dicom_node.pseudonymisation.syntax import Syntax, is_encapsulated
from dicom_node.pseudonymisation.tags import PIXEL_VRS, SOP_CLASS
from dicom_node.status import Reason

Order = Literal["little", "big"]
FLOAT, DOUBLE_FLOAT, PIXEL_DATA = 0x7FE00008, 0x7FE00009, 0x7FE00010
_IMAGE_TYPE, _MODALITY, _CONVERSION_TYPE, _DESCRIPTION = (
    0x00080008, 0x00080060, 0x00080064, 0x0008103E,
)  # fmt: skip
_SAMPLES, _PHOTOMETRIC, _FRAMES, _ROWS, _COLUMNS, _ALLOCATED, _BURNED_IN = (
    0x00280002, 0x00280004, 0x00280008, 0x00280010, 0x00280011, 0x00280100, 0x00280301,
)  # fmt: skip
_OVERLAY_BIT_POSITION, _OVERLAY_DATA = 0x60000102, 0x60003000
_OVERLAY_POSITIONS = frozenset(_OVERLAY_BIT_POSITION + (group << 16) for group in range(0, 0x20, 2))
"""The first overlay's bit position is in group 6000, the last one's in 601E."""

_OVERLAYS = frozenset(position - _OVERLAY_BIT_POSITION + _OVERLAY_DATA for position in _OVERLAY_POSITIONS)

_BITS_OF = {FLOAT: 32, DOUBLE_FLOAT: 64}
_BYTE = 8
_MOST_DIGITS = 10
ITEM_BYTES = b"\xfe\xff\x00\xe0"
_SCREENS = frozenset(
    {"SCREEN SAVE", "SCREENSAVE", "SCREENSHOT", "SCREEN", "DOSE_INFO", "DOSE", "REPORT", "PATIENT PROTOCOL", "CAPTURE"}
)
_PROTOCOL_PAGE = " PROT"
"""How Siemens CTs end the image type of the page with the patient protocol ("CT_SOM5 PROT")."""

_NO_CROSS_SECTION = frozenset({"DOC", "ES", "GM", "IVUS", "KO", "OT", "PR", "SC", "SM", "SR", "US", "XC"})
_SINGLE_CHANNEL = frozenset({"MONOCHROME1", "MONOCHROME2", "PALETTE COLOR"})
_PAGES = (
    ("patient", "protocol"),
    ("protocole", "patient"),
    ("dose", "report"),
    ("rapport", "dose"),
    ("dose", "info"),
    ("dose", "table"),
    ("exam", "summary"),
    ("screen", "save"),
    ("screen", "capture"),
)
"""Words that together, in a series description, say that its images are pages of text."""


LOOKED_AT = _OVERLAY_POSITIONS | _OVERLAYS | {
    SOP_CLASS, _IMAGE_TYPE, _MODALITY, _CONVERSION_TYPE, _DESCRIPTION,
    _SAMPLES, _PHOTOMETRIC, _FRAMES, _ROWS, _COLUMNS, _ALLOCATED, _BURNED_IN,
}  # fmt: skip
"""The elements that decide, beside the pixels: an object in which they are another's is judged as that one."""


def check_image(facts: Facts, syntax: Syntax, transfer_syntax_uid: str, data: bytes) -> None:
    """Raises UnprocessableError unless the object is an image that is unlikely to carry text.

    There must be exactly one pixel element of the length that the header asks for (PS3.5 8.1.1): more bytes could be
    anything, fewer mean that the object was cut off on its way. Encapsulated pixels start with an item (PS3.5 A.4).
    """
    order: Order = "little" if syntax.little else "big"
    if facts.text(SOP_CLASS) not in IMAGE_SOP_CLASSES:
        raise UnprocessableError(Reason.NOT_AN_IMAGE)
    if len(facts.pixels) != 1:
        raise UnprocessableError(Reason.NOT_AN_IMAGE)
    (pixels,) = facts.pixels
    if pixels.vr not in PIXEL_VRS:
        raise UnprocessableError(Reason.PIXELS_DO_NOT_FIT)
    if is_encapsulated(transfer_syntax_uid):
        fits = data[pixels.start : pixels.start + len(ITEM_BYTES)] == ITEM_BYTES
    else:
        expected = _native_bytes(facts, pixels, order)
        fits = not pixels.encapsulated and pixels.stop - pixels.start in {expected, expected + expected % 2}
    if not fits:
        raise UnprocessableError(Reason.PIXELS_DO_NOT_FIT)
    _check_no_text(facts, order)


def _check_no_text(facts: Facts, order: Order) -> None:
    if any(part != "NO" for part in _terms(facts, _BURNED_IN)):
        raise UnprocessableError(Reason.BURNED_IN_ANNOTATION)
    if _is_page(facts):
        raise UnprocessableError(Reason.BURNED_IN_ANNOTATION, "a screen, a page or a converted image")
    if set(_terms(facts, _PHOTOMETRIC)) - _SINGLE_CHANNEL:
        raise UnprocessableError(Reason.BURNED_IN_ANNOTATION, "a colour image")
    if "SECONDARY" in _terms(facts, _IMAGE_TYPE) and facts.number(_ALLOCATED, order) == _BYTE:
        raise UnprocessableError(Reason.BURNED_IN_ANNOTATION, "a secondary image of eight bits")
    if any(_is_hidden_overlay(facts, position, order) for position in _OVERLAY_POSITIONS.intersection(facts.values)):
        raise UnprocessableError(Reason.BURNED_IN_ANNOTATION, "an overlay in unused bits of the pixels")


def _is_page(facts: Facts) -> bool:
    kinds = _terms(facts, _IMAGE_TYPE)
    if _SCREENS.intersection(kinds) or any(kind.endswith(_PROTOCOL_PAGE) for kind in kinds):
        return True
    if _terms(facts, _CONVERSION_TYPE) or _NO_CROSS_SECTION.intersection(_terms(facts, _MODALITY)):
        return True
    description = facts.values.get(_DESCRIPTION)
    words = set(folded_words(description.decode("latin-1"))) if description else set()
    return bool(words) and any(words.issuperset(page) for page in _PAGES)


def _is_hidden_overlay(facts: Facts, position: int, order: Order) -> bool:
    """An overlay whose bits stand in the pixel data (PS3.3 C.9.2, retired): it stays when its group goes.

    `position`: the tag of its bit position.
    """
    data = position - _OVERLAY_BIT_POSITION + _OVERLAY_DATA
    return bool(facts.number(position, order)) and data not in facts.values


def _native_bytes(facts: Facts, pixels: Pixels, order: Order) -> int:
    """The length of native pixels (PS3.5 8.1.1), without padding."""
    rows, columns = facts.number(_ROWS, order), facts.number(_COLUMNS, order)
    bits = _BITS_OF.get(pixels.tag) or facts.number(_ALLOCATED, order)
    samples = facts.number(_SAMPLES, order) or 1
    frames = facts.text(_FRAMES) or "1"
    if rows is None or columns is None or bits is None or not frames.isdecimal() or len(frames) > _MOST_DIGITS:
        raise UnprocessableError(Reason.PIXELS_DO_NOT_FIT)
    return -(-samples * rows * columns * max(int(frames), 1) * bits // _BYTE)


def _terms(facts: Facts, tag: int) -> list[str]:
    value = facts.values.get(tag)
    if not value:
        return []
    parts = value.decode("latin-1").strip(" \0").upper().split("\\")
    return [part.strip() for part in parts if part.strip()]
