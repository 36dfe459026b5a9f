"""What the door tells the ledger: associations, objects that were set aside, callers that were not let in."""

from datetime import UTC, datetime, timedelta
from typing import Any

from storage.ledger_records import AssociationSummary, QuarantinedObject, RejectedAssociations

CT_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.2"  # PS3.4 B.5


def moment() -> datetime:
    """What came lately is looked at."""
    return datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)


def association(association_id: str, **changes: Any) -> AssociationSummary:
    """Of a PACS, that brought nothing unless it is said."""
    counts = {name: changes.pop(name, 0) for name in ("stored", "duplicates", "quarantined", "refused")}
    opened = changes.pop("opened_at", moment())
    values: dict[str, Any] = {
        "association_id": association_id,
        "calling_ae_title": "PACS",
        "peer_address": "192.0.2.7",
        "opened_at": opened,
        "closed_at": opened + timedelta(minutes=1),
        "outcome": "released",
        "received": sum(counts.values()),
    }
    return AssociationSummary(**(values | counts | changes))


def quarantined(quarantine_id: str, association_id: str, reason: str, **changes: Any) -> QuarantinedObject:
    values: dict[str, Any] = {
        "quarantine_id": quarantine_id,
        "association_id": association_id,
        "reason": reason,
        "sop_class_uid": CT_IMAGE_STORAGE,
        "size": 526_336,
        "received_at": moment(),
    }
    return QuarantinedObject(**(values | changes))


def rejected(at: datetime, count: int = 3) -> RejectedAssociations:
    return RejectedAssociations(
        hour=at.replace(minute=0, second=0, microsecond=0),
        calling_ae_title="STRANGER",
        peer_address="192.0.2.99",
        reason="calling_ae_title",
        counted_by="door 1",
        count=count,
    )
