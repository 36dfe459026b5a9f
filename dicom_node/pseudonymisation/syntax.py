"""How a data set is encoded (PS3.5 Annex A): with or without VR, which byte order, deflated or not."""

import zlib
from dataclasses import dataclass

from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from dicom_node.contexts import TRANSFER_SYNTAXES

LARGEST_INFLATED = 1 << 31
SMALLEST_BOMB = 1 << 26
LARGEST_RATIO = 100
"""A deflated data set that grows beyond the first, or beyond the second and so many times its size, is a bomb."""


class InflateError(Exception):
    """A deflated data set is broken or too large."""


@dataclass(frozen=True, slots=True)
class Syntax:
    """One way to encode elements."""

    explicit: bool
    little: bool = True


EXPLICIT_LITTLE = Syntax(explicit=True)
IMPLICIT_LITTLE = Syntax(explicit=False)
EXPLICIT_BIG = Syntax(explicit=True, little=False)

_NATIVE = frozenset(
    {ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian}
)
_OTHERS = {ImplicitVRLittleEndian: IMPLICIT_LITTLE, ExplicitVRBigEndian: EXPLICIT_BIG}


def syntax_of(transfer_syntax_uid: str) -> Syntax | None:
    """The encoding under a transfer syntax that the door accepts; None for any other.

    All compressed transfer syntaxes are explicit VR little endian (PS3.5 A.4).
    """
    if transfer_syntax_uid not in TRANSFER_SYNTAXES:
        return None
    return _OTHERS.get(transfer_syntax_uid, EXPLICIT_LITTLE)  # type: ignore[call-overload, no-any-return]


def is_deflated(transfer_syntax_uid: str) -> bool:
    """Whether the data set is deflated as a whole (PS3.5 A.5)."""
    return transfer_syntax_uid == DeflatedExplicitVRLittleEndian


def is_encapsulated(transfer_syntax_uid: str) -> bool:
    """Whether the pixel data are fragments (PS3.5 A.4)."""
    return syntax_of(transfer_syntax_uid) is not None and transfer_syntax_uid not in _NATIVE


def inflate(deflated: bytes | memoryview) -> bytes:
    """The data set of a deflated one. Raises InflateError."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        limit = min(LARGEST_INFLATED, max(SMALLEST_BOMB, LARGEST_RATIO * len(deflated)))
        data_set = stream.decompress(deflated, limit)
    except zlib.error:
        raise InflateError("broken") from None
    if not stream.eof:
        raise InflateError("cut off or too large")
    return data_set


def deflate(data_set: bytes) -> bytes:
    """A data set deflated as PS3.5 A.5 asks: raw, padded to an even length."""
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    deflated = stream.compress(data_set) + stream.flush()
    return deflated + b"\0" * (len(deflated) % 2)
