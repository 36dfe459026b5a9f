"""What drafts and their signing refuse, and what the caller should do.

AnnotationError
├── NotFoundError
│   └── DraftNotFoundError      the one who asks has no such draft: list one's own
├── NotConfirmedError           confirm or change the named findings, then sign
├── StaleDraftError             it was saved elsewhere meanwhile: compare both versions, then save again
└── OvertakenDraftError         someone revised the reading meanwhile: compare both, then decide
"""

from collections.abc import Iterable

from annotation.draft import LesionDraft
from annotation.errors import AnnotationError, NotFoundError
from annotation.readings import LesionReading
from lesion_model.findings import Finding


class DraftNotFoundError(NotFoundError):
    """The one who asks has no draft of this identifier; whether someone else has, is not told."""

    def __init__(self) -> None:
        super().__init__("no such draft")


class NotConfirmedError(AnnotationError):
    """Values that were copied from an earlier reading are not signed before someone has looked at them."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(sorted(findings, key=lambda each: each.value))
        super().__init__(f"carried and not confirmed: {', '.join(each.value for each in self.findings)}")


class StaleDraftError(AnnotationError):
    """The change was made from a version that is no longer the last, `yours`; `current` is. Nothing was changed."""

    def __init__(self, current: LesionDraft, yours: int) -> None:
        self.current = current
        self.yours = yours
        super().__init__(f"the draft is at version {current.draft.version} by now")


class OvertakenDraftError(AnnotationError):
    """The draft revises a revision that is no longer the newest; `current` is. The draft is kept as it was."""

    def __init__(self, draft: LesionDraft, current: LesionReading) -> None:
        self.draft = draft
        self.current = current
        super().__init__(f"the reading is at revision {current.reading.revision} by now")
