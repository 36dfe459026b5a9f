"""Whether the bytes of a kept value are what its VR allows (PS3.5 6.2): a name has no place in a number."""

import re

from pydicom.datadict import dictionary_VM

ITEM_BYTES = {
    "AT": 4, "FD": 8, "FL": 4, "OV": 8, "SL": 4, "SS": 2, "SV": 8, "UL": 4, "US": 2, "UV": 8,
}  # fmt: skip
BULK_VRS = frozenset({"OB", "OD", "OF", "OL", "OW"})
WORD_VRS = frozenset({"CS", "LO", "SH"})
NUMBER_VRS = frozenset({"DS", "IS"})
MOST_VALUES = 64
"""Of an attribute with any number of values."""

_TIME = rb"(?:[01]\d|2[0-3])(?::?[0-5]\d(?::?[0-6]\d(?:\.\d{1,6})?)?)?"
_DECIMAL = rb" *[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})? *"
_INTEGER = rb" *[+-]?\d{1,10} *"
_LONGEST_DECIMAL = 24
"""PS3.5 allows 16 characters; real scanners write a few more."""


def _values(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"(?:%b)?(?:\\(?:%b)?)*[ \0]*" % (pattern, pattern))


_TEXT_RULES = {
    "AS": re.compile(rb"(?:\d{3}[DWMY])?[ \0]*"),
    "CS": re.compile(rb"[A-Za-z0-9 _\-./\\]*\0?"),
    "DS": _values(_DECIMAL),
    "IS": _values(_INTEGER),
    "TM": _values(_TIME),
    "LO": re.compile(rb"[\x20-\x7e]*\0?"),
    "SH": re.compile(rb"[\x20-\x7e]*\0?"),
}


def is_allowed(tag: int, vr: str, value: bytes) -> bool:
    """Whether `value`, as encoded, can be that of an attribute. A VR that this list does not know never is.

    The length of bulk values (OB, OW…) is not judged here: see `pixels` and `look_up_tables`.
    """
    if vr in BULK_VRS:
        return True
    if vr in ITEM_BYTES:
        count, rest = divmod(len(value), ITEM_BYTES[vr])
        return rest == 0 and count <= _most_values(tag)
    if vr == "DS" and any(len(part) > _LONGEST_DECIMAL for part in value.split(b"\\")):
        return False
    rule = _TEXT_RULES.get(vr)
    return rule is not None and rule.fullmatch(value) is not None


def _most_values(tag: int) -> int:
    most = dictionary_VM(tag).split("-")[-1]
    return int(most) if most.isdigit() else MOST_VALUES
