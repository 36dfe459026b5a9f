"""What reading a damaged DICOM file may raise: pydicom trusts lengths, VRs and character sets as it finds them."""

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from pydicom.errors import BytesLengthException, InvalidDicomError

from annotation.nifti.refusals import Reason, RefusedSeriesError

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


def is_of_machine(error: Exception) -> bool:
    """No fault of the content: a disk that fails, a file that is not there. Those have a number, pydicom's own none."""
    return isinstance(error, OSError) and error.errno is not None


@contextmanager
def refusing_damage(reason: Reason, detail: str = "", *more: type[Exception]) -> Iterator[None]:
    """Raises RefusedSeriesError for what is damaged. `more`: what else is taken for damage.

    Errors of the machine stay what they are: a refusal is for good, and they may be gone with the next try.
    """
    try:
        yield
    except (*DAMAGED, *more) as error:
        if is_of_machine(error):
            raise
        raise RefusedSeriesError(reason, detail) from error
