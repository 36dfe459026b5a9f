"""Writing the door's facts into the ledger: associations with their counts, what was set aside, who was rejected."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Connection, select

from storage.ledger_records import AssociationSummary, QuarantinedObject, RejectedAssociations
from storage.ledger_tables import (
    AssociationReasonRow,
    AssociationRow,
    AssociationStudyRow,
    CameAgainRow,
    QuarantinedRow,
    RejectedAssociationRow,
)
from storage.upserts import in_pieces, insert_missing, raise_counts, replace


def record_associations(connection: Connection, associations: Sequence[AssociationSummary]) -> None:
    """A later summary of an association takes the place of an earlier one."""
    rows = [asdict(one) for one in associations]
    reasons = [{"association_id": row["association_id"], **one} for row in rows for one in row.pop("reasons")]
    studies = [{"association_id": row["association_id"], **one} for row in rows for one in row.pop("studies")]
    replace(connection, AssociationRow, rows)
    replace(connection, AssociationReasonRow, reasons)
    replace(connection, AssociationStudyRow, studies)


def record_quarantined(connection: Connection, quarantined: Sequence[QuarantinedObject]) -> None:
    """What one association set aside and another one brought again is noted for both."""
    if not quarantined:
        return
    insert_missing(connection, QuarantinedRow, [asdict(item) for item in quarantined])
    first: dict[str, str] = {}
    for some in in_pieces([item.quarantine_id for item in quarantined]):
        wanted = select(QuarantinedRow.quarantine_id, QuarantinedRow.association_id)
        first |= dict(connection.execute(wanted.where(QuarantinedRow.quarantine_id.in_(some))).all())
    again = [
        {
            "association_id": item.association_id,
            "object_id": item.quarantine_id,
            "study_instance_uid": item.study_instance_uid,
        }
        for item in quarantined
        if first[item.quarantine_id] != item.association_id
    ]
    insert_missing(connection, CameAgainRow, again)


def record_rejected(connection: Connection, rejected: Sequence[RejectedAssociations]) -> None:
    raise_counts(connection, RejectedAssociationRow, [asdict(one) for one in rejected])
