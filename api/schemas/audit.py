"""Entries of the audit log, and changes, as they are told."""

from datetime import datetime

from pydantic import BaseModel, Field

from annotation.audit import Action, Entry, Kind, Outcome
from annotation.changes import Change, Seen
from api.pagination import MAX_LIMIT


class AuditEntryOut(BaseModel):
    """Who did what to which thing, from where, and when."""

    number: int = Field(examples=[1204])
    at: datetime
    actor: str | None = Field(description="Null when nobody was signed in.", examples=["reader 1"])
    roles: list[str] = Field(examples=[["radiologist"]])
    action: Action
    kind: Kind | None
    object_id: str | None
    pseudonym: str | None = Field(examples=["OST-7K3M9-QPXRC"])
    study_instance_uid: str | None
    address: str | None = Field(examples=["192.0.2.7"])
    via: str | None = Field(description="The route or command.", examples=["GET /api/v1/lesions/{lesion_id}"])
    request_id: str | None = Field(description="The answer's `X-Request-Id`.")
    outcome: Outcome

    @classmethod
    def of(cls, entry: Entry) -> "AuditEntryOut":
        note, source = entry.note, entry.source
        return cls(
            number=entry.number,
            at=entry.at,
            actor=entry.actor,
            roles=list(source.roles),
            action=note.action,
            kind=note.kind,
            object_id=note.object_id,
            pseudonym=note.pseudonym,
            study_instance_uid=note.study_instance_uid,
            address=source.address,
            via=source.via,
            request_id=source.request_id,
            outcome=note.outcome,
        )


class VerificationOut(BaseModel):
    """Whether the log is as it was written. `head` names its last entry, to be kept elsewhere."""

    whole: bool
    entries: int | None = Field(examples=[1204])
    head: str | None = Field(examples=["1204:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])
    first_broken: int | None = Field(examples=[None], description="Number of the first entry that does not fit.")


class ChangeOut(BaseModel):
    """Something that was changed: read it again to know how."""

    number: int = Field(examples=[1204])
    at: datetime
    action: Action
    kind: Kind
    object_id: str | None
    pseudonym: str | None = Field(examples=["OST-7K3M9-QPXRC"])
    study_instance_uid: str | None

    @classmethod
    def of(cls, change: Change) -> "ChangeOut":
        return cls(
            number=change.number,
            at=change.at,
            action=change.action,
            kind=change.kind,
            object_id=change.object_id,
            pseudonym=change.pseudonym,
            study_instance_uid=change.study_instance_uid,
        )


class ChangesOut(BaseModel):
    """Changes in the order in which they were made; send `after` back for those that come next."""

    items: list[ChangeOut] = Field(max_length=MAX_LIMIT)
    after: int = Field(examples=[1204])

    @classmethod
    def of(cls, seen: Seen) -> "ChangesOut":
        return cls(items=[ChangeOut.of(change) for change in seen.changes], after=seen.after)
