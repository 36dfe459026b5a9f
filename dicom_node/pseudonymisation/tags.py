"""Attributes that more than one module knows by name, as numbers."""

CHARSET = 0x00080005
SOP_CLASS, SOP_INSTANCE = 0x00080016, 0x00080018
STUDY, SERIES, FRAME_OF_REFERENCE = 0x0020000D, 0x0020000E, 0x00200052
UIDS = frozenset({SOP_CLASS, SOP_INSTANCE, STUDY, SERIES})
"""By which an object is known."""

PIXEL_GROUP = 0x7FE0
PIXEL_TAGS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
"""FloatPixelData, DoubleFloatPixelData, PixelData."""

PIXEL_VRS = frozenset({"OB", "OW", "OF", "OD", ""})

_ODD = 0x10000


def is_private(tag: int) -> bool:
    """Whether an attribute is private: its group is odd (PS3.5 7.8)."""
    return bool(tag & _ODD)
