"""Parsing a received object, and refusing at once what must not be treated at all."""

import struct
import zlib
from io import BytesIO

import pydicom
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.uid import DeflatedExplicitVRLittleEndian

from dicom_node.contexts import IMAGE_SOP_CLASSES, TRANSFER_SYNTAXES
from dicom_node.errors import UnprocessableError
from dicom_node.pixels import check_no_burned_in_text, check_pixels
from dicom_node.status import Reason

BROKEN = (
    InvalidDicomError,
    EOFError,
    struct.error,
    zlib.error,
    ValueError,
    LookupError,
    AttributeError,
    TypeError,
    OverflowError,
    NotImplementedError,
    RecursionError,
)
"""What pydicom raises over bytes that are not what they say."""

LARGEST_INFLATED = 1 << 30
"""Bytes: 1 GiB, more than any CT, MR or PET object that is worth deflating."""

_META_BYTES = 2048
_INFLATE_STEP = 1 << 20


def parse(source: bytes) -> Dataset:
    """The data set of a DICOM file, its elements still raw. Raises UnprocessableError with the reason."""
    try:
        _refuse_bombs(source)
        dataset = pydicom.dcmread(BytesIO(source))
        syntax = dataset.file_meta.TransferSyntaxUID
    except BROKEN as error:
        raise UnprocessableError(Reason.UNREADABLE, type(error).__name__) from None
    if syntax not in TRANSFER_SYNTAXES:
        raise UnprocessableError(Reason.UNREADABLE, "transfer syntax")
    if dataset.get("SOPClassUID") not in IMAGE_SOP_CLASSES:
        raise UnprocessableError(Reason.NOT_AN_IMAGE)
    check_pixels(dataset)
    check_no_burned_in_text(dataset)
    return dataset


def _refuse_bombs(source: bytes) -> None:
    """Raises ValueError for a deflated data set that grows beyond `LARGEST_INFLATED`."""
    if DeflatedExplicitVRLittleEndian.encode("ascii") not in source[:_META_BYTES]:
        return
    start = 144 + int.from_bytes(source[140:144], "little")
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    inflated, rest = 0, source[start:]
    while rest and inflated <= LARGEST_INFLATED:
        inflated += len(stream.decompress(rest, _INFLATE_STEP))
        rest = stream.unconsumed_tail
    if inflated > LARGEST_INFLATED:
        raise ValueError("a deflated data set that grows too large")
