"""A DICOM file's frame (PS3.10 7): preamble, file meta information, and where the data set starts."""

import struct
from dataclasses import dataclass
from functools import lru_cache

from dicom_node.pseudonymisation.codec import Codec, StructureError
from dicom_node.pseudonymisation.marks import VERSION
from dicom_node.pseudonymisation.syntax import EXPLICIT_LITTLE
from dicom_node.pseudonymisation.values import padded

IMPLEMENTATION_CLASS_UID = "2.25.249337110563120178284562178436241310721"
PREAMBLE = bytes(128)
PREFIX = b"DICM"
OWN_BYTES = f"OSTEON_{VERSION}\0{IMPLEMENTATION_CLASS_UID}\0".encode("ascii")
"""What the file meta information says of us."""

_META = len(PREAMBLE) + len(PREFIX)
_GROUP = b"\2\0"
_TRANSFER_SYNTAX = 0x00020010
_SOP_INSTANCE = 0x00020003
_CODEC = Codec(EXPLICIT_LITTLE)


@dataclass(frozen=True, slots=True)
class Frame:
    """What comes before the data set."""

    transfer_syntax_uid: str
    data_set: int
    """Where the data set starts."""
    sop_instance_uid: str = ""
    """As the file meta information has it."""


def read_frame(file: bytes) -> Frame:
    """Find transfer syntax and data set. Raises StructureError when it is no DICOM file."""
    if file[len(PREAMBLE) : _META] != PREFIX:
        raise StructureError("no DICOM file")
    position, syntax, instance = _META, "", ""
    try:
        while file[position : position + len(_GROUP)] == _GROUP:
            tag, _, value, length = _CODEC.read(file, position)
            position = value + length
            if tag == _TRANSFER_SYNTAX:
                syntax = file[value:position].decode("ascii", "replace").strip(" \0")
            elif tag == _SOP_INSTANCE:
                instance = file[value:position].decode("ascii", "replace").strip(" \0")
    except struct.error:
        raise StructureError("the file meta information is cut off") from None
    return Frame(syntax, position, instance)


def new_frame(*, sop_class_uid: str, sop_instance_uid: str, transfer_syntax_uid: str) -> bytes:
    """Preamble of zeros and file meta information of our own; nothing of the sender's."""
    before, after = _around_the_instance(sop_class_uid, transfer_syntax_uid)
    instance = _element(_SOP_INSTANCE, "UI", sop_instance_uid.encode("ascii"))
    length = struct.pack("<I", len(before) + len(instance) + len(after))
    return b"".join((PREAMBLE, PREFIX, _element(0x00020000, "UL", length), before, instance, after))


@lru_cache(maxsize=64)
def _around_the_instance(sop_class_uid: str, transfer_syntax_uid: str) -> tuple[bytes, bytes]:
    """What stands before and behind the SOPInstanceUID: the same for all objects of a kind."""
    before = ((0x00020001, "OB", b"\0\1"), (0x00020002, "UI", sop_class_uid.encode("ascii")))
    after = (
        (_TRANSFER_SYNTAX, "UI", transfer_syntax_uid.encode("ascii")),
        (0x00020012, "UI", IMPLEMENTATION_CLASS_UID.encode("ascii")),
        (0x00020013, "SH", f"OSTEON_{VERSION}".encode("ascii")[:16]),
    )
    return b"".join(_element(*each) for each in before), b"".join(_element(*each) for each in after)


def _element(tag: int, vr: str, value: bytes) -> bytes:
    even = padded(value, vr)
    return _CODEC.header(tag, vr, len(even)) + even
