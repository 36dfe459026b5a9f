"""Whose search tables a transaction makes out of date."""

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.protocol_tables import AssignmentRow
from storage.reading_tables import LesionRow


@dataclass(frozen=True, slots=True)
class Touched:
    """Noted by what writes; each set holds identifiers."""

    pseudonyms: set[str] = field(default_factory=set)
    lesion_ids: set[str] = field(default_factory=set)
    assignment_ids: set[str] = field(default_factory=set)

    def patients(self, session: Session) -> set[str]:
        found = set(self.pseudonyms)
        for row, ids in ((LesionRow, self.lesion_ids), (AssignmentRow, self.assignment_ids)):
            if ids:
                found.update(session.scalars(select(row.pseudonym).where(row.id.in_(ids))))
        return found

    def clear(self) -> None:
        for noted in (self.pseudonyms, self.lesion_ids, self.assignment_ids):
            noted.clear()
