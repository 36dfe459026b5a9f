"""What the act of reading refuses, and what the caller should do.

AnnotationError
├── NotFoundError               ask for something that exists
│   ├── PatientNotFoundError
│   ├── StudyNotFoundError
│   ├── SeriesNotFoundError
│   ├── ObjectNotFoundError
│   ├── LesionNotFoundError
│   ├── ReadingNotFoundError    the reading, or that revision of it
│   ├── NothingReadError        the lesion has no reading yet: record one
│   ├── ProtocolNotFoundError
│   └── AssignmentNotFoundError
├── NotTheirTaskError           somebody else has to do this
├── NotNowError                 the reading has not come so far, or is past it
├── UnacceptableError           correct the named fields and try again
├── IdentifyingTextError        look at the named places; correct them, or say that the text was checked
├── StaleRevisionError          someone revised it meanwhile: read it again, then decide
└── PlaceInListError            the list has no such place: start again at its beginning

Those of drafts grow on the same tree: `annotation.draft_errors`; that of imports: `annotation.importing.errors`.
"""

from collections.abc import Iterable, Mapping

from annotation.identifying_text import Suspicion
from lesion_model.errors import Problem


class AnnotationError(Exception):
    """Root of this package's tree. Messages carry pseudonymised identifiers at most."""


class NotFoundError(AnnotationError):
    """There is no such thing."""


class PatientNotFoundError(NotFoundError):
    """No patient has this pseudonym."""

    def __init__(self) -> None:
        super().__init__("no such patient")


class StudyNotFoundError(NotFoundError):
    """No study has this UID."""

    def __init__(self) -> None:
        super().__init__("no such study")


class SeriesNotFoundError(NotFoundError):
    """The study has no series of this UID."""

    def __init__(self) -> None:
        super().__init__("no such series in this study")


class ObjectNotFoundError(NotFoundError):
    """No stored object has this UID."""

    def __init__(self) -> None:
        super().__init__("no such object")


class LesionNotFoundError(NotFoundError):
    """No lesion has this identifier."""

    def __init__(self) -> None:
        super().__init__("no such lesion")


class ReadingNotFoundError(NotFoundError):
    """No reading has this identifier, or it has no such revision."""

    def __init__(self) -> None:
        super().__init__("no such reading or revision")


class NothingReadError(NotFoundError):
    """The lesion was opened, but nobody has recorded a reading of it."""

    def __init__(self) -> None:
        super().__init__("this lesion has no reading yet")


class ProtocolNotFoundError(NotFoundError):
    """No protocol has this identifier."""

    def __init__(self) -> None:
        super().__init__("no such protocol")


class AssignmentNotFoundError(NotFoundError):
    """No assignment has this identifier."""

    def __init__(self) -> None:
        super().__init__("no such assignment")


class NotTheirTaskError(AnnotationError):
    """The study was given to others to read, or to adjudicate."""

    def __init__(self) -> None:
        super().__init__("this study was given to somebody else")


class NotNowError(AnnotationError):
    """What is asked for comes earlier or later in the reading of this study."""


class UnacceptableError(AnnotationError):
    """Some fields do not fit the rest; `problems` names them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(str(problem) for problem in self.problems))


class IdentifyingTextError(AnnotationError):
    """Free text that may name a patient: `suspicions` says where in which field, never what."""

    def __init__(self, suspicions: Mapping[str, tuple[Suspicion, ...]]) -> None:
        self.suspicions = suspicions
        super().__init__("free text may name a patient; correct it, or send it again with text_checked")


class StaleRevisionError(AnnotationError):
    """The revision was made from one that is no longer the newest."""

    def __init__(self, newest: int) -> None:
        self.newest = newest
        super().__init__(f"the reading is at revision {newest} by now")


class PlaceInListError(AnnotationError):
    """A list was asked to go on after something that is not in it."""

    def __init__(self) -> None:
        super().__init__("not a place in this list")
