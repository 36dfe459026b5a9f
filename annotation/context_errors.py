"""What clinical contexts refuse beside the errors of `annotation.errors`.

AnnotationError
├── NotFoundError
│   └── ContextNotFoundError    ask for one that exists
├── ContextExistsError          revise the one that this meeting has
└── StaleRevisionError
    └── StaleContextError       someone revised it meanwhile: read it again, then decide
"""

from uuid import UUID

from annotation.errors import AnnotationError, NotFoundError, StaleRevisionError


class ContextNotFoundError(NotFoundError):
    """No clinical context has this identifier."""

    def __init__(self) -> None:
        super().__init__("no such clinical context")


class ContextExistsError(AnnotationError):
    """One meeting knows one patient, or one lesion, once: two would hide each other."""

    def __init__(self, context_id: UUID) -> None:
        self.context_id = context_id
        super().__init__(f"this meeting has a clinical context already, {context_id}: revise that one")


class StaleContextError(StaleRevisionError):
    """The version was made from one that is no longer the newest."""

    def __init__(self, newest: int) -> None:
        super().__init__(newest)
        self.args = (f"the clinical context is at version {newest} by now",)
