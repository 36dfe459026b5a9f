"""The last look at a header before it leaves: is an identifying value of the source still in its bytes?

The caller passes every byte that was written except the pixel data, which are copied as they were. ASCII letters are
compared without case, other scripts in the encodings that `spellings` knows, and ASCII also as UTF-16.

Limits, by design: numbers of fewer than five digits, common words of radiology and parts of names with fewer than
three letters are not searched, for they are found in any header. A number of up to six digits does not count in a
value whose VR is a number or a time (DS, IS, TM, AS), nor one of up to eight in a date (DA, DT), which was shifted:
there it is what it says, and coincides with an identifier by chance.
"""

from typing import NamedTuple

from pydicom.datadict import dictionary_VR

from dicom_node.pseudonymisation.identifying import Bound, IdentifyingValues, Kind, Needle, Stem
from dicom_node.pseudonymisation.spellings import without_separators


class Residue(NamedTuple):
    """What was found: what kind of value, and at which byte of the header. Never the value itself."""

    kind: Kind
    offset: int


SHORTEST_UID = 12
"""Characters; real ones have twenty and more."""

_DIGITS = frozenset(b"0123456789")
_ALPHANUMERIC = frozenset(b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_SEPARATORS = frozenset(b" \t\r\n\0^=\\,;:.-_+/()[]{}<>\"'|#*&@!?")
_NUL = frozenset({0})
_POINT = frozenset(b".")
_OF_A_NUMBER = frozenset(b"0123456789.+-eE\\ :")
_PRINTABLE = frozenset(range(0x20, 0x7F))
_VRS_OF_NUMBERS = frozenset({b"DS", b"IS", b"TM", b"AS"})
_VRS_OF_DATES = frozenset({b"DA", b"DT"})
_LONG_VRS = frozenset({b"OB", b"UC", b"UN", b"UR", b"UT"})
_VRS = _VRS_OF_NUMBERS | _VRS_OF_DATES | frozenset({b"AE", b"CS", b"LO", b"LT", b"PN", b"SH", b"ST", b"UI"})
_LONGEST_MEASURE = 6
_LONGEST_DATE = 8
_LETTER_OR_NUL = bytes(
    0 if byte == 0 else ord("a") if byte in b"abcdefghijklmnopqrstuvwxyz0123456789 ^-=_.'" else ord("-")
    for byte in range(256)
)
_FIVE_WIDE = b"a\0a\0a\0a\0a"
_MOST_CHANCES = 1000
"""So many coincidences in one header are none, and looking at each would take too long."""

_LONGEST_WALK = 1024
_SHORT_HEADER = 4
_LONG_HEADER = 8


def find_residue(header: bytes, values: IdentifyingValues) -> Residue | None:
    """The first identifying value found in `header`, or None."""
    small = header.lower()
    compact = without_separators(small)
    for stem in values.stems:
        if stem.sought in compact:
            found = _find_any(header, small, stem.needles)
            if found is not None:
                return found
    return _find_wide(header, small, values)


def without_hits(values: IdentifyingValues, own: bytes) -> IdentifyingValues:
    """The values without what would be found in `own`, bytes that are written into every file of ours."""
    small = own.lower()
    hits = {needle for needle in values.needles if _find_any(own, small, (needle,)) is not None}
    if not hits:
        return values
    stems = (Stem(stem.sought, tuple(needle for needle in stem.needles if needle not in hits)) for stem in values.stems)
    return IdentifyingValues(
        words=values.words,
        stems=tuple(stem for stem in stems if stem.needles),
        wide=tuple(needle for needle in values.wide if needle not in hits),
    )


def has_uid(header: bytes, uid: str) -> bool:
    """Whether a UID of the source stands in `header`. One that is as short as a version number is not looked for."""
    if len(uid) < SHORTEST_UID:
        return False
    needle = Needle(uid.encode("ascii", "replace"), Bound.UID, Kind.UID)
    return _find_any(header, header, (needle,)) is not None


def _find_any(header: bytes, small: bytes, needles: tuple[Needle, ...]) -> Residue | None:
    for needle in needles:
        at, chances = small.find(needle.sought), 0
        while at >= 0:
            if _counts(header, at, needle) or chances > _MOST_CHANCES:
                return Residue(needle.kind, at)
            at, chances = small.find(needle.sought, at + 1), chances + 1
    return None


def _find_wide(header: bytes, small: bytes, values: IdentifyingValues) -> Residue | None:
    """Longer words written with two bytes a letter (UTF-16, either order): every second byte makes them plain."""
    if _FIVE_WIDE not in small.translate(_LETTER_OR_NUL):
        return None
    for parity in (0, 1):
        half = small[parity::2]
        found = _find_any(header[parity::2], half, values.wide)
        if found is not None:
            return Residue(found.kind, 2 * found.offset + parity)
    return None


def _counts(header: bytes, at: int, needle: Needle) -> bool:
    end = at + len(needle.sought)
    if needle.bound is Bound.ANYWHERE:
        return True
    if needle.bound is Bound.UID:
        return not _is_in(header, at - 1, _DIGITS) and not _is_in(header, end, _DIGITS)
    if needle.bound is Bound.NUMBER:
        return _is_whole_number(header, at, end) and not _is_measure(header, at, end)
    if needle.bound is Bound.WORD:
        return _begins(header, at, _ALPHANUMERIC) and _ends(header, at, end, _ALPHANUMERIC)
    return _is_short_word(header, at, end)


def _is_in(header: bytes, at: int, these: frozenset[int]) -> bool:
    return 0 <= at < len(header) and header[at] in these


def _begins(header: bytes, at: int, alike: frozenset[int]) -> bool:
    """Whether no character of the same sort stands before; the length of a big-endian value may look like one."""
    return not _is_in(header, at - 1, alike) or _vr_before(header, at) is not None


def _ends(header: bytes, at: int, end: int, alike: frozenset[int]) -> bool:
    """Whether no character of the same sort follows; the next tag may look like one (0054,xxxx is "T", NUL)."""
    return not _is_in(header, end, alike) or _is_in(header, end + 1, _NUL) or end == _end_of_value(header, at)


def _is_whole_number(header: bytes, at: int, end: int) -> bool:
    begins = _begins(header, at, _DIGITS) and not (_is_in(header, at - 1, _POINT) and _is_in(header, at - 2, _DIGITS))
    goes_on = _is_in(header, end, _POINT) and _is_in(header, end + 1, _DIGITS)
    return begins and not goes_on and _ends(header, at, end, _DIGITS)


def _is_measure(header: bytes, at: int, end: int) -> bool:
    """Whether the number stands in a value that is a measure, a time of day or a date by its VR."""
    if end - at > _LONGEST_DATE:
        return False
    start = _walk_back(header, at, _OF_A_NUMBER)
    vr = _vr_before(header, start) or _vr_by_tag(header, start)
    return vr in _VRS_OF_DATES or (vr in _VRS_OF_NUMBERS and end - at <= _LONGEST_MEASURE)


def _walk_back(header: bytes, at: int, these: frozenset[int]) -> int:
    """The beginning of the run of bytes of some sort that ends at `at`; not further than a value may reach."""
    start = at
    while _is_in(header, start - 1, these) and at - start < _LONGEST_WALK:
        start -= 1
    return start


def _is_short_word(header: bytes, at: int, end: int) -> bool:
    begins = at == 0 or _is_in(header, at - 1, _SEPARATORS) or _vr_before(header, at) is not None
    if not begins:
        return False
    follows = end == len(header) or _is_in(header, end, _SEPARATORS) or _is_in(header, end + 1, _NUL)
    return follows or end == _end_of_value(header, at)


def _vr_before(header: bytes, start: int) -> bytes | None:
    """The VR of the explicit element whose value begins at `start` (PS3.5 7.1.2), or None."""
    if start >= _SHORT_HEADER and (vr := header[start - 4 : start - 2]) in _VRS:
        return vr
    if (
        start >= _LONG_HEADER
        and (vr := header[start - 8 : start - 6]) in _LONG_VRS
        and header[start - 6 : start - 4] == b"\0\0"
    ):
        return vr
    return None


def _vr_by_tag(header: bytes, start: int) -> bytes | None:
    """The VR of the implicit little-endian element whose value begins at `start` (PS3.5 7.1.3), or None."""
    if start < _LONG_HEADER:
        return None
    tag = int.from_bytes(header[start - 8 : start - 6], "little") << 16 | int.from_bytes(
        header[start - 6 : start - 4], "little"
    )
    try:
        return dictionary_VR(tag).encode("ascii")
    except KeyError:
        return None


def _end_of_value(header: bytes, at: int) -> int | None:
    """Where the explicit little-endian value that holds `at` ends, when its beginning can be seen."""
    start = _walk_back(header, at, _PRINTABLE)
    if _vr_before(header, start) is None:
        return None
    if header[start - 4 : start - 2] in _VRS:
        return start + int.from_bytes(header[start - 2 : start], "little")
    return start + int.from_bytes(header[start - 4 : start], "little")
