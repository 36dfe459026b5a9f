"""Values that mean nothing, one per VR, for attributes that must have one (action D of PS3.15 E.3)."""

from collections.abc import Mapping
from types import MappingProxyType

TEXT = "REMOVED"
CODE = (TEXT, "99OSTEON", "Removed")
"""Code value, scheme and meaning of the one item of a code sequence whose codes had to go."""

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
    """A value of that VR as encoded, padded to even length; None for SQ, UI and VRs unknown.

    A sequence gets one item: empty, or `CODE` when it is a code sequence.
    """
    text = _VALUES.get(vr)
    if text is not None:
        encoded = text.encode("ascii")
        return encoded + b" " * (len(encoded) % 2)
    width = _WIDTHS.get(vr)
    return bytes(width) if width else None
