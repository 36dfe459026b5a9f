"""The ledger's side of quarantine: what is known of objects there, attempts to release them, and their fate."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Select, bindparam, func, literal, select, tuple_, update
from sqlalchemy.orm import InstrumentedAttribute

from storage.catalogue_records import Page, PageKey
from storage.database import writing
from storage.errors import PageKeyError
from storage.ledger_facts import record_quarantined
from storage.ledger_tables import AssociationRow, CameAgainRow, InstanceRow, QuarantinedRow
from storage.quarantine_records import Attempt, Decision, QuarantinedRecord, QuarantineNote
from storage.tables import UtcDateTime
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

_RECORDS = select(
    QuarantinedRow.quarantine_id,
    QuarantinedRow.association_id,
    QuarantinedRow.reason,
    QuarantinedRow.sop_class_uid,
    QuarantinedRow.size,
    QuarantinedRow.received_at,
    QuarantinedRow.study_instance_uid,
    QuarantinedRow.sop_instance_uid,
    *_NOTED,
).outerjoin(AssociationRow, AssociationRow.association_id == QuarantinedRow.association_id)
_PARTS = 2

AnySelect = Select[*tuple[Any, ...]]


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

    def kept(self, *, reason: str | None, limit: int, after: PageKey | None) -> Page[QuarantinedRecord]:
        """Objects that nobody has decided on, the newest first. Raises PageKeyError."""
        wanted = _RECORDS.where(QuarantinedRow.fate.is_(None))
        return self._page(wanted, QuarantinedRow.received_at, reason, limit, after)

    def decided(self, *, reason: str | None, limit: int, after: PageKey | None) -> Page[QuarantinedRecord]:
        """Objects that were released or destroyed, what was decided last first. Raises PageKeyError."""
        return self._page(_RECORDS, QuarantinedRow.fate_at, reason, limit, after)

    def reasons(self) -> dict[str, int]:
        """How many objects are kept, by reason."""
        wanted = select(QuarantinedRow.reason, func.count()).where(QuarantinedRow.fate.is_(None))
        with self._engine.connect() as connection:
            rows = connection.execute(wanted.group_by(QuarantinedRow.reason).order_by(QuarantinedRow.reason))
            return dict(rows.all())

    def _page(
        self, wanted: AnySelect, at: InstrumentedAttribute[Any], reason: str | None, limit: int, after: PageKey | None
    ) -> Page[QuarantinedRecord]:
        wanted = wanted.where(at.is_not(None))
        if reason is not None:
            wanted = wanted.where(QuarantinedRow.reason == reason)
        if after is not None:
            wanted = wanted.where(tuple_(at, QuarantinedRow.quarantine_id) < _place(after))
        ordered = wanted.order_by(at.desc(), QuarantinedRow.quarantine_id.desc()).limit(limit + 1)
        with self._engine.connect() as connection:
            rows = connection.execute(ordered).mappings().all()
        items = tuple(QuarantinedRecord(**row) for row in rows[:limit])
        if len(rows) <= limit:
            return Page(items=items, next_key=None)
        return Page(items=items, next_key=(getattr(items[-1], at.key).isoformat(), items[-1].quarantine_id))

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


def _place(after: PageKey) -> Any:
    try:
        at, quarantine_id = after
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise PageKeyError("not a place in this list") from None
    if moment.tzinfo is None:
        raise PageKeyError("not a place in this list")
    return tuple_(literal(moment, UtcDateTime()), quarantine_id)
