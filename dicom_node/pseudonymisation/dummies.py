"""Values that mean nothing, one per VR, for attributes that must have one (action D of PS3.15 E.3)."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from pydicom.datadict import keyword_for_tag

from dicom_node.pseudonymisation.codec import ITEM
from dicom_node.pseudonymisation.values import padded

TEXT = "REMOVED"
CODE = (TEXT, "99OSTEON", "Removed")
"""Code value, scheme and meaning of the one item of a code sequence whose codes had to go."""

_CODE_TAGS = ((0x00080100, "SH"), (0x00080102, "SH"), (0x00080104, "LO"))
_VALUES: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(("AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"), TEXT)
    | dict.fromkeys(("DS", "IS"), "0")
    | {"AS": "000Y", "DA": "19000101", "DT": "19000101000000", "TM": "000000"}
)
_WIDTHS: Mapping[str, int] = MappingProxyType(
    dict.fromkeys(("SS", "US", "OB", "OW", "UN"), 2)
    | dict.fromkeys(("AT", "FL", "OF", "OL", "SL", "UL"), 4)
    | dict.fromkeys(("FD", "OD", "OV", "SV", "UV"), 8)
)


def dummy_value(vr: str) -> bytes | None:
    """A value of that VR as encoded, padded to even length; None for SQ (`dummy_sequence`), UI and VRs unknown."""
    text = _VALUES.get(vr)
    if text is not None:
        return padded(text.encode("ascii"), vr)
    width = _WIDTHS.get(vr)
    return bytes(width) if width else None


def dummy_sequence(tag: int, header: Callable[[int, str, int], bytes]) -> bytes:
    """The value of a sequence with one item: empty, or `CODE` when it is a code sequence.

    `header`: how the header of an element (tag, VR, length) is encoded.
    """
    content = b""
    if keyword_for_tag(tag).endswith("CodeSequence"):
        texts = (padded(text.encode("ascii"), "LO") for text in CODE)
        content = b"".join(header(tag, vr, len(text)) + text for (tag, vr), text in zip(_CODE_TAGS, texts, strict=True))
    return header(ITEM, "", len(content)) + content
