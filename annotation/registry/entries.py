"""An entry of a clinical record: one filled form of one patient, kept in versions."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from annotation.registry.dictionary import form_named
from annotation.registry.values import Values
from annotation.registry.variables import Form

FIRST_VERSION = 1
KEY_LENGTH = 120
CONTEXT_VERSIONS = 10_000
_BETWEEN = "|"


class State(Enum):
    """What a version is worth."""

    DRAFT = "draft"
    FINAL = "final"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordEntry:
    """One version of an entry; it is never altered.

    All versions share `id`, `pseudonym` and `form_name`. Dates are the registry's, moved by the patient's own whole
    number of days. `context_version` is that of the meeting's clinical context, of which a presentation is made too;
    0 without one. `import_id` says in which import it came.
    """

    id: UUID
    pseudonym: str
    form_name: str
    version: int
    state: State
    values: Values
    entered_by: str
    entered_at: datetime
    context_version: int = 0
    import_id: UUID | None = None

    @property
    def form(self) -> Form:
        return form_named(self.form_name)

    @property
    def key(self) -> str | None:
        """What a patient has one final entry of; None for what does not count."""
        return key_of(self.form, self.values) if self.state is State.FINAL else None

    @property
    def revision(self) -> int:
        """Names this version and that of its context, as one number for an ETag."""
        return self.version * CONTEXT_VERSIONS + self.context_version


def key_of(form: Form, values: Values) -> str:
    """The same for two entries that are of the same thing."""
    return _BETWEEN.join(str(values.get(name, "")) for name in form.key)
