"""What lesions refuse beside the errors of `annotation.errors`.

AnnotationError
├── LesionMergedError           go on with the lesion that it was merged into
├── LesionStateError            it is so already: look at it again
├── NotFoundError
│   └── NoPriorReadingError     nothing to carry forward: start with nothing known
└── StaleRevisionError
    └── StaleLesionError        someone changed it meanwhile: read it again, then decide
"""

from uuid import UUID

from annotation.errors import AnnotationError, NotFoundError, StaleRevisionError


class LesionMergedError(AnnotationError):
    """The lesion was found to be another one; that one goes on in its place."""

    def __init__(self, survivor: UUID) -> None:
        self.survivor = survivor
        super().__init__(f"this lesion was merged into {survivor}: go on with that one")


class LesionStateError(AnnotationError):
    """The lesion is in the wanted state already."""


class NoPriorReadingError(NotFoundError):
    """No other study up to this one's date has a reading of the lesion."""

    def __init__(self) -> None:
        super().__init__("this lesion has no reading on an earlier study")


class StaleLesionError(StaleRevisionError):
    """The change was decided on a version of the lesion that is no longer the newest."""

    def __init__(self, newest: int) -> None:
        super().__init__(newest)
        self.args = (f"the lesion is at version {newest} by now",)
