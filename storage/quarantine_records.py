"""What is written down of quarantined objects after they were set aside: attempts to release them, and their fate."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from storage.ledger_records import QuarantinedObject


class Fate(Enum):
    """What becomes of a quarantined object."""

    RELEASED = "released"
    DESTROYED = "destroyed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Who decided what of an object, when and why."""

    kept: QuarantinedObject
    fate: Fate
    at: datetime
    by: str
    reason: str
    released_as: str | None = None
    """The pseudonymised SOPInstanceUID that it became."""

    @property
    def quarantine_id(self) -> str:
        return self.kept.quarantine_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A release that failed, for a reason (a code)."""

    quarantine_id: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineNote:
    """What the ledger knows of an object that its label does not say; None: not known."""

    calling_ae_title: str | None
    tried_at: datetime | None
    tried_reason: str | None
    fate: str | None
    fate_at: datetime | None
    fate_by: str | None
    fate_reason: str | None
    released_as: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinedRecord(QuarantineNote):
    """Everything that the ledger knows of one object that was set aside: never whose it is."""

    quarantine_id: str
    association_id: str
    reason: str
    sop_class_uid: str
    size: int
    received_at: datetime
    study_instance_uid: str | None
    """Pseudonymised, where the object's own could be read; so is the next."""
    sop_instance_uid: str | None
