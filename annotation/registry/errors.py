"""What the clinical record refuses beside the errors of `annotation.errors`.

AnnotationError
├── NotFoundError
│   ├── NoSuchFormError         the data dictionary has no such form
│   └── EntryNotFoundError      ask for an entry that exists
├── EntryExistsError            revise the one that there is
├── RecordErasedError           leave this patient out: their record was erased
└── StaleRevisionError
    └── StaleEntryError         someone revised it meanwhile: read it again, then decide
"""

from uuid import UUID

from annotation.errors import AnnotationError, NotFoundError, StaleRevisionError


class NoSuchFormError(NotFoundError):
    """The data dictionary has no form of this name."""

    def __init__(self) -> None:
        super().__init__("no such form")


class EntryNotFoundError(NotFoundError):
    """No entry of a clinical record has this identifier."""

    def __init__(self) -> None:
        super().__init__("no such entry")


class EntryExistsError(AnnotationError):
    """What an entry is of, a patient has one entry of: two would hide each other."""

    def __init__(self, entry_id: UUID) -> None:
        self.entry_id = entry_id
        super().__init__(f"the record has that already, {entry_id}: revise it")


class RecordErasedError(AnnotationError):
    """The patient's clinical record was erased, and there is none of them again."""

    def __init__(self) -> None:
        super().__init__("the clinical record of this patient was erased")


class StaleEntryError(StaleRevisionError):
    """The version was made from one that is no longer the newest."""

    def __init__(self, newest: int) -> None:
        super().__init__(newest)
        self.args = (f"the entry is at revision {newest} by now",)
