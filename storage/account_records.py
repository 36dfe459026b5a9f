"""Accounts: what was received of an association or a study, and where it is now. The two must balance."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True, kw_only=True)
class Found:
    """Where objects are, counted one by one."""

    in_store: int = 0
    """With a row in the ledger, written once Orthanc had the object."""
    lost: int = 0
    """Of which a repair found nothing any more."""
    came_again: int = 0
    """Counted as new, and found to be there under another association's name."""
    waiting: int = 0
    """In an outbox, on the way to Orthanc."""
    in_quarantine: int = 0
    destroyed: int = 0
    released: int = 0
    """Once in quarantine; counted again where they are now."""
    quarantine_reasons: dict[str, int] = field(default_factory=dict)
    """Of those in quarantine, by the reason they were set aside for."""

    @property
    def accounted(self) -> int:
        return self.in_store + self.lost + self.came_again + self.waiting + self.in_quarantine + self.destroyed


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What the door counted: received = stored + duplicates + quarantined + refused.

    `stored` are those acknowledged as new; of the quarantined, `quarantined_again` lay there before.
    """

    received: int
    stored: int
    duplicates: int
    quarantined: int
    quarantined_again: int
    refused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Of one association or one study. `counted` is None when no association that brought it was summed up."""

    counted: Counted | None
    found: Found

    @property
    def unaccounted(self) -> int | None:
        """Objects taken that are nowhere; negative while an association is open, or when one was never summed up."""
        if self.counted is None:
            return None
        taken = self.counted.stored + self.counted.quarantined - self.counted.quarantined_again
        return taken - self.found.accounted


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationAccount:
    """One association. What only a summary tells is None when there is none: it may be open."""

    association_id: str
    calling_ae_title: str | None
    peer_address: str | None
    opened_at: datetime | None
    closed_at: datetime | None
    outcome: str | None
    reasons: Mapping[str, Mapping[str, int]]
    """Counts by outcome (quarantined, quarantined_again, refused) and reason."""
    account: Account


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyAccount:
    """One study. `pseudonym` is None when nothing of it was stored."""

    study_instance_uid: str
    pseudonym: str | None
    account: Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """How often a caller was rejected for one reason in one hour."""

    hour: datetime
    calling_ae_title: str
    peer_address: str
    reason: str
    count: int
