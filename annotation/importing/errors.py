"""What importing refuses for a reason of its own; the rest are `UnacceptableError` and `NotFoundError`.

AnnotationError
└── UnreadableObjectError   the object is damaged, or no DICOM file: export it again
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from annotation.errors import AnnotationError
from lesion_model.errors import LesionModelError


class UnreadableObjectError(AnnotationError):
    """The object cannot be read as DICOM; what it holds is not repeated."""

    def __init__(self) -> None:
        super().__init__("not a DICOM object that can be read")


@contextmanager
def foreign() -> Iterator[None]:
    """Around the decoding of what others wrote, and nothing else: a database that fails is no damaged object.

    pydicom and highdicom raise what they happen to meet in a damaged object, with its values in the text: of all that,
    only that it cannot be read goes on.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they quote the values that they dislike
            yield
    except (AnnotationError, LesionModelError):
        raise
    except Exception:  # noqa: BLE001 - the boundary to foreign bytes
        raise UnreadableObjectError from None
