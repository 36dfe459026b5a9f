"""Which study a data set belongs to, as far as its first bytes tell."""

import zlib
from io import BytesIO

from pydicom.filereader import read_dataset
from pydicom.tag import BaseTag
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian

from annotation.nifti.damage import DAMAGED

_STUDY_INSTANCE_UID = 0x0020000D
_MOST_INFLATED = 1 << 22


def study_of(beginning: bytes, transfer_syntax_uid: str, *, is_whole: bool) -> str | None:
    """The Study Instance UID of a data set's top level; None when `beginning` does not hold it for certain."""
    has_passed = is_whole

    def is_beyond(tag: BaseTag, _vr: str | None, _length: int) -> bool:
        nonlocal has_passed
        has_passed = has_passed or int(tag) > _STUDY_INSTANCE_UID
        return int(tag) > _STUDY_INSTANCE_UID

    try:
        if transfer_syntax_uid == DeflatedExplicitVRLittleEndian:
            beginning = zlib.decompressobj(-zlib.MAX_WBITS).decompress(beginning, _MOST_INFLATED)
        found = read_dataset(
            BytesIO(beginning),
            is_implicit_VR=transfer_syntax_uid == ImplicitVRLittleEndian,
            is_little_endian=transfer_syntax_uid != ExplicitVRBigEndian,
            stop_when=is_beyond,
            specific_tags=[BaseTag(_STUDY_INSTANCE_UID)],
        )
        value = found.get(_STUDY_INSTANCE_UID)
    except DAMAGED:
        return None
    return str(value.value) if has_passed and value is not None and value.value else None
