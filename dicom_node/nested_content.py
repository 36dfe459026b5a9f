"""What the sequences of a received object say, as far as it tells it from another of the same SOPInstanceUID.

It is read element by element and written in one form: implicit or explicit VR, lengths that are defined or not, one
content. Archives fill some sequences with what they know of orders, visits and themselves, differently from one
transfer to the next; these do not count, wherever they stand, nor do private elements.
"""

import struct

from dicom_node.pseudonymisation.codec import (
    DEEPEST,
    ITEM,
    ITEM_END,
    SEQUENCE_END,
    UNDEFINED,
    StructureError,
    codec_of,
)
from dicom_node.pseudonymisation.dictionary import implicit_vr
from dicom_node.pseudonymisation.facts import Nested
from dicom_node.pseudonymisation.syntax import IMPLICIT_LITTLE, Syntax
from dicom_node.pseudonymisation.tags import is_private
from dicom_node.pseudonymisation.values import BINARY_VRS

ABOUT_THE_TRANSFER = frozenset(
    {
        0x00080001,  # LengthToEnd
        0x00080005,  # SpecificCharacterSet
        0x00080054,  # RetrieveAETitle
        0x00080056,  # InstanceAvailability
        0x00880130,  # StorageMediaFileSetID
        0x00880140,  # StorageMediaFileSetUID
        0xFFFCFFFC,  # DataSetTrailingPadding
    }
)
"""Values, at any level."""

FROM_THE_ARCHIVE = frozenset(
    {
        0x00080051,  # IssuerOfAccessionNumberSequence
        0x00081032,  # ProcedureCodeSequence
        0x00081110,  # ReferencedStudySequence
        0x00081111,  # ReferencedPerformedProcedureStepSequence
        0x00081120,  # ReferencedPatientSequence
        0x00100024,  # IssuerOfPatientIDQualifiersSequence
        0x00101002,  # OtherPatientIDsSequence
        0x0018A001,  # ContributingEquipmentSequence
        0x00321064,  # RequestedProcedureCodeSequence
        0x00380014,  # IssuerOfAdmissionIDSequence
        0x00380064,  # IssuerOfServiceEpisodeIDSequence
        0x00400026,  # OrderPlacerIdentifierSequence
        0x00400027,  # OrderFillerIdentifierSequence
        0x00400275,  # RequestAttributesSequence
        0x0040A370,  # ReferencedRequestSequence
        0x00880200,  # IconImageSequence
        0x04000500,  # EncryptedAttributesSequence
        0x04000561,  # OriginalAttributesSequence
        0x4FFE0001,  # MACParametersSequence
        0xFFFAFFFA,  # DigitalSignaturesSequence
    }
)
"""Sequences that a PACS puts in or fills by what it knows, at any level."""

PADDING = b" \0"
HEAD = struct.Struct(">IQ")
"""Of a value: its tag and length."""


def content_of(tag: int, nested: Nested) -> bytes:
    """What one sequence says; empty when that is nothing. What cannot be read says what its bytes are."""
    if tag in FROM_THE_ARCHIVE:
        return b""
    try:
        return _sequence(tag, nested.data, (0, len(nested.data)), nested.syntax, 0)[0]
    except (StructureError, struct.error):
        return labelled(tag, nested.data)


def labelled(tag: int, value: bytes) -> bytes:
    """Behind its tag and length, so that what follows cannot be taken for a part of it."""
    return HEAD.pack(tag, len(value)) + value


def _sequence(tag: int, data: bytes, span: tuple[int, int], syntax: Syntax, depth: int) -> tuple[bytes, int]:
    """What a sequence says, and where it ends. `span`: of its items, as far as its length tells."""
    if depth > DEEPEST:
        raise StructureError("nested too deeply")
    position, end = span
    read = codec_of(syntax).read
    items = []
    while position < end:
        found, _, value, length = read(data, position)
        if found == SEQUENCE_END:
            position = value
            break
        if found != ITEM:
            raise StructureError("a sequence without items")
        content, position = _item(data, (value, _end(value, length, end)), syntax, depth)
        items.append(content)
    said = b"".join(labelled(ITEM, content) for content in items) if any(items) else b""
    return (labelled(tag, said) if said else b""), position


def _item(data: bytes, span: tuple[int, int], syntax: Syntax, depth: int) -> tuple[bytes, int]:
    position, end = span
    codec = codec_of(syntax)
    pieces = []
    while position < end:
        tag, vr, value, length = codec.read(data, position)
        if tag == ITEM_END:
            position = value
            break
        counts = not is_private(tag) and tag not in FROM_THE_ARCHIVE
        if counts and _is_sequence(tag, vr, is_open=length == UNDEFINED):
            inside = IMPLICIT_LITTLE if vr == "UN" else syntax  # PS3.5 6.2.2
            piece, position = _sequence(tag, data, (value, _end(value, length, end)), inside, depth + 1)
            pieces.append(piece)
            continue
        position = _end(value, length, end) if length != UNDEFINED else codec.end_of_items(data, (tag, vr, value), end)
        if counts:
            pieces.append(_value(tag, data[value:position]))
    return b"".join(pieces), position


def _end(value: int, length: int, within: int) -> int:
    if length == UNDEFINED:
        return within
    if value + length > within:
        raise StructureError("a value is cut off")
    return value + length


def _is_sequence(tag: int, vr: str, *, is_open: bool) -> bool:
    return vr == "SQ" or (vr in {"UN", ""} and (is_open or implicit_vr(tag) == "SQ"))


def _value(tag: int, value: bytes) -> bytes:
    """Zeros at the end of a binary value are not padding."""
    value = value if implicit_vr(tag) in BINARY_VRS else value.rstrip(PADDING)
    return labelled(tag, value) if value and tag & 0xFFFF and tag not in ABOUT_THE_TRANSFER else b""
