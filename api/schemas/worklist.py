"""Shapes of worklists, and what can be asked of them."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from annotation.protocols import LONGEST_NAME, Kind, Role, State
from annotation.worklist_queries import Order, WorklistItem, WorklistQuery
from api.authentication import Reader
from api.schemas.catalogue import MODALITY_PATTERN, PSEUDONYM, STUDY_UID
from api.schemas.protocols import READERS

ME = "me"


class WorklistItemOut(BaseModel):
    """One task of one person; `study_date` is shifted by the patient's whole-day offset."""

    assignment_id: UUID
    reader: str = Field(examples=READERS[:1])
    role: Role
    state: State
    signed_at: datetime | None
    protocol_id: UUID
    protocol_name: str = Field(examples=["Spine CT, two blind readers"])
    kind: Kind
    study_instance_uid: str = Field(examples=[STUDY_UID])
    pseudonym: str = Field(examples=[PSEUDONYM])
    study_date: date | None
    modalities: list[str] = Field(examples=[["CT", "PT"]])

    @classmethod
    def of(cls, item: WorklistItem) -> Self:
        task, study = item.task, item.study
        return cls(
            assignment_id=task.assignment_id,
            reader=task.reader,
            role=task.role,
            state=task.state,
            signed_at=task.signed_at,
            protocol_id=item.protocol_id,
            protocol_name=item.protocol_name,
            kind=item.kind,
            study_instance_uid=study.study_instance_uid,
            pseudonym=study.pseudonym,
            study_date=study.study_date,
            modalities=list(item.modalities),
        )


class NextOut(BaseModel):
    """What to read next; null when there is nothing."""

    item: WorklistItemOut | None


class WorklistCountsOut(BaseModel):
    """How many tasks are in each state."""

    unread: int = Field(examples=[12])
    draft: int = Field(examples=[1])
    signed: int = Field(examples=[40])
    to_adjudicate: int = Field(examples=[2])
    adjudicated: int = Field(examples=[9])


def worklist_query(
    *,
    reader: Reader,
    protocol_id: Annotated[UUID | None, Query(description="Only under this protocol.")] = None,
    modality: Annotated[str | None, Query(pattern=MODALITY_PATTERN, description="Only with a series of it.")] = None,
    of_reader: Annotated[
        str | None,
        Query(alias="reader", min_length=1, max_length=LONGEST_NAME, description="Only of this person, or `me`."),
    ] = None,
    from_date: Annotated[date | None, Query(description="Shifted study date, inclusive.")] = None,
    to_date: Annotated[date | None, Query(description="Shifted study date, inclusive.")] = None,
) -> WorklistQuery:
    """What every view of the worklist takes."""
    return WorklistQuery(
        protocol_id=protocol_id,
        modality=modality,
        reader=reader.label if of_reader == ME else of_reader,
        from_date=from_date,
        to_date=to_date,
        order=Order.NEWEST,
    )
