"""The file meta information of a DICOM file (PS3.10 7.1): whose data set follows, how written, and where."""

import re
import struct
from dataclasses import dataclass

from pydicom.valuerep import VR

PREAMBLE_BYTES = 128
PREFIX = b"DICM"
LONGEST_META = 1 << 16
"""Bytes that are looked through; what people put into a file's meta information takes some hundred."""

_UID = re.compile(r"[0-9.]{1,64}")
"""PS3.5 9.1, without its rule on leading zeros: old devices break it, and peers take it."""

_SHORT, _LONG = struct.Struct("<HH2sH"), struct.Struct("<HH2sxxI")
_LONG_VRS = frozenset({b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"})
_VRS = frozenset(vr.value.encode("ascii") for vr in VR if len(vr.value) == 2)  # noqa: PLR2004
_GROUP, _LENGTH, _UL_BYTES = 0x0002, 0x0000, 4
_SOP_CLASS, _SOP_INSTANCE, _TRANSFER_SYNTAX = 0x0002, 0x0003, 0x0010


class FileMetaError(ValueError):
    """No DICOM file, or a damaged one."""


class CutOffError(FileMetaError):
    """The bytes end within the file meta information: with more of them it may be whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMeta:
    """What a C-STORE must know of a file."""

    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax_uid: str
    data_set_at: int
    """Bytes before the data set."""


def begins_like_dicom(content: bytes | bytearray) -> bool:
    return content[PREAMBLE_BYTES : PREAMBLE_BYTES + len(PREFIX)] == PREFIX


def read_file_meta(content: bytes | bytearray, *, more_may_come: bool = False) -> FileMeta:
    """Read the beginning of a file. Raises CutOffError, FileMetaError."""
    if more_may_come and len(content) < PREAMBLE_BYTES + len(PREFIX):
        raise CutOffError("the preamble is cut off")
    if not begins_like_dicom(content):
        raise FileMetaError("no DICOM file")
    values: dict[int, bytes] = {}
    position = PREAMBLE_BYTES + len(PREFIX)
    while True:
        try:
            group, element, vr, length = _SHORT.unpack_from(content, position)
            if group != _GROUP:
                break
            header = _LONG if vr in _LONG_VRS else _SHORT
            length = header.unpack_from(content, position)[3]
        except struct.error:
            if position == len(content) and values and not more_may_come:
                break  # a file without a data set
            raise CutOffError("the file meta information is cut off") from None
        if vr not in _VRS or (element == _LENGTH and length != _UL_BYTES):
            raise FileMetaError("the file meta information is damaged")
        position += header.size + length
        if position > len(content):
            raise CutOffError("the file meta information is cut off")
        values[element] = bytes(content[position - length : position])
    return FileMeta(
        sop_class_uid=_uid(values, _SOP_CLASS),
        sop_instance_uid=_uid(values, _SOP_INSTANCE),
        transfer_syntax_uid=_uid(values, _TRANSFER_SYNTAX),
        data_set_at=position,
    )


def _uid(values: dict[int, bytes], element: int) -> str:
    text = values.get(element, b"").decode("ascii", "replace").rstrip("\0 ")
    if _UID.fullmatch(text) is None:
        raise FileMetaError("the file meta information lacks a UID")
    return text
