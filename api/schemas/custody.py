"""Shapes of what a custodian looks after: what came in and where it is, and what was set aside. Never whose it is."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from api.schemas.catalogue import INSTANCE_UID, PSEUDONYM, STUDY_UID
from storage.account_records import Account, AssociationAccount, Counted, Found, Rejected, StudyAccount
from storage.quarantine_records import QuarantinedRecord

ASSOCIATION = "0f9d4e2c5b7a4f0d8a3e"
REASONS = {"refused": {"unreadable": 1}}


class CountedOut(BaseModel):
    """What the door counted: received = stored + duplicates + quarantined + refused."""

    received: int = Field(examples=[412])
    stored: int = Field(examples=[400])
    duplicates: int = Field(examples=[8])
    quarantined: int = Field(examples=[3])
    quarantined_again: int = Field(examples=[0], description="Of the quarantined, those that lay there before.")
    refused: int = Field(examples=[1])

    @classmethod
    def of(cls, counted: Counted) -> Self:
        return cls(
            received=counted.received,
            stored=counted.stored,
            duplicates=counted.duplicates,
            quarantined=counted.quarantined,
            quarantined_again=counted.quarantined_again,
            refused=counted.refused,
        )


class FoundOut(BaseModel):
    """Where objects are now, counted one by one."""

    in_store: int = Field(examples=[400])
    lost: int = Field(examples=[0], description="Nowhere to be found any more.")
    came_again: int = Field(examples=[0], description="Counted as new, and brought by another association too.")
    in_quarantine: int = Field(examples=[3])
    destroyed: int = Field(examples=[0])
    released: int = Field(examples=[0], description="Once in quarantine; counted again where they are now.")

    @classmethod
    def of(cls, found: Found) -> Self:
        return cls(
            in_store=found.in_store,
            lost=found.lost,
            came_again=found.came_again,
            in_quarantine=found.in_quarantine,
            destroyed=found.destroyed,
            released=found.released,
        )


class BalanceOut(BaseModel):
    """Two ways of counting the same objects, which must agree.

    `on_the_way`: taken, and not in the ledger: in an outbox until Orthanc has them, or missing (`osteon doctor` tells
    which); null where nothing was summed up, below 0 while an association is open.
    """

    counted: CountedOut | None
    now: FoundOut
    on_the_way: int | None = Field(examples=[0])

    @classmethod
    def of(cls, account: Account) -> Self:
        return cls(
            counted=None if account.counted is None else CountedOut.of(account.counted),
            now=FoundOut.of(account.found),
            on_the_way=account.unaccounted,
        )


class AssociationOut(BaseModel):
    """One association; what only its end tells is null until then."""

    association_id: str = Field(examples=[ASSOCIATION])
    calling_ae_title: str | None = Field(examples=["PACS"])
    peer_address: str | None = Field(examples=["192.0.2.7"])
    opened_at: datetime | None
    closed_at: datetime | None
    outcome: str | None = Field(examples=["released"])
    reasons: Mapping[str, Mapping[str, int]] = Field(
        examples=[REASONS], description="By outcome (quarantined, quarantined_again, refused) and reason."
    )
    balance: BalanceOut

    @classmethod
    def of(cls, found: AssociationAccount) -> Self:
        return cls(
            association_id=found.association_id,
            calling_ae_title=found.calling_ae_title,
            peer_address=found.peer_address,
            opened_at=found.opened_at,
            closed_at=found.closed_at,
            outcome=found.outcome,
            reasons=found.reasons,
            balance=BalanceOut.of(found.account),
        )


class RejectedOut(BaseModel):
    """How often a caller was not let in, for one reason, in one hour. Without a name: others."""

    hour: datetime
    calling_ae_title: str = Field(examples=["STRANGER"])
    peer_address: str = Field(examples=["192.0.2.99"])
    reason: str = Field(examples=["calling_ae_title"])
    count: int = Field(examples=[3])

    @classmethod
    def of(cls, found: Rejected) -> Self:
        return cls(
            hour=found.hour,
            calling_ae_title=found.calling_ae_title,
            peer_address=found.peer_address,
            reason=found.reason,
            count=found.count,
        )


class AssociationsOut(BaseModel):
    """Associations of the last `days`, the newest first, with their sums, and who was not let in.

    `complete` is false when there were more than are told; the sums are of those that are. `quarantine`: how many
    objects are in quarantine now, by reason, whenever they came.
    """

    days: int = Field(examples=[7])
    complete: bool
    total: CountedOut
    items: list[AssociationOut]
    rejected: list[RejectedOut]
    quarantine: Mapping[str, int] = Field(examples=[{"missing_patient_id": 2, "conflict": 1}])

    @classmethod
    def of(
        cls,
        days: int,
        accounts: Sequence[AssociationAccount],
        rejected: Sequence[Rejected],
        quarantine: Mapping[str, int],
        *,
        complete: bool,
    ) -> Self:
        return cls(
            days=days,
            complete=complete,
            total=CountedOut.of(_total(accounts)),
            items=[AssociationOut.of(each) for each in accounts],
            rejected=[RejectedOut.of(each) for each in rejected],
            quarantine=quarantine,
        )


class StudyBalanceOut(BaseModel):
    """One study; `pseudonym` is null when nothing of it was stored."""

    study_instance_uid: str = Field(examples=[STUDY_UID])
    pseudonym: str | None = Field(examples=[PSEUDONYM])
    balance: BalanceOut

    @classmethod
    def of(cls, found: StudyAccount) -> Self:
        return cls(
            study_instance_uid=found.study_instance_uid,
            pseudonym=found.pseudonym,
            balance=BalanceOut.of(found.account),
        )


class QuarantinedOut(BaseModel):
    """One object that was set aside: why, when, who sent it; UIDs are pseudonymised. Its bytes are sealed."""

    quarantine_id: str = Field(examples=["q-20310701-0001"])
    reason: str = Field(examples=["missing_patient_id"])
    received_at: datetime
    size: int = Field(examples=[526336])
    association_id: str = Field(examples=[ASSOCIATION])
    calling_ae_title: str | None = Field(examples=["PACS"])
    sop_class_uid: str = Field(examples=["1.2.840.10008.5.1.4.1.1.2"])
    study_instance_uid: str | None = Field(examples=[STUDY_UID])
    sop_instance_uid: str | None = Field(examples=[INSTANCE_UID])
    tried_at: datetime | None = Field(description="When releasing it failed last.")
    tried_reason: str | None = Field(examples=[None])
    fate: str | None = Field(examples=[None], description="`released` or `destroyed`, once decided.")
    fate_at: datetime | None
    fate_by: str | None
    fate_reason: str | None

    @classmethod
    def of(cls, found: QuarantinedRecord) -> Self:
        return cls(**{name: getattr(found, name) for name in cls.model_fields})


def _total(accounts: Sequence[AssociationAccount]) -> Counted:
    counted = [each.account.counted for each in accounts if each.account.counted is not None]
    names = ("received", "stored", "duplicates", "quarantined", "quarantined_again", "refused")
    return Counted(**{name: sum(getattr(each, name) for each in counted) for name in names})
