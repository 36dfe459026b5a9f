"""What reading a damaged DICOM file may raise: pydicom trusts lengths, VRs and character sets as it finds them."""

import struct
import zlib

from pydicom.errors import BytesLengthException, InvalidDicomError

DAMAGED: tuple[type[Exception], ...] = (
    ArithmeticError,
    AttributeError,
    BytesLengthException,
    EOFError,
    InvalidDicomError,
    LookupError,
    MemoryError,
    NotImplementedError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
