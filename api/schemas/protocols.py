"""Shapes of protocols, assignments and tasks."""

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from annotation.assigning import Assigned
from annotation.protocols import (
    LONGEST_NAME,
    MOST_MODALITIES,
    Assignment,
    AssignmentView,
    Kind,
    ReadingProtocol,
    Role,
    State,
    Task,
)
from annotation.worklist_queries import StudiesWanted
from api.schemas.body import Body
from api.schemas.catalogue import MODALITY_PATTERN, PSEUDONYM, PSEUDONYM_PATTERN, STUDY_UID
from api.schemas.geometry import ImageUid

MOST_AT_ONCE = 500
READERS: list[Any] = ["reader one", "reader two"]
ADJUDICATOR = "reader three"

Modality = Annotated[str, Field(pattern=MODALITY_PATTERN)]
Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]


class ProtocolBody(Body):
    """A new protocol; without modalities it takes studies of any."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"name": "Spine CT, two blind readers", "kind": "double_blind", "modalities": ["CT"]},
                {"name": "Routine", "kind": "single"},
            ]
        }
    )

    name: Name
    kind: Kind
    modalities: list[Modality] = Field(default_factory=list, max_length=MOST_MODALITIES)


class ProtocolOut(BaseModel):
    """One protocol; it never changes."""

    protocol_id: UUID
    name: str = Field(examples=["Spine CT, two blind readers"])
    kind: Kind
    modalities: list[str] = Field(examples=[["CT"]], description="Empty: any.")
    created_at: datetime
    created_by: str = Field(examples=["data manager"])

    @classmethod
    def of(cls, found: ReadingProtocol) -> Self:
        return cls(
            protocol_id=found.id,
            name=found.name,
            kind=found.kind,
            modalities=sorted(found.modalities),
            created_at=found.created_at,
            created_by=found.created_by,
        )


class AssignmentsBody(Body):
    """Studies and who reads them: those that are named, or those that fit the other conditions, at most `limit`.

    One reader under a `single` protocol; two readers and an adjudicator, three different people, under a
    `double_blind` one. Studies that are under the protocol already, and those that a reader has yet to sign under
    another one, are left out; where they are named, the request is refused.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"readers": READERS, "adjudicator": ADJUDICATOR, "from_date": "2031-01-01", "limit": 100},
                {"readers": READERS[:1], "study_instance_uids": [STUDY_UID]},
            ]
        }
    )

    readers: list[Name] = Field(min_length=1, max_length=2)
    adjudicator: Name | None = None
    study_instance_uids: list[ImageUid] | None = Field(default=None, min_length=1, max_length=MOST_AT_ONCE)
    pseudonym: str | None = Field(default=None, pattern=PSEUDONYM_PATTERN, examples=[PSEUDONYM])
    from_date: date | None = Field(default=None, description="Shifted study date; undated studies are in no range.")
    to_date: date | None = None
    limit: int = Field(default=MOST_AT_ONCE, ge=1, le=MOST_AT_ONCE)

    def to_domain(self, protocol_id: UUID) -> StudiesWanted:
        named = self.study_instance_uids
        return StudiesWanted(
            protocol_id=protocol_id,
            readers=tuple(name.strip() for name in self.readers),
            modalities=frozenset(),
            study_instance_uids=None if named is None else tuple(named),
            pseudonym=self.pseudonym,
            from_date=self.from_date,
            to_date=self.to_date,
        )


class TaskOut(BaseModel):
    """What one person has to do."""

    reader: str = Field(examples=READERS[:1])
    role: Role
    state: State
    signed_at: datetime | None

    @classmethod
    def of(cls, task: Task) -> Self:
        return cls(reader=task.reader, role=task.role, state=task.state, signed_at=task.signed_at)


class NewAssignmentOut(BaseModel):
    """One study that was given to its readers."""

    assignment_id: UUID
    protocol_id: UUID
    study_instance_uid: str = Field(examples=[STUDY_UID])
    pseudonym: str = Field(examples=[PSEUDONYM])
    kind: Kind
    readers: list[str] = Field(examples=[READERS])
    adjudicator: str | None = Field(examples=[ADJUDICATOR])
    blind: bool = Field(description="Double blind, and not yet signed by both readers.")
    created_at: datetime
    created_by: str = Field(examples=["data manager"])

    @classmethod
    def of(cls, found: Assignment) -> Self:
        return cls(
            assignment_id=found.id,
            protocol_id=found.protocol_id,
            study_instance_uid=found.study_instance_uid,
            pseudonym=found.pseudonym,
            kind=found.kind,
            readers=list(found.readers),
            adjudicator=found.adjudicator,
            blind=found.blind,
            created_at=found.created_at,
            created_by=found.created_by,
        )


class AssignedOut(BaseModel):
    """What was given out; `more`: further studies fit, send the same again for them."""

    items: list[NewAssignmentOut]
    more: bool

    @classmethod
    def of(cls, assigned: Assigned) -> Self:
        return cls(items=[NewAssignmentOut.of(each) for each in assigned.assignments], more=assigned.more)


class AssignmentOut(NewAssignmentOut):
    """One assignment, as far as the one who asks may know it.

    While it is blind, those who take part see their own task only, and `state` is that of it.
    """

    protocol_name: str = Field(examples=["Spine CT, two blind readers"])
    state: State
    tasks: list[TaskOut]

    @classmethod
    def seen(cls, view: AssignmentView) -> Self:
        return cls(
            **NewAssignmentOut.of(view.assignment).model_dump(),
            protocol_name=view.protocol.name,
            state=view.state,
            tasks=[TaskOut.of(task) for task in view.tasks],
        )
