"""What the ledger knows of single objects: for who asks whether they are stored."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Engine, select

from storage.ledger_tables import InstanceRow

LOOKUP_SIZE = 1000


@dataclass(frozen=True, slots=True)
class StoredInstance:
    """One object that went to Orthanc."""

    sop_class_uid: str
    orthanc_id: str


def stored_instances(engine: Engine, sop_instance_uids: Collection[str]) -> dict[str, StoredInstance]:
    """Those of these objects that are recorded, by (replaced) SOPInstanceUID. Raises SQLAlchemyError."""
    wanted = select(InstanceRow.sop_instance_uid, InstanceRow.sop_class_uid, InstanceRow.orthanc_id)
    ordered = sorted(set(sop_instance_uids))
    found: dict[str, StoredInstance] = {}
    with engine.connect() as connection:
        for start in range(0, len(ordered), LOOKUP_SIZE):
            some = wanted.where(InstanceRow.sop_instance_uid.in_(ordered[start : start + LOOKUP_SIZE]))
            for uid, sop_class_uid, orthanc_id in connection.execute(some):
                found[uid] = StoredInstance(sop_class_uid, orthanc_id)
    return found
