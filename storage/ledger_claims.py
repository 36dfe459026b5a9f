"""Claims: what a forwarder is about to bring to Orthanc, told to the others before Orthanc has it.

Several workers and nodes forward into one Orthanc, each from an outbox of its own. Two objects that contradict one
another may wait in two outboxes, and Orthanc takes both when they differ in patient, study or series: the ledger
alone would find out when Orthanc has them. So what is on its way is claimed first, and whoever comes second is told.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from operator import eq

from sqlalchemy import Connection, and_, bindparam, delete, select, text
from sqlalchemy.orm import InstrumentedAttribute

from storage.ledger_records import StoredObject
from storage.ledger_tables import ClaimRow
from storage.source_digests import are_of_the_same
from storage.upserts import in_pieces, replace

COUNTS_FOR = timedelta(days=7)
"""A claim is made anew whenever its object is tried. One that nobody made anew for so long is of a lost outbox."""

CLAIM_LOCK = 0x05731
"""Among PostgreSQL's advisory locks; `storage.database` has the one before."""

Claim = tuple[str, str]
"""SOPInstanceUID and source digest."""


def take_turn(connection: Connection) -> None:
    """One claims at a time, until its transaction ends. SQLite lets only one write anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": CLAIM_LOCK})


def contradicted_by_claims(connection: Connection, objects: Sequence[StoredObject], now: datetime) -> frozenset[str]:
    """The SOPInstanceUIDs of those that contradict what another one is about to bring."""
    checks = (
        (ClaimRow.study_instance_uid, ClaimRow.pseudonym, eq),
        (ClaimRow.series_instance_uid, ClaimRow.study_instance_uid, eq),
        (ClaimRow.sop_instance_uid, ClaimRow.series_instance_uid, eq),
        (ClaimRow.sop_instance_uid, ClaimRow.source_digest, are_of_the_same),
    )
    found: set[str] = set()
    for key, value, agree in checks:
        claimed = _claimed(connection, key, value, {getattr(item, key.key) for item in objects}, now)
        found |= {
            item.sop_instance_uid
            for item in objects
            if not all(agree(getattr(item, value.key), one) for one in claimed.get(getattr(item, key.key), ()))
        }
    return frozenset(found)


def claim(connection: Connection, objects: Iterable[StoredObject], now: datetime) -> None:
    """Write down that these are on their way; made anew when they were."""
    values = {
        item.sop_instance_uid: {
            "sop_instance_uid": item.sop_instance_uid,
            "series_instance_uid": item.series_instance_uid,
            "study_instance_uid": item.study_instance_uid,
            "pseudonym": item.pseudonym,
            "source_digest": item.source_digest,
            "claimed_at": now,
        }
        for item in objects
    }
    replace(connection, ClaimRow, list(values.values()))


def let_go(connection: Connection, claims: Iterable[Claim]) -> None:
    """Of objects that are in the ledger, or will never be. Row by row in their order: two writers cannot cross."""
    ordered = sorted(set(claims))
    if ordered:
        mine = and_(ClaimRow.sop_instance_uid == bindparam("uid"), ClaimRow.source_digest == bindparam("digest"))
        connection.execute(delete(ClaimRow).where(mine), [{"uid": uid, "digest": digest} for uid, digest in ordered])


def _claimed(
    connection: Connection,
    key: InstrumentedAttribute[str],
    value: InstrumentedAttribute[str],
    wanted: Iterable[str],
    now: datetime,
) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for some in in_pieces(set(wanted)):
        rows = connection.execute(
            select(key, value).where(key.in_(some), ClaimRow.claimed_at > now - COUNTS_FOR).distinct()
        )
        for name, claimed in rows:
            found.setdefault(name, set()).add(claimed)
    return found
