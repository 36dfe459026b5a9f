"""Who is known to have died, by what is final in the clinical record."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from annotation.registry.entries import State
from storage.registry_records.tables import RecordEntryRow, RecordVersionRow
from storage.upserts import in_pieces

_FORMS = ("patient", "event")


def known_dead(session: Session, pseudonyms: Collection[str]) -> set[str]:
    """Those of them of whom the vital status, a date of death or an event says so."""
    in_force = and_(
        RecordVersionRow.entry_id == RecordEntryRow.id, RecordVersionRow.version == RecordEntryRow.newest_final
    )
    wanted = select(RecordEntryRow.pseudonym, RecordVersionRow.content).join(RecordVersionRow, in_force)
    wanted = wanted.where(RecordEntryRow.form.in_(_FORMS), RecordVersionRow.state == State.FINAL.value)
    found: set[str] = set()
    for some in in_pieces(pseudonyms):
        said = session.execute(wanted.where(RecordEntryRow.pseudonym.in_(some)))
        found.update(pseudonym for pseudonym, content in said if _says_dead(content))
    return found


def _says_dead(values: Mapping[str, Any]) -> bool:
    return values.get("vital_status") == "dead" or "death_date" in values or values.get("event_type") == "death"
