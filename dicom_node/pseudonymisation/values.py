"""What a value may look like by its VR when nothing says how to clean it, and how values are padded (PS3.5 6.2)."""

import re

from pydicom.datadict import dictionary_has_tag, dictionary_VM

ITEM_BYTES = {
    "AT": 4, "FD": 8, "FL": 4, "OV": 8, "SL": 4, "SS": 2, "SV": 8, "UL": 4, "US": 2, "UV": 8,
}  # fmt: skip
BULK_VRS = frozenset({"OB", "OD", "OF", "OL", "OW"})
BINARY_VRS = frozenset(ITEM_BYTES) | BULK_VRS
TEXT_VRS = frozenset({"LO", "LT", "PN", "SH", "ST", "UC", "UT"})
"""VRs whose values are encoded as Specific Character Set says (PS3.5 6.1.2.3)."""

_LONGEST_UNCHECKED = 8
"""Bytes of a binary value: no name of any length hides in them."""

SHORTEST_TEXT = 16
"""Bytes of a binary value that are taken for a text when all of them can be printed: numbers never are."""

_PRINTABLE = frozenset(range(0x20, 0x7F))
_NULL_PADDED = frozenset({"OB", "UI", "UN"})
_TIME = rb"(?:[01]\d|2[0-3])(?::?[0-5]\d(?::?[0-6]\d(?:\.\d{1,9})?)?)?"
_DATE = rb"\d{4}\.?\d{2}\.?\d{2}"
_DATE_TIME = rb"\d{4,14}(?:\.\d{1,9})?(?:[+-]\d{4})?"
_DECIMAL = rb"[ \t]*[+-]?(?:\d{1,20}\.?\d{0,60}|\.\d{1,60})(?:[eE][+-]?\d{1,3})?[ \t]*"
_INTEGER = rb" *[+-]?\d{1,10} *"
_UID = rb"[0-9.]{1,64}"


def _several(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"(?:%b)?(?:\\(?:%b)?)*[ \0]*" % (pattern, pattern))


_RULES = {
    "AE": re.compile(rb"[\x20-\x7e]*\0?"),
    "AS": re.compile(rb"(?:\d{3}[DWMY])?[ \0]*"),
    "CS": re.compile(rb"[\x20-\x7e]*\0?"),
    "DA": _several(_DATE),
    "DS": _several(_DECIMAL),
    "DT": _several(_DATE_TIME),
    "IS": _several(_INTEGER),
    "TM": _several(_TIME),
    "UI": _several(_UID),
    "UR": re.compile(rb"[\x20-\x7e]*\0?"),
}


def is_well_formed(tag: int, vr: str, value: bytes) -> bool:
    """Whether `value`, as encoded, can be of that VR: a name has no place in a number.

    Text VRs never are, here: whoever keeps one decodes it. Of binary values the number is that of PS3.6; the length
    of bulk data (OB, OW…) is not judged here.
    """
    size = ITEM_BYTES.get(vr)
    if size is not None:
        count, rest = divmod(len(value), size)
        if rest or (count > 1 and count > _most_values(tag)):
            return False
        return len(value) < SHORTEST_TEXT or not _PRINTABLE.issuperset(value)
    if vr in BULK_VRS:
        return True
    rule = _RULES.get(vr)
    return rule is not None and rule.fullmatch(value) is not None


def has_no_room_for_text(vr: str, length: int) -> bool:
    """Whether a binary value of that length is what it is, whatever its bytes are."""
    return length <= _LONGEST_UNCHECKED and length % ITEM_BYTES.get(vr, 1) == 0


def padded(value: bytes, vr: str) -> bytes:
    """A value of even length."""
    return value + (b"\0" if vr in _NULL_PADDED else b" ") * (len(value) % 2)


def _most_values(tag: int) -> int:
    """Of an attribute; as many as one element holds where PS3.6 sets no limit or does not know the attribute."""
    most = dictionary_VM(tag).split("-")[-1] if dictionary_has_tag(tag) else "n"
    return int(most) if most.isdigit() else 1 << 32
