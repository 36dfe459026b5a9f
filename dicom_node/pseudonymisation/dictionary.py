"""Value representations of standard attributes (PS3.6), and which of them may stand in for one another."""

from functools import lru_cache

from pydicom.datadict import dictionary_has_tag, dictionary_VR, repeater_has_tag

from dicom_node.pseudonymisation.tags import is_private

UNKNOWN = ""
"""No VR: the attribute is in no dictionary of ours."""

TEXT = frozenset({"LO", "LT", "SH", "ST", "UC", "UT"})
NUMBERS = frozenset({"DS", "FD", "FL", "IS", "SL", "SS", "SV", "UL", "US", "UV"})
BULK = frozenset({"OB", "OD", "OF", "OL", "OV", "OW"})

_FIRST_CREATOR, _LAST_CREATOR = 0x10, 0xFF
"""Elements of an odd group that name the creator of a block (PS3.5 7.8.1)."""

_NEWER: dict[int, str] = {
    # Attributes of edition 2026d that the installed dictionary does not hold yet.
    **dict.fromkeys(
        [
            *(0x00081301, 0x00081302, 0x00081303, 0x00081304),
            *(0x00100011, 0x00100014, 0x00100015, 0x00100041, 0x00100043, 0x00100044, 0x00100046),
        ],
        "SQ",
    ),
    **dict.fromkeys((0x0040A034, 0x0040A035, 0x0040B034, 0x0040B036), "DT"),
    **dict.fromkeys((0x00100013, 0x00100016, 0x00100042, 0x00100045), "UT"),
    **dict.fromkeys((0x00100047, 0x0040E012), "UR"),
    **dict.fromkeys((0x3004007F, 0x0040B03B, 0x0040B03F), "LO"),
    0x00100012: "LT",
    0x00102162: "UC",
}


@lru_cache(maxsize=8192)
def dictionary_vrs(tag: int) -> tuple[str, ...]:
    """The VRs that PS3.6 allows the attribute, the usual one first; none when it is not in PS3.6."""
    if is_private(tag):
        return ()
    if dictionary_has_tag(tag) or repeater_has_tag(tag):
        return tuple(vr for vr in dictionary_VR(tag).split(" or ") if vr != "NONE")
    newer = _NEWER.get(tag)
    return (newer,) if newer else ()


def effective_vr(tag: int, vr: str) -> str:
    """The VR by which to treat an element that came with `vr` ("" or UN: none given); UNKNOWN when there is none.

    A VR that is of another kind than the dictionary's is not believed: the answer is UNKNOWN.
    """
    known = dictionary_vrs(tag)
    if not known:
        return UNKNOWN
    if vr in {"", "UN"}:
        return known[0]
    return vr if any(are_alike(vr, allowed) for allowed in known) else UNKNOWN


def are_alike(one: str, other: str) -> bool:
    """Whether editions and encoders use the two VRs for one attribute, with values of the same kind."""
    return one == other or any(one in kind and other in kind for kind in (TEXT, NUMBERS, BULK))


@lru_cache(maxsize=8192)
def implicit_vr(tag: int) -> str:
    """The VR of an element encoded without one (PS3.5 7.1.3, Annex A.1); UNKNOWN when no dictionary says it."""
    if is_private(tag):
        return "LO" if _FIRST_CREATOR <= tag & 0xFFFF <= _LAST_CREATOR else UNKNOWN
    known = dictionary_vrs(tag)
    return "OW" if "OW" in known else known[0] if known else UNKNOWN
