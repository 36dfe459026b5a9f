"""Rows of objects that are there: which give way, which are lost, and what two associations brought at once."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select, update

from storage.ledger_records import FOUND_IN_ORTHANC, UNKNOWN_DIGEST, ObjectPlace, StoredObject
from storage.ledger_tables import CameAgainRow, InstanceRow, SeriesRow
from storage.source_digests import are_of_the_same
from storage.upserts import in_pieces, insert_missing

Arrival = tuple[str, datetime]
"""Association and time: no object has them but one."""

_KEPT = ("sop_instance_uid", "series_instance_uid")
_GIVES_WAY = or_(InstanceRow.lost_at.is_not(None), InstanceRow.source_digest == UNKNOWN_DIGEST)


def give_way(connection: Connection, instances: Sequence[Mapping[str, Any]]) -> None:
    """Rows of lost objects, and rows that do not know what their object was made from, take over what is new."""
    known = _giving_way(connection, [values["sop_instance_uid"] for values in instances])
    found = [values for values in instances if values["sop_instance_uid"] in known]
    if not found:
        return
    names = [name for name in found[0] if name not in _KEPT]
    statement = (
        update(InstanceRow)
        .where(
            InstanceRow.sop_instance_uid == bindparam("key"),
            InstanceRow.series_instance_uid == bindparam("series"),
            InstanceRow.source_digest == bindparam("known_digest"),
            _GIVES_WAY,
        )
        .values({name: bindparam(f"new_{name}") for name in names} | {"lost_at": None})
    )
    rows = [
        {"key": values["sop_instance_uid"], "series": values["series_instance_uid"]}
        | {"known_digest": known[values["sop_instance_uid"]]}
        | {f"new_{name}": values[name] for name in names}
        for values in found
        if _may_take_over(values["source_digest"], known[values["sop_instance_uid"]])
    ]
    if rows:
        connection.execute(statement, rows)


def note_again(connection: Connection, objects: Sequence[StoredObject]) -> frozenset[str]:
    """Two associations may send one object at the same moment, and both count it as stored: it is there once.

    Returned are the SOPInstanceUIDs of which the row is another one's.
    """
    first: dict[str, Arrival] = {}
    for some in in_pieces([item.sop_instance_uid for item in objects]):
        wanted = select(InstanceRow.sop_instance_uid, InstanceRow.association_id, InstanceRow.received_at)
        rows = connection.execute(wanted.where(InstanceRow.sop_instance_uid.in_(some)))
        first |= {uid: (association, at) for uid, association, at in rows}
    others = [item for item in objects if (item.association_id, item.received_at) != first[item.sop_instance_uid]]
    again = {
        (item.association_id, item.sop_instance_uid): item.study_instance_uid
        for item in others
        if item.association_id != FOUND_IN_ORTHANC
    }
    insert_missing(
        connection,
        CameAgainRow,
        [
            {"association_id": association, "object_id": uid, "study_instance_uid": study}
            for (association, uid), study in sorted(again.items())
        ],
    )
    return frozenset(item.sop_instance_uid for item in others)


def mark(connection: Connection, sop_instance_uids: Collection[str], lost_at: datetime | None) -> None:
    """As lost, or as found again."""
    is_other = InstanceRow.lost_at.is_not(None) if lost_at is None else InstanceRow.lost_at.is_(None)
    for some in in_pieces(sop_instance_uids):
        statement = update(InstanceRow).where(InstanceRow.sop_instance_uid.in_(some), is_other)
        connection.execute(statement.values(lost_at=lost_at))


def places(connection: Connection, sop_instance_uids: Collection[str]) -> list[ObjectPlace]:
    """What the ledger has of these objects."""
    wanted = select(
        InstanceRow.sop_instance_uid,
        InstanceRow.orthanc_id,
        InstanceRow.sha256,
        InstanceRow.association_id,
        InstanceRow.received_at,
        SeriesRow.study_instance_uid,
        InstanceRow.lost_at,
    ).join(SeriesRow, SeriesRow.series_instance_uid == InstanceRow.series_instance_uid)
    found: list[ObjectPlace] = []
    for some in in_pieces(sop_instance_uids):
        rows = connection.execute(wanted.where(InstanceRow.sop_instance_uid.in_(some))).mappings()
        found += [ObjectPlace(**dict(row)) for row in rows]
    return found


def _giving_way(connection: Connection, uids: Sequence[str]) -> dict[str, str]:
    """With the source digest of each."""
    found: dict[str, str] = {}
    for some in in_pieces(uids):
        wanted = select(InstanceRow.sop_instance_uid, InstanceRow.source_digest)
        found |= dict(connection.execute(wanted.where(InstanceRow.sop_instance_uid.in_(some), _GIVES_WAY)).all())
    return found


def _may_take_over(new: str, known: str) -> bool:
    return new != UNKNOWN_DIGEST and (known == UNKNOWN_DIGEST or are_of_the_same(new, known))
