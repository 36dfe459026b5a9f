"""For whom accounts, sessions and tokens are changed, so that the change can say so in the audit log."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from annotation.audit import NOWHERE, Action, Kind, Note, Source
from storage.audit import append


def _nobody_counts() -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behalf:
    """Who does something, and from where. `by` is None when nobody is signed in; `noted` is called with every note."""

    by: str | None = None
    source: Source = NOWHERE
    noted: Callable[[], None] = _nobody_counts

    def note(self, connection: Connection, action: Action, kind: Kind, object_id: str, at: datetime) -> None:
        """In the transaction of the change; do it last."""
        append(connection, Note(action=action, kind=kind, object_id=object_id), by=self.by, at=at, source=self.source)
        self.noted()


NOBODY = Behalf()
