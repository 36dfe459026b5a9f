"""Reading accounts from the ledger: what the door counted, and the rows that stand for it."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute

from storage.account_records import Account, AssociationAccount, Counted, Found, Rejected, StudyAccount
from storage.ledger_tables import (
    AssociationReasonRow,
    AssociationRow,
    AssociationStudyRow,
    CameAgainRow,
    InstanceRow,
    QuarantinedRow,
    RejectedAssociationRow,
    SeriesRow,
    StudyRow,
)
from storage.upserts import in_pieces

Column = InstrumentedAttribute[Any]
AGAIN = "quarantined_again"


@dataclass(frozen=True, slots=True)
class _By:
    """Which columns rows are gathered by."""

    instance: Column
    again: Column
    quarantined: Column


_ASSOCIATION = _By(InstanceRow.association_id, CameAgainRow.association_id, QuarantinedRow.association_id)
_STUDY = _By(SeriesRow.study_instance_uid, CameAgainRow.study_instance_uid, QuarantinedRow.study_instance_uid)


class Accounts:
    """Share one between threads: it holds no connection between calls."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def opened_since(self, at: datetime) -> list[str]:
        """The associations that were opened since, and those that objects came in since but that were not summed up."""
        summed = select(AssociationRow.association_id)
        opened = summed.where(AssociationRow.opened_at >= at).order_by(AssociationRow.opened_at)
        with self._engine.connect() as connection:
            found = list(connection.scalars(opened))
            for row in (InstanceRow, QuarantinedRow):
                rest = select(row.association_id).where(row.received_at >= at, row.association_id.not_in(summed))
                found += sorted(connection.scalars(rest.distinct()))
        return list(dict.fromkeys(found))

    def associations(
        self, association_ids: Collection[str], waiting: Mapping[str, int] | None = None
    ) -> list[AssociationAccount]:
        """Accounts of those of these that anything is known of, oldest first.

        `waiting`: how many objects of each lie in outboxes and have no row yet.
        """
        accounts = []
        with self._engine.connect() as connection:
            for some in in_pieces(association_ids):
                found = _found(connection, _ASSOCIATION, some, waiting or {})
                summed = select(AssociationRow.__table__).where(AssociationRow.association_id.in_(some))
                summaries = {row["association_id"]: dict(row) for row in connection.execute(summed).mappings()}
                reasons = _reasons(connection, some)
                accounts += [
                    _association(one, summaries.get(one), reasons.get(one, {}), found[one])
                    for one in some
                    if one in summaries or one in found
                ]
        return sorted(accounts, key=_order)

    def study(self, study_instance_uid: str, waiting: int = 0) -> StudyAccount | None:
        """None when nothing is known of it."""
        row = AssociationStudyRow
        sums = [func.sum(getattr(row, name)) for name in ("stored", "duplicates", "quarantined", AGAIN, "refused")]
        owner = select(StudyRow.pseudonym).where(StudyRow.study_instance_uid == study_instance_uid)
        with self._engine.connect() as connection:
            pseudonym = connection.scalars(owner).one_or_none()
            counted = connection.execute(select(*sums).where(row.study_instance_uid == study_instance_uid)).one()
            found = _found(connection, _STUDY, [study_instance_uid], {study_instance_uid: waiting} if waiting else {})
        if pseudonym is None and counted[0] is None and study_instance_uid not in found:
            return None
        account = Account(
            counted=None if counted[0] is None else _counted(*map(int, counted)), found=found[study_instance_uid]
        )
        return StudyAccount(study_instance_uid=study_instance_uid, pseudonym=pseudonym, account=account)

    def rejected_since(self, at: datetime) -> list[Rejected]:
        """Who was not let in, oldest first."""
        row = RejectedAssociationRow
        keys = (row.hour, row.calling_ae_title, row.peer_address, row.reason)
        wanted = select(*keys, func.sum(row.count).label("count")).where(
            row.hour >= at.replace(minute=0, second=0, microsecond=0)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(wanted.group_by(*keys).order_by(*keys)).mappings()
            return [Rejected(**dict(one) | {"count": int(one["count"])}) for one in rows]


def _order(account: AssociationAccount) -> tuple[bool, str, str]:
    opened = account.opened_at
    return opened is None, "" if opened is None else opened.isoformat(), account.association_id


def _found(
    connection: Connection, by: _By, ids: Collection[str], waiting: Mapping[str, int]
) -> defaultdict[str, Found]:
    found: defaultdict[str, Found] = defaultdict(Found)
    for key, is_lost, count in connection.execute(_instances(by, ids)):
        if is_lost:
            found[key].lost += count
        else:
            found[key].in_store += count
    again = select(by.again, func.count()).where(by.again.in_(ids)).group_by(by.again)
    for key, count in connection.execute(again):
        found[key].came_again += count
    row = QuarantinedRow
    kept = select(by.quarantined, row.fate, row.reason, func.count()).where(by.quarantined.in_(ids))
    for key, fate, reason, count in connection.execute(kept.group_by(by.quarantined, row.fate, row.reason)):
        if fate == "released":
            found[key].released += count
        elif fate == "destroyed":
            found[key].destroyed += count
        else:
            found[key].in_quarantine += count
            found[key].quarantine_reasons[reason] = count
    for key in ids:
        if key in waiting:
            found[key].waiting = waiting[key]
    return found


def _instances(by: _By, ids: Collection[str]) -> Select[*tuple[Any, ...]]:
    is_lost = InstanceRow.lost_at.is_not(None)
    wanted = select(by.instance, is_lost, func.count()).select_from(InstanceRow)
    if by is _STUDY:
        wanted = wanted.join(SeriesRow, SeriesRow.series_instance_uid == InstanceRow.series_instance_uid)
    return wanted.where(by.instance.in_(ids)).group_by(by.instance, is_lost)


def _reasons(connection: Connection, ids: Collection[str]) -> dict[str, dict[str, dict[str, int]]]:
    row = AssociationReasonRow
    wanted = select(row.association_id, row.outcome, row.reason, row.count).where(row.association_id.in_(ids))
    reasons: dict[str, dict[str, dict[str, int]]] = {}
    for key, outcome, reason, count in connection.execute(wanted.order_by(row.outcome, row.reason)):
        reasons.setdefault(key, {}).setdefault(outcome, {})[reason] = count
    return reasons


def _association(
    association_id: str, summary: Mapping[str, Any] | None, reasons: Mapping[str, Mapping[str, int]], found: Found
) -> AssociationAccount:
    told = summary or {}
    again = sum(reasons.get(AGAIN, {}).values())
    counted = None
    if summary is not None:
        counted = _counted(summary["stored"], summary["duplicates"], summary["quarantined"], again, summary["refused"])
    return AssociationAccount(
        association_id=association_id,
        calling_ae_title=told.get("calling_ae_title"),
        peer_address=told.get("peer_address"),
        opened_at=told.get("opened_at"),
        closed_at=told.get("closed_at"),
        outcome=told.get("outcome"),
        reasons=reasons,
        account=Account(counted=counted, found=found),
    )


def _counted(stored: int, duplicates: int, quarantined: int, again: int, refused: int) -> Counted:
    return Counted(
        received=stored + duplicates + quarantined + refused,
        stored=stored,
        duplicates=duplicates,
        quarantined=quarantined,
        quarantined_again=again,
        refused=refused,
    )
