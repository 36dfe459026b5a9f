"""What meetings refuse beside the errors of `annotation.errors`.

AnnotationError
├── NotFoundError
│   ├── MeetingNotFoundError    ask for a session that exists
│   └── DossierNotFoundError    the session does not have this patient: add them first
├── MeetingExistsError          take the session that there is
├── DossierExistsError          the session has this patient already
├── MeetingClosedError          open the session again first
└── StaleRevisionError
    └── StaleMeetingError       someone changed it meanwhile: read it again, then decide
"""

from uuid import UUID

from annotation.errors import AnnotationError, NotFoundError, StaleRevisionError


class MeetingNotFoundError(NotFoundError):
    """No session has this identifier."""

    def __init__(self) -> None:
        super().__init__("no such meeting")


class DossierNotFoundError(NotFoundError):
    """The session does not have this patient, or has them no more."""

    def __init__(self) -> None:
        super().__init__("this patient is not on this meeting")


class MeetingExistsError(AnnotationError):
    """On one day there is one session of a title."""

    def __init__(self, meeting_id: UUID) -> None:
        self.meeting_id = meeting_id
        super().__init__(f"there is a meeting of this title on that day, {meeting_id}")


class DossierExistsError(AnnotationError):
    """A patient is on a session once."""

    def __init__(self) -> None:
        super().__init__("this patient is on this meeting already")


class MeetingClosedError(AnnotationError):
    """What a closed session was about stays as it was."""

    def __init__(self) -> None:
        super().__init__("this meeting is closed; open it again first")


class StaleMeetingError(StaleRevisionError):
    """The version was made from one that is no longer the newest."""

    def __init__(self, newest: int) -> None:
        super().__init__(newest)
        self.args = (f"the meeting is at version {newest} by now",)
