"""The ledger's side of quarantine: what is known of objects there, attempts to release them, and their fate."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Select, bindparam, select, update

from storage.database import writing
from storage.ledger_facts import record_quarantined
from storage.ledger_tables import AssociationRow, CameAgainRow, InstanceRow, QuarantinedRow
from storage.quarantine_records import Attempt, Decision, QuarantineNote
from storage.upserts import in_pieces, insert_missing

_NOTED = (
    AssociationRow.calling_ae_title,
    QuarantinedRow.tried_at,
    QuarantinedRow.tried_reason,
    QuarantinedRow.fate,
    QuarantinedRow.fate_at,
    QuarantinedRow.fate_by,
    QuarantinedRow.fate_reason,
    QuarantinedRow.released_as,
)


class QuarantineLedger:
    """Share one between threads: it holds no connection between calls."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def notes(self, quarantine_ids: Collection[str]) -> dict[str, QuarantineNote]:
        """What is known of each of these; nothing of those that have no row."""
        wanted = select(QuarantinedRow.quarantine_id, *_NOTED).outerjoin(
            AssociationRow, AssociationRow.association_id == QuarantinedRow.association_id
        )
        return {row.pop("quarantine_id"): QuarantineNote(**row) for row in self._rows(wanted, quarantine_ids)}

    def calling_ae_title(self, association_id: str) -> str | None:
        """Of an association that is closed."""
        wanted = select(AssociationRow.calling_ae_title).where(AssociationRow.association_id == association_id)
        with self._engine.connect() as connection:
            return connection.scalars(wanted).one_or_none()

    def undecided(self, quarantine_ids: Collection[str]) -> set[str]:
        """Those of these that have no fate in the ledger, or no row."""
        notes = self.notes(quarantine_ids)
        return {one for one in quarantine_ids if one not in notes or notes[one].fate is None}

    def record_decisions(self, decisions: Sequence[Decision]) -> None:
        """Write down fates, with rows that are missing; what was decided first stands."""
        if not decisions:
            return
        statement = (
            update(QuarantinedRow)
            .where(QuarantinedRow.quarantine_id == bindparam("key"), QuarantinedRow.fate.is_(None))
            .values(
                fate=bindparam("new_fate"),
                fate_at=bindparam("new_at"),
                fate_by=bindparam("new_by"),
                fate_reason=bindparam("new_reason"),
                released_as=bindparam("new_uid"),
            )
        )
        rows = [
            {
                "key": one.quarantine_id,
                "new_fate": one.fate.value,
                "new_at": one.at,
                "new_by": one.by,
                "new_reason": one.reason,
                "new_uid": one.released_as,
            }
            for one in sorted(decisions, key=lambda one: one.quarantine_id)
        ]
        with writing(self._engine).begin() as connection:
            record_quarantined(connection, [one.kept for one in decisions])
            connection.execute(statement, rows)

    def record_attempts(self, attempts: Sequence[Attempt]) -> None:
        """Write down why releasing failed."""
        if not attempts:
            return
        statement = (
            update(QuarantinedRow)
            .where(QuarantinedRow.quarantine_id == bindparam("key"))
            .values(tried_at=bindparam("at"), tried_reason=bindparam("why"))
        )
        rows = [{"key": one.quarantine_id, "at": one.at, "why": one.reason} for one in attempts]
        with writing(self._engine).begin() as connection:
            connection.execute(statement, rows)

    def note_released_again(
        self, association_id: str, received_at: datetime, sop_instance_uid: str, study_instance_uid: str | None
    ) -> None:
        """A released object turned out to be there already: noted, unless what is there is this very one."""
        wanted = select(InstanceRow.association_id, InstanceRow.received_at).where(
            InstanceRow.sop_instance_uid == sop_instance_uid
        )
        again = {
            "association_id": association_id,
            "object_id": sop_instance_uid,
            "study_instance_uid": study_instance_uid,
        }
        with writing(self._engine).begin() as connection:
            row = connection.execute(wanted).one_or_none()
            if row is not None and (row.association_id, row.received_at) != (association_id, received_at):
                insert_missing(connection, CameAgainRow, [again])

    def _rows(self, wanted: Select[*tuple[Any, ...]], quarantine_ids: Collection[str]) -> Iterator[dict[str, Any]]:
        with self._engine.connect() as connection:
            for some in in_pieces(quarantine_ids):
                rows = connection.execute(wanted.where(QuarantinedRow.quarantine_id.in_(some)))
                yield from (dict(row) for row in rows.mappings())
